"""Which waves are answered, open, late, missed and still to come."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from braid.contracts.budget import BudgetOpened
from braid.kit.identity import Role
from services.outcomes.domain.instruments import Respondent, Subject
from services.outcomes.domain.responses import Response
from services.outcomes.domain.waves import due, version_asked, waves
from services.outcomes.instrument_files import released_instruments
from services.outcomes.waves_asked import Due, page_of_due
from tests.outcomes.desk import BASELINE_ON, TODAY, Desk

LIFE = released_instruments()["life", 1]
BASELINE = Response(
    instrument_id="life",
    version=1,
    subject=Subject.BUDGET_HOLDER,
    respondent=Respondent.SELF,
    wave="baseline",
    answered_on=date(2026, 1, 31),
    answers={"satisfaction": 4},
)
SIX_MONTHS = replace(BASELINE, wave="six_months", answered_on=date(2026, 8, 1))


def states(*answered: Response, on: date, died_on: date | None = None) -> dict[str, str]:
    told = waves(LIFE, answered, on, died_on=died_on)
    return {f"{wave.code} {wave.number}": wave.state.value for wave in told}


def test_at_first_there_is_the_baseline_alone() -> None:
    assert states(on=date(2026, 1, 1)) == {"baseline 1": "open"}


@pytest.mark.parametrize(
    ("on", "six_months", "yearly"),
    [
        # Half a year after 31 January is 31 July; 42 days to each side count as on time.
        (date(2026, 6, 18), "to_come", "to_come"),
        (date(2026, 6, 19), "open", "to_come"),
        (date(2026, 9, 11), "open", "to_come"),
        (date(2026, 9, 12), "late", "to_come"),
        # The year's own days begin on 20 December.
        (date(2026, 12, 19), "late", "to_come"),
        (date(2026, 12, 20), "missed", "open"),
        (date(2027, 3, 14), "missed", "open"),
        (date(2027, 3, 15), "missed", "late"),
    ],
)
def test_a_wave_opens_is_late_and_is_missed_once_the_next_has_begun(on: date, six_months: str, yearly: str) -> None:
    told = states(BASELINE, on=on)

    assert (told["baseline 1"], told["six_months 1"], told["yearly 1"]) == ("answered", six_months, yearly)


def test_years_follow_each_other_up_to_the_next_to_come() -> None:
    told = states(BASELINE, SIX_MONTHS, on=date(2028, 2, 1))

    assert told == {
        "baseline 1": "answered",
        "six_months 1": "answered",
        "yearly 1": "missed",
        "yearly 2": "open",
        "yearly 3": "to_come",
    }


def test_a_later_wave_that_was_answered_makes_the_one_before_missed() -> None:
    year = replace(BASELINE, wave="yearly", answered_on=date(2026, 12, 1))

    assert states(BASELINE, year, on=date(2026, 12, 2))["six_months 1"] == "missed"


def test_a_follow_up_without_a_baseline_leaves_none_to_be_answered_later() -> None:
    assert states(SIX_MONTHS, on=date(2026, 8, 2)) == {"baseline 1": "missed", "six_months 1": "answered"}


def test_after_a_death_nothing_is_asked() -> None:
    told = states(BASELINE, on=date(2026, 8, 2), died_on=date(2026, 7, 1))

    assert told == {"baseline 1": "answered", "six_months 1": "ended", "yearly 1": "ended"}


def test_the_days_of_a_wave_are_told() -> None:
    six_months = waves(LIFE, [BASELINE], date(2026, 2, 1))[1]

    days = (six_months.from_day, six_months.due_on, six_months.until_day)
    assert days == (date(2026, 6, 19), date(2026, 7, 31), date(2026, 9, 11))


def test_whoever_began_with_a_version_goes_on_with_it() -> None:
    newer = replace(LIFE, version=2)

    assert version_asked({1: LIFE, 2: newer}, [BASELINE]) is LIFE
    assert version_asked({1: LIFE, 2: newer}, []) is newer


def test_a_baseline_is_due_from_the_first_budget_on_and_a_follow_up_in_its_time() -> None:
    at_first = waves(LIFE, [], date(2026, 3, 1))
    later = waves(LIFE, [BASELINE], date(2026, 8, 1))

    assert due(at_first, None) == ()
    assert [(one.code, one.due_on) for one in due(at_first, date(2026, 2, 1))] == [("baseline", date(2026, 2, 1))]
    assert [(one.code, one.due_on) for one in due(later, None)] == [("six_months", date(2026, 7, 31))]


async def test_the_office_is_told_whose_answers_are_due(desk: Desk) -> None:
    nobody = await desk.get("/v1/outcome-waves-due")
    await desk.hear(
        BudgetOpened(
            budget_id=uuid4(),
            person_id=desk.person,
            council=desk.council,
            opened_on=date(2026, 2, 1),
        )
    )
    [baseline] = (await desk.get("/v1/outcome-waves-due"))["due"]
    await desk.recorded()
    told = await desk.get("/v1/outcome-waves-due")

    assert nobody["due"] == []
    assert (baseline["person_id"], baseline["wave"], baseline["due_on"]) == (str(desk.person), "baseline", "2026-02-01")
    assert [(one["wave"], one["state"], one["due_on"]) for one in told["due"]] == [("yearly", "open", "2027-01-31")]
    assert (told["count"], told["next"]) == (1, None)


def test_what_is_due_of_one_person_on_one_day_is_on_one_page() -> None:
    early, late = date(2026, 2, 1), date(2026, 3, 1)
    ada, bob = sorted((uuid4(), uuid4()))
    wave = waves(LIFE, [], late)[0]
    found = [
        Due(*one)
        for one in (
            (ada, LIFE, wave, early),
            (bob, LIFE, wave, early),
            (bob, LIFE, wave, early),
            (ada, LIFE, wave, late),
        )
    ]

    first, goes_on = page_of_due(found, None, 2)
    last, goes_on_still = page_of_due(found, first[-1].place, 2)

    assert ([*first, *last], goes_on, goes_on_still) == (found, True, False)
    assert len(first) == 3


async def test_nothing_is_due_of_the_dead_and_nobody_else_is_told(desk: Desk) -> None:
    await desk.recorded()
    await desk.record_death(date(2027, 2, 1))

    assert (await desk.get("/v1/outcome-waves-due"))["due"] == []
    assert (await desk.get("/v1/outcome-waves-due", council="E10099999"))["due"] == []
    assert (await desk.ask("GET", "/v1/outcome-waves-due", role=Role.BUDGET_HOLDER)).status_code == 403


async def test_a_person_is_told_what_is_open_to_them(desk: Desk) -> None:
    told = await desk.recorded()
    found = await desk.get(f"/v1/people/{desk.person}/outcome-waves", role=Role.BUDGET_HOLDER)

    [life] = [one for one in found["asked"] if one["may_be_used"]]
    assert found["on"] == str(TODAY)
    assert (life["instrument_id"], life["carer_id"]) == ("life", None)
    assert [(one["wave"], one["number"], one["state"]) for one in life["waves"]] == [
        ("baseline", 1, "answered"),
        ("six_months", 1, "missed"),
        ("yearly", 1, "open"),
        ("yearly", 2, "to_come"),
    ]
    assert life["waves"][0]["response_id"] == told["response_id"]
    assert life["waves"][0]["due_on"] == str(BASELINE_ON)


async def test_what_was_taken_back_is_open_again(desk: Desk) -> None:
    await desk.take_back(await desk.recorded())
    found = await desk.get(f"/v1/people/{desk.person}/outcome-waves")

    life = next(one for one in found["asked"] if one["instrument_id"] == "life")
    assert [(one["wave"], one["state"], one["response_id"]) for one in life["waves"]] == [("baseline", "open", None)]


async def test_what_carers_are_asked_is_for_the_staff(desk: Desk) -> None:
    await desk.assess_carer()
    path = f"/v1/people/{desk.person}/outcome-waves"
    staff, person = await desk.get(path), await desk.get(path, role=Role.BUDGET_HOLDER)

    assert {one["instrument_id"] for one in staff["asked"] if one["carer_id"] == str(desk.carer)} >= {
        "life",
        "life-as-a-carer",
    }
    assert {one["carer_id"] for one in person["asked"]} == {None}


async def test_a_licensed_instrument_says_that_it_may_not_be_used_before_it_may(desk: Desk) -> None:
    path = f"/v1/people/{desk.person}/outcome-waves"
    before = {one["instrument_id"]: one["may_be_used"] for one in (await desk.get(path))["asked"]}
    await desk.state_licence("ghq-12", {"reference": "GLA-1", "from_day": str(TODAY)})
    after = {one["instrument_id"]: one["may_be_used"] for one in (await desk.get(path))["asked"]}

    assert (before["ghq-12"], after["ghq-12"]) == (False, True)


async def test_nobody_else_is_told(desk: Desk) -> None:
    path = f"/v1/people/{desk.person}/outcome-waves"

    assert (await desk.ask("GET", path, council="E10099999")).status_code == 404
    assert (await desk.ask("GET", path, role=Role.DELEGATE)).status_code == 403
