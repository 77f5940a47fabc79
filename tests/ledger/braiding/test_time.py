"""Money by the day: sums over spans, limits by the week and year, and items cut only where their money changes."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ledger.domain.braiding.accrual import accrued_pence, cost_pence, months_later
from services.ledger.domain.braiding.funding import Funding, fund
from services.ledger.domain.braiding.limits import overspent
from services.ledger.domain.braiding.model import model_of
from services.ledger.domain.braiding.plan import BadPlan, Item, Per, Plan
from tests.ledger.braiding.plans import (
    FIRST,
    LAST,
    SOLVERS,
    a_fund,
    a_joint_limit,
    a_plan_over_time,
    an_item,
    paid,
    permits,
)

WEEK = timedelta(days=7)
EVERY_PER = [one for one in Per if one is not Per.ONCE]


@pytest.mark.parametrize(
    ("pence", "per", "first", "until", "due"),
    [
        (20_000, Per.WEEK, date(2009, 4, 6), date(2009, 4, 13), 20_000),
        (20_000, Per.WEEK, date(2009, 4, 6), date(2010, 4, 5), 52 * 20_000),
        (20_000, Per.WEEK, date(2009, 4, 6), date(2009, 4, 9), 8_571),
        (80_000, Per.FOUR_WEEKS, date(2009, 4, 6), date(2009, 5, 1), 71_429),
        (10_000, Per.MONTH, date(2009, 1, 31), date(2009, 2, 28), 10_000),
        (10_000, Per.MONTH, date(2009, 4, 6), date(2009, 4, 21), 5_000),
        (1_200_000, Per.YEAR, date(2009, 4, 6), date(2010, 4, 6), 1_200_000),
        (1_200_000, Per.YEAR, date(2008, 2, 29), date(2009, 2, 28), 1_200_000),
        (50, Per.ONCE, date(2009, 4, 6), date(2009, 4, 7), 50),
        (50, Per.WEEK, date(2009, 4, 6), date(2009, 4, 6), 0),
    ],
)
def test_a_sum_runs_by_the_day(pence: int, per: Per, first: date, until: date, due: int) -> None:
    assert accrued_pence(pence, per, first, until) == due


@given(
    pence=st.integers(0, 10**8),
    per=st.sampled_from(EVERY_PER),
    days=st.lists(st.integers(0, 4_000), min_size=1, max_size=8),
)
def test_spans_that_follow_one_another_add_up_to_the_whole(pence: int, per: Per, days: list[int]) -> None:
    borders = [FIRST, *(FIRST + timedelta(days=one) for one in sorted(days))]
    spans = [
        accrued_pence(pence, per, FIRST, until) - accrued_pence(pence, per, FIRST, starts_on)
        for starts_on, until in pairwise(borders)
    ]

    assert sum(spans) == accrued_pence(pence, per, FIRST, borders[-1])
    assert min(spans) >= 0


def test_the_last_day_of_a_short_month_stands_for_the_days_it_has_not() -> None:
    assert months_later(date(2008, 1, 31), 1) == date(2008, 2, 29)
    assert months_later(date(2009, 1, 31), 1) == date(2009, 2, 28)
    assert months_later(date(2009, 1, 31), 13) == date(2010, 2, 28)


def of_one_item(plan: Plan) -> Funding:
    return fund(plan, SOLVERS)


def half_year(plan_of_item: Item, *, first_half_pence: int, year_pence: int) -> Plan:
    funds = [a_fund("half", first_half_pence, 1, ends_on=date(2009, 10, 4)), a_fund("year", year_pence, 2)]
    return Plan([plan_of_item], funds, permits({plan_of_item.item_id: ["half", "year"]}))


def test_an_item_is_one_need_while_nothing_changes_and_two_where_a_fund_ends() -> None:
    year = {"per": Per.WEEK, "ends_on": date(2010, 4, 4)}
    alone = Plan([an_item("pa", 20_000, **year)], [a_fund("year", 10**7)], permits({"pa": ["year"]}))

    assert len(model_of(alone).needs) == 1
    needs = model_of(half_year(an_item("pa", 20_000, **year), first_half_pence=10**6, year_pence=10**6)).needs
    assert [(need.starts_on, need.pence) for need in needs] == [
        (date(2009, 4, 6), 26 * 20_000),
        (date(2009, 10, 5), 26 * 20_000),
    ]


def test_an_item_is_paid_only_by_money_that_is_alive_when_the_item_is() -> None:
    late = an_item("pa", 1_000, per=Per.ONCE, starts_on=date(2009, 11, 1), ends_on=date(2009, 11, 30))

    funding = of_one_item(half_year(late, first_half_pence=5_000, year_pence=400))

    assert [(one.fund_id, one.pence) for one in funding.payments] == [("year", 400)]
    assert funding.unpaid_pence == 600


def test_what_is_paid_once_may_be_paid_on_any_of_its_days_and_the_days_are_told() -> None:
    anytime = an_item("course", 1_000, per=Per.ONCE)

    funding = of_one_item(half_year(anytime, first_half_pence=700, year_pence=900))

    assert [(one.fund_id, one.starts_on, one.ends_on, one.pence) for one in funding.payments] == [
        ("half", FIRST, date(2009, 10, 4), 700),
        ("year", FIRST, LAST, 300),
    ]


def test_a_share_of_what_is_paid_once_holds_over_all_days_together() -> None:
    plan = Plan(
        [an_item("tablet", 1_000, per=Per.ONCE)],
        [a_fund("work", 5_000)],
        permits({"tablet": {"work": 571}}),
        [a_joint_limit("later", 5_000, "work", starts_on=date(2009, 8, 1))],
    )

    assert len(model_of(plan).parts) == 2
    assert sum(one.pence for one in of_one_item(plan).payments) == 571


def test_a_share_of_a_weekly_item_runs_with_the_item() -> None:
    days = {"per": Per.WEEK, "ends_on": date(2010, 4, 4)}
    plan = Plan([an_item("taxi", 3_000, **days)], [a_fund("work", 10**7)], permits({"taxi": {"work": 2_000}}))

    assert [one.pence for one in of_one_item(plan).payments] == [52 * 2_000]


def weekly(limit_pence: int, *items: Item) -> Plan:
    each = a_fund("ilf", limit_pence, per=Per.WEEK, ends_on=date(2010, 4, 4))
    return Plan(items, [each], permits({item.item_id: ["ilf"] for item in items}))


def test_a_weeks_money_is_shared_by_what_falls_in_that_week() -> None:
    always = an_item("pa", 20_000, per=Per.WEEK, ends_on=date(2010, 4, 4))
    day = {"starts_on": date(2009, 8, 5), "ends_on": date(2009, 8, 5)}

    funding = of_one_item(weekly(30_000, always, an_item("trip", 25_000, per=Per.ONCE, **day)))

    assert funding.unpaid_pence == 15_000


def test_weeks_in_which_nothing_changes_are_taken_together() -> None:
    always = an_item("pa", 20_000, per=Per.WEEK, ends_on=date(2010, 4, 4))

    assert len(model_of(weekly(30_000, always)).parts) == 1


def test_a_years_limit_is_a_ceiling_for_each_year() -> None:
    last = date(2011, 4, 5)
    plan = Plan(
        [an_item("pa", 1_000, per=Per.WEEK, ends_on=last)],
        [a_fund("asc", 30_000, per=Per.YEAR, ends_on=last)],
        permits({"pa": ["asc"]}),
    )

    assert [(one.starts_on, one.pence) for one in of_one_item(plan).payments] == [
        (date(2009, 4, 6), 30_000),
        (date(2010, 4, 6), 30_000),
    ]


def test_money_that_is_spent_or_held_is_not_there_again() -> None:
    plan = Plan(
        [an_item("pa", 1_000)], [a_fund("asc", 1_500)], permits({"pa": ["asc"]}), used=[paid("earlier", "asc", 900)]
    )

    assert (of_one_item(plan).unpaid_pence, of_one_item(plan).left_pence) == (400, {"asc": 0})


def test_money_that_was_spent_in_a_week_is_missing_in_that_week_alone() -> None:
    spent = paid("trip", "ilf", 25_000, starts_on=date(2009, 8, 5), ends_on=date(2009, 8, 5))
    plan = weekly(30_000, an_item("pa", 20_000, per=Per.WEEK, ends_on=date(2010, 4, 4)))

    assert fund(replace(plan, used=[spent]), SOLVERS).unpaid_pence == 15_000


def test_what_a_fund_spent_counts_on_whatever_day_it_was_paid() -> None:
    late = paid("invoice", "asc", 900, starts_on=date(2010, 5, 1), ends_on=date(2010, 5, 1))
    plan = Plan([an_item("pa", 1_000)], [a_fund("asc", 1_500)], permits({"pa": ["asc"]}), used=[late])

    assert of_one_item(plan).unpaid_pence == 400


def test_what_passes_a_limit_is_named_with_its_week() -> None:
    trip = paid("trip", "ilf", 35_000, starts_on=date(2009, 8, 5), ends_on=date(2009, 8, 5))
    plan = replace(weekly(30_000), used=[trip, paid("pa", "ilf", 52 * 20_000, ends_on=date(2010, 4, 4))])

    [found] = overspent(plan)

    assert (found.limit_id, found.starts_on, found.until) == ("ilf", date(2009, 8, 3), date(2009, 8, 10))
    assert (found.limit_pence, found.used_pence) == (30_000, 55_000)


def test_a_plan_that_was_paid_passes_no_limit() -> None:
    for seed in range(60):
        plan = a_plan_over_time(seed)
        payments = fund(plan, SOLVERS).payments

        assert overspent(replace(plan, used=[one for one in payments if one.starts_on == one.ends_on])) == []


@pytest.mark.parametrize(
    "items",
    [
        [an_item("a", -1)],
        [an_item("a", 2**53)],
        [an_item("a", 1), an_item("a", 1)],
        [an_item("a", 1, starts_on=LAST, ends_on=FIRST)],
        [an_item("a", 1, ends_on=date(9999, 12, 31))],
        [an_item("a", 1, starts_on=date(1, 1, 1))],
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(items: list[Item]) -> None:
    with pytest.raises(BadPlan):
        Plan(items, [], {})


def test_an_id_may_name_one_limit_only_and_limits_name_funds_that_are_there() -> None:
    with pytest.raises(BadPlan):
        Plan([], [a_fund("asc", 1)], {}, [a_joint_limit("asc", 1, "asc")])
    with pytest.raises(BadPlan):
        Plan([], [a_fund("asc", 1)], {}, [a_joint_limit("both", 1, "asc", "ilf")])


def test_items_that_cost_more_than_any_budget_are_refused_and_the_largest_sums_are_not() -> None:
    large = 2**53 - 1
    most = Plan([an_item("a", large)], [a_fund("f", large, per=Per.WEEK)], permits({"a": ["f"]}))

    assert fund(most, SOLVERS).is_whole
    with pytest.raises(BadPlan):
        fund(replace(most, items=[an_item("a", large), an_item("b", 1)]), SOLVERS)


def test_an_empty_plan_is_paid() -> None:
    assert fund(Plan([], [], {}), SOLVERS).is_whole
    assert cost_pence(an_item("a", 100, per=Per.WEEK, ends_on=FIRST + WEEK - timedelta(days=1))) == 100
