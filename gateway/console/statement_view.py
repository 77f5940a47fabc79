"""What the page of a statement shows."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from gateway.console import wording
from gateway.console.forms import Fault, Form


@dataclass(frozen=True)
class Period:
    """The days that a statement is asked for, as they were written, with what is wrong about them.

    Args:
        faults: what is wrong, by the name of the field.
    """

    first: str
    last: str
    faults: Mapping[str, str] = field(default_factory=dict)

    def refused(self, why: str) -> "Period":
        """The same, refused by the service that knows better."""
        return replace(self, faults={"last": wording.sentence(why) or "Choose another period"})

    @property
    def form(self) -> Form:
        """The period as the form of the page."""
        told = tuple(Fault(name, text) for name, text in self.faults.items())
        return Form(defaultdict(str, first=self.first, last=self.last), told)

    @property
    def query(self) -> str:
        """The period in an address."""
        return urlencode({"first": self.first, "last": self.last})


@dataclass(frozen=True)
class StatementView:
    """A statement for the template.

    Args:
        made: as the ledger made it; empty where the period is no period.
        more: where the movements go on, as a query.
    """

    name: str
    period: Period
    made: Mapping[str, Any]
    movements: list[Mapping[str, Any]]
    more: str


def period_of(given: Mapping[str, str], usual: tuple[str, str]) -> Period:
    """The period that was asked for, or the usual one where none was."""
    if "first" not in given and "last" not in given:
        return Period(*usual)
    written = Period(given.get("first", "").strip(), given.get("last", "").strip())
    days = (("first", "First day", written.first), ("last", "Last day", written.last))
    if faults := {name: f"{label} must be a real date" for name, label, day in days if not _is_day(day)}:
        return replace(written, faults=faults)
    if written.last < written.first:
        return replace(written, faults={"last": "Last day must be the same as or after the first day"})
    return written


def statement_view(made: Mapping[str, Any], name: str, period: Period) -> StatementView:
    """A statement as its page shows it."""
    return StatementView(
        name=name,
        period=period,
        made=made,
        movements=[_movement(one, made["streams"]) for one in made.get("movements", ())],
        more=_query_of(made.get("more")),
    )


def _is_day(written: str) -> bool:
    try:
        return date.fromisoformat(written).isoformat() == written
    except ValueError:
        return False


def _movement(one: Mapping[str, Any], streams: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    """A movement with its streams by name; where its own text names the only one, that says all."""
    names = {part["stream"]: part["name"] for part in streams}
    moved = [(names.get(stream, stream), pence) for stream, pence in one["by_stream"].items()]
    if len(moved) == 1 and moved[0][0] in one["text"]:
        moved = []
    return {**one, "moved": moved, "is_late": one["recorded_on"] != one["on"]}


def _query_of(address: str | None) -> str:
    """The query of the ledger's next page, for this page's own address."""
    asked = parse_qs(urlsplit(address or "").query)
    return urlencode({name: values[0] for name, values in asked.items()})
