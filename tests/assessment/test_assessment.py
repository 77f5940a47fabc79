"""The life of an assessment: drafted, submitted, agreed; what is missing, for whom, and that agreement freezes it."""

from datetime import date, timedelta

import pytest

from services.assessment.domain.alignment import still_lacking
from services.assessment.domain.assessment import Agreed, AnswersSaved, Assessment, State, Submitted
from services.assessment.domain.errors import (
    AgreedBeforeSubmission,
    AnswersNotAccepted,
    AssessmentAlreadyAgreed,
    AssessmentAlreadySubmitted,
    DomainError,
    Incomplete,
    NotYetSubmitted,
    OtherQuestionnaire,
)
from services.assessment.domain.questionnaire import NOT_SURE, Questionnaire, Role
from services.assessment.questionnaire_files import released_questionnaire
from tests.assessment.people import Person, a_mother_with_good_and_bad_days, somebody_like_km

A_DAY = date(2009, 6, 1)


def the_questionnaire() -> Questionnaire:
    return released_questionnaire("example-council", 2)


def a_draft(person: Person | None = None) -> Assessment:
    answers = (person or somebody_like_km()).person
    return Assessment.begin(the_questionnaire()).save_answers(the_questionnaire(), answers, Role.PERSON)[0]


def a_submitted_assessment(person: Person | None = None) -> Assessment:
    who = person or somebody_like_km()
    assessment, _ = a_draft(who).submit(the_questionnaire(), A_DAY)
    return assessment.save_answers(the_questionnaire(), who.practitioner, Role.PRACTITIONER)[0]


def an_agreed_assessment() -> Assessment:
    return a_submitted_assessment().agree(the_questionnaire(), A_DAY)[0]


def test_answers_can_be_saved_a_few_at_a_time() -> None:
    assessment = Assessment.begin(the_questionnaire())

    assessment, first = assessment.save_answers(the_questionnaire(), {"nights": "awake"}, Role.PERSON)
    assessment, second = assessment.save_answers(
        the_questionnaire(), {"nights": "awake", "decisions": "frequent"}, Role.PERSON
    )

    assert assessment.state is State.DRAFTED
    assert assessment.answers == {"nights": "awake", "decisions": "frequent"}
    assert (first, second) == (AnswersSaved(Role.PERSON, ("nights",)), AnswersSaved(Role.PERSON, ("decisions",)))


def test_an_answer_can_be_withdrawn() -> None:
    assessment, saved = a_draft().save_answers(the_questionnaire(), {"nights": None}, Role.PERSON)

    assert "nights" not in assessment.answers
    assert saved.changed == ("nights",)


@pytest.mark.parametrize("question_id", ["star_sign", "facs_band"])
def test_nobody_withdraws_what_is_not_theirs(question_id: str) -> None:
    with pytest.raises(AnswersNotAccepted):
        a_draft().save_answers(the_questionnaire(), {question_id: None}, Role.PERSON)


def test_one_bad_answer_saves_none() -> None:
    draft = a_draft()

    with pytest.raises(AnswersNotAccepted) as refusal:
        draft.save_answers(the_questionnaire(), {"nights": "no_help", "capital": -1}, Role.PERSON)

    assert [problem.question_id for problem in refusal.value.problems] == ["capital"]
    assert draft == a_draft()


def test_days_saved_one_after_another_may_not_pass_a_week() -> None:
    draft, _ = a_draft().save_answers(the_questionnaire(), {"good_days": 5}, Role.PERSON)

    with pytest.raises(AnswersNotAccepted):
        draft.save_answers(the_questionnaire(), {"bad_days": 3}, Role.PERSON)


def test_half_a_week_cannot_be_handed_in() -> None:
    draft, _ = a_draft().save_answers(the_questionnaire(), {"good_days": 5}, Role.PERSON)

    with pytest.raises(AnswersNotAccepted, match="5 days and not 7"):
        draft.submit(the_questionnaire(), A_DAY)


def test_a_submission_that_lacks_what_a_stream_needs_names_question_and_streams() -> None:
    person = somebody_like_km().saying(dla_care_rate=None, capital=None, nights=None)

    with pytest.raises(Incomplete) as refusal:
        a_draft(person).submit(the_questionnaire(), A_DAY)

    assert refusal.value.missing == {
        "nights": ("ras",),
        "capital": ("adult_social_care", "supporting_people", "independent_living_fund", "disabled_facilities_grant"),
        "dla_care_rate": ("independent_living_fund",),
    }


def test_not_sure_is_enough_to_hand_in_and_leaves_the_fact_missing() -> None:
    person = somebody_like_km().saying(dla_care_rate=NOT_SURE)

    agreed = person.assessed(the_questionnaire())

    assert "dla_care_rate" not in agreed.facts
    assert agreed.facts["receives_income_support"] is True


def test_the_person_does_not_wait_for_the_practitioner_to_hand_in() -> None:
    assessment, submitted = a_draft().submit(the_questionnaire(), A_DAY)

    assert (assessment.state, assessment.submitted_on, submitted) == (State.SUBMITTED, A_DAY, Submitted(A_DAY))


def test_what_was_handed_in_stands() -> None:
    with pytest.raises(AssessmentAlreadySubmitted):
        a_submitted_assessment().save_answers(the_questionnaire(), {"nights": "no_help"}, Role.PERSON)
    with pytest.raises(AssessmentAlreadySubmitted):
        a_submitted_assessment().submit(the_questionnaire(), A_DAY)


def test_the_practitioner_cannot_rewrite_the_persons_answers() -> None:
    with pytest.raises(AnswersNotAccepted, match="for the person to answer"):
        a_submitted_assessment().save_answers(the_questionnaire(), {"nights": "no_help"}, Role.PRACTITIONER)


def test_an_agreement_cannot_be_dated_before_the_answers_were_handed_in() -> None:
    with pytest.raises(AgreedBeforeSubmission, match="handed in on"):
        a_submitted_assessment().agree(the_questionnaire(), A_DAY - timedelta(days=1))


def test_nothing_is_agreed_before_it_is_handed_in() -> None:
    with pytest.raises(NotYetSubmitted):
        a_draft().agree(the_questionnaire(), A_DAY)


def test_nothing_is_agreed_without_the_practitioners_part() -> None:
    person = somebody_like_km().with_practitioner_saying(ordinarily_resident=None)

    with pytest.raises(Incomplete) as refusal:
        a_submitted_assessment(person).agree(the_questionnaire(), A_DAY)

    assert refusal.value.missing == {"ordinarily_resident": ("adult_social_care",)}


def test_agreement_tells_everything_the_other_services_need() -> None:
    assessment, agreed = a_submitted_assessment(a_mother_with_good_and_bad_days()).agree(the_questionnaire(), A_DAY)

    assert (assessment.state, assessment.agreed_on) == (State.AGREED, A_DAY)
    assert isinstance(agreed, Agreed)
    assert (agreed.questionnaire, agreed.questionnaire_version, agreed.agreed_on) == ("example-council", 2, A_DAY)
    assert agreed.answers["caring_for_others"] == ("child",)
    assert agreed.informal_help["keeping_safe"] == "some"
    assert agreed.carer_willing_and_able is True
    assert {day.kind: day.days_per_week for day in agreed.day_profiles} == {"good": 3, "bad": 2, "other": 2}
    assert agreed.facts["household"] == "couple"
    assert "housing_support_need" not in agreed.facts


@pytest.mark.parametrize("role", list(Role))
def test_an_agreed_assessment_takes_no_more_answers(role: Role) -> None:
    with pytest.raises(AssessmentAlreadyAgreed):
        an_agreed_assessment().save_answers(the_questionnaire(), {}, role)


def test_an_agreed_assessment_is_neither_handed_in_nor_agreed_again() -> None:
    with pytest.raises(AssessmentAlreadyAgreed):
        an_agreed_assessment().submit(the_questionnaire(), A_DAY)
    with pytest.raises(AssessmentAlreadyAgreed):
        an_agreed_assessment().agree(the_questionnaire(), A_DAY)


def test_an_assessment_stays_with_the_questionnaire_that_it_began_with() -> None:
    other = Questionnaire("example-council", 1, "Another", {}, ())

    with pytest.raises(OtherQuestionnaire, match="version 2"):
        a_draft().submit(other, A_DAY)


def test_every_refusal_is_a_domain_error() -> None:
    assert all(
        issubclass(refusal, DomainError)
        for refusal in (
            AnswersNotAccepted,
            AssessmentAlreadyAgreed,
            AssessmentAlreadySubmitted,
            Incomplete,
            NotYetSubmitted,
            OtherQuestionnaire,
        )
    )


def test_each_stream_says_what_it_still_lacks_and_which_question_asks_for_it() -> None:
    lacking = still_lacking(the_questionnaire(), a_draft(somebody_like_km().saying(dla_care_rate=NOT_SURE)).answers)

    by_fact = {lack.fact: lack for lack in lacking["independent_living_fund"]}
    rate = by_fact["dla_care_rate"]
    assert (rate.question_id, rate.answered_by, rate.not_sure) == ("dla_care_rate", Role.PERSON, True)
    resident = {lack.fact: lack for lack in lacking["adult_social_care"]}["ordinarily_resident"]
    assert (resident.answered_by, resident.required, resident.not_sure) == (Role.PRACTITIONER, True, False)
    assert "date_of_birth" not in by_fact
    assert set(the_questionnaire().serves) == set(lacking)


def test_an_answered_questionnaire_leaves_no_required_answer_lacking() -> None:
    lacking = still_lacking(the_questionnaire(), a_submitted_assessment().answers)

    assert [lack for lacks in lacking.values() for lack in lacks if lack.required] == []


def test_an_empty_draft_lacks_every_question_that_is_asked_of_everybody() -> None:
    lacking = still_lacking(the_questionnaire(), {})

    asked = sum(len(question.serves) for question in the_questionnaire().questions.values() if not question.only_if)
    assert sum(len(lacks) for lacks in lacking.values()) == asked
