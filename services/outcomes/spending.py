"""What was spent for people, as the ledger tells it week by week: kept, and read for many people at once."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import text

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
    " WHERE council = :council AND week BETWEEN :first AND :last GROUP BY person_id, stream"
)
#: Weeks of one statement: twenty thousand people have two million rows a year, and a statement has its time.
_WEEKS_ADDED_UP = 52
_ROWS_AT_ONCE = 2_000


class NoMonday(ValueError):
    """A range of weeks is told by the Mondays of its first and its last week."""


@dataclass(frozen=True, slots=True)
class SpentFor:
    """What one stream paid for a person over some weeks, in pence."""

    person_id: UUID
    stream: str
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


async def spent_by_person(work: UnitOfWork, first: date, last: date) -> list[SpentFor]:
    """What each stream paid for each of the council's people over some weeks.

    Args:
        work: the unit of work.
        first, last: the Mondays of the first and the last week.

    Raises:
        NoMonday: one of them is none.
    """
    added: Counter[tuple[UUID, str]] = Counter()
    for begins, ends in _stretches(first, last, _WEEKS_ADDED_UP):
        values = {"council": work.council, "first": begins, "last": ends}
        async for row in await work.session.stream(_BY_PERSON, values, execution_options={"yield_per": _ROWS_AT_ONCE}):
            added[row.person_id, row.stream] += row.pence
    return [SpentFor(person_id, stream, pence) for (person_id, stream), pence in added.items()]


def _stretches(first: date, last: date, weeks: int) -> Iterator[tuple[date, date]]:
    """Mondays of the first and the last week of so many at a time."""
    if first.isoweekday() != 1 or last.isoweekday() != 1:
        raise NoMonday(f"{first} to {last}")
    while first <= last:
        yield first, min(first + timedelta(weeks=weeks - 1), last)
        first += timedelta(weeks=weeks)
