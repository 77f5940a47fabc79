"""People as an evaluation compares them, counted by hand: days lived, money spent, scores, and whom it leaves out."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from services.outcomes.domain.instruments import Respondent, Subject
from services.outcomes.domain.people_compared import (
    BeforeAndAfter,
    ComparedPerson,
    LeftOut,
    NoWholeWeek,
    PersonTold,
    Weeks,
    compared,
    latest_answered,
    whole_weeks,
)
from services.outcomes.domain.responses import Response
from services.outcomes.instrument_files import released_instruments

#: Four weeks: a Monday to a Sunday.
WEEKS = Weeks(date(2026, 1, 5), date(2026, 2, 1))
LIFE = {"life": released_instruments()["life", 1]}
ANSWERS = {"quality_of_life": 4, "control_over_daily_life": 2, "satisfaction": 5}
HOLDER = PersonTold(
    user_group="older_people",
    case_opened_on=date(2025, 6, 1),
    budget_opened_on=date(2025, 9, 1),
    pence_by_stream={"adult_social_care": 80_000},
)


def answered(wave: str, on: date, answers: Mapping[str, int] = ANSWERS, **other: Any) -> Response:
    told = Response("life", 1, Subject.BUDGET_HOLDER, Respondent.SELF, wave, on, answers)
    return replace(told, **other)


BASELINE = answered("baseline", date(2025, 8, 1), ANSWERS | {"satisfaction": 2})
LATER = answered("six_months", date(2026, 1, 20))


def in_an_arm(told: PersonTold) -> ComparedPerson:
    found = compared(told, WEEKS, LIFE)
    assert isinstance(found, ComparedPerson)
    return found


@pytest.mark.parametrize(
    ("from_day", "to_day", "weeks"),
    [
        (date(2026, 1, 5), date(2026, 2, 1), WEEKS),
        # Thursday to Wednesday: the broken weeks at both ends do not count.
        (date(2026, 1, 1), date(2026, 2, 4), WEEKS),
        (date(2026, 1, 5), date(2026, 1, 11), Weeks(date(2026, 1, 5), date(2026, 1, 11))),
    ],
)
def test_whole_weeks_between_two_days_count(from_day: date, to_day: date, weeks: Weeks) -> None:
    assert whole_weeks(from_day, to_day) == weeks


def test_days_without_a_week_from_monday_to_sunday_are_refused() -> None:
    with pytest.raises(NoWholeWeek):
        whole_weeks(date(2026, 1, 6), date(2026, 1, 17))


def test_somebody_who_had_a_budget_all_the_while_lived_every_day_of_the_weeks() -> None:
    found = in_an_arm(HOLDER)

    assert (found.has_budget, found.days, found.pence_by_stream) == (True, 28, {"adult_social_care": 80_000})


@pytest.mark.parametrize(
    ("change", "days"),
    [
        # Saturday 10 January to Sunday 1 February.
        ({"budget_opened_on": date(2026, 1, 10)}, 23),
        # Monday 5 to Tuesday 20 January: the day of the death was lived.
        ({"died_on": date(2026, 1, 20)}, 16),
        # The day of leaving was not a day with the budget.
        ({"left_on": date(2026, 1, 20)}, 15),
        ({"budget_opened_on": date(2026, 1, 10), "died_on": date(2026, 1, 10)}, 1),
        ({"died_on": date(2026, 6, 1)}, 28),
    ],
)
def test_a_late_opening_a_death_and_leaving_shorten_the_weeks(change: dict[str, Any], days: int) -> None:
    assert in_an_arm(replace(HOLDER, **change)).days == days


@pytest.mark.parametrize("change", [{"died_on": date(2026, 1, 4)}, {"left_on": date(2026, 1, 5)}])
def test_whoever_died_or_left_before_the_weeks_is_left_out_with_the_reason(change: dict[str, Any]) -> None:
    assert compared(replace(HOLDER, **change), WEEKS, LIFE) is LeftOut.NOT_IN_THESE_WEEKS


def test_scores_are_those_of_the_baseline_and_of_the_latest_follow_up_in_the_weeks() -> None:
    too_late = answered("yearly", date(2026, 2, 2), ANSWERS | {"satisfaction": 7})

    found = in_an_arm(replace(HOLDER, responses=[too_late, LATER, BASELINE]))

    assert found.scores["life.satisfaction"] == BeforeAndAfter(Fraction(2), Fraction(5), Respondent.SELF)


def test_an_answer_that_is_missing_makes_no_score_and_nothing_stands_in_its_place() -> None:
    without = {name: level for name, level in ANSWERS.items() if name != "satisfaction"}
    partly = replace(LATER, answers=without, respondent=Respondent.PROXY)

    found = in_an_arm(replace(HOLDER, responses=[BASELINE, partly]))

    assert found.scores["life.satisfaction"] == BeforeAndAfter(Fraction(2), None, Respondent.PROXY)
    assert found.scores["life.quality_of_life"].after == 4
    assert in_an_arm(HOLDER).scores == {}


def test_without_a_budget_in_the_weeks_somebody_is_compared_only_where_they_answered() -> None:
    waiting = replace(HOLDER, budget_opened_on=None, case_opened_on=date(2026, 1, 26), pence_by_stream={})

    assert compared(waiting, WEEKS, LIFE) is LeftOut.NEITHER
    found = in_an_arm(replace(waiting, responses=[BASELINE]))
    assert (found.has_budget, found.days) == (False, 7)


def test_a_budget_that_was_opened_after_the_weeks_is_none_in_them() -> None:
    later = replace(HOLDER, budget_opened_on=date(2026, 2, 2), responses=[LATER])

    assert not in_an_arm(later).has_budget


def test_only_one_version_of_an_instrument_is_compared_the_latest_that_anybody_answered() -> None:
    assert latest_answered([("life", 1), ("ghq-12", 1), ("life", 2)]) == {"life": 2, "ghq-12": 1}
    assert in_an_arm(replace(HOLDER, responses=[replace(LATER, version=2)])).scores == {}


def test_somebody_whose_user_group_nobody_told_is_in_a_group_of_their_own() -> None:
    assert in_an_arm(replace(HOLDER, user_group=None)).user_group == "not_recorded"
