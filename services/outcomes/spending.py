"""What was spent for people, as the ledger tells it week by week: kept, and read for many people at once."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, TextClause, text

from braid.contracts.budget import WeekSpent
from braid.kit.unit_of_work import UnitOfWork

#: A later telling takes the place of an earlier one, in whichever order they are heard.
_KEEP = text(
    "INSERT INTO spending_week (council, week, person_id, stream, use, budget_id, pence, told_sequence)"
    " SELECT :council, :week, :person_id, n.stream, n.use, :budget_id, n.pence, :sequence FROM unnest("
    "CAST(:streams AS text[]), CAST(:uses AS text[]), CAST(:pence AS bigint[])) AS n (stream, use, pence)"
    " ON CONFLICT (council, week, person_id, stream, use)"
    " DO UPDATE SET pence = excluded.pence, told_sequence = excluded.told_sequence"
    " WHERE spending_week.told_sequence < excluded.told_sequence"
)

_BY_PERSON = text(
    "SELECT person_id, stream, sum(pence)::bigint AS pence FROM spending_week"
    " WHERE council = :council AND week BETWEEN :first AND :last GROUP BY person_id, stream ORDER BY person_id, stream"
)

#: A row a person and stream, and not a week: Python takes sixty times as long over a row for each figure.
_BY_WEEK = text(
    "SELECT person_id, stream, array_agg((week - CAST(:first AS date)) / 7 ORDER BY week) AS numbers,"
    " array_agg(pence ORDER BY week) AS pence"
    " FROM (SELECT person_id, stream, week, sum(pence)::bigint AS pence FROM spending_week"
    "  WHERE council = :council AND week BETWEEN :first AND :last GROUP BY person_id, stream, week) AS weeks"
    " GROUP BY person_id, stream ORDER BY person_id, stream"
)
_PEOPLE_AT_ONCE = 500


class NoMonday(ValueError):
    """A range of weeks is told by the Mondays of its first and its last week."""


@dataclass(frozen=True, slots=True)
class SpentFor:
    """What one stream paid for a person over some weeks, in pence."""

    person_id: UUID
    stream: str
    pence: int


@dataclass(frozen=True, slots=True)
class SpentEachWeek:
    """What one stream paid for a person, week by week.

    Args:
        pence: by the Monday of each week of which anything was told; below zero where more came back than was spent.
    """

    person_id: UUID
    stream: str
    pence: Mapping[date, int]


async def note_spending(event: WeekSpent, work: UnitOfWork) -> None:
    """Keep what the ledger tells of a week, unless something later was told of it."""
    await work.lock_person(event.person_id)
    values = {
        "council": work.council,
        "week": event.week_starts_on,
        "person_id": event.person_id,
        "budget_id": event.budget_id,
        "sequence": event.sequence,
        "streams": [line.stream for line in event.spent],
        "uses": [line.use or "" for line in event.spent],
        "pence": [line.pence for line in event.spent],
    }
    await work.session.execute(_KEEP, values)


async def spent_by_person(work: UnitOfWork, first: date, last: date) -> AsyncIterator[SpentFor]:
    """What each stream paid for each of the council's people over some weeks, person by person.

    Args:
        work: the unit of work.
        first, last: the Mondays of the first and the last week.

    Raises:
        NoMonday: one of them is none.
    """
    async for row in _rows(work, _BY_PERSON, first, last):
        yield SpentFor(row.person_id, row.stream, row.pence)


async def spent_by_week(work: UnitOfWork, first: date, last: date) -> AsyncIterator[SpentEachWeek]:
    """What each stream paid for each of the council's people in each of some weeks, person by person.

    Args:
        work: the unit of work.
        first, last: the Mondays of the first and the last week.

    Raises:
        NoMonday: one of them is none.
    """
    mondays = [first + timedelta(weeks=number) for number in range((last - first).days // 7 + 1)]
    async for row in _rows(work, _BY_WEEK, first, last):
        weeks = (mondays[number] for number in row.numbers)
        yield SpentEachWeek(row.person_id, row.stream, dict(zip(weeks, row.pence, strict=True)))


async def _rows(work: UnitOfWork, query: TextClause, first: date, last: date) -> AsyncIterator[Row[Any]]:
    if first.isoweekday() != 1 or last.isoweekday() != 1:
        raise NoMonday(f"{first} to {last}")
    values = {"council": work.council, "first": first, "last": last}
    found = await work.session.stream(query, values, execution_options={"yield_per": _PEOPLE_AT_ONCE})
    async for row in found:
        yield row
