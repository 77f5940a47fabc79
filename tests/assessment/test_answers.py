"""Answers: each malformed one is told apart, in plain words, with its question; and what good ones say."""

import json
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from braid.contracts.assessment import AssessmentAgreed
from braid.contracts.codes import PENCE_MAX, UserGroup
from braid.contracts.facts import CATALOGUE, fact_problems
from services.assessment.domain.answers import (
    DayProfile,
    SupportLine,
    carer_willing_and_able,
    check_answers,
    day_profiles,
    facts_from_answers,
    informal_help,
    need_answers,
    specialist_support,
)
from services.assessment.domain.questionnaire import NOT_SURE, Questionnaire, Role
from services.assessment.questionnaire_files import latest_released_version, released_questionnaire
from tests.assessment import people


def the_questionnaire() -> Questionnaire:
    return released_questionnaire("example-council", latest_released_version("example-council"))


def an_income(code: object = "state_pension", pence: object = 9525, **more: object) -> dict[str, object]:
    return {"code": code, "pence_per_week": pence, **more}


@pytest.mark.parametrize(
    ("question_id", "answer", "what"),
    [
        ("star_sign", "leo", "is not a question of this questionnaire"),
        ("nights", "unheard_of", "has no choice 'unheard_of'"),
        ("nights", ["awake"], "must be one of the choices"),
        ("bad_days", NOT_SURE, "leave it open where you are not sure"),
        ("risks", ["hurt_myself", "hurt_myself"], "gives a choice twice"),
        ("risks", ["hurt_myself", "unheard_of"], "has no choice 'unheard_of'"),
        ("risks", [["hurt_myself"]], "has no choice"),
        ("risks", ["none_of_these", "hurt_myself"], "gives a choice that goes with no other"),
        ("risks", [], "one or more of the choices"),
        ("risks", "hurt_myself", "must be a list"),
        ("uk_resident", "yes", "must be true or false"),
        ("uk_resident", 1, "must be true or false"),
        ("date_of_birth", "14/09/1983", "must be a date such as"),
        ("date_of_birth", "1983-02-30", "must be a date such as"),
        ("date_of_birth", "19830914", "must be a date such as"),
        ("date_of_birth", 1983, "must be a date such as"),
        ("capital", -1, "zero or more"),
        ("capital", 10.5, "must be a whole number of pence"),
        ("capital", "1000", "must be a whole number of pence"),
        ("capital", True, "must be a whole number of pence"),
        ("capital", PENCE_MAX + 1, "at most"),
        ("housing_costs", None, "must be a whole number of pence a week"),
        ("hours_worked", 169, "168 at most"),
        ("handover_minutes", 1441, "1440 at most"),
        ("bad_days", 8, "7 at most"),
        ("incomes", {"state_pension": 9525}, "must be a list of incomes"),
        ("incomes", ["state_pension"], "must be a list of incomes"),
        ("incomes", [an_income(), an_income()], "names an income twice"),
        ("incomes", [an_income("lottery")], "has no income 'lottery'"),
        ("incomes", [an_income(pence=-1)], "whole pence a week"),
        ("incomes", [an_income(pence=1.5)], "whole pence a week"),
        ("incomes", [an_income(since="2009")], "nothing else"),
    ],
)
def test_an_answer_that_does_not_fit_is_told_with_its_question(question_id: str, answer: object, what: str) -> None:
    (problem,) = check_answers(the_questionnaire(), {question_id: answer})

    assert problem.question_id == question_id
    assert what in problem.what


def test_every_problem_is_told_at_once() -> None:
    problems = check_answers(the_questionnaire(), {"nights": "x", "capital": -1, "star_sign": "leo"})

    assert [problem.question_id for problem in problems] == ["nights", "capital", "star_sign"]


@pytest.mark.parametrize(
    ("role", "question_id", "answer"),
    [(Role.PERSON, "facs_band", "critical"), (Role.PRACTITIONER, "date_of_birth", "1983-09-14")],
)
def test_nobody_answers_for_the_other_role(role: Role, question_id: str, answer: object) -> None:
    assert not check_answers(the_questionnaire(), {question_id: answer})
    (problem,) = check_answers(the_questionnaire(), {question_id: answer}, role)
    assert "to answer" in problem.what


def test_more_than_seven_days_are_no_week() -> None:
    (problem,) = check_answers(the_questionnaire(), {"good_days": 5, "bad_days": 3})

    assert "8 days and not 7" in problem.what


@pytest.mark.parametrize("name", sorted(file.stem for file in people.FOLDER.glob("*.yaml")))
def test_everybody_among_the_people_gives_answers_that_fit(name: str) -> None:
    person = people.read(name)

    assert check_answers(the_questionnaire(), person.person, Role.PERSON) == []
    assert check_answers(the_questionnaire(), person.practitioner, Role.PRACTITIONER) == []


def test_several_answers_are_kept_in_the_order_of_the_choices() -> None:
    answers = need_answers(the_questionnaire(), {"risks": ["get_lost", "hurt_myself"], "nights": "awake"})

    assert answers == {"nights": ("awake",), "risks": ("hurt_myself", "get_lost")}


def test_help_is_told_by_domain() -> None:
    assert informal_help(the_questionnaire(), {"help_community": "most"}) == {"community": "most"}


@pytest.mark.parametrize(
    ("answers", "willing"),
    [
        ({"carer_willing_and_able": True}, True),
        ({"carer_willing_and_able": False}, False),
        ({"carer_willing_and_able": NOT_SURE}, None),
        ({}, None),
    ],
)
def test_a_carer_who_was_not_asked_is_neither_willing_nor_unwilling(
    answers: dict[str, object], willing: bool | None
) -> None:
    assert carer_willing_and_able(the_questionnaire(), answers) is willing


def test_kinds_of_day_and_support_that_come_to_nothing_are_left_out() -> None:
    answers = {"good_days": 5, "bad_days": 2, "other_days": 0, "handover_minutes": 30, "specialist_minutes": 0}

    assert day_profiles(the_questionnaire(), answers) == (DayProfile("good", 5), DayProfile("bad", 2))
    assert specialist_support(the_questionnaire(), answers) == (
        SupportLine("handover_two_to_one", "Two workers at handover", 30),
    )


def test_a_fact_that_nobody_is_sure_of_is_missing_and_not_false() -> None:
    answers = {"housing_benefit": NOT_SURE, "income_support": False, "incomes": []}

    facts = facts_from_answers(the_questionnaire(), answers)

    assert facts == {"receives_income_support": False, "incomes": ()}


@pytest.mark.parametrize("name", sorted(file.stem for file in people.FOLDER.glob("*.yaml")))
def test_what_was_agreed_is_what_the_event_wants(name: str) -> None:
    agreed = people.read(name).assessed(the_questionnaire())

    event = AssessmentAgreed(
        person_id=UUID(int=1),
        council="E10009999",
        assessment_id=UUID(int=2),
        version=1,
        user_group=UserGroup.OLDER_PEOPLE,
        questionnaire=agreed.questionnaire,
        questionnaire_version=agreed.questionnaire_version,
        agreed_on=agreed.agreed_on,
        answers=dict(agreed.answers),
        informal_help=dict(agreed.informal_help),
        carer_willing_and_able=agreed.carer_willing_and_able,
        day_profiles=tuple(vars(day) for day in agreed.day_profiles),
        specialist_support=tuple(vars(line) for line in agreed.specialist_support),
        facts=dict(agreed.facts),
        answers_by_day=({"kind": "bad", "answers": dict(agreed.answers_on_bad_days)},),
    )

    assert fact_problems({name: value for name, value in event.facts.items() if name in CATALOGUE}) == []
    assert set(event.facts) == set(agreed.facts)
    assert AssessmentAgreed.read(event.model_dump_json().encode()) == event


#: The first example reads files, on machines that are busy with other tests: time is no part of this rule.
UNHURRIED = settings(deadline=None)

PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.sampled_from(["", "none", "awake"])
LINE = st.fixed_dictionaries({}, optional={"code": PLAIN | st.just("earnings"), "pence_per_week": PLAIN})
JSON = PLAIN | st.lists(PLAIN | LINE, max_size=3) | LINE


@UNHURRIED
@given(st.data())
def test_whatever_is_sent_is_either_a_problem_or_can_be_read(data: st.DataObject) -> None:
    questionnaire = the_questionnaire()
    ids = st.sampled_from([*questionnaire.questions, "unheard_of"])
    answers: dict[str, Any] = data.draw(st.dictionaries(ids, JSON | st.just(NOT_SURE), max_size=5))

    if not check_answers(questionnaire, answers):
        for read in (need_answers, informal_help, carer_willing_and_able, day_profiles, specialist_support):
            read(questionnaire, answers)
        json.dumps(facts_from_answers(questionnaire, answers))
