"""What an award of the trust carries of the council's money: tested sums, dated and cited, and none that was not."""

from datetime import date
from typing import Any

import pytest

from services.funding_streams.domain.decision import Decision, LimitPer, Status
from services.funding_streams.domain.settling import without_money
from services.funding_streams.streams.independent_living_fund.rules import IndependentLivingFund

from .builders import a_case, social_care_of

PILOT = date(2007, 6, 1)
A_USER: dict[str, Any] = {"ilf_existing_user": True, "ilf_applied_on": "2001-05-01"}


def decide(on: date = PILOT, council: str = "500", **facts: Any) -> Decision:
    needed: dict[str, Any] = {"qualifying_support_hours_per_week": 90, **facts}
    return IndependentLivingFund().decide(a_case(on, decisions=social_care_of(council, on=on), **needed))


@pytest.mark.parametrize(
    ("on", "least", "most"),
    [
        (date(2004, 6, 1), 20_000, 71_500),
        (date(2006, 6, 1), 20_000, 78_500),
        (date(2007, 6, 1), 20_000, 81_500),
        (date(2008, 6, 2), 32_000, 81_500),
        (date(2010, 6, 1), 34_000, 81_500),
    ],
)
def test_an_application_carries_the_sums_of_its_day(on: date, least: int, most: int) -> None:
    award = decide(on)

    (minimum,), (joint,) = award.minimums, award.joint_limits
    assert (minimum.streams, minimum.pence, minimum.per) == (("adult_social_care",), least, LimitPer.WEEK_ON_AVERAGE)
    assert (joint.streams, joint.pence, joint.per) == (("adult_social_care",), most, LimitPer.WEEK_ON_AVERAGE)


def test_both_sums_are_told_in_words_with_their_source_and_whether_it_is_confirmed() -> None:
    award = decide()

    (minimum,), (joint,) = award.minimums, award.joint_limits
    assert minimum.text == (
        "The fund pays only beside at least £200.00 a week from the council, on average over the award."
    )
    assert joint.text == "Council and fund together pay at most £815.00 a week, on average over the award."
    assert {minimum.text, joint.text} <= set(award.conditions)
    assert ("S11" in minimum.citation, minimum.unconfirmed) == (True, False)
    assert joint.unconfirmed is True, "the sum of 2007 is from memory"


def test_the_threshold_is_that_of_the_day_of_the_application() -> None:
    assert decide(date(2008, 6, 2), ilf_applied_on="2008-03-31").minimums[0].pence == 20_000


def test_a_user_who_asks_for_nothing_is_tested_for_nothing() -> None:
    award = decide(**A_USER, ilf_asks_for_more_hours=False)

    assert (award.status, award.minimums, award.joint_limits) == (Status.INDICATIVE, (), ())


def test_a_user_who_gets_more_hours_gets_them_beside_the_threshold_of_the_day() -> None:
    award = decide(date(2008, 6, 2), **A_USER, ilf_asks_for_more_hours=True)

    assert ([one.pence for one in award.minimums], award.joint_limits) == ([32_000], ())


def test_an_award_that_is_held_for_want_of_council_input_rests_on_no_threshold() -> None:
    award = decide(council="150", **A_USER, ilf_asks_for_more_hours=True, ilf_award_pence_per_week=10_000)

    assert (award.pence_per_week, award.minimums) == (10_000, ())


def test_a_user_of_the_extension_fund_has_no_threshold() -> None:
    of_group_1 = {**A_USER, "ilf_applied_on": "1991-10-01", "ilf_protected_from_contribution": False}

    assert decide(**of_group_1, ilf_asks_for_more_hours=True).minimums == ()


def test_in_scotland_the_councils_money_is_in_no_budget_here() -> None:
    facts: dict[str, Any] = {
        "lives_in": "scotland",
        "net_council_budget_pence_per_week": 30_000,
        "council_charge_pence_per_week": 1_000,
    }
    award = decide(date(2024, 7, 1), **A_USER, **facts, ilf_asks_for_more_hours=False)

    assert (award.status, award.minimums, award.joint_limits) == (Status.INDICATIVE, (), ())


def test_a_refusal_sets_nothing_over_anybodys_money() -> None:
    refused = decide(council="100")

    assert (refused.status, refused.minimums, refused.joint_limits) == (Status.NOT_ELIGIBLE, (), ())
    emptied = without_money(decide(), a_case(PILOT))
    assert (emptied.minimums, emptied.joint_limits) == ((), ())
