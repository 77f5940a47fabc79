"""What another answer would do, and what would have to change for a refusal to fall."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from braid.kit.identity import Role
from services.funding_streams.domain.adapter import Allocation, AllocationOutcome, Case
from services.funding_streams.domain.decision import (
    ADULT_SOCIAL_CARE,
    INDEPENDENT_LIVING_FUND,
    SUPPORTING_PEOPLE,
    Status,
)
from services.funding_streams.domain.facts import Facts
from services.funding_streams.domain.levers import ALLOCATION, DAY, Change
from services.funding_streams.domain.what_would_change import DECISIONS_MOST, WaysFound
from services.funding_streams.evaluation import evaluate, one_stream
from services.funding_streams.ways_in import what_would_change

from .builders import PILOT, a_case, a_person, incomes
from .rules_desk import RulesDesk

CARE_ACT = date(2025, 6, 1)
A_YEAR = {"pence_per_year": 1_920_828}


def ways(stream: str, on: date = PILOT, **changes: Any) -> WaysFound:
    """What would have to change for one stream to say yes to the usual person with these changes."""
    return what_would_change(a_case(on, **changes), one_stream(stream))


def changes_of(found: WaysFound) -> list[dict[str, Any]]:
    return [{change.name: change.after for change in way.changes} for way in found.ways]


# -- what would have to change


def test_a_band_below_the_threshold_would_have_to_be_at_it() -> None:
    assert {"facs_band": "substantial"} in changes_of(ways(ADULT_SOCIAL_CARE, facs_band="moderate"))


def test_where_two_outcomes_are_needed_the_answer_is_two_and_not_more() -> None:
    assert {"outcomes_not_achieved": 2} in changes_of(ways(ADULT_SOCIAL_CARE, CARE_ACT, outcomes_not_achieved=1))


def test_capital_would_have_to_be_at_the_limit_to_the_penny() -> None:
    """The fund's limit of 2007 is 21,500 pounds, a partner's capital included."""
    found = ways(INDEPENDENT_LIVING_FUND, capital_pence=3_000_000, supporting_people_meets_pence_per_week=0)

    assert changes_of(found)[0] == {"capital_pence": 2_150_000}
    assert found.ways[0].decision.status is Status.INDICATIVE


def test_a_council_input_below_the_threshold_would_need_a_larger_allocation() -> None:
    """The threshold of 200 pounds a week over 52 weeks."""
    found = ways(INDEPENDENT_LIVING_FUND, weekly="150.00", supporting_people_meets_pence_per_week=0)

    assert {ALLOCATION: 1_040_000} in changes_of(found)


def test_nobody_can_change_a_date_of_birth_so_the_answer_is_a_day() -> None:
    found = ways(ADULT_SOCIAL_CARE, date_of_birth="1990-03-14")

    assert changes_of(found) == [{DAY: date(2008, 3, 14)}]


def test_somebody_born_on_29_february_comes_of_age_on_1_march() -> None:
    assert changes_of(ways(ADULT_SOCIAL_CARE, date_of_birth="1992-02-29")) == [{DAY: date(2010, 3, 1)}]


def test_two_facts_that_stand_in_the_way_are_told_together() -> None:
    found = ways(SUPPORTING_PEOPLE, housing_support_need=False, housing_support_in_plan=False)

    assert changes_of(found) == [{"housing_support_need": True, "housing_support_in_plan": True}]


def test_three_tests_that_fail_are_all_in_the_answer_and_nothing_else_is() -> None:
    found = ways(
        ADULT_SOCIAL_CARE, CARE_ACT, need_from_impairment=False, outcomes_not_achieved=0, significant_impact=False
    )

    assert changes_of(found) == [{"need_from_impairment": True, "outcomes_not_achieved": 2, "significant_impact": True}]


def test_a_change_that_would_contradict_another_fact_names_it() -> None:
    found = ways(
        INDEPENDENT_LIVING_FUND,
        dla_care_rate="middle",
        incomes=incomes(income_support="96.70", dla_care_middle="43.15"),
        supporting_people_meets_pence_per_week=0,
    )
    (way,) = [way for way in found.ways if way.changes[0].name == "dla_care_rate"]

    assert (way.changes[0].after, way.also) == ("highest", ("incomes",))


def test_a_stream_that_has_ended_can_be_had_by_no_change() -> None:
    found = ways(SUPPORTING_PEOPLE, date(2011, 4, 1))

    assert (found.ways, found.complete) == ((), True)


def test_an_award_needs_no_change() -> None:
    assert ways(ADULT_SOCIAL_CARE).ways == ()


def test_facts_that_contradict_each_other_are_not_searched() -> None:
    found = ways(ADULT_SOCIAL_CARE, facs_band="low", uk_resident=False)

    assert (found.ways, found.decisions) == ((), 1)


def test_after_a_change_that_opens_the_door_what_is_still_missing_is_named() -> None:
    found = ways(SUPPORTING_PEOPLE, housing_support_need=False, facts=_without_price())

    assert [way.decision.missing_facts for way in found.ways] == [("housing_support_contract_pence_per_week",)]


def _without_price() -> dict[str, Any]:
    facts = a_person(housing_support_need=False)
    del facts["housing_support_contract_pence_per_week"]
    return facts


@settings(max_examples=40, deadline=None)
@given(
    stream=st.sampled_from([ADULT_SOCIAL_CARE, SUPPORTING_PEOPLE, INDEPENDENT_LIVING_FUND]),
    on=st.dates(date(2005, 1, 1), date(2026, 12, 31)),
    band=st.sampled_from(["critical", "moderate", "none"]),
    outcomes=st.integers(0, 3),
    impact=st.booleans(),
    need=st.booleans(),
    resident=st.booleans(),
    capital=st.sampled_from([0, 2_400_000]),
)
def test_every_way_that_is_told_is_one_and_none_of_its_changes_is_idle(
    stream: str, on: date, band: str, outcomes: int, impact: bool, need: bool, resident: bool, capital: int
) -> None:
    case = a_case(
        on,
        facs_band=band,
        outcomes_not_achieved=outcomes,
        significant_impact=impact,
        housing_support_need=need,
        ordinarily_resident=resident,
        capital_pence=capital,
    )
    (now,) = evaluate(case, stream)
    found = what_would_change(case, one_stream(stream))

    assert found.decisions <= DECISIONS_MOST
    assert now.status is Status.NOT_ELIGIBLE or not found.ways
    for way in found.ways:
        assert _after(case, stream, way.changes) is not Status.NOT_ELIGIBLE
        if len(way.changes) > 1:
            for idle in way.changes:
                rest = [change for change in way.changes if change is not idle]
                assert _after(case, stream, rest) is Status.NOT_ELIGIBLE, idle


def _after(case: Case, stream: str, changes: Sequence[Change]) -> Status:
    """What comes of the changes, made here without the search."""
    values = dict(case.facts.values)
    on, allocation = case.on, case.allocation
    for change in changes:
        if change.name == DAY:
            assert isinstance(change.after, date)
            on = change.after
        elif change.name == ALLOCATION:
            assert isinstance(change.after, int)
            allocation = Allocation(change.after, AllocationOutcome.CALCULATED)
        else:
            values[change.name] = change.after
    supposed = replace(case, facts=Facts.from_mapping(values), on=on, allocation=allocation)
    return evaluate(supposed, stream)[0].status


# -- on request


async def test_what_would_change_is_told_in_words_and_as_data(desk: RulesDesk) -> None:
    told = await desk.evaluated(
        ADULT_SOCIAL_CARE, "2025-06-01", a_person(outcomes_not_achieved=1), allocation=A_YEAR, changes=True
    )

    found = told["would_change"]
    assert (found["status"], found["complete"]) == ("not_eligible", True)
    way = next(way for way in found["ways"] if way["changes"][0]["name"] == "outcomes_not_achieved")
    assert (way["changes"][0]["before"], way["changes"][0]["after"], way["status"]) == (1, 2, "confirmed")
    assert way["text"].startswith(
        "“How many Care Act outcomes cannot be achieved”: 2 instead of 1. The award would then"
    )


async def test_what_would_change_is_looked_for_in_one_stream_that_is_named(desk: RulesDesk) -> None:
    answer = await desk.send("POST", "decisions:evaluate", {"on": "2025-06-01", "facts": {}, "changes": True})

    assert answer.status_code == 422
    assert "name it in stream" in answer.json()["errors"][0]["message"]


async def test_what_if_tells_the_decision_as_it_would_be_and_the_steps_that_differ(desk: RulesDesk) -> None:
    told = await desk.evaluated(
        ADULT_SOCIAL_CARE,
        "2007-06-01",
        a_person(),
        allocation=A_YEAR,
        what_if={"facts": {"disability_related_expenditure_pence_per_week": 2_000}},
    )

    now, then = told["decision"], told["what_if"]["decision"]
    assert now["contribution_pence"] - then["contribution_pence"] == 1_000 * 52
    steps = {step["code"]: step for step in told["what_if"]["changed_steps"]}
    assert "charge" in steps
    assert "age" not in steps
    assert "£57.43" in steps["charge"]["before"]
    assert "£47.43" in steps["charge"]["after"]


async def test_what_if_may_take_a_fact_away_or_move_the_day(desk: RulesDesk) -> None:
    without = await desk.evaluated(
        ADULT_SOCIAL_CARE, "2007-06-01", a_person(), allocation=A_YEAR, what_if={"facts": {"household": None}}
    )
    later = await desk.evaluated(
        ADULT_SOCIAL_CARE, "2007-06-01", a_person(), allocation=A_YEAR, what_if={"on": "2008-06-02"}
    )

    assert without["what_if"]["decision"]["missing_facts"] == ["household"]
    assert later["what_if"]["decision"]["rules_as_of"] == "2008-06-02"


# -- about a person


async def test_a_persons_decisions_stand_beside_what_they_would_be_and_stay_as_they_are(desk: RulesDesk) -> None:
    person = await desk.has_case(1_920_828, on="2007-06-01")
    before = await desk.told(person)

    answer = await desk.done("POST", f"people/{person}/what-if", {"facts": {"facs_band": "low"}})

    by_stream = {one["stream"]: one for one in answer["streams"]}
    social_care = by_stream[ADULT_SOCIAL_CARE]
    assert (social_care["before"]["status"], social_care["after"]["status"]) == ("confirmed", "not_eligible")
    assert social_care["before"]["amount_pence"] == before[ADULT_SOCIAL_CARE].amount_pence
    assert any(step["code"] == "facs_band" for step in social_care["changed_steps"])
    assert by_stream[SUPPORTING_PEOPLE]["after"]["status"] == "not_eligible"
    assert await desk.told(person) == before


async def test_a_supposed_fact_that_cannot_be_is_refused_by_name(desk: RulesDesk) -> None:
    person = await desk.has_case()

    answer = await desk.send("POST", f"people/{person}/what-if", {"facts": {"partner_capital_pence": 100}})

    assert answer.status_code == 422
    assert {error["name"] for error in answer.json()["errors"]} == {"household", "partner_capital_pence"}


async def test_why_a_stream_said_no_to_a_person_and_what_would_change_it(desk: RulesDesk) -> None:
    """Through the gate: without eligibility for social care no stream of the budget opens."""
    person = await desk.has_case(on="2007-06-01", facs_band="low")

    found = await desk.done("GET", f"people/{person}/awards/{SUPPORTING_PEOPLE}/what-would-change")

    assert found["status"] == "not_eligible"
    assert {"facs_band"} in [{change["name"] for change in way["changes"]} for way in found["ways"]]


@pytest.mark.parametrize("path", ["what-if", "awards/adult_social_care/what-would-change", "alignment"])
async def test_a_persons_case_is_asked_about_by_those_who_may_see_it(path: str, desk: RulesDesk) -> None:
    person = await desk.has_case()
    is_posted = path == "what-if"

    async def status(**asking: Any) -> int:
        method, body = ("POST", dict[str, Any]()) if is_posted else ("GET", None)
        return (await desk.send(method, f"people/{person}/{path}", body, **asking)).status_code

    assert await status() == 200
    assert await status(role=Role.BUDGET_HOLDER, person_id=person) == 200
    assert await status(role=Role.BUDGET_HOLDER, person_id=uuid4()) == 404
    assert await status(council="E10999999") == 404


async def test_nobody_can_be_told_of_a_person_or_stream_that_is_not_there(desk: RulesDesk) -> None:
    person = await desk.has_case()
    no_stream = await desk.send("GET", f"people/{person}/awards/free_money/what-would-change")
    nobody = await desk.send("POST", f"people/{uuid4()}/what-if", {})

    assert (no_stream.status_code, nobody.status_code) == (404, 404)
