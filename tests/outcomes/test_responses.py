"""When a response may be taken, and what has to be said about it."""

from dataclasses import replace
from datetime import date

import pytest

from services.outcomes.domain.errors import (
    AfterDeath,
    AnsweredAlready,
    BeforeTheBaseline,
    DomainError,
    MayNotAnswer,
    NoLicence,
    NothingAnswered,
    OtherVersion,
    OutsideTheLevels,
    SecondBaseline,
    UnknownWave,
)
from services.outcomes.domain.instruments import Respondent, StatedLicence, Subject
from services.outcomes.domain.responses import About, Response, due_on, take
from services.outcomes.instrument_files import released_instruments

RELEASED = released_instruments()
LIFE = RELEASED["life", 1]
GHQ = RELEASED["ghq-12", 1]
BASELINE = Response(
    instrument_id="life",
    version=1,
    subject=Subject.BUDGET_HOLDER,
    respondent=Respondent.SELF,
    wave="baseline",
    answered_on=date(2026, 1, 31),
    answers={"quality_of_life": 4, "control_over_daily_life": 2, "satisfaction": 4},
)
SIX_MONTHS = replace(BASELINE, wave="six_months", answered_on=date(2026, 8, 3))
SECOND_YEAR = replace(BASELINE, wave="yearly", number=2, answered_on=date(2028, 1, 31))
GHQ_BASELINE = replace(BASELINE, instrument_id="ghq-12", answers=dict.fromkeys(GHQ.items, 1))
NOTHING_EARLIER = About()
LICENCE = StatedLicence("ghq-12", "GLA-2026-17", date(2026, 1, 1), date(2026, 12, 31))


def flags(response: Response, about: About = NOTHING_EARLIER) -> list[str]:
    return [flag.code for flag in take(LIFE, response, about, ())]


def test_a_baseline_that_was_answered_whole_by_the_person_needs_no_word() -> None:
    assert flags(BASELINE) == []


def test_a_follow_up_in_its_window_needs_no_word() -> None:
    assert flags(SIX_MONTHS, About([BASELINE])) == []


def test_the_second_year_follows_the_first() -> None:
    first = replace(SECOND_YEAR, number=1, answered_on=date(2027, 1, 31))

    assert flags(SECOND_YEAR, About([BASELINE, SIX_MONTHS, first])) == []


@pytest.mark.parametrize(
    ("response", "about", "refusal"),
    [
        (replace(BASELINE, answered_on=date(2026, 2, 1)), About([BASELINE]), SecondBaseline),
        (SIX_MONTHS, About([BASELINE, SIX_MONTHS]), AnsweredAlready),
        (SIX_MONTHS, About([BASELINE], died_on=date(2026, 8, 2)), AfterDeath),
        (replace(SIX_MONTHS, answered_on=date(2026, 1, 31)), About([BASELINE]), BeforeTheBaseline),
        (BASELINE, About([replace(SIX_MONTHS, answered_on=date(2026, 1, 1))]), BeforeTheBaseline),
        (SIX_MONTHS, About([replace(BASELINE, version=2)]), OtherVersion),
        (replace(BASELINE, answers={"satisfaction": 8}), About(), OutsideTheLevels),
        (replace(BASELINE, answers={}), About(), NothingAnswered),
        (replace(BASELINE, wave="monthly"), About(), UnknownWave),
        (replace(SIX_MONTHS, number=2), About([BASELINE]), UnknownWave),
        (replace(BASELINE, number=0), About(), UnknownWave),
    ],
)
def test_a_response_that_cannot_be_is_refused(response: Response, about: About, refusal: type[DomainError]) -> None:
    with pytest.raises(refusal):
        take(LIFE, response, about, ())


def test_an_outcome_of_the_day_of_death_is_taken() -> None:
    assert flags(SIX_MONTHS, About([BASELINE], died_on=SIX_MONTHS.answered_on)) == []


def test_a_holder_s_baseline_is_none_of_the_carer_s() -> None:
    carers = replace(BASELINE, subject=Subject.CARER)

    assert flags(carers, About([BASELINE])) == []


def test_what_was_not_answered_is_named() -> None:
    (flag,) = take(LIFE, replace(BASELINE, answers={"satisfaction": 3}), About(), ())

    assert flag.code == "not_all_answered"
    assert "quality_of_life, control_over_daily_life" in flag.text


@pytest.mark.parametrize("respondent", [Respondent.PROXY, Respondent.PRACTITIONER])
def test_answers_of_somebody_else_are_marked(respondent: Respondent) -> None:
    assert flags(replace(BASELINE, respondent=respondent)) == ["not_answered_by_the_person"]


def test_a_follow_up_without_a_baseline_shows_no_change() -> None:
    assert flags(SIX_MONTHS) == ["no_baseline"]


@pytest.mark.parametrize(
    ("answered_on", "said"),
    [(date(2026, 9, 11), []), (date(2026, 9, 12), ["not_on_time"]), (date(2026, 6, 18), ["not_on_time"])],
)
def test_a_follow_up_outside_its_window_is_marked(answered_on: date, said: list[str]) -> None:
    assert flags(replace(SIX_MONTHS, answered_on=answered_on), About([BASELINE])) == said


def test_six_months_after_the_last_of_august_is_the_last_of_february() -> None:
    assert due_on(LIFE.waves["six_months"], 1, date(2026, 8, 31)) == date(2027, 2, 28)


@pytest.mark.parametrize(
    "licences",
    [
        (),
        (replace(LICENCE, instrument_id="ascot-sct4"),),
        (replace(LICENCE, to_day=date(2026, 1, 30)),),
        (replace(LICENCE, from_day=date(2026, 2, 1)),),
        (replace(LICENCE, reference=" "),),
    ],
)
def test_a_licensed_instrument_is_off_without_a_licence_of_the_day(licences: tuple[StatedLicence, ...]) -> None:
    with pytest.raises(NoLicence):
        take(GHQ, GHQ_BASELINE, About(), licences)


def test_a_licensed_instrument_is_on_once_the_council_states_its_licence() -> None:
    assert take(GHQ, GHQ_BASELINE, About(), [LICENCE]) == ()


def test_nobody_answers_for_a_person_where_the_instrument_does_not_allow_it() -> None:
    with pytest.raises(MayNotAnswer, match="answered by self"):
        take(GHQ, replace(GHQ_BASELINE, respondent=Respondent.PROXY), About(), [LICENCE])


def test_an_instrument_for_carers_is_not_for_holders() -> None:
    carers = RELEASED["life-as-a-carer", 1]
    response = replace(BASELINE, instrument_id="life-as-a-carer", answers={"weight_of_caring": 2})

    with pytest.raises(MayNotAnswer):
        take(carers, response, About(), ())
    assert [f.code for f in take(carers, replace(response, subject=Subject.CARER), About(), ())] == ["not_all_answered"]
