"""Needs by kind of day: a day whose own answers were told is scored by them, and all sums still add up."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ras.domain.allocation import AgreedNeed, AllocationTable, Outcome, allocate
from services.ras.domain.change import change
from services.ras.domain.errors import AnswerUnknown
from services.ras.domain.good_and_bad_days import DayProfile, DayRule
from services.ras.domain.points import net_points
from services.ras.domain.sensitivity import next_answers, worth_of_answers
from services.ras.domain.sums import rounded_half_up
from tests.ras.answers import (
    TABLES,
    UNHURRIED,
    Answers,
    Days,
    answers_to,
    least_need,
    more_need,
    most_need,
    some_answer,
    some_days,
)
from tests.ras.material import a_table

RULE = DayRule({"good": Fraction(3, 5), "other": Fraction(1), "bad": Fraction(3, 2)})
WEEK = (DayProfile("other", 5), DayProfile("bad", 2))


def with_days(table_id: str) -> AllocationTable:
    """A table that prices good and bad days."""
    return replace(a_table(table_id), days=RULE)


@st.composite
def a_need_by_day(draw: st.DrawFn) -> tuple[AllocationTable, AgreedNeed]:
    """Any answers to any table, with answers of their own for some kinds of day."""
    table, answers, informal_help, willing = draw(st.sampled_from(TABLES).flatmap(answers_to))
    questions = list(table.scoring.questions)
    by_day = {
        kind: {
            question.question_id: draw(some_answer(question))
            for question in draw(st.lists(st.sampled_from(questions), max_size=4))
        }
        for kind in draw(st.lists(st.sampled_from(["good", "bad"]), unique=True))
    }
    days: Days = draw(some_days())
    return replace(table, days=RULE), AgreedNeed(answers, informal_help, willing, (), days, by_day)


def weighed_one_by_one(table: AllocationTable, need: AgreedNeed) -> Fraction | None:
    """The sum of a week, from each kind of day by itself."""
    assert table.days is not None
    usual = net_points(table.scoring, need.answers, need.informal_help, need.willing_and_able)
    week = Fraction(0)
    for day in need.day_profiles:
        if not day.days_per_week:
            continue
        points = usual * table.days.multipliers[day.kind]
        if day.kind in need.answers_by_day:
            said = {**need.answers, **need.answers_by_day[day.kind]}
            points = net_points(table.scoring, said, need.informal_help, need.willing_and_able)
        exact = table.money.exact_pence_per_year(points)
        if exact is None:
            return None
        week += exact * day.days_per_week
    return week / 7


@UNHURRIED
@given(a_need_by_day())
def test_the_sum_is_that_of_each_kind_of_day_weighed_and_its_shares_add_up(
    case: tuple[AllocationTable, AgreedNeed],
) -> None:
    table, need = case
    allocation = allocate(table, *need)

    if allocation.outcome is Outcome.CALCULATED:
        exact = weighed_one_by_one(table, need)
        assert exact is not None
        assert allocation.pence_per_year == rounded_half_up(exact)
        assert sum(share.pence_per_year for share in allocation.points_explanation) == allocation.pence_per_year
        assert all(share.pence_per_year >= 0 for share in allocation.points_explanation)


@UNHURRIED
@given(a_need_by_day(), st.data())
def test_more_need_on_some_kind_of_day_never_means_less_money(
    case: tuple[AllocationTable, AgreedNeed], data: st.DataObject
) -> None:
    table, need = case
    kind = data.draw(st.sampled_from(["good", "bad"]))
    question = data.draw(st.sampled_from(list(table.scoring.questions)))
    told = need.answers_by_day.get(kind, {})
    before = tuple(told.get(question.question_id, need.answers[question.question_id]))

    def sum_saying(answer: tuple[str, ...]) -> Fraction | None:
        by_day = {**need.answers_by_day, kind: {**told, question.question_id: answer}}
        return weighed_one_by_one(table, need._replace(answers_by_day=by_day))

    less, more = sum_saying(before), sum_saying(more_need(question, before))
    assert less is None or more is None or more >= less


@UNHURRIED
@given(a_need_by_day())
def test_the_worth_of_each_answer_is_the_whole_figure_worked_out_again(
    case: tuple[AllocationTable, AgreedNeed],
) -> None:
    table, need = case
    whole = weighed_one_by_one(table, need)
    worths = worth_of_answers(table, need)

    of_usual_days = [worth for worth in worths if not worth.label.startswith("On a ")]
    for worth in of_usual_days:
        least = table.scoring.questions_by_id[worth.question_id].least.code
        without = weighed_one_by_one(table, need._replace(answers={**need.answers, worth.question_id: (least,)}))
        worked_out = None if whole is None or without is None else rounded_half_up((whole - without) / 52)
        assert worth.pence_per_week == worked_out
    if whole is not None:
        assert all(step.pence_per_year >= 0 for step in next_answers(table, need))


def test_a_day_whose_answers_were_told_needs_no_multiplier_and_the_others_keep_theirs() -> None:
    table = with_days("synthetic")
    usual, bad = {**least_need(table), "safety_risks": ("fire",)}, {"personal_care_need": ("part",)}
    days = [DayProfile("good", 2), DayProfile("other", 3), DayProfile("bad", 2)]

    multiplied = allocate(table, usual, {}, None, (), days)
    told = allocate(table, usual, {}, None, (), days, {"bad": bad})

    def points(allocation: Any) -> dict[str, int]:
        return {day.kind: day.points_thousandths for day in allocation.days}

    of_bad = net_points(table.scoring, {**usual, **bad}, {}, None)
    assert points(told) == {**points(multiplied), "bad": of_bad * 1000}
    assert points(multiplied)["bad"] != points(told)["bad"]


@pytest.mark.parametrize("days", [(), (DayProfile("other", 7),), (DayProfile("good", 2), DayProfile("other", 5))])
def test_answers_of_days_that_never_come_change_nothing(days: tuple[DayProfile, ...]) -> None:
    table = a_table("example-council:2")
    usual = least_need(table, nights="awake")

    told = allocate(table, usual, {}, None, (), days, {"bad": {"getting_out": ("every_trip",)}})

    assert told == allocate(table, usual, {}, None, (), days)


def test_a_table_that_prices_no_days_prices_no_answers_of_days() -> None:
    table = a_table("example-council")
    usual = least_need(table, nights="awake")

    told = allocate(table, usual, {}, None, (), WEEK, {"bad": {"getting_out": ("every_trip",)}})

    assert told == allocate(table, usual, {}, None, (), WEEK)


def test_a_bad_day_whose_own_answers_are_above_the_table_sends_the_case_to_a_person() -> None:
    table = a_table("example-council:2")

    allocation = allocate(table, least_need(table, nights="awake"), {}, None, (), WEEK, {"bad": most_need(table)})

    assert allocation.outcome is Outcome.NEEDS_A_PERSON
    assert "on some days your points are outside the table" in allocation.notes[0]


def test_somebody_who_needs_help_on_bad_days_alone_has_a_figure() -> None:
    table = a_table("example-council:2")

    allocation = allocate(table, least_need(table), {}, None, (), WEEK, {"bad": {"nights": ("awake",)}})

    assert allocation.outcome is Outcome.CALCULATED
    assert "What you told us about a bad day was scored as you told it." in allocation.notes
    (share,) = (share for share in allocation.points_explanation if share.pence_per_year)
    assert share.pence_per_year == allocation.pence_per_year
    assert "On a bad day, Help at night: I need a person who stays awake, on 4 or more nights a week - 6 points" in (
        share.reasons
    )


def test_the_hours_of_a_week_are_those_of_its_days() -> None:
    table = a_table("example-council:2")
    usual = least_need(table, getting_out="new_places")

    view = allocate(table, usual, {}, None, (), WEEK, {"bad": {"getting_out": ("every_trip",)}}).costed_hours

    assert view is not None
    # 1 hour on 5 days of 7 and 8 hours on 2: 3 hours a week, at 12.50 pounds.
    assert view.hours_per_week_thousandths == 3000
    assert view.pence_per_year == 3 * 52 * 1250
    assert view.lines[0].text.startswith(
        "Getting out and taking part: 3 hours a week over your kinds of day x 52 weeks"
    )


def test_hours_that_only_a_bad_day_needs_are_there_too() -> None:
    table = a_table("example-council:2")

    view = allocate(
        table, least_need(table), {}, None, (), WEEK, {"bad": {"getting_out": ("every_trip",)}}
    ).costed_hours

    assert view is not None
    assert [line.code for line in view.lines] == ["getting_out.support"]


def test_an_answer_of_a_bad_day_is_shown_with_its_worth_beside_that_of_a_usual_one() -> None:
    table = a_table("example-council:2")
    usual: Answers = least_need(table, getting_out="every_trip")
    need = AgreedNeed(usual, {}, None, (), WEEK, {"bad": {"nights": ("awake",), "getting_out": ("no_help",)}})

    *_, nights, getting_out = worth_of_answers(table, need)

    whole = weighed_one_by_one(table, need)
    without = weighed_one_by_one(table, need._replace(answers_by_day={"bad": {"getting_out": ("no_help",)}}))
    assert whole is not None
    assert without is not None
    assert (nights.label, nights.pence_per_week) == (
        "On a bad day, Help at night",
        rounded_half_up((whole - without) / 52),
    )
    # Less help on a bad day than on a usual one takes away.
    assert getting_out.pence_per_week is not None
    assert getting_out.pence_per_week < 0


def test_an_answer_of_a_bad_day_that_changed_is_need_and_is_named() -> None:
    table = a_table("example-council:2")
    before = AgreedNeed(least_need(table, nights="every_night"), {}, None, (), WEEK)
    now = before._replace(answers_by_day={"bad": {"nights": ("awake",)}})

    moved = change((table, before), (table, now))

    assert [cause.code for cause in moved.causes] == ["need"]
    assert moved.causes[0].pence == moved.now_pence_per_year - moved.before_pence_per_year
    (answer,) = moved.answers
    assert (answer.label, answer.points_thousandths) == ("On a bad day, Help at night", 2000)


@pytest.mark.parametrize("told", [{"nights": ("asleep",)}, {"dreams": ("awake",)}])
def test_an_answer_of_a_bad_day_that_has_no_points_is_named(told: dict[str, tuple[str, ...]]) -> None:
    table = a_table("example-council:2")

    with pytest.raises(AnswerUnknown, match=next(iter(told))):
        allocate(table, least_need(table), {}, None, (), WEEK, {"bad": told})
