"""The form that settles a final figure: what was filled in, as the resource allocation service takes it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from gateway.console import wording
from gateway.console.allocation_view import Allocation, allocation_in_short
from gateway.console.forms import Fault, Form, Given, day_of, decimal_of, pence_of, today

LINES_AT_FIRST, LINES_MORE, LINES_MAX = 3, 3, 60
HELPERS = 2
#: Four fields a line, three a helper, and the others of the form.
FIELDS_MAX, FORM_BYTES_MAX = 4 * LINES_MAX + 3 * HELPERS + 10, 100_000

AS_IT_STANDS, ITEMISED = "as_it_stands", "lines"


@dataclass(frozen=True)
class SettlementView:
    """The form as the page shows it, beside the figure that it settles."""

    allocation: Allocation
    rule: Mapping[str, Any]
    form: Form
    rows: int
    carers: ClassVar = HELPERS
    units: ClassVar = wording.UNITS
    grounds: ClassVar = wording.GROUNDS


def settlement_view(
    allocation: Mapping[str, Any], etag: str, given: Given | None = None, faults: tuple[Fault, ...] = ()
) -> SettlementView:
    """The form for an allocation: new, or again with what was filled in."""
    given = given if given is not None else defaultdict(str, decided_on=today().isoformat())
    return SettlementView(
        allocation=allocation_in_short(allocation),
        rule=allocation["settlement_rule"],
        form=Form(given, faults, etag),
        rows=rows_of(given) + (LINES_MORE if given["more"] else 0),
    )


def rows_of(given: Given) -> int:
    """How many lines the form had."""
    asked = given["rows"]
    rows = int(asked) if asked.isascii() and asked.isdigit() else LINES_AT_FIRST
    return min(max(rows, LINES_AT_FIRST), LINES_MAX - LINES_MORE)


def settlement_of(given: Given) -> tuple[Mapping[str, Any], tuple[Fault, ...]]:
    """The settlement that was filled in, and what of it cannot be read."""
    faults: list[Fault] = []
    if day_of(given["decided_on"]) is None:
        faults.append(Fault("decided_on", "Enter the day of the decision"))
    lines = list(_lines(given, faults)) if given["made_of"] == ITEMISED else []
    if given["made_of"] == ITEMISED and not lines and not faults:
        faults.append(Fault("line-1-text", "Fill in a line, or take the indicative figure as it stands"))
    settlement = {
        "decided_on": given["decided_on"],
        "lines": lines,
        "reason": given["reason"],
        "grounds": given["grounds"] or None,
        "carer_hours": list(_carer_hours(given, faults)),
    }
    return settlement, tuple(faults)


def _lines(given: Given, faults: list[Fault]) -> Iterator[Mapping[str, Any]]:
    for row in range(1, rows_of(given) + 1):
        text, units, pounds = (f"line-{row}-{field}" for field in ("text", "units", "pounds"))
        if not (given[text] or given[units] or given[pounds]):
            continue
        if not given[text]:
            faults.append(Fault(text, f"Line {row}: say what it is for"))
        yield {
            "text": given[text],
            "units_per_week": _number(
                given[units], units, f"Line {row}: enter how many a week, such as 7 or 3.5", faults
            ),
            "unit": given[f"line-{row}-unit"],
            "pence_per_unit": _pence(given[pounds], pounds, f"Line {row}: enter the price, such as 12.50", faults),
        }


def _carer_hours(given: Given, faults: list[Fault]) -> Iterator[Mapping[str, Any]]:
    for row in range(1, HELPERS + 1):
        who, hours = f"carer-{row}-who", f"carer-{row}-hours"
        if not (given[who] or given[hours]):
            continue
        if not given[who]:
            faults.append(Fault(who, f"Helper {row}: say who it is"))
        yield {
            "who": given[who],
            "hours_per_week": _number(given[hours], hours, f"Helper {row}: enter the hours a week, such as 6", faults),
            "agreed": given[f"carer-{row}-agreed"] == "yes",
        }


def _number(told: str, field: str, otherwise: str, faults: list[Fault]) -> str:
    """A number above nothing, as it is written in JSON for exact numbers."""
    number = decimal_of(told)
    if number is None or number <= 0:
        faults.append(Fault(field, otherwise))
    return told.replace(",", "")


def _pence(told: str, field: str, otherwise: str, faults: list[Fault]) -> int:
    pence = pence_of(told)
    if pence is None:
        faults.append(Fault(field, otherwise))
        return 0
    return pence
