"""Good and bad days: each kind has its own sum, the sums are weighed, and no day above the table is guessed."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ras.domain.allocation import Allocation, Outcome, allocate
from services.ras.domain.errors import NotAWeek, TableNotSound
from services.ras.domain.good_and_bad_days import DayProfile, DayRule
from services.ras.domain.sums import rounded_half_up
from tests.ras.answers import UNHURRIED, Days, answers_to, least_need, most_need_that_has_a_row, some_days
from tests.ras.material import a_table


@UNHURRIED
@given(answers_to("example-council:2"), some_days())
def test_days_weigh_the_sums_of_their_kinds(assessment: Any, days: Days) -> None:
    table, answers, informal_help, willing = assessment

    allocation = allocate(table, answers, informal_help, willing, (), days)

    if allocation.outcome is Outcome.CALCULATED:
        weighed = sum(day.pence_per_year * day.days_per_week for day in allocation.days)
        assert abs(allocation.pence_per_year * 7 - weighed) <= 7
        sums = [day.pence_per_year for day in allocation.days if day.days_per_week]
        assert min(sums) <= allocation.pence_per_year <= max(sums)


@UNHURRIED
@given(st.integers(0, 6), st.integers(0, 6))
def test_one_more_bad_day_never_means_less_money(bad: int, good: int) -> None:
    table = a_table("example-council:2")
    answers = least_need(table, nights="awake", getting_out="every_trip")
    good = min(good, 6 - bad)

    def with_days(bad_days: int) -> Allocation:
        rest = 7 - good - bad_days
        days = [DayProfile("good", good), DayProfile("other", rest), DayProfile("bad", bad_days)]
        return allocate(table, answers, {}, None, (), days)

    assert with_days(bad + 1).pence_per_year >= with_days(bad).pence_per_year


def test_good_and_bad_days_weigh_pounds_and_not_points() -> None:
    table = replace(
        a_table("synthetic"), days=DayRule({"good": Fraction(1, 2), "other": Fraction(1), "bad": Fraction(3, 2)})
    )
    answers = {**least_need(table), "safety_risks": ("fire",)}

    allocation = allocate(table, answers, {}, None, (), [DayProfile("good", 5), DayProfile("bad", 2)])

    assert [(day.kind, day.pence_per_year // 52) for day in allocation.days] == [("good", 12_000), ("bad", 49_600)]
    assert rounded_half_up(Fraction(allocation.pence_per_year, 52)) == 22_743
    assert "weighed by how often they come" in " ".join(allocation.notes)


def test_a_bad_day_above_the_table_sends_the_case_to_a_person() -> None:
    table = a_table("example-council:2")
    answers = most_need_that_has_a_row(table)

    allocation = allocate(table, answers, {}, None, (), [DayProfile("other", 6), DayProfile("bad", 1)])

    assert allocation.outcome is Outcome.NEEDS_A_PERSON
    assert "on some days your points are outside the table" in allocation.notes[0]


def test_a_kind_of_day_that_never_comes_neither_counts_nor_sends_the_case_to_a_person() -> None:
    table = a_table("example-council:2")
    answers = most_need_that_has_a_row(table)

    usual = allocate(table, answers, {}, None, (), [DayProfile("other", 7)])
    told_of_none = allocate(table, answers, {}, None, (), [DayProfile("other", 7), DayProfile("bad", 0)])

    assert told_of_none == usual
    assert usual.outcome is Outcome.CALCULATED


def test_a_week_that_is_none_is_refused() -> None:
    table = a_table("example-council:2")

    with pytest.raises(NotAWeek):
        allocate(table, least_need(table, nights="awake"), {}, None, (), [DayProfile("bad", 2)])


@pytest.mark.parametrize(
    "multipliers",
    [{"good": 2, "other": 1, "bad": 3}, {"good": 1, "other": 1, "bad": "1/2"}, {"good": 1, "other": 2, "bad": 3}, {}],
)
def test_a_good_day_that_counts_for_more_than_a_bad_one_is_refused(multipliers: dict[str, Any]) -> None:
    with pytest.raises(TableNotSound):
        DayRule({kind: Fraction(value) for kind, value in multipliers.items()})


def test_the_average_day_of_somebody_without_days_is_a_usual_one() -> None:
    rule = DayRule({"good": Fraction(1, 2), "other": Fraction(1), "bad": Fraction(3, 2)})

    assert rule.average(()) == 1
    assert rule.average([DayProfile("good", 5), DayProfile("bad", 2)]) == Fraction(11, 14)
