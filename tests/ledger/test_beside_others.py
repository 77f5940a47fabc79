"""What awards say of each other's money, as rules of a budget's funds; and what is used of those funds, by day."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from braid.contracts.award import AwardDecided, LimitPer
from services.ledger.domain.beside_others import (
    BesideOthers,
    FundBesideOthers,
    joint_limits_of,
    minimums_of,
)
from services.ledger.domain.braiding.limits import changes_of, limits_of, stretches_of
from services.ledger.domain.braiding.plan import Fund, Payment, Per, Plan
from services.ledger.domain.used_money import held, pence_by_fund, spent
from services.ledger.spending.purse_store import beside_others
from tests.ledger.beside_others import LEAST, MOST
from tests.ledger.builders import ASC, ILF, Stream
from tests.ledger.ledger_under_test import LedgerUnderTest

FIRST, LAST = date(2009, 6, 1), date(2010, 5, 30)


def a_sum(pence: int, *streams: str, per: Per = Per.WEEK_ON_AVERAGE) -> BesideOthers:
    return BesideOthers(frozenset(streams), pence, per, "In words.", "Policy 25", unconfirmed=False)


def a_fund(fund_id: str, stream: str = "", **changes: Any) -> FundBesideOthers:
    usual = {"stream": stream or fund_id, "label": fund_id.upper(), "starts_on": FIRST, "ends_on": LAST}
    return FundBesideOthers(fund_id, **{**usual, **changes})


def whole_sum(fund: FundBesideOthers, *others: FundBesideOthers) -> int:
    """What the joint limit of a fund comes to over all its days."""
    funds = [fund, *others]
    money = [Fund(one.fund_id, one.label, 10**9, Per.ONCE, one.starts_on, one.ends_on, 1) for one in funds]
    plan = Plan([], money, {}, joint_limits_of(funds))
    (limit,) = (one for one in limits_of(plan) if not one.is_own)
    return sum(one.pence for one in stretches_of(limit, changes_of(plan)))


def test_a_rule_of_streams_becomes_one_of_the_funds_that_are_of_them() -> None:
    funds = [
        a_fund("ilf", joint_limits=[a_sum(78_500, "asc")], minimums=[a_sum(34_000, "asc")]),
        a_fund("asc"),
        a_fund("next_years", "asc", label="ASC"),
        a_fund("sp"),
    ]

    (joint,), (minimum,) = joint_limits_of(funds), minimums_of(funds, {"ilf": (FIRST, LAST)})

    assert (joint.fund_ids, joint.set_by) == (frozenset({"ilf", "asc", "next_years"}), "ilf")
    assert (minimum.fund_id, minimum.spent_from) == ("ilf", frozenset({"asc", "next_years"}))
    assert joint.label == "the £785.00 a week on average that ILF and ASC may pay together"
    assert minimum.label == "at least £340.00 a week on average from ASC"


@pytest.mark.parametrize(
    ("ends_on", "pence"),
    [(LAST, 4_082_000), (date(2009, 6, 7), 78_500), (date(2009, 6, 1), 11_214), (date(2009, 9, 8), 1_121_429)],
)
def test_a_weekly_sum_is_exact_over_weeks_and_to_the_nearest_penny_over_odd_days(ends_on: date, pence: int) -> None:
    assert whole_sum(a_fund("ilf", joint_limits=[a_sum(78_500, "asc")], ends_on=ends_on), a_fund("asc")) == pence


def test_odd_days_of_the_other_fund_lose_no_penny_of_the_limit() -> None:
    others = [a_fund("asc", ends_on=date(2009, 9, 3)), a_fund("later", "asc", starts_on=date(2009, 9, 4))]

    assert whole_sum(a_fund("ilf", joint_limits=[a_sum(78_500, "asc")]), *others) == 4_082_000


def test_a_minimum_counts_the_days_on_which_its_fund_is_asked_to_pay() -> None:
    funds = [a_fund("ilf", minimums=[a_sum(34_000, "asc")]), a_fund("asc")]

    (minimum,) = minimums_of(funds, {"ilf": (date(2009, 9, 1), date(2011, 1, 1))})

    assert (minimum.starts_on, minimum.ends_on) == (date(2009, 9, 1), LAST)
    assert minimums_of(funds, {}) == minimums_of(funds, {"asc": (FIRST, LAST)}) == []
    assert minimums_of(funds, {"ilf": (date(2008, 1, 1), date(2008, 12, 31))}) == []


def test_without_any_money_that_counts_a_minimum_cannot_be_met_and_says_so() -> None:
    (minimum,) = minimums_of([a_fund("ilf", minimums=[a_sum(34_000, "asc")])], {"ilf": (FIRST, LAST)})

    assert minimum.spent_from == frozenset()
    assert minimum.label == "at least £340.00 a week on average from money that this budget does not have"


@pytest.mark.parametrize(
    ("by_day", "standing"),
    [
        ({1: 100, 2: 50}, {1: 100, 2: 50}),
        ({1: 100, 2: 50, 3: -50}, {1: 100}),
        ({1: 100, 2: 50, 3: -70}, {1: 80}),
        ({1: 100, 2: -150, 3: 80}, {3: 30}),
        ({1: 0}, {}),
    ],
)
def test_what_came_back_is_taken_off_what_was_spent_last(
    by_day: Mapping[int, int], standing: Mapping[int, int]
) -> None:
    found = spent("asc", {date(2009, 6, on): pence for on, pence in by_day.items()})

    assert {one.starts_on.day: one.pence for one in found} == standing
    assert all(one.starts_on == one.ends_on for one in found)


def test_what_is_held_counts_on_the_days_of_its_item_within_the_fund() -> None:
    june, odd = (date(2009, 6, 1), date(2009, 6, 30)), (date(2012, 1, 1), date(2012, 1, 31))

    assert held("asc", 100, (date(2009, 6, 10), LAST), june) == Payment("", "asc", date(2009, 6, 10), june[1], 100)
    assert held("asc", 100, june, odd) == held("asc", 100, june, None) == Payment("", "asc", *june, 100)
    assert held("asc", 100, (date(2009, 6, 2), date(2009, 6, 1)), None).ends_on == date(2009, 6, 2)
    assert pence_by_fund([held("asc", 100, june, odd)] * 2) == {"asc": 200}


async def test_an_award_is_kept_with_what_it_says_of_others(ledger: LedgerUnderTest) -> None:
    person = uuid4()

    await ledger.take(ledger.an_award_decided(person, stream=Stream.INDEPENDENT_LIVING_FUND, others={**LEAST, **MOST}))

    ((fund),) = await ledger.open_funds(person)
    assert (fund.version.minimums, fund.version.joint_limits) == (LEAST["minimums"], MOST["joint_limits"])
    (joint,) = beside_others(fund.version.joint_limits)
    assert (joint.streams, joint.pence, joint.per, joint.unconfirmed) == (
        frozenset({ASC}),
        78_500,
        Per.WEEK_ON_AVERAGE,
        True,
    )


async def test_an_event_from_before_these_fields_opens_its_fund_as_ever(ledger: LedgerUnderTest) -> None:
    told = json.loads(ledger.an_award_decided(stream=Stream.INDEPENDENT_LIVING_FUND).model_dump_json())
    del told["joint_limits"], told["minimums"]
    older = AwardDecided.read(json.dumps(told).encode())

    await ledger.take(older)

    (fund,) = await ledger.open_funds(older.person_id)
    assert (fund.fund.stream, fund.version.joint_limits, fund.version.minimums) == (ILF, [], [])


def test_the_contract_and_braiding_know_the_same_periods() -> None:
    assert {one.value for one in LimitPer} == {one.value for one in Per}
