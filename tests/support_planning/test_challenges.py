"""Challenging a decision: in the person's own words, answered with reasons by somebody else; nothing stops by it."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from braid.contracts.assessment import PersonErased
from braid.contracts.award import AwardStatus
from braid.contracts.challenge import ChallengeAnswered, Challenged, ChallengeOutcome, DecisionChallenged
from braid.kit.identity import Role
from services.support_planning.domain.approval import Involvement
from services.support_planning.domain.challenges import Answerer, bars_to_answering
from tests.support_planning.desk import TODAY, Desk, PlanAtDesk, an_item, content

CARE = {"about": "award", "stream": "adult_social_care", "words": "I need help at night too."}
ANSWER = {"outcome": "partly_changes", "reasons": "Nights are looked at again, days stay."}


async def challenged(desk: Desk, body: dict[str, Any] | None = None, **who: Any) -> dict[str, Any]:
    answer = await desk.ask("POST", f"{desk.home}/challenges", body or CARE, **_the_person(desk) | who)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def _the_person(desk: Desk) -> dict[str, Any]:
    return {"role": Role.BUDGET_HOLDER, "name": "holder", "person_id": desk.person}


async def answered(desk: Desk, made: dict[str, Any], etag: str = '"1"', **who: Any) -> Any:
    path = f"/v1/challenges/{made['challenge_id']}/answer"
    return await desk.ask("POST", path, ANSWER, etag=etag, **{"role": Role.APPROVER, "name": "other"} | who)


async def refused_plan(desk: Desk) -> PlanAtDesk:
    plan = await desk.begin(content(an_item()))
    assert (await plan.submit()).is_success
    assert (await plan.decide("refuse")).is_success
    return plan


async def test_a_person_challenges_a_decision_and_reads_the_answer(desk: Desk) -> None:
    await desk.award(800_000)
    made = await challenged(desk, {**CARE, "wants": "Somebody is there at night."})
    waiting = await desk.get("/v1/challenges-to-answer", role=Role.APPROVER)
    assert (await answered(desk, made)).status_code == 200

    (told,) = (await desk.get(f"{desk.home}/challenges", **_the_person(desk)))["challenges"]
    assert [each["challenge_id"] for each in waiting["challenges"]] == [made["challenge_id"]]
    assert (told["words"], told["wants"]) == (CARE["words"], "Somebody is there at night.")
    assert told["answer"] == {**ANSWER, "answered_on": TODAY.isoformat(), "answered_by": "other"}
    assert (await desk.get("/v1/challenges-to-answer", role=Role.APPROVER))["challenges"] == []


async def test_both_steps_are_told_without_anybodys_words(desk: Desk) -> None:
    await desk.award(800_000)
    made = await challenged(desk)
    await answered(desk, made)

    first, second = (await desk.told())[-2:]
    assert isinstance(first, DecisionChallenged)
    assert (str(first.challenge_id), first.about, first.stream) == (
        made["challenge_id"],
        Challenged.AWARD,
        "adult_social_care",
    )
    assert isinstance(second, ChallengeAnswered)
    assert second.outcome is ChallengeOutcome.PARTLY_CHANGES
    assert "night" not in (first.model_dump_json() + second.model_dump_json()).lower()


async def test_nothing_that_is_held_or_planned_stops_by_a_challenge(desk: Desk) -> None:
    await desk.award(800_000)
    await (await desk.begin(content(an_item()))).approved()
    before = await desk.get(f"{desk.home}/progress")
    await answered(desk, await challenged(desk))

    assert await desk.get(f"{desk.home}/progress") == before


@pytest.mark.parametrize(
    "body",
    [
        {"about": "award", "stream": "access_to_work", "words": "x"},
        {"about": "allocation", "words": "x"},
        {"about": "plan", "plan_id": str(uuid4()), "words": "x"},
    ],
)
async def test_what_was_not_decided_is_not_challenged(desk: Desk, body: dict[str, Any]) -> None:
    await desk.award(800_000)
    answer = await desk.ask("POST", f"{desk.home}/challenges", body, **_the_person(desk))

    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (422, "nothing-to-challenge")


async def test_a_stream_that_has_not_decided_yet_is_not_challenged(desk: Desk) -> None:
    await desk.award(0, status=AwardStatus.UNDECIDED)
    answer = await desk.ask("POST", f"{desk.home}/challenges", CARE, **_the_person(desk))

    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (422, "nothing-to-challenge")


@pytest.mark.parametrize(
    "change",
    [
        {"stream": None},
        {"plan_id": str(uuid4())},
        {"about": "allocation"},
        {"words": ""},
        {"words": "x\0"},
        {"more": 1},
    ],
)
async def test_a_challenge_that_says_nothing_or_too_much_is_refused(desk: Desk, change: dict[str, Any]) -> None:
    await desk.award(800_000)
    answer = await desk.ask("POST", f"{desk.home}/challenges", {**CARE, **change}, **_the_person(desk))

    assert answer.status_code == 422


async def test_whoever_decided_on_a_plan_does_not_answer_its_challenge(desk: Desk) -> None:
    await desk.award(800_000)
    plan = await refused_plan(desk)
    made = await challenged(desk, {"about": "plan", "plan_id": plan.body["plan_id"], "words": "It is what I need."})

    refused = await answered(desk, made, name="manager")
    assert (refused.status_code, refused.json()["errors"][0]["message"]) == (
        403,
        "Somebody else than who decided looks at it again.",
    )
    assert (await answered(desk, made)).status_code == 200


async def test_a_plan_that_waits_for_its_decision_is_not_challenged(desk: Desk) -> None:
    await desk.award(800_000)
    plan = await desk.begin(content(an_item()))
    body = {"about": "plan", "plan_id": plan.body["plan_id"], "words": "x"}

    assert (await desk.ask("POST", f"{desk.home}/challenges", body, **_the_person(desk))).status_code == 422


async def test_a_challenge_waits_for_its_answer_before_the_next_of_the_same_decision(desk: Desk) -> None:
    await desk.award(800_000)
    answers = await asyncio.gather(
        *(desk.ask("POST", f"{desk.home}/challenges", CARE, **_the_person(desk)) for _ in range(3))
    )
    (made,) = (answer.json() for answer in answers if answer.status_code == 201)
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]

    await answered(desk, made)
    await challenged(desk)


async def test_a_challenge_is_answered_once_and_as_it_was_seen(desk: Desk) -> None:
    await desk.award(800_000)
    made = await challenged(desk)

    assert (await answered(desk, made, etag='"7"')).status_code == 412
    assert (await answered(desk, made)).status_code == 200
    assert (await answered(desk, made, etag='"2"')).status_code == 409


async def test_others_see_no_challenge_and_make_none(desk: Desk) -> None:
    await desk.award(800_000)
    made = await challenged(desk)
    stranger: dict[str, Any] = {"role": Role.BUDGET_HOLDER, "name": "stranger", "person_id": uuid4()}

    assert (await desk.ask("GET", f"/v1/challenges/{made['challenge_id']}", **stranger)).status_code == 404
    assert (await desk.ask("GET", f"{desk.home}/challenges", **stranger)).status_code == 404
    assert (await desk.ask("POST", f"{desk.home}/challenges", CARE, **stranger)).status_code == 404
    assert (await answered(desk, made, role=Role.PRACTITIONER)).status_code == 403


async def test_challenges_go_with_whom_they_are_about(desk: Desk) -> None:
    await desk.award(800_000)
    made = await challenged(desk)
    await desk.hear(PersonErased(person_id=desk.person, council=desk.council, erased_on=TODAY, basis="retention_ended"))

    assert (await desk.ask("GET", f"/v1/challenges/{made['challenge_id']}")).status_code == 404
    assert (await desk.ask("POST", f"{desk.home}/challenges", CARE)).status_code == 410


@pytest.mark.parametrize(
    ("answerer", "number"),
    [
        (Answerer("a", is_own_case=False, involvements=frozenset()), 0),
        (Answerer("maker", is_own_case=False, involvements=frozenset()), 1),
        (Answerer("decider", is_own_case=False, involvements=frozenset()), 1),
        (Answerer("a", is_own_case=True, involvements=frozenset()), 1),
        (Answerer("a", is_own_case=False, involvements=frozenset({Involvement.FRIEND})), 1),
        (Answerer("decider", is_own_case=True, involvements=frozenset({Involvement.FRIEND})), 3),
    ],
)
def test_nobody_answers_who_made_decided_or_is_involved(answerer: Answerer, number: int) -> None:
    assert len(bars_to_answering(answerer, made_by="maker", decided_by="decider")) == number
