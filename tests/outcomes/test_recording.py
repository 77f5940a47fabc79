"""Answers recorded, refused, read, taken back and forgotten, over the real API and database."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from braid.contracts.codes import UserGroup
from braid.kit.identity import Role
from tests.outcomes.desk import ANSWERS, BASELINE_ON, TODAY, Desk

SIX_MONTHS_ON = date(2026, 7, 31)
A_YEAR_ON = date(2027, 1, 31)


def codes(told: dict[str, Any]) -> list[str]:
    return [flag["code"] for flag in told["flags"]]


def values(told: dict[str, Any]) -> dict[str, float | None]:
    return {score["scoring_id"]: score["value"] for score in told["scores"]}


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rsplit("/", 1)[-1].rsplit(":", 1)[-1]


async def test_answers_are_scored_and_each_score_says_how(desk: Desk) -> None:
    told = await desk.recorded()

    assert values(told) == {"quality_of_life": 4, "control_over_daily_life": 2, "satisfaction": 5}
    assert told["flags"] == []
    [quality, *_] = told["scores"]
    assert quality["reasons"] == ["quality of life: level 4 counts 4.", "Higher is better; it goes from 1 to 7."]
    assert (await desk.get(desk.home))["responses"] == [told]


async def test_a_missing_answer_makes_no_score_and_is_told(desk: Desk) -> None:
    told = await desk.recorded(answers={"quality_of_life": 4})

    assert values(told) == {"quality_of_life": 4, "control_over_daily_life": None, "satisfaction": None}
    assert codes(told) == ["not_all_answered"]


async def test_waves_follow_the_baseline_and_late_ones_are_flagged(desk: Desk) -> None:
    await desk.recorded()

    in_time = await desk.recorded(wave="six_months", answered_on=SIX_MONTHS_ON)
    late = await desk.recorded(wave="yearly", answered_on=TODAY, respondent="proxy")
    found = (await desk.get(desk.home))["responses"]

    assert codes(in_time) == []
    assert codes(late) == ["not_answered_by_the_person"]
    assert [one["wave"] for one in found] == ["yearly", "six_months", "baseline"]


@pytest.mark.parametrize(
    ("told", "refused"),
    [
        ({"answers": {"quality_of_life": 8}}, (422, "outside-the-levels")),
        ({"answers": {"wealth": 1}}, (422, "unknown-item")),
        ({"answers": {}}, (422, "nothing-answered")),
        ({"wave": "weekly"}, (422, "unknown-wave")),
        ({"wave": "six_months", "number": 2}, (422, "unknown-wave")),
        ({"version": 9}, (422, "unknown-instrument")),
        ({"instrument_id": "fortune-telling"}, (422, "unknown-instrument")),
        ({"instrument_id": "life-as-a-carer", "answers": {"weight_of_caring": 1}}, (422, "not-made-for-them")),
        ({"answered_on": TODAY + timedelta(days=1)}, (422, "not-yet")),
        ({"carer_id": uuid4()}, (422, "not-their-carer")),
        ({"instrument_id": "ghq-12", "answers": {"item_1": 1}}, (409, "no-licence")),
    ],
)
async def test_what_the_instrument_cannot_have_is_refused_by_name(
    desk: Desk, told: dict[str, Any], refused: tuple[int, str]
) -> None:
    assert refusal(await desk.answer(**told)) == refused
    assert (await desk.get(desk.home))["responses"] == []


async def test_one_baseline_and_one_answer_a_wave(desk: Desk) -> None:
    await desk.recorded()
    await desk.recorded(wave="six_months", answered_on=SIX_MONTHS_ON)

    second = await desk.answer(answered_on=SIX_MONTHS_ON)
    again = await desk.answer(wave="six_months", answered_on=A_YEAR_ON)
    before = await desk.answer(wave="yearly", answered_on=BASELINE_ON)

    assert refusal(second) == (409, "second-baseline")
    assert "2026-01-31" in second.json()["detail"]
    assert refusal(again) == (409, "wave-answered")
    assert refusal(before) == (409, "before-the-baseline")


async def test_two_who_record_one_baseline_at_the_same_time_make_one(desk: Desk) -> None:
    answers = await asyncio.gather(*(desk.answer() for _ in range(4)))

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert len((await desk.get(desk.home))["responses"]) == 1


async def test_a_request_that_is_repeated_records_once(desk: Desk) -> None:
    key = str(uuid4())

    first, repeat = await desk.answer(key=key), await desk.answer(key=key)

    assert repeat.json() == first.json()
    assert repeat.headers["idempotency-replayed"] == "true"


async def test_nothing_is_recorded_after_a_death_until_it_is_taken_back(desk: Desk) -> None:
    await desk.record_death(SIX_MONTHS_ON - timedelta(days=1))
    after: dict[str, Any] = {"wave": "six_months", "answered_on": SIX_MONTHS_ON}
    await desk.recorded()

    assert refusal(await desk.answer(**after)) == (409, "after-death")
    await desk.record_death(None)
    await desk.recorded(**after)


async def test_a_death_that_is_heard_of_before_the_case_is_kept(desk: Desk) -> None:
    desk.person = uuid4()
    await desk.record_death(BASELINE_ON - timedelta(days=1))
    await desk.open_case()

    assert refusal(await desk.answer()) == (409, "after-death")
    [row] = await desk.rows("SELECT * FROM person WHERE person_id = $1", desk.person)
    assert row["user_group"] == UserGroup.OLDER_PEOPLE


async def test_a_carer_has_answers_of_their_own_also_after_the_persons_death(desk: Desk) -> None:
    await desk.assess_carer()
    await desk.record_death(BASELINE_ON - timedelta(days=1))

    about_caring = {"instrument_id": "life-as-a-carer", "answers": {"time_of_ones_own": 2, "weight_of_caring": 1}}
    told = await desk.recorded(carer_id=desk.carer, **about_caring)
    life = await desk.recorded(carer_id=desk.carer)

    assert values(told) == {"time_of_ones_own": 2, "weight_of_caring": 1}
    assert life["carer_id"] == str(desk.carer)


async def test_a_carers_baseline_is_none_of_the_persons(desk: Desk) -> None:
    await desk.assess_carer()
    await desk.recorded(carer_id=desk.carer)

    follow_up = await desk.recorded(wave="six_months", answered_on=SIX_MONTHS_ON)
    await desk.recorded()

    assert codes(follow_up) == ["no_baseline"]


async def test_the_person_answers_for_themselves_and_sees_no_carers_answers(desk: Desk) -> None:
    await desk.assess_carer()
    of_carer = await desk.recorded(carer_id=desk.carer)
    holder = Role.BUDGET_HOLDER

    own = await desk.recorded(role=holder)
    as_proxy = await desk.answer(role=holder, wave="six_months", answered_on=SIX_MONTHS_ON, respondent="proxy")
    for_carer = await desk.answer(role=holder, carer_id=desk.carer, wave="six_months", answered_on=SIX_MONTHS_ON)

    assert refusal(as_proxy) == refusal(for_carer) == (403, "not-about-yourself")
    assert (await desk.get(desk.home, role=holder))["responses"] == [own]
    assert (await desk.take_back(of_carer, role=holder)).status_code == 404
    assert (await desk.take_back(own, role=holder)).status_code == 200


async def test_somebody_elses_answers_and_another_councils_are_nobodys(desk: Desk) -> None:
    told = await desk.recorded()
    elsewhere = f"/v1/people/{uuid4()}/outcome-responses"

    assert (await desk.ask("GET", elsewhere, role=Role.BUDGET_HOLDER)).status_code == 404
    assert (await desk.get(desk.home, council="E10999998"))["responses"] == []
    assert (await desk.take_back(told, council="E10999998")).status_code == 404


async def test_answers_for_somebody_without_a_case_are_refused(desk: Desk) -> None:
    desk.person = uuid4()

    assert refusal(await desk.answer()) == (404, "nobody-known")


async def test_what_is_taken_back_counts_nowhere_and_makes_room(desk: Desk) -> None:
    wrong = await desk.recorded(answers={**ANSWERS, "satisfaction": 1})
    await desk.recorded(wave="six_months", answered_on=SIX_MONTHS_ON)

    taken = await desk.take_back(wrong)
    again = await desk.take_back(wrong)
    [follow_up, kept] = (await desk.get(desk.home))["responses"]
    right = await desk.recorded()

    assert taken.json()["taken_back_because"] == "They were somebody else's."
    assert taken.json()["scores"] == []
    assert refusal(again) == (409, "taken-back")
    assert kept == taken.json()
    assert codes(follow_up) == ["no_baseline"]
    assert values(right)["satisfaction"] == 5
    [follow_up, *_] = (await desk.get(desk.home))["responses"]
    assert codes(follow_up) == []


async def test_answers_and_carers_are_gone_with_an_erased_record(desk: Desk) -> None:
    await desk.assess_carer()
    told = await desk.recorded()
    await desk.recorded(carer_id=desk.carer)

    await desk.erase()
    await desk.open_case()

    for table in ("response", "carer", "person"):
        assert await desk.rows(f"SELECT * FROM {table} WHERE person_id = $1", desk.person) == []
    assert (await desk.answer()).status_code == 410
    assert (await desk.take_back(told)).status_code == 404


async def test_who_recorded_and_read_answers_is_recorded(desk: Desk) -> None:
    told = await desk.recorded()
    await desk.get(desk.home)
    await desk.take_back(told)

    found = await desk.rows("SELECT * FROM access_record WHERE person_id = $1 ORDER BY recorded_at", desk.person)
    assert [(row["action"], row["status"]) for row in found] == [
        ("record-outcome", 201),
        ("read-outcomes", 200),
        ("record-outcome", 200),
    ]
