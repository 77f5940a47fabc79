"""Needs on bad days: asked of those who have such days, open where nothing differs, and told only where it does."""

from collections.abc import Mapping

import pytest

from services.assessment.domain.answers import answers_on_bad_days, check_answers
from services.assessment.domain.assessment import Assessment
from services.assessment.domain.questionnaire import Aspect, Questionnaire, Role
from services.assessment.questionnaire_files import QuestionnaireRefused, read_questionnaire, released_questionnaire
from tests.assessment import people

SMALL = """
id: small
version: 1
title: A small questionnaire
domains: {community: Community}
sections:
  - id: one
    title: One
    questions:
      - &need
        id: getting_out
        label: Getting out
        text: What help do you need to get out?
        hint: To the shops.
        asks: {need: community}
        kind: choice
        answered_by: person
        serves: [ras]
        required: true
        choices: [{code: no_help, text: None}, {code: one, text: One person}, {code: two, text: Two people}]
      - id: bad_days
        label: Bad days
        text: How many days a week are bad?
        hint: Of seven.
        asks: {day_profile: bad}
        kind: count
        answered_by: person
        serves: [ras]
        required: false
      - <<: *need
        id: getting_out_on_bad_days
        text: And on a bad day?
        asks: {need_on_bad_day: getting_out}
        only_if: {bad_days: {at_least: 1}}
        required: false
        choices: [{code: no_help, text: Nobody}, {code: two, text: Two of you}]
"""


def the_questionnaire() -> Questionnaire:
    return released_questionnaire("example-council", 3)


def small_answers(**answers: object) -> Mapping[str, object]:
    return {"getting_out": "one", "bad_days": 2, **answers}


def asked(questionnaire: Questionnaire, answers: Mapping[str, object]) -> set[str]:
    return {question.question_id for question in questionnaire.asked(answers)}


def test_the_small_questionnaire_is_sound() -> None:
    questionnaire = read_questionnaire(SMALL, "small")

    (question,) = questionnaire.asking(Aspect.NEED_ON_BAD_DAY)
    assert (question.about, question.required) == ("getting_out", False)


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        (
            "need_on_bad_day: getting_out",
            "need_on_bad_day: staying_in",
            "'staying_in' is no earlier question that asks",
        ),
        ("need_on_bad_day: getting_out", "need_on_bad_day: bad_days", "'bad_days' is no earlier question that asks"),
        ("code: two, text: Two of you", "code: three, text: Three of you", "not answered with choices of"),
        (
            "[{code: no_help, text: Nobody}, {code: two, text: Two of you}]",
            "[{code: two, text: Two of you}, {code: no_help, text: Nobody}]",
            "choices of 'getting_out', in their order",
        ),
        ("only_if: {bad_days: {at_least: 1}}", "only_if: {getting_out: one}", "is asked only where there are bad days"),
        ("        only_if: {bad_days: {at_least: 1}}\n        required: false", "        required: false", "hangs on"),
        ("{at_least: 1}}\n        required: false", "{at_least: 1}}\n        required: true", "may be left open"),
    ],
)
def test_a_question_about_bad_days_that_is_not_sound_is_refused(before: str, after: str, reason: str) -> None:
    assert SMALL.count(before) == 1

    with pytest.raises(QuestionnaireRefused, match="getting_out_on_bad_days") as refused:
        read_questionnaire(SMALL.replace(before, after), "small")
    assert any(reason in told for told in refused.value.reasons)


def test_only_what_differs_on_a_bad_day_is_told() -> None:
    questionnaire = read_questionnaire(SMALL, "small")

    assert answers_on_bad_days(questionnaire, small_answers(getting_out_on_bad_days="two")) == {"getting_out": ("two",)}
    assert answers_on_bad_days(questionnaire, small_answers()) == {}
    same = {"getting_out": "two", "getting_out_on_bad_days": "two"}
    assert answers_on_bad_days(questionnaire, small_answers(**same)) == {}


@pytest.mark.parametrize("bad_days", [None, 0])
def test_nobody_without_bad_days_is_asked_about_them(bad_days: int | None) -> None:
    questionnaire = the_questionnaire()
    of_bad_days = {question.question_id for question in questionnaire.asking(Aspect.NEED_ON_BAD_DAY)}
    answers = {} if bad_days is None else {"bad_days": bad_days}

    assert len(of_bad_days) == 8
    assert not of_bad_days & asked(questionnaire, answers)
    assert of_bad_days <= asked(questionnaire, {"bad_days": 1})


def test_an_answer_about_bad_days_that_never_come_any_more_is_kept_and_not_counted() -> None:
    questionnaire = read_questionnaire(SMALL, "small")
    answers = small_answers(getting_out_on_bad_days="two", bad_days=0)

    assert check_answers(questionnaire, answers) == []
    assert answers_on_bad_days(questionnaire, answers) == {}


def test_a_bad_day_may_be_left_as_a_usual_one() -> None:
    questionnaire = the_questionnaire()
    person = people.read("bad_days_that_are_told_in_2010")
    saying_nothing = {name: None for name in person.person if name.endswith("_on_bad_days")}

    agreed = person.saying(**saying_nothing).assessed(questionnaire)

    assert saying_nothing
    assert agreed.answers_on_bad_days == {}
    assert person.assessed(questionnaire).answers_on_bad_days


def test_an_assessment_that_began_before_bad_days_were_asked_about_tells_nothing_of_them() -> None:
    earlier = released_questionnaire("example-council", 2)
    person = people.read("a_mother_with_good_and_bad_days")

    assessment, _ = Assessment.begin(earlier).save_answers(earlier, person.person, Role.PERSON)

    assert answers_on_bad_days(earlier, assessment.answers) == {}
    assert person.assessed(earlier).answers_on_bad_days == {}
