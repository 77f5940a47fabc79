"""Facts that cannot be decided on: unknown, of the wrong kind, impossible, implausible, or against each other.

Each is refused by its name; nothing is mended, and nothing is taken in its place.
"""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.funding_streams.discovery import adapters
from services.funding_streams.domain.contradictions import CONTRADICTIONS, contradictions
from services.funding_streams.domain.decision import ADULT_SOCIAL_CARE, SUPPORTING_PEOPLE, Outcome, Status
from services.funding_streams.domain.facts import Facts
from services.funding_streams.evaluation import evaluate
from services.funding_streams.fact_check import checked
from services.funding_streams.rule_files import rule_files

from .builders import PILOT, a_case, a_person, incomes
from .rules_desk import RulesDesk

A_DAY = "2007-06-01"


def doubts(on: date = PILOT, **facts: Any) -> list[tuple[tuple[str, ...], str]]:
    """What stands against these facts and no others."""
    return [(doubt.facts, doubt.text) for doubt in checked(facts, on)[1]]


# -- each fact by itself


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("capitl_pence", 1, "is a fact that no stream asks for; capital_pence may be meant"),
        ("shoe_size", 44, "is a fact that no stream asks for"),
        ("uk_resident", "yes", "must be true or false"),
        ("uk_resident", 1, "must be true or false"),
        ("uk_resident", None, "must be true or false"),
        ("date_of_birth", "14.3.1967", "must be a day such as 2009-06-01"),
        ("date_of_birth", "19670314", "must be a day such as 2009-06-01"),
        ("date_of_birth", "2007-02-30", "must be a day such as 2009-06-01"),
        ("date_of_birth", "1850-01-01", "more than 125 years from the day of the decision"),
        ("capital_pence", -1, "must be whole pence, zero or more"),
        ("capital_pence", 100.5, "must be whole pence, zero or more"),
        ("capital_pence", True, "must be whole pence, zero or more"),
        ("capital_pence", "100", "must be whole pence, zero or more"),
        ("capital_pence", 10**12, "is £10,000,000,000.00, above £100,000,000.00, the most that is taken"),
        ("housing_costs_pence_per_week", 10**8, "is £1,000,000.00, above £50,000.00"),
        ("qualifying_support_pence_per_hour", 10**10, "above £1,000,000.00"),
        ("outcomes_not_achieved", 11, "must be a whole number from 0 to 10"),
        ("hours_worked_per_week", 169, "must be a whole number from 0 to 168"),
        ("household", "alone", "must be one of single, couple"),
        ("household", ["single"], "must be one of single, couple"),
        ("incomes", "none", "must be a list of incomes"),
        ("incomes", [{"code": "earnings"}], "each with a code and whole pence per week and nothing else"),
        ("incomes", [{"code": "gold", "pence_per_week": 1}], "holds an unknown income, gold"),
        ("incomes", [{"code": "earnings", "pence_per_week": -1}], "which must be whole pence, zero or more"),
        ("incomes", [{"code": "earnings", "pence_per_week": 10**9}], "holds earnings, which is £10,000,000.00"),
        ("incomes", [{"code": "other", "pence_per_week": 1}] * 2, "names other twice"),
    ],
)
def test_a_fact_that_cannot_be_right_is_named_with_what_it_must_be(name: str, value: object, told: str) -> None:
    changes: dict[str, Any] = {name: value}
    ((facts, text),) = doubts(**changes)

    assert facts == (name,)
    assert told in text


def test_a_limit_is_a_rule_file_with_its_reason() -> None:
    limit = rule_files().figures.at("plausibility.capital_pence_most", PILOT)

    assert doubts(capital_pence=int(limit.pence)) == []
    assert len(doubts(capital_pence=int(limit.pence) + 1)) == 1
    assert limit.citation.key == "LOCAL"


# -- facts against each other, and against the day

IMPOSSIBLE: list[tuple[dict[str, Any], set[str]]] = [
    ({"date_of_birth": "2007-06-02"}, {"date_of_birth"}),
    ({"ilf_applied_on": "2007-06-02"}, {"ilf_applied_on"}),
    ({"access_to_work_applied_on": "2007-06-02"}, {"access_to_work_applied_on"}),
    ({"grant_applied_on": "2007-06-02"}, {"grant_applied_on"}),
    ({"earlier_grant_approved_on": "2007-06-02"}, {"earlier_grant_approved_on"}),
    (
        {"earlier_grant_approved_on": "2007-05-02", "grant_applied_on": "2007-05-01"},
        {"earlier_grant_approved_on", "grant_applied_on"},
    ),
    ({"household": "single", "partner_capital_pence": 1}, {"household", "partner_capital_pence"}),
    ({"household": "single", "partner_incomes": incomes(earnings="1")}, {"household", "partner_incomes"}),
    ({"dependent_children": 1, "disabled_children": 2}, {"dependent_children", "disabled_children"}),
    ({"ordinarily_resident": True, "uk_resident": False}, {"ordinarily_resident", "uk_resident"}),
    ({"work_status": "none", "hours_worked_per_week": 1}, {"work_status", "hours_worked_per_week"}),
    ({"work_status": "none", "supported_permitted_work": True}, {"work_status", "supported_permitted_work"}),
    ({"work_status": "starting_soon", "weeks_in_post": 1}, {"work_status", "weeks_in_post"}),
    ({"incomes": incomes(dla_mobility="1", pip_mobility="1")}, {"incomes"}),
    ({"incomes": incomes(pip_mobility="1"), "dla_care_rate": "lowest"}, {"incomes", "dla_care_rate"}),
    ({"incomes": incomes(dla_care_middle="1"), "dla_care_rate": "highest"}, {"incomes", "dla_care_rate"}),
    ({"incomes": incomes(attendance_allowance_lower="1", dla_care_lowest="1")}, {"incomes"}),
    ({"incomes": incomes(attendance_allowance_lower="1", attendance_allowance_higher="1")}, {"incomes"}),
    ({"incomes": incomes(income_support="1", pension_credit_guarantee="1")}, {"incomes"}),
    (
        {"incomes": incomes(income_support="1"), "receives_income_support": False},
        {"incomes", "receives_income_support"},
    ),
    (
        {
            "incomes": incomes(pension_credit_guarantee="1"),
            "date_of_birth": "1967-03-14",
            "household": "single",
        },
        {"incomes", "date_of_birth", "household"},
    ),
    ({"incomes": incomes(state_pension="1"), "date_of_birth": "1967-03-14"}, {"incomes", "date_of_birth"}),
    ({"incomes": incomes(independent_living_fund="1"), "ilf_existing_user": False}, {"incomes", "ilf_existing_user"}),
    ({"home_tenure": "owner", "receives_housing_benefit": True}, {"home_tenure", "receives_housing_benefit"}),
    ({"home_tenure": "owner", "home_owned_by_council": True}, {"home_tenure", "home_owned_by_council"}),
    ({"equipment_needed": False, "equipment_need_assessed": True}, {"equipment_needed", "equipment_need_assessed"}),
]


@pytest.mark.parametrize(("facts", "named"), IMPOSSIBLE, ids=lambda value: "-".join(sorted(value)))
def test_facts_that_cannot_be_true_together_are_all_named(facts: dict[str, Any], named: set[str]) -> None:
    ((told, text),) = doubts(**facts)

    assert set(told) == named
    assert text.endswith(".")


def test_every_line_of_the_table_is_tried_here_and_speaks_of_facts_that_there_are() -> None:
    found = {text for facts, _ in IMPOSSIBLE for _, text in doubts(**facts)}

    assert found == {line.text for line in CONTRADICTIONS}
    assert {name for line in CONTRADICTIONS for name in line.facts} <= set(rule_files().facts)


@pytest.mark.parametrize(
    "facts",
    [
        {"household": "couple", "partner_capital_pence": 1},
        {"household": "single", "partner_capital_pence": 0},
        {"dependent_children": 2, "disabled_children": 2},
        {"work_status": "none", "hours_worked_per_week": 0},
        {"incomes": incomes(dla_mobility="1", pip_mobility="0")},
        {"incomes": incomes(dla_care_middle="1"), "dla_care_rate": "middle"},
        # Suspended while an appeal runs: the rate has been lowered, and the income is told as it was.
        {"incomes": incomes(dla_care_highest="1"), "dla_care_rate": "middle", "benefit_appeal_running": True},
        # The mobility component may go on beside attendance allowance.
        {"incomes": incomes(attendance_allowance_lower="1", dla_mobility="1")},
        # The older partner's age is enough in a couple.
        {"incomes": incomes(pension_credit_guarantee="1"), "date_of_birth": "1967-03-14", "household": "couple"},
        {"home_tenure": "other", "receives_housing_benefit": True},
        {"date_of_birth": "2007-06-01"},
        {"partner_capital_pence": 1},
    ],
)
def test_facts_that_can_be_true_together_are_taken(facts: dict[str, Any]) -> None:
    assert doubts(**facts) == []


def test_a_contradiction_is_one_of_the_day() -> None:
    """Born on 14 March 1947, a woman or a man has the age for pension credit from 60 on in 2007."""
    facts = {"incomes": incomes(pension_credit_guarantee="1"), "date_of_birth": "1947-03-14", "household": "single"}

    assert len(doubts(date(2007, 3, 13), **facts)) == 1
    assert doubts(date(2007, 3, 14), **facts) == []


def test_looking_for_contradictions_marks_no_fact_as_read() -> None:
    facts = Facts.from_mapping(a_person())
    contradictions(facts, PILOT, rule_files().figures)

    assert facts.read == {}


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from([*rule_files().facts, "no_such_fact"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=2),
            max_leaves=4,
        ),
        max_size=8,
    )
)
def test_whatever_comes_is_taken_or_refused_by_name_and_never_a_fault_of_ours(facts: dict[str, Any]) -> None:
    sound, found = checked(facts, PILOT)

    named = {name for doubt in found for name in doubt.facts}
    assert set(sound.values) | named == set(facts)


# -- on request


async def test_facts_in_doubt_are_a_problem_that_names_each_and_decides_nothing(desk: RulesDesk) -> None:
    facts = a_person(partner_capital_pence=500_000, uk_resident="yes", shoe_size=44)

    answer = await desk.send("POST", "decisions:evaluate", {"on": A_DAY, "facts": facts})

    problem = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert problem["type"].endswith("/facts-refused")
    assert {error["pointer"] for error in problem["errors"]} == {
        f"body:/facts/{name}" for name in ("uk_resident", "shoe_size", "household", "partner_capital_pence")
    }
    assert all(error["message"] and error["name"] for error in problem["errors"])


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"stream": "free_money"}, "body:/stream"),
        ({"on": "1850-01-01"}, "body:/on"),
        ({"on": "2007-02-30"}, "body:/on"),
        ({"on": None}, "body:/on"),
        ({"day": A_DAY}, "body:/day"),
        ({"council": "Norfolk"}, "body:/council"),
        ({"items": [{"use": "holiday.yacht"}]}, "body:/items/0/use"),
        ({"items": [{"use": "care.personal", "circumstances": {"sunny": True}}]}, "body:/items/0/circumstances/sunny"),
        ({"allocation": {"pence_per_year": -1}}, "body:/allocation/pence_per_year"),
        ({"decisions": {"free_money": {"status": "confirmed"}}}, "body:/decisions/free_money"),
        (
            {"decisions": {ADULT_SOCIAL_CARE: {"status": "confirmed", "contribution_pence": 1}}},
            "body:/decisions/adult_social_care",
        ),
        ({"decisions": {ADULT_SOCIAL_CARE: {"status": "confirmed", "ends_on": "2007-05-31"}}}, "body:/"),
        ({"stream": ADULT_SOCIAL_CARE, "decisions": {ADULT_SOCIAL_CARE: {"status": "confirmed"}}}, "body:/"),
        ({"what_if": {"facts": {"shoe_size": 44}}}, "body:/what_if/facts/shoe_size"),
    ],
)
async def test_a_request_that_is_not_right_names_the_place(
    changes: dict[str, Any], pointer: str, desk: RulesDesk
) -> None:
    answer = await desk.send("POST", "decisions:evaluate", {"on": A_DAY, "facts": {}, **changes})

    assert answer.status_code == 422
    assert any(error["pointer"].startswith(pointer) for error in answer.json()["errors"]), answer.text


# -- an agreed assessment is never dropped


async def test_an_agreed_assessment_with_a_contradiction_stays_open_and_names_the_facts(desk: RulesDesk) -> None:
    person = await desk.has_case(on=A_DAY, uk_resident=False)

    told = await desk.told(person)

    fund = told["independent_living_fund"]
    assert (fund.status, fund.amount_pence) == ("undecided", 0)
    (step,) = fund.trace
    assert (step.code, step.outcome) == ("facts_in_doubt", "missing")
    assert step.text.endswith("Somebody must ask again: ordinarily resident, uk resident.")


async def test_a_fact_of_the_wrong_kind_leaves_open_the_streams_that_read_it(desk: RulesDesk) -> None:
    person = await desk.has_case(on=A_DAY, housing_support_need="perhaps")

    told = await desk.told(person)

    assert told[ADULT_SOCIAL_CARE].status == "confirmed"
    assert told[SUPPORTING_PEOPLE].status == "undecided"
    assert "must be true or false" in told[SUPPORTING_PEOPLE].trace[0].text


def test_a_stream_that_read_none_of_the_facts_in_doubt_is_not_held_up() -> None:
    case = a_case(home_tenure="owner", incomes=incomes(income_support="96.70", dla_care_highest="64.50"))
    _, found = checked(dict(a_person(home_tenure="owner")), PILOT)
    decisions = {decision.stream: decision for decision in evaluate(case, doubts=found)}

    assert [doubt.facts for doubt in found] == [("home_tenure", "receives_housing_benefit")]
    assert decisions[ADULT_SOCIAL_CARE].status is Status.CONFIRMED
    assert decisions[SUPPORTING_PEOPLE].status is Status.UNDECIDED


def test_streams_that_look_at_an_open_one_wait_for_it() -> None:
    """The fund looks at social care, which read the facts in doubt."""
    case = a_case(facs_band="critical")
    _, found = checked(a_person(facs_band="very high"), PILOT)
    decisions = {decision.stream: decision for decision in evaluate(case, doubts=found)}

    fund = decisions["independent_living_fund"]
    assert decisions[ADULT_SOCIAL_CARE].status is Status.UNDECIDED
    assert fund.status is Status.UNDECIDED
    assert any(step.outcome is Outcome.MISSING and step.code == "council_input" for step in fund.trace)


def test_with_no_doubts_every_stream_decides_as_ever() -> None:
    assert evaluate(a_case(), doubts=()) == evaluate(a_case())
    assert len(evaluate(a_case())) == len(adapters())
