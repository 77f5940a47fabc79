"""The allocation: what it says, when it hands over to a person, and what holds for every table and every answer."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ras.domain.allocation import Outcome, allocate
from services.ras.domain.change import apart
from services.ras.domain.costed_lines import SupportNeed
from services.ras.domain.errors import AnswerUnknown, OtherQuestionnaire
from services.ras.domain.good_and_bad_days import DayProfile
from services.ras.domain.points import Counting, score
from services.ras.domain.sums import rounded_half_up
from tests.ras.answers import (
    UNHURRIED,
    Answers,
    all_help,
    an_assessment,
    least_need,
    more_need,
    most_need,
    most_need_that_has_a_row,
    some_answer,
    worth,
)
from tests.ras.material import a_table

SPECIALIST = SupportNeed("specialist_support", "Support from a specialist provider", 840)


def test_no_points_send_the_case_to_a_person_and_never_say_not_eligible() -> None:
    table = a_table("example-council")

    allocation = allocate(table, least_need(table), {}, None)

    assert allocation.outcome is Outcome.NEEDS_A_PERSON
    assert (allocation.points_thousandths, allocation.pence_per_year, allocation.lines) == (0, 0, ())
    assert "That does not mean that you are not eligible" in allocation.notes[0]


def test_a_band_that_pays_nothing_sends_the_case_to_a_person() -> None:
    table = a_table("norfolk-children")

    assert allocate(table, least_need(table, home_need="whole"), {}, None).outcome is Outcome.NEEDS_A_PERSON


def test_points_above_the_table_send_the_case_to_a_person_and_cap_nothing() -> None:
    table = a_table("example-council")

    allocation = allocate(table, most_need(table), {}, None, [SPECIALIST])

    assert allocation.outcome is Outcome.NEEDS_A_PERSON
    assert allocation.points_thousandths > 55_000
    assert allocation.lines == ()
    assert "no limit on what you can have" in allocation.notes[0]
    assert "Already priced for that person" in allocation.notes[1]
    assert sum(share.points_net_thousandths for share in allocation.points_explanation) == allocation.points_thousandths


def test_support_that_the_rate_card_does_not_price_sends_the_case_to_a_person() -> None:
    table = a_table("example-council")
    answers = least_need(table, decisions="every_day")

    allocation = allocate(table, answers, {}, None, [replace(SPECIALIST, code="music_therapy", text="Music therapy")])

    assert allocation.outcome is Outcome.NEEDS_A_PERSON
    assert "no price for Music therapy" in allocation.notes[0]


def test_a_question_without_an_answer_is_not_a_need_of_nothing() -> None:
    table = a_table("example-council")
    answers = least_need(table, decisions="every_day")
    del answers["nights"]

    allocation = allocate(table, answers, {}, None)

    assert allocation.outcome is Outcome.NEEDS_A_PERSON
    assert "Help at night" in allocation.notes[0]


@pytest.mark.parametrize(
    ("answers", "informal_help"),
    [
        ({"unheard_of": ("no_help",)}, {}),
        ({"nights": ("unheard_of",)}, {}),
        ({}, {"community": "lots"}),
        ({}, {"x": "all"}),
    ],
)
def test_an_answer_of_another_questionnaire_is_refused_by_name(answers: Answers, informal_help: dict[str, str]) -> None:
    with pytest.raises(AnswerUnknown, match="|".join([*answers, *informal_help])):
        allocate(a_table("example-council"), answers, informal_help, None)


def test_the_notes_say_that_it_is_a_starting_point_that_may_rise_or_fall() -> None:
    table = a_table("example-council")

    notes = " ".join(allocate(table, least_need(table, nights="awake"), {}, None).notes)

    assert "starting point for planning, not a decision" in notes
    assert "higher or lower" in notes
    assert "52 weeks" in notes
    assert "made up for demonstration" in notes


@pytest.mark.parametrize(
    ("willing_and_able", "words"),
    [
        (True, "takes the points from 6 to 0.6"),
        (False, "are not willing and able"),
        (None, "have not been asked whether they are willing and able"),
    ],
)
def test_the_notes_say_whether_help_was_counted(willing_and_able: bool | None, words: str) -> None:
    table = a_table("example-council")

    allocation = allocate(table, least_need(table, nights="awake"), {"keeping_safe": "all"}, willing_and_able)

    assert words in " ".join(allocation.notes)


@pytest.mark.parametrize("questionnaire", [("example-council", 99), ("another", 1)])
def test_answers_to_another_questionnaire_are_refused(questionnaire: tuple[str, int]) -> None:
    a_table("example-council").must_score("example-council", 1)
    with pytest.raises(OtherQuestionnaire):
        a_table("example-council").must_score(*questionnaire)


@pytest.mark.parametrize(("counting", "points_thousandths"), [(Counting.ADD, 60_000), (Counting.HIGHEST, 40_000)])
def test_several_answers_count_as_the_table_says(counting: Counting, points_thousandths: int) -> None:
    table = a_table("synthetic")
    questions = tuple(replace(question, counting=counting) for question in table.scoring.questions)
    table = replace(table, scoring=replace(table.scoring, questions=questions))
    answers = {**least_need(table), "safety_risks": ("falls", "fire")}

    assert allocate(table, answers, {}, None).points_thousandths == points_thousandths


@pytest.mark.parametrize("support", [[], [SPECIALIST]])
def test_the_figure_before_help_is_shown_beside(support: list[SupportNeed]) -> None:
    table = a_table("synthetic")
    answers = least_need(table, personal_care_need="whole")

    with_help = allocate(table, answers, {"personal_care": "all"}, True, support)

    assert with_help.pence_per_year_before_help == allocate(table, answers, {}, None, support).pence_per_year
    assert with_help.pence_per_year < with_help.pence_per_year_before_help


def test_help_may_bring_a_score_below_the_end_of_the_table_that_is_above_it_without_help() -> None:
    table = a_table("example-council")

    allocation = allocate(table, most_need(table), all_help(table), True)

    assert allocation.outcome is Outcome.CALCULATED
    assert allocation.pence_per_year_before_help is None


def test_bad_days_are_named_for_a_person_to_check() -> None:
    table = a_table("example-council")
    days = [DayProfile("good", 5), DayProfile("bad", 2)]

    allocation = allocate(table, least_need(table, nights="awake"), {}, None, (), days)

    assert any("2 bad days a week" in note for note in allocation.notes)


@UNHURRIED
@given(an_assessment(), st.data())
def test_more_need_never_means_less_money(assessment: Any, data: st.DataObject) -> None:
    table, answers, informal_help, willing = assessment
    question = data.draw(st.sampled_from(table.scoring.questions))
    needier = {**answers, question.question_id: more_need(question, answers[question.question_id])}

    before = allocate(table, answers, informal_help, willing)
    after = allocate(table, needier, informal_help, willing)

    assert after.points_thousandths >= before.points_thousandths
    assert worth(after, table) >= worth(before, table)


@UNHURRIED
@given(an_assessment())
def test_less_help_never_means_less_money(assessment: Any) -> None:
    table, answers, informal_help, willing = assessment

    assert worth(allocate(table, answers, {}, willing), table) >= worth(
        allocate(table, answers, informal_help, willing), table
    )


@UNHURRIED
@given(an_assessment(), st.integers(1, 1440))
def test_the_lines_add_up_to_the_penny(assessment: Any, minutes: int) -> None:
    table, answers, informal_help, willing = assessment
    support = [replace(SPECIALIST, minutes_per_day=minutes)]

    allocation = allocate(table, answers, informal_help, willing, support)

    assert sum(line.pence_per_year for line in allocation.lines) == allocation.pence_per_year
    for_points = [line.pence_per_year for line in allocation.lines if line.code == "points"]
    assert sum(share.pence_per_year for share in allocation.points_explanation) == sum(for_points)


@UNHURRIED
@given(an_assessment())
def test_the_same_assessment_again_gives_the_same_allocation(assessment: Any) -> None:
    table, answers, informal_help, willing = assessment
    backwards = dict(reversed(answers.items()))

    first = allocate(table, answers, informal_help, willing)

    assert allocate(table, answers, informal_help, willing) == first
    assert allocate(table, backwards, dict(reversed(informal_help.items())), willing) == first


@UNHURRIED
@given(an_assessment())
def test_a_carer_who_is_not_willing_or_able_changes_no_sum(assessment: Any) -> None:
    table, answers, informal_help, _ = assessment

    for willing in (False, None):
        unwilling = allocate(table, answers, informal_help, willing)
        nobody = allocate(table, answers, {}, None)
        assert unwilling.lines == nobody.lines
        assert (unwilling.outcome, unwilling.pence_per_year) == (nobody.outcome, nobody.pence_per_year)


@UNHURRIED
@given(an_assessment())
def test_no_score_is_capped(assessment: Any) -> None:
    table, answers, informal_help, willing = assessment

    allocation = allocate(table, answers, informal_help, willing)

    if allocation.points_thousandths > table.money.points_max * 1000:
        assert allocation.outcome is Outcome.NEEDS_A_PERSON
    elif allocation.outcome is Outcome.NEEDS_A_PERSON:
        assert "come to no money" in allocation.notes[0]


def test_a_score_of_nothing_is_a_persons_even_where_the_table_begins_above_nothing() -> None:
    table = a_table("florida")
    least = {question.question_id: (question.choices[0].code,) for question in table.scoring.questions}

    allocation = allocate(table, least, {}, None)

    assert allocation.outcome is Outcome.NEEDS_A_PERSON
    assert "not eligible" in allocation.notes[0]


def test_where_scores_begin_is_a_share_of_its_own() -> None:
    table = a_table("florida")
    answers = least_need(table, age="from_31")

    shares = {share.domain: share.pence_per_year for share in allocate(table, answers, {}, None).points_explanation}

    assert shares["where_scores_begin"] == 76_022
    assert shares["age"] == rounded_half_up((Fraction("27.5720") + Fraction("48.9634")) ** 2 * 100) - 76_022


def test_a_least_score_is_told_with_its_reason() -> None:
    table = a_table("washington-levels")
    answers = least_need(table, interpersonal="n19", item_type="t3", item_frequency="f4")

    allocation = allocate(table, answers, {}, None)

    (raised,) = (share for share in allocation.points_explanation if share.domain == "least_score")
    assert allocation.points_thousandths == 20_000
    assert (raised.points_net_thousandths, raised.reasons) == (1_000, ("An item has a type and a frequency of 3 or 4",))


def test_a_sum_above_a_soft_limit_stands_and_a_person_looks() -> None:
    table = a_table("example-council:2")

    allocation = allocate(table, least_need(table, nights="awake", decisions="every_day"), {}, None, [SPECIALIST])
    above = allocate(table, most_need_that_has_a_row(table), {}, None, [SPECIALIST])

    assert allocation.outcome is above.outcome is Outcome.CALCULATED
    assert "A person must look" not in " ".join(allocation.notes)
    assert above.pence_per_year > 3_500_000
    assert "The figure stands" in above.notes[0]


@UNHURRIED
@given(an_assessment(), st.data())
def test_for_the_square_of_a_sum_the_shares_are_the_shapley_values(assessment: Any, data: st.DataObject) -> None:
    table = a_table("florida")
    answers = {question.question_id: data.draw(some_answer(question)) for question in table.scoring.questions}
    scored = score(table.scoring, answers, {}, None)
    points = {domain.domain: domain.net for domain in scored.domains}

    def worth_of(come: frozenset[str]) -> Fraction:
        return table.money.exact_pence_per_year(sum((points[name] for name in come), Fraction(0))) or Fraction(0)

    allocation = allocate(table, answers, {}, None)
    values = apart(tuple(points), worth_of)
    if allocation.outcome is Outcome.CALCULATED:
        # Where scores begin and the whole are each rounded once, and so is a share.
        shares = {share.domain: share.pence_per_year for share in allocation.points_explanation}
        assert all(abs(shares[name] - value) < 2 for name, value in values.items())
