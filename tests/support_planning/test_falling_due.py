"""How often an item is due: counted on the calendar, and just as the ledger counts."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ledger.domain.spending.planned_items import ItemCadence, PlannedItem
from services.support_planning.domain.falling_due import Cadence, Span, times_due

FIRST = date(2009, 7, 6)


@pytest.mark.parametrize(
    ("cadence", "days", "times"),
    [
        (Cadence.WEEKLY, 364, 52),
        (Cadence.WEEKLY, 365, 53),
        (Cadence.FORTNIGHTLY, 364, 26),
        (Cadence.FOUR_WEEKLY, 364, 13),
        (Cadence.MONTHLY, 365, 12),
        (Cadence.MONTHLY, 366, 13),
        (Cadence.YEARLY, 365, 1),
        (Cadence.YEARLY, 366, 2),
        (Cadence.ONE_OFF, 1, 1),
    ],
)
def test_a_year_has_its_stated_weeks(cadence: Cadence, days: int, times: int) -> None:
    assert times_due(cadence, Span(FIRST, FIRST + timedelta(days=days - 1))) == times


@given(st.sampled_from(Cadence), st.dates(date(2003, 1, 1), date(2030, 12, 31)), st.integers(0, 1900))
def test_the_ledger_counts_the_same(cadence: Cadence, first: date, days: int) -> None:
    last = first + timedelta(days=days)
    in_ledger = PlannedItem(uuid4(), "x", "care.personal", 7, ItemCadence(cadence.value), first, last)

    assert 7 * times_due(cadence, Span(first, last)) == in_ledger.planned_pence(first, last)
