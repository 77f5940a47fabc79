"""What the pages of statutory returns show: how far one is, and how it fared in the Department's own words."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from gateway.console import wording
from gateway.console.figure_tables import FigureTable, table_of
from gateway.console.job_view import Job, job_of

Told = Mapping[str, Any]
#: Quarters that can be chosen, and faults that a page shows; the file has them all.
QUARTERS, FAULTS_SHOWN = 8, 50
MONTHS_A_QUARTER = 3
#: The checks in the order in which the Department lists them; ours comes last.
CHECKS = (
    "Passed: Valid",
    "Passed: Blank (Not Mandatory)",
    "Failed: Blank (Mandatory)",
    "Failed: Invalid",
    "Failed: Release 1",
    "Not checked",
)


@dataclass(frozen=True)
class Results:
    """How a return fared.

    Args:
        fields: a row a field, with the counts of each check.
        confirmed: of which fields a source says when they are asked for, in a sentence.
        never_told: why fields are blank in every row, and which they are.
    """

    in_words: tuple[str, ...]
    may_be_sent: bool
    faults: int
    period: str
    events: tuple[tuple[str, int], ...]
    fields: FigureTable
    confirmed: str
    never_told: tuple[tuple[str, str], ...]
    left_out: tuple[str, ...]
    as_of: str


@dataclass(frozen=True)
class Return:
    """A return, and how far it is."""

    return_id: str
    quarter: str
    job: Job
    la_code: str
    kept_until: str
    is_kept: bool
    results: Results | None


def quarter_ends(on: date) -> Mapping[str, str]:
    """The last days of the quarters that are over, the latest first, in words."""
    month = on.month - (on.month - 1) % MONTHS_A_QUARTER
    ends: dict[str, str] = {}
    first = date(on.year, month, 1)
    for _ in range(QUARTERS):
        last = first - timedelta(days=1)
        ends[last.isoformat()] = f"The twelve months to {wording.day(last)}"
        first = date(last.year, last.month - MONTHS_A_QUARTER + 1, 1)
    return ends


def return_of(told: Told) -> Return:
    """A return as its page shows it."""
    return Return(
        told["return_id"],
        wording.day(told["quarter_ends_on"]),
        job_of(told),
        told["la_code"] or "",
        wording.day(told["kept_until"]),
        told["is_kept"],
        _results(told["results"]) if told["results"] else None,
    )


def in_list(told: Told) -> tuple[str, str, str, str, Job]:
    """A return as the list shows it."""
    asked = f"The twelve months to {wording.day(told['quarter_ends_on'])}"
    return f"/outcomes/returns/{told['return_id']}", told["asked_at"], told["asked_by"], asked, job_of(told)


def _results(told: Told) -> Results:
    period = told["period"]
    return Results(
        in_words=tuple(_in_words(told)),
        may_be_sent=told["may_be_sent"],
        faults=told["faults"],
        period=wording.period(period["starts_on"], period["ends_on"]),
        events=tuple(told["events"].items()),
        fields=_fields(told["fields"]),
        confirmed=_confirmed(told["fields"]),
        never_told=tuple(_never_told(told["never_told"])),
        left_out=tuple(
            f"{wording.counted(one['people'], 'person', 'people')}: {wording.whole_sentence(one['why'])}"
            for one in told["left_out"]
            if one["people"]
        ),
        as_of=told["as_of"],
    )


def _in_words(told: Told) -> Iterator[str]:
    rows, people = wording.counted(told["rows"], "row", "rows"), wording.counted(told["people"], "person", "people")
    yield f"{rows} of {people}, with {wording.counted(told['faults'], 'fault', 'faults')}."
    if told["erased_since"]:
        erased = wording.counted(told["erased_since"], "person’s record was", "people’s records were")
        yield f"{erased} erased since, and the file has no row of theirs."


def _fields(told: list[Told]) -> FigureTable:
    known = [check for check in CHECKS if any(check in one["counts"] for one in told)]
    checks = [*known, *dict.fromkeys(check for one in told for check in one["counts"] if check not in CHECKS)]
    rows = [
        (
            one["field"].replace("_", " "),
            *(one["counts"].get(check, 0) for check in checks),
        )
        for one in told
    ]
    return table_of("Every field, and how many of its values fared how", ["Field", *checks], rows)


def _confirmed(told: list[Told]) -> str:
    confirmed = [one["field"].replace("_", " ") for one in told if one["asked_is_confirmed"]]
    number = wording.counted(len(told), "field", "fields")
    which = f": {wording.listed(confirmed)}" if confirmed else ""
    return f"When a field must be filled in was read in a source for {len(confirmed)} of {number}{which}."


def _never_told(told: list[Told]) -> Iterator[tuple[str, str]]:
    for why in dict.fromkeys(one["why"] for one in told):
        fields = [one["field"].replace("_", " ") for one in told if one["why"] == why]
        yield wording.whole_sentence(why), wording.listed(fields)


def faults_of(text: str) -> FigureTable:
    """The first faults of the file of faults."""
    names, *rows = list(csv.reader(io.StringIO(text, newline="")))[: FAULTS_SHOWN + 1]
    # A row's number is its name here.
    return FigureTable(
        f"The first {wording.counted(len(rows), 'fault', 'faults')}",
        tuple(wording.sentence(name) for name in names),
        tuple(tuple(cell.replace("_", " ") if place == 1 else cell for place, cell in enumerate(row)) for row in rows),
        frozenset(),
    )
