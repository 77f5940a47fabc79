"""Sums of money: exact inside a rule and whole where they can be, rounded once where they leave it."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from services.funding_streams.domain.money import (
    Exact,
    a_week,
    exact,
    half_up,
    half_up_a_week,
    half_up_over_days,
    in_pounds,
    in_proportion,
    over_days,
    percent_of,
    total,
)

WHOLE = st.integers(0, 10**7)
SUMS: st.SearchStrategy[Exact] = st.one_of(WHOLE, st.fractions(0, 10**7, max_denominator=10_000))
DAYS = st.integers(1, 400)


@given(st.integers(-(10**9), 10**9), st.integers(1, 10_000))
def test_an_exact_sum_is_a_whole_number_wherever_it_is_one(above: int, below: int) -> None:
    found = exact(above, below)
    assert found == Fraction(above, below)
    assert isinstance(found, int) == (above % below == 0)


@given(SUMS, st.integers(0, 200))
def test_a_percentage_loses_nothing(pence: Exact, percent: int) -> None:
    assert percent_of(pence, percent) == Fraction(pence) * percent / 100


@given(SUMS, SUMS, SUMS.filter(bool))
def test_shares_in_proportion_lose_nothing(pence: Exact, part: Exact, whole: Exact) -> None:
    assert in_proportion(pence, part, whole) == Fraction(pence) * Fraction(part) / Fraction(whole)


@given(st.lists(SUMS))
def test_a_total_is_the_sum_of_its_parts(sums: list[Exact]) -> None:
    assert total(sums) == sum(map(Fraction, sums))


@given(SUMS, DAYS)
def test_a_sum_over_days_is_rounded_once(pence_per_week: Exact, days: int) -> None:
    assert half_up_over_days(pence_per_week, days) == half_up(over_days(pence_per_week, days))


@given(WHOLE, DAYS)
def test_a_weekly_rate_is_rounded_once(pence: int, days: int) -> None:
    assert half_up_a_week(pence, days) == half_up(a_week(pence, days))


def test_half_a_penny_goes_up_and_a_whole_sum_stays_as_it_is() -> None:
    assert [half_up(one) for one in (Fraction(1, 2), Fraction(3, 2), Fraction(149, 100), 7)] == [1, 2, 1, 7]


def test_sums_are_written_in_pounds_with_as_many_places_as_they_have() -> None:
    told = [in_pounds(one) for one in (123_456, 5, -250, Fraction(1, 2), Fraction(-1051, 8))]
    assert told == ["£1,234.56", "£0.05", "-£2.50", "£0.005", "-£1.3138"]
