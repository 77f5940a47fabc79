"""Days on which banks move money: known years of the calendar, and where payments go that fall on other days."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ledger.domain.payments.working_days import (
    Move,
    Proclaimed,
    bank_holidays_of,
    is_working_day,
    nearest_working_day,
)
from services.ledger.payments.bank_days import bank_holidays_around, due_on_working_day, processed_before
from tests.ledger.payments.payments_under_test import PaymentsUnderTest


def days_of(year: int) -> list[str]:
    """The weekdays of a year on which banks are closed, by the file."""
    return [
        one.strftime("%m-%d")
        for one in sorted(bank_holidays_around(date(year, 7, 1)))
        if one.year == year and one.weekday() < 5
    ]


@pytest.mark.parametrize(
    ("year", "days"),
    [
        (2009, ["01-01", "04-10", "04-13", "05-04", "05-25", "08-31", "12-25", "12-28"]),
        (2010, ["01-01", "04-02", "04-05", "05-03", "05-31", "08-30", "12-27", "12-28"]),
        (2011, ["01-03", "04-22", "04-25", "04-29", "05-02", "05-30", "08-29", "12-26", "12-27"]),
        (2012, ["01-02", "04-06", "04-09", "05-07", "06-04", "06-05", "08-27", "12-25", "12-26"]),
        (2020, ["01-01", "04-10", "04-13", "05-08", "05-25", "08-31", "12-25", "12-28"]),
        (2022, ["01-03", "04-15", "04-18", "05-02", "06-02", "06-03", "08-29", "09-19", "12-26", "12-27"]),
        (2023, ["01-02", "04-07", "04-10", "05-01", "05-08", "05-29", "08-28", "12-25", "12-26"]),
        (2025, ["01-01", "04-18", "04-21", "05-05", "05-26", "08-25", "12-25", "12-26"]),
        (2026, ["01-01", "04-03", "04-06", "05-04", "05-25", "08-31", "12-25", "12-28"]),
    ],
)
def test_bank_holidays_of_england_and_wales_are_those_that_were_published(year: int, days: list[str]) -> None:
    assert days_of(year) == days


@settings(deadline=None)
@given(st.dates(date(1990, 1, 1), date(2099, 12, 31)), st.sampled_from(Move))
def test_a_payment_is_moved_to_a_working_day_and_no_further_than_needed(day: date, move: Move) -> None:
    holidays = bank_holidays_around(day)

    moved = nearest_working_day(day, move, holidays)

    assert is_working_day(moved, holidays)
    assert moved <= day if move is Move.BEFORE else moved >= day
    first, last = min(day, moved), max(day, moved)
    between = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    assert [one for one in between if is_working_day(one, holidays)] == [moved]


@settings(deadline=None)
@given(st.integers(1990, 2099))
def test_each_year_has_eight_bank_holidays_on_weekdays_unless_others_were_proclaimed(year: int) -> None:
    assert len([one for one in bank_holidays_of(year) if one.weekday() < 5]) == 8
    more = bank_holidays_of(year, [Proclaimed(date(year, 7, 15)), Proclaimed(date(year - 1, 7, 15))])
    assert more - bank_holidays_of(year) == {date(year, 7, 15)}


def test_what_is_paid_in_advance_comes_before_and_what_is_paid_in_arrears_after() -> None:
    late_august = date(2009, 8, 31)

    assert due_on_working_day(late_august, in_advance=True) == date(2009, 8, 28)
    assert due_on_working_day(late_august, in_advance=False) == date(2009, 9, 1)
    assert due_on_working_day(date(2009, 8, 24), in_advance=True) == date(2009, 8, 24)
    assert due_on_working_day(date(2010, 1, 1), in_advance=True) == date(2009, 12, 31)


def test_money_that_is_to_be_there_after_a_long_weekend_is_processed_before_it() -> None:
    assert processed_before(date(2019, 8, 27)) == date(2019, 8, 23), "as Pay.UK told businesses in August 2019"
    assert processed_before(date(2019, 8, 26)) == date(2019, 8, 22)
    assert processed_before(date(2010, 12, 29)) == date(2010, 12, 24)


async def test_a_schedule_is_due_on_working_days_and_pays_for_the_same_days(payments: PaymentsUnderTest) -> None:
    person, _, _ = await payments.somebody_paid(cycle_on="2009-08-31")

    told = (await payments.get(f"/people/{person}/payments"))["payments"]

    moved = next(each for each in told if each["period_from"] == "2009-08-31")
    assert (moved["due_on"], moved["period_to"]) == ("2009-08-28", "2009-09-27")


async def test_a_run_is_paid_on_a_day_on_which_banks_pay_or_is_refused_with_those_beside_it(
    payments: PaymentsUnderTest,
) -> None:
    refused = await payments.refused("/payment-runs", {"due_by": "2009-08-31", "pay_on": "2009-08-31"})
    run = await payments.post("/payment-runs", {"due_by": "2009-09-01"})
    again = await payments.post("/payment-runs", {"due_by": "2009-09-01"})

    assert refused == (
        422,
        "not-a-working-day",
        "31 August 2009 is a bank holiday; banks pay on 28 August 2009 and on 1 September 2009",
    )
    assert (run["pay_on"], again["run_id"]) == ("2009-08-28", run["run_id"])
