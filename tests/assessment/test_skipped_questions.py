"""Questions that an answer makes needless: not shown, not required, not counted; and back again when it changes."""

from datetime import date
from typing import Any

import pytest

from services.assessment.domain.alignment import still_lacking
from services.assessment.domain.answers import facts_from_answers
from services.assessment.domain.assessment import Assessment
from services.assessment.domain.errors import Incomplete
from services.assessment.domain.questionnaire import NOT_SURE, Questionnaire, Role
from services.assessment.questionnaire_files import released_questionnaire
from tests.assessment import people

A_DAY = date(2009, 9, 14)


def the_questionnaire() -> Questionnaire:
    return released_questionnaire("example-council", 2)


def asked(**answers: Any) -> set[str]:
    return {question.question_id for question in the_questionnaire().asked(answers)}


@pytest.mark.parametrize(
    ("answers", "question_id", "is_asked"),
    [
        ({}, "disabled_children", False),
        ({"dependent_children": 0}, "disabled_children", False),
        ({"dependent_children": 2}, "disabled_children", True),
        ({"household": "single"}, "partner_capital", False),
        ({"household": "couple"}, "partner_capital", True),
        ({"works": "none"}, "tenure", False),
        ({"works": NOT_SURE}, "tenure", False),
        ({"works": "garden"}, "tenure", True),
        ({"earlier_grant_paid": 50000, "works": "none"}, "earlier_grant_approved", False),
        ({"earlier_grant_paid": 50000, "works": "garden"}, "earlier_grant_approved", True),
        ({"works": "garden", "household": "single"}, "partner_incomes", False),
        ({"works": "none", "household": "couple"}, "partner_incomes", False),
        ({"works": "garden", "household": "couple"}, "partner_incomes", True),
        ({"work_status": "none", "interview_communicator": 0}, "condition_affects_work", False),
        ({"work_status": "none", "interview_communicator": 5000}, "condition_affects_work", True),
        ({"work_status": "self_employed", "interview_communicator": 0}, "condition_affects_work", True),
        ({"work_status": "self_employed", "condition_affects_work": True}, "employer_staff", False),
        ({"work_status": "employed", "condition_affects_work": True}, "employer_staff", True),
        ({"nation": "england"}, "self_directed_support", False),
        ({"nation": "scotland"}, "self_directed_support", True),
    ],
)
def test_a_question_is_asked_only_of_those_for_whom_it_can_matter(
    answers: dict[str, Any], question_id: str, is_asked: bool
) -> None:
    assert (question_id in asked(**answers)) is is_asked


def test_what_hangs_on_a_question_that_is_not_asked_is_not_asked_either() -> None:
    answers = {"works": "none", "earlier_grant_paid": 50000}

    assert not {"earlier_grant_paid", "earlier_grant_approved"} & asked(**answers)


def test_an_income_decides_whether_a_question_is_asked() -> None:
    at_work = {"work_status": "employed", "condition_affects_work": True}
    benefit = {"code": "income_support", "pence_per_week": 9670}
    wages = {"code": "earnings", "pence_per_week": 21000}

    assert "supported_work" not in asked(**at_work, incomes=[wages])
    assert "supported_work" in asked(**at_work, incomes=[wages, benefit])


def test_nobody_is_held_up_by_a_question_that_they_are_not_asked() -> None:
    person = people.read("like_km_in_2010")
    questionnaire = the_questionnaire()
    assert "tenure" not in person.person

    draft, _ = Assessment.begin(questionnaire).save_answers(questionnaire, person.person, Role.PERSON)

    assert draft.submit(questionnaire, A_DAY)[0].submitted_on == A_DAY


def test_a_question_that_is_asked_must_be_answered() -> None:
    questionnaire = the_questionnaire()
    person = people.read("like_km_in_2010").saying(works="garden")
    draft, _ = Assessment.begin(questionnaire).save_answers(questionnaire, person.person, Role.PERSON)

    with pytest.raises(Incomplete) as refusal:
        draft.submit(questionnaire, A_DAY)

    assert {"tenure", "works_begun", "staying_five_years"} <= set(refusal.value.missing)
    assert set(refusal.value.missing["tenure"]) == {"disabled_facilities_grant"}


def test_an_answer_that_has_become_needless_is_kept_and_not_counted() -> None:
    questionnaire = the_questionnaire()
    assessment, _ = Assessment.begin(questionnaire).save_answers(
        questionnaire, {"works": "garden", "tenure": "tenant"}, Role.PERSON
    )
    changed, _ = assessment.save_answers(questionnaire, {"works": "none"}, Role.PERSON)
    changed_back, _ = changed.save_answers(questionnaire, {"works": "garden"}, Role.PERSON)

    assert facts_from_answers(questionnaire, changed.answers) == {"works_purpose": "none"}
    assert facts_from_answers(questionnaire, changed_back.answers) == {
        "works_purpose": "garden",
        "home_tenure": "tenant",
    }


def test_a_stream_lacks_only_what_the_person_is_asked() -> None:
    def lacks(**answers: Any) -> set[str]:
        lacking = still_lacking(the_questionnaire(), answers)["disabled_facilities_grant"]
        return {each.question_id for each in lacking}

    assert "works" in lacks()
    assert "tenure" not in lacks()
    assert "tenure" not in lacks(works="none")
    assert "tenure" in lacks(works="garden")
