"""What is due when, over all the terms that there can be."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from services.ledger.domain.payments.periods import (
    PERIODS_MOST,
    Every,
    Period,
    PeriodOutOfRange,
    turns,
)
from services.ledger.domain.payments.schedules import (
    ContributionAboveRate,
    ContributionPaid,
    RateMissing,
    Terms,
    WeeklyRate,
    WeeklyRates,
    WholeSum,
    due_payments,
    revised,
)
from services.ledger.domain.payments.shares import NothingToShareBy, split

#: A machine that is busy with other things is no reason to fail.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

A_DAY = st.dates(date(2003, 1, 1), date(2027, 12, 31))
PENCE = st.integers(0, 2_000_000)


@st.composite
def rates(draw: st.DrawFn, first_day: date) -> WeeklyRates:
    days = draw(st.lists(st.integers(1, 800), max_size=3, unique=True).map(sorted))
    held = []
    for day in [0, *days]:
        pence = draw(PENCE)
        held.append(WeeklyRate(first_day + timedelta(days=day), pence, draw(st.integers(0, pence))))
    return WeeklyRates(tuple(held))


@st.composite
def some_terms(draw: st.DrawFn, *, by_rate: bool | None = None) -> Terms:
    starts_on = draw(A_DAY)
    pence = draw(PENCE)
    by_rate = draw(st.booleans()) if by_rate is None else by_rate
    return Terms(
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=draw(st.integers(0, 800))),
        every=draw(st.sampled_from(Every)),
        in_advance=draw(st.booleans()),
        paid=draw(st.sampled_from(ContributionPaid)),
        amount=draw(rates(starts_on)) if by_rate else WholeSum(pence, draw(st.integers(0, pence))),
        cycle_on=draw(st.none() | A_DAY),
    )


@unhurried
@given(some_terms())
def test_every_day_is_paid_for_once(terms: Terms) -> None:
    due = due_payments(terms)

    days = [each.period.from_on + timedelta(days=n) for each in due for n in range(each.period.days)]
    assert days == [terms.starts_on + timedelta(days=n) for n in range(terms.whole.days)]


@unhurried
@given(some_terms(by_rate=False))
def test_the_parts_of_a_sum_add_up_to_it(terms: Terms) -> None:
    assert isinstance(terms.amount, WholeSum)
    due = due_payments(terms)

    assert sum(each.gross_pence for each in due) == terms.amount.pence
    assert sum(each.contribution_pence for each in due) == terms.amount.contribution_pence
    assert all(0 <= each.contribution_pence <= each.gross_pence for each in due)


@unhurried
@given(some_terms(by_rate=True))
def test_a_weekly_rate_is_paid_to_the_nearest_penny_on_every_day(terms: Terms) -> None:
    assert isinstance(terms.amount, WeeklyRates)
    running = exact = Fraction(0)
    for each in due_payments(terms):
        running += each.contribution_pence
        for number in range(each.period.days):
            day = each.period.from_on + timedelta(days=number)
            rate = next(rate for rate in reversed(terms.amount.rates) if rate.from_on <= day)
            exact += Fraction(rate.contribution_pence_per_week, 7)

        assert abs(running - exact) <= Fraction(1, 2)


@unhurried
@given(some_terms())
def test_what_is_sent_and_what_is_kept_are_the_whole(terms: Terms) -> None:
    for each in due_payments(terms):
        assert each.sent_pence + each.kept_pence == each.gross_pence
        assert each.kept_pence == (each.contribution_pence if terms.paid is ContributionPaid.NET else 0)


@unhurried
@given(some_terms())
def test_money_is_paid_before_its_days_or_after_them_and_concerns_one_of_them(terms: Terms) -> None:
    for each in due_payments(terms):
        assert each.due_on <= each.period.from_on if terms.in_advance else each.due_on > each.period.to_on
        assert each.period.from_on <= each.value_on <= each.period.to_on


@unhurried
@given(some_terms(by_rate=True), st.integers(0, 30))
def test_terms_that_stay_as_they_are_change_nothing(terms: Terms, taken: int) -> None:
    due = due_payments(terms)

    revision = revised(terms, due[:taken])

    assert revision.due == due[taken:]
    # Whole pence were paid for the days so far, and are no more than the rounding away from what they are worth.
    assert revision.back_pay_pence == revision.recoverable_pence == 0


@unhurried
@given(some_terms(by_rate=False), st.integers(0, 30))
def test_a_sum_that_stays_as_it_is_is_paid_in_full(terms: Terms, taken: int) -> None:
    assert isinstance(terms.amount, WholeSum)
    due = due_payments(terms)

    revision = revised(terms, due[:taken])

    paid = sum(each.gross_pence for each in (*due[:taken], *revision.due))
    assert paid + revision.back_pay_pence == terms.amount.pence
    assert revision.recoverable_pence == 0


@unhurried
@given(st.data(), some_terms(), st.integers(0, 30))
def test_whatever_the_new_terms_nobody_is_paid_twice_for_a_day(data: st.DataObject, terms: Terms, taken: int) -> None:
    new = data.draw(some_terms())
    paid = due_payments(terms)[:taken]
    assume(new.amount)

    revision = revised(new, paid)

    assert not any(each.period.shared_with(earlier.period) for each in revision.due for earlier in paid)
    assert 0 in (revision.back_pay_pence, revision.recoverable_pence)


@unhurried
@given(st.data(), some_terms(by_rate=True), st.integers(0, 30))
def test_new_rates_are_paid_in_full_with_what_was_paid_before(data: st.DataObject, terms: Terms, taken: int) -> None:
    paid = due_payments(terms)[:taken]
    new = Terms(
        terms.starts_on,
        terms.ends_on,
        terms.every,
        terms.in_advance,
        terms.paid,
        data.draw(rates(terms.starts_on)),
        cycle_on=terms.cycle_on,
    )

    revision = revised(new, paid)

    sent = sum(each.sent_pence for each in (*paid, *revision.due))
    assert sent + revision.back_pay_pence - revision.recoverable_pence == sum(
        each.sent_pence for each in due_payments(new)
    )


@unhurried
@given(A_DAY, st.sampled_from(Every), st.integers(0, 800), st.none() | A_DAY)
def test_a_turn_begins_where_the_one_before_it_ended(
    first_day: date, every: Every, days: int, cycle_on: date | None
) -> None:
    cut = turns(Period(first_day, first_day + timedelta(days=days)), every, cycle_on=cycle_on)

    assert all(0 < turn.share <= 1 for turn in cut)
    assert all(turn.share == 1 for turn in cut[1:-1])
    if every is not Every.MONTH and cycle_on:
        assert all((turn.period.from_on - cycle_on).days % 7 == 0 for turn in cut[1:])


@unhurried
@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**6), min_size=1, max_size=60).filter(any))
def test_a_split_loses_nothing_and_strays_by_less_than_a_penny(pence: int, weights: list[int]) -> None:
    parts = split(pence, weights)

    assert sum(parts) == pence
    assert all(
        abs(part - Fraction(pence * weight, sum(weights))) < 1 for part, weight in zip(parts, weights, strict=True)
    )


@pytest.mark.parametrize(("pence", "weights"), [(-1, [1]), (1, []), (1, [0, 0]), (1, [2, -1])])
def test_a_sum_that_cannot_be_shared_out_is_refused(pence: int, weights: list[int]) -> None:
    with pytest.raises(NothingToShareBy):
        split(pence, weights)


FIRST_DAY, LAST_DAY = date(2010, 4, 5), date(2011, 4, 3)


def terms_of(amount: WeeklyRates | WholeSum, *, ends_on: date = LAST_DAY, every: Every = Every.WEEK) -> Terms:
    return Terms(FIRST_DAY, ends_on, every, in_advance=True, paid=ContributionPaid.NET, amount=amount)


@pytest.mark.parametrize(
    "held",
    [
        (),
        (WeeklyRate(FIRST_DAY + timedelta(days=1), 100),),
        (WeeklyRate(FIRST_DAY, 100), WeeklyRate(FIRST_DAY, 200)),
        (WeeklyRate(FIRST_DAY, 100), WeeklyRate(FIRST_DAY - timedelta(days=1), 200)),
    ],
)
def test_a_day_without_one_rate_is_refused(held: tuple[WeeklyRate, ...]) -> None:
    with pytest.raises(RateMissing):
        terms_of(WeeklyRates(held))


@pytest.mark.parametrize("amount", [WeeklyRates((WeeklyRate(FIRST_DAY, 100, 101),)), WholeSum(100, 101), WholeSum(-1)])
def test_a_contribution_above_the_payment_is_refused(amount: WeeklyRates | WholeSum) -> None:
    with pytest.raises(ContributionAboveRate):
        terms_of(amount)


def test_an_award_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(PeriodOutOfRange):
        terms_of(WholeSum(100), ends_on=FIRST_DAY - timedelta(days=1))


def test_more_payments_than_anybody_can_mean_are_refused() -> None:
    with pytest.raises(PeriodOutOfRange):
        due_payments(terms_of(WholeSum(100), ends_on=FIRST_DAY + timedelta(days=7 * PERIODS_MOST)))

    assert len(due_payments(terms_of(WholeSum(100), ends_on=FIRST_DAY + timedelta(days=7 * PERIODS_MOST - 1)))) == (
        PERIODS_MOST
    )
