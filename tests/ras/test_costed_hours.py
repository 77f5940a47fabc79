"""The costed-hours view: what the same answers come to in hours and pounds, beside the points, with the gap."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ras.domain.allocation import Outcome, allocate
from services.ras.domain.costed_hours import HoursRule, must_be_sound
from services.ras.domain.costed_lines import SupportNeed
from services.ras.domain.errors import TableNotSound
from services.ras.domain.good_and_bad_days import DayProfile
from tests.ras.answers import UNHURRIED, answers_to, least_need, more_need, most_need
from tests.ras.material import a_table

SPECIALIST = SupportNeed("specialist_support", "Support from a specialist provider", 60)


def the_hours() -> HoursRule:
    hours = a_table("example-council:2").hours
    assert hours is not None
    return hours


def test_a_line_prints_its_hours_what_help_leaves_its_weeks_and_its_dated_price() -> None:
    table = a_table("example-council:2")
    answers = least_need(table, washing_and_dressing="every_day")

    view = allocate(table, answers, {"personal_care": "some"}, True).costed_hours

    assert view is not None
    (line,) = view.lines
    assert line.text == (
        "Washing and dressing: 7 hours a week x 0.7 left after help x 52 weeks = 254.8 hours at £12.50 an hour, price"
        " of 2010-04-01"
    )
    assert (line.pence_per_year, view.hours_per_week_thousandths) == (318_500, 4_900)


def test_help_of_a_carer_who_is_not_known_to_be_willing_takes_no_hours_off() -> None:
    table = a_table("example-council:2")
    answers = least_need(table, washing_and_dressing="every_day")

    unwilling, unasked = (
        allocate(table, answers, {"personal_care": "all"}, willing).costed_hours for willing in (False, None)
    )

    assert unwilling is not None
    assert unwilling == unasked
    assert unwilling.hours_per_week_thousandths == 7_000


def test_hours_are_those_of_the_average_day() -> None:
    table = a_table("example-council:2")
    answers = least_need(table, nights="some_nights", washing_and_dressing="every_day")

    view = allocate(table, answers, {}, None, (), [DayProfile("other", 5), DayProfile("bad", 2)]).costed_hours

    assert view is not None
    assert view.hours_per_week_thousandths == round((16 + 7) * (5 + 2 * 1.5) / 7 * 1000)
    assert all("for good and bad days" in line.text for line in view.lines)


def test_a_person_for_whom_the_table_has_no_sum_still_has_their_hours() -> None:
    table = a_table("example-council:2")

    allocation = allocate(table, most_need(table), {}, None)

    assert allocation.outcome is Outcome.NEEDS_A_PERSON
    assert allocation.costed_hours is not None
    assert allocation.costed_hours.pence_per_year > 0
    assert allocation.costed_hours.gap_pence_per_year is None


def test_specialist_support_stands_in_both_views() -> None:
    table = a_table("example-council:2")

    allocation = allocate(table, least_need(table, nights="awake"), {}, None, [SPECIALIST])

    assert allocation.costed_hours is not None
    assert allocation.lines[-1].pence_per_year == allocation.costed_hours.lines[-1].pence_per_year == 145_600


def test_a_table_without_hours_has_no_such_view() -> None:
    table = a_table("example-council")

    assert allocate(table, least_need(table, nights="awake"), {}, None).costed_hours is None


@UNHURRIED
@given(answers_to("example-council:2"), st.data())
def test_the_lines_add_up_more_need_never_means_fewer_hours_and_the_gap_is_the_difference(
    assessment: Any, data: st.DataObject
) -> None:
    table, answers, informal_help, willing = assessment
    question = data.draw(st.sampled_from(table.scoring.questions))
    needier = {**answers, question.question_id: more_need(question, answers[question.question_id])}

    before = allocate(table, answers, informal_help, willing)
    after = allocate(table, needier, informal_help, willing).costed_hours

    view = before.costed_hours
    assert view is not None
    assert after is not None
    assert sum(line.pence_per_year for line in view.lines) == view.pence_per_year
    assert after.pence_per_year >= view.pence_per_year
    if before.outcome is Outcome.CALCULATED:
        assert view.gap_pence_per_year == before.pence_per_year - view.pence_per_year


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"question_id": "gardening"}, "'gardening', which is no question"),
        ({"per_week": {"no_help": Fraction(1)}}, "each choice needs its hours"),
        ({"rate": "butler"}, "no rate 'butler'"),
    ],
)
def test_hours_that_hang_on_nothing_are_refused(change: dict[str, Any], reason: str) -> None:
    rule = the_hours()
    broken = replace(rule, questions=(replace(rule.questions[0], **change), *rule.questions[1:]))

    with pytest.raises(TableNotSound, match=reason):
        must_be_sound(broken, a_table("example-council:2").scoring)


def test_hours_whose_cost_falls_where_need_rises_are_refused() -> None:
    rule = the_hours()
    rates = {**rule.rates, "waking_night": replace(rule.rates["waking_night"], pence_per_hour=Fraction(1))}

    with pytest.raises(TableNotSound, match="nights: the cost of the hours falls at 'awake'"):
        must_be_sound(replace(rule, rates=rates), a_table("example-council:2").scoring)


def test_a_rate_that_no_question_uses_is_refused() -> None:
    rule = the_hours()

    with pytest.raises(TableNotSound, match="belongs to no question"):
        must_be_sound(
            replace(rule, rates={**rule.rates, "more": rule.rates["support"]}), a_table("example-council:2").scoring
        )
