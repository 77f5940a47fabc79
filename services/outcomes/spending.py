"""What was spent for people, as the ledger tells it week by week: kept, and read for many people at once."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
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

#: In the order of the index, so that nothing is sorted and the first rows come at once.
_BY_WEEK = text(
    "SELECT week, person_id, stream, use, pence FROM spending_week"
    " WHERE council = :council AND week BETWEEN :first AND :last ORDER BY week, person_id, stream, use"
)
_ROWS_AT_ONCE = 10_000


class NoMonday(ValueError):
    """A range of weeks is told by the Mondays of its first and its last week."""


@dataclass(frozen=True, slots=True)
class SpentFor:
    """What one stream paid for a person over some weeks, in pence."""

    person_id: UUID
    stream: str
    pence: int


@dataclass(frozen=True, slots=True)
class SpentInWeek:
    """What one stream paid for one use of a person in a week.

    Args:
        week: its Monday.
        use: its code in the taxonomy of uses; empty where the ledger tells none.
        pence: below zero where more came back than was spent.
    """

    week: date
    person_id: UUID
    stream: str
    use: str
    pence: int


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
        yield SpentFor(*row)


async def spent_by_week(work: UnitOfWork, first: date, last: date) -> AsyncIterator[SpentInWeek]:
    """Everything that was spent for the council's people in some weeks, week by week and within one by person.

    Args:
        work: the unit of work.
        first, last: the Mondays of the first and the last week.

    Raises:
        NoMonday: one of them is none.
    """
    async for row in _rows(work, _BY_WEEK, first, last):
        yield SpentInWeek(*row)


async def _rows(work: UnitOfWork, query: TextClause, first: date, last: date) -> AsyncIterator[Row[Any]]:
    if first.isoweekday() != 1 or last.isoweekday() != 1:
        raise NoMonday(f"{first} to {last}")
    values = {"council": work.council, "first": first, "last": last}
    found = await work.session.stream(query, values, execution_options={"yield_per": _ROWS_AT_ONCE})
    async for row in found:
        yield row
