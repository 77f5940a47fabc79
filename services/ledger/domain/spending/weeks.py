"""What was spent, added up by week: each sum counts in the week of the day that the money concerns."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID


class WeekLine(NamedTuple):
    """Of which sum something is a part.

    Args:
        week_starts_on: a Monday.
        use: its code in the taxonomy of uses; empty where the entry tells none.
    """

    budget_id: UUID
    week_starts_on: date
    stream: str
    use: str


@dataclass(frozen=True)
class SpentOnADay:
    """What entries of the journal put on the accounts of what was spent, for one day.

    Args:
        on: the value date, the day that the money concerns.
        pence: credits less debits; below zero where more came back, or was taken back, than was spent.
    """

    budget_id: UUID
    on: date
    stream: str
    use: str
    pence: int


def week_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def by_week(days: Iterable[SpentOnADay]) -> Mapping[WeekLine, int]:
    """The sums in pence, in a stated order; one that comes to nothing is there too, for it may have been told."""
    added: Counter[WeekLine] = Counter()
    for one in days:
        added[WeekLine(one.budget_id, week_of(one.on), one.stream, one.use)] += one.pence
    return dict(sorted(added.items()))
