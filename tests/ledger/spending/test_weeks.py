"""What was spent, added up by the week of the day that the money concerns."""

from datetime import date
from uuid import UUID

import pytest

from services.ledger.domain.spending.weeks import SpentOnADay, WeekLine, by_week, week_of
from tests.ledger.spending.builders import ASC, ILF, an_id

MONDAY, SUNDAY, NEXT_MONDAY = date(2009, 6, 1), date(2009, 6, 7), date(2009, 6, 8)
BUDGET = an_id("budget")


def spent(on: date, pence: int, *, stream: str = ASC, use: str = "care.personal", budget: UUID = BUDGET) -> SpentOnADay:
    """What was spent on a day."""
    return SpentOnADay(budget, on, stream, use, pence)


@pytest.mark.parametrize(
    ("day", "monday"),
    [
        (MONDAY, MONDAY),
        (SUNDAY, MONDAY),
        (NEXT_MONDAY, NEXT_MONDAY),
        # Weeks run through the ends of years: the last days of 2009 and the first of 2010 are of one week.
        (date(2009, 12, 31), date(2009, 12, 28)),
        (date(2010, 1, 3), date(2009, 12, 28)),
        (date(2028, 2, 29), date(2028, 2, 28)),
    ],
)
def test_a_week_runs_from_monday_to_sunday(day: date, monday: date) -> None:
    assert week_of(day) == monday


def test_a_week_s_days_are_one_sum_and_the_next_week_s_another() -> None:
    assert by_week([spent(NEXT_MONDAY, 4), spent(MONDAY, 1), spent(SUNDAY, 2)]) == {
        WeekLine(BUDGET, MONDAY, ASC, "care.personal"): 3,
        WeekLine(BUDGET, NEXT_MONDAY, ASC, "care.personal"): 4,
    }


def test_streams_uses_and_budgets_are_kept_apart() -> None:
    other = an_id("another budget")
    days = [
        spent(MONDAY, 1),
        spent(MONDAY, 2, stream=ILF),
        spent(MONDAY, 3, use=""),
        spent(MONDAY, 4, budget=other),
    ]

    assert sorted(by_week(days).values()) == [1, 2, 3, 4]


def test_what_came_to_nothing_is_told_as_nothing() -> None:
    assert list(by_week([spent(MONDAY, 500), spent(SUNDAY, -500)]).values()) == [0]


def test_more_may_come_back_in_a_week_than_was_spent_in_it() -> None:
    assert list(by_week([spent(NEXT_MONDAY, -700)]).values()) == [-700]
