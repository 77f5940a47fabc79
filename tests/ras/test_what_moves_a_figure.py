"""What an answer is worth to a person, and what moved a figure from one allocation to the next."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ras.domain.allocation import AgreedNeed, AllocationTable, Outcome, allocate
from services.ras.domain.change import change, in_words
from services.ras.domain.costed_lines import SupportNeed
from services.ras.domain.errors import NoFigureToCompare
from services.ras.domain.good_and_bad_days import DayProfile
from services.ras.domain.sensitivity import next_answers, worth_of_answers
from services.ras.domain.sums import rounded_half_up
from tests.ras.answers import UNHURRIED, an_assessment, answers_to, least_need, more_need, most_need
from tests.ras.material import a_table


def uprated(table: AllocationTable, factor: str) -> AllocationTable:
    return replace(table, version=table.version + 1, money=table.money.uprated(Fraction(factor)))


@UNHURRIED
@given(an_assessment())
def test_an_answer_is_worth_what_the_figure_would_lose_without_it(assessment: Any) -> None:
    table, answers, informal_help, willing = assessment
    whole = allocate(table, answers, informal_help, willing)

    for worth in worth_of_answers(table, AgreedNeed(answers, informal_help, willing)):
        question = next(each for each in table.scoring.questions if each.question_id == worth.question_id)
        least = min(question.choices, key=lambda choice: choice.points).code
        without = allocate(table, {**answers, worth.question_id: (least,)}, informal_help, willing)
        if whole.outcome is without.outcome is Outcome.CALCULATED:
            assert worth.pence_per_week is not None
            assert abs(worth.pence_per_week - (whole.pence_per_year - without.pence_per_year) / 52) <= 1


def test_the_least_answer_is_worth_nothing_and_is_not_listed() -> None:
    table = a_table("example-council:2")

    worths = worth_of_answers(table, AgreedNeed(least_need(table, nights="awake"), {}, None))

    assert [(worth.question_id, worth.pence_per_week) for worth in worths] == [
        ("nights", rounded_half_up(Fraction(431_132 * 6, 16 * 52)))
    ]


def test_beyond_the_table_no_answer_has_a_worth() -> None:
    table = a_table("example-council:2")

    need = AgreedNeed(most_need(table), {}, None)

    assert {worth.pence_per_week for worth in worth_of_answers(table, need)} == {None}
    assert next_answers(table, need) == ()


@UNHURRIED
@given(answers_to("example-council:2"))
def test_the_next_answer_up_moves_the_figure_by_what_is_told(assessment: Any) -> None:
    table, answers, informal_help, willing = assessment
    whole = allocate(table, answers, informal_help, willing)

    steps = next_answers(table, AgreedNeed(answers, informal_help, willing))

    assert [step.pence_per_year for step in steps] == sorted((step.pence_per_year for step in steps), reverse=True)
    for step in steps:
        question = next(each for each in table.scoring.questions if each.question_id == step.question_id)
        if question.counting == "highest" and whole.outcome is Outcome.CALCULATED:
            more = {**answers, question.question_id: more_need(question, answers[question.question_id])}
            after = allocate(table, more, informal_help, willing)
            assert abs(after.pence_per_year - whole.pence_per_year - step.pence_per_year) <= 1
            assert step.is_cliff == (step.pence_per_year > whole.pence_per_year / 4)


@UNHURRIED
@given(answers_to("synthetic"), answers_to("synthetic"), st.sampled_from(["1", "1.0157", "0.9"]))
def test_the_causes_add_up_to_the_change_to_the_penny(before: Any, now: Any, factor: str) -> None:
    table = a_table("synthetic")
    old, new = (AgreedNeed(*assessment[1:]) for assessment in (before, now))
    try:
        moved = change((table, old), (uprated(table, factor), new))
    except NoFigureToCompare:
        return

    total = moved.now_pence_per_year - moved.before_pence_per_year
    assert sum(cause.pence for cause in moved.causes) == total
    assert moved.now_pence_per_year == allocate(uprated(table, factor), *new).pence_per_year
    back = change((uprated(table, factor), new), (table, old))
    assert all(abs(there.pence + again.pence) <= 1 for there, again in zip(moved.causes, back.causes, strict=True)), (
        "no order is favoured"
    )


def test_prices_alone_move_nothing_that_is_called_need() -> None:
    table = a_table("example-council:2")
    need = AgreedNeed(least_need(table, nights="awake"), {}, None)

    moved = change((table, need), (uprated(table, "1.0157"), need))

    assert [(cause.code, cause.pence) for cause in moved.causes] == [
        ("table_and_prices", rounded_half_up(Fraction(431_132 * 6, 16) * Fraction("1.0157")) - 161_675)
    ]
    assert moved.answers == ()


def test_each_cause_is_told_apart_and_each_answer_that_changed() -> None:
    table = a_table("example-council:2")
    days = [DayProfile("other", 6), DayProfile("bad", 1)]
    support = [SupportNeed("specialist_support", "Support from a specialist provider", 60)]
    before = AgreedNeed(least_need(table, nights="awake"), {}, None)
    now = AgreedNeed(
        least_need(table, nights="awake", decisions="every_day"), {"keeping_safe": "some"}, True, support, days
    )

    moved = change((table, before), (uprated(table, "1.1"), now))

    assert {cause.code: cause.pence > 0 for cause in moved.causes} == {
        "need": True,
        "help": False,
        "days": True,
        "specialist_support": True,
        "table_and_prices": True,
    }
    assert [in_words(answer) for answer in moved.answers] == [
        "Decisions and organising: was “I need no help”, is “I need help with everyday decisions” (+5 points)"
    ]


def test_a_figure_that_a_person_finds_cannot_be_told_apart_in_pounds() -> None:
    table = a_table("example-council:2")
    low, high = AgreedNeed(least_need(table, nights="awake"), {}, None), AgreedNeed(most_need(table), {}, None)

    with pytest.raises(NoFigureToCompare, match="a person finds"):
        change((table, low), (table, high))


def test_answers_to_different_questions_cannot_be_told_apart() -> None:
    ours, other = a_table("example-council:2"), a_table("synthetic")
    before = AgreedNeed(least_need(ours, nights="awake"), {}, None)
    now = AgreedNeed(least_need(other, home_need="whole"), {}, None)

    with pytest.raises(NoFigureToCompare, match="ask different questions"):
        change((ours, before), (other, now))
