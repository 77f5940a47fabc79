"""A wrong user group put right by a practitioner: once, on the record as it was seen, with its history."""

import json
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.gateway.doubles import AUDITOR, PRACTITIONER, StubGateway
from tests.gateway.payments import APPROVER
from tests.gateway.test_script_in_fields import SCRIPT
from tests.gateway.whole import MOMENT, PERSON_ID, person

PAGE = f"/people/{PERSON_ID}/corrections"
PATH = f"/v1/people/{PERSON_ID}/corrections"
FILLED = {"user_group": "learning_disability", "reason": "The referral named the wrong one", "key": "k", "etag": '"1"'}


def made(**other: Any) -> dict[str, Any]:
    return {
        "number": 1,
        "before": {"user_group": "mental_health", "nhs_number": "9434765919"},
        "after": {"user_group": "older_people", "nhs_number": None},
        "reason": "Another person’s letter",
        "corrected_by": "practitioner:ada",
        "recorded_at": MOMENT,
        **other,
    }


def fill(stub: StubGateway, *corrections: dict[str, Any], reached: list[dict[str, Any]] | None = None) -> None:
    told = {"corrections": list(corrections), "telling_otherwise": [], "of_another_group": reached or []}

    def answer(request: httpx.Request) -> httpx.Response:
        status = 201 if request.method == "POST" else 200
        return httpx.Response(status, json=told, headers={"etag": f'"{len(corrections)}"'})

    stub.services.answers.update({f"/v1/people/{PERSON_ID}": person(), PATH: answer})


async def shown(stub: StubGateway, query: str = "") -> str:
    async with stub.browser(PRACTITIONER) as client:
        answer = await client.get(PAGE + query)
    assert answer.status_code == 200, answer.text
    return " ".join(answer.text.split())


async def sent(stub: StubGateway, **form: str) -> httpx.Response:
    async with stub.browser(PRACTITIONER) as client:
        return await client.post(PAGE, data={**FILLED, **form})


def changes(stub: StubGateway) -> list[httpx.Request]:
    return [each for each in stub.services.asked if each.method == "POST" and each.url.path == PATH]


async def test_the_history_tells_what_was_before_who_changed_it_and_why(stub: StubGateway) -> None:
    fill(stub, made())
    text = await shown(stub)

    for told in (
        "User group: “Older people” in place of “People with mental ill health”",
        "NHS number: “Nothing” in place of “9434765919”",
        "by practitioner:ada",
        "Another person’s letter",
    ):
        assert told in text


@pytest.mark.parametrize(
    ("follows", "told"),
    [
        ("confirm_again", "these answers are asked for again"),
        ("look_at_with_the_person", "go through these answers with the person"),
        ("change_of_circumstances", "tell a change of circumstances"),
    ],
)
async def test_what_follows_for_each_assessment_is_told_with_the_way_to_it(
    follows: str, told: str, stub: StubGateway
) -> None:
    one = {"assessment_id": str(uuid4()), "user_group": "mental_health", "questions": ["a", "b"], "follows": follows}
    fill(stub, made(), reached=[one])
    text = await shown(stub)

    assert told in text
    assert "2 answers were given" in text
    assert f'href="/people/{PERSON_ID}/assessments/{one["assessment_id"]}"' in text


async def test_the_group_is_put_right_once_and_on_what_was_seen(stub: StubGateway) -> None:
    fill(stub, made())
    answer = await sent(stub)

    (change,) = changes(stub)
    assert (change.headers["idempotency-key"], change.headers["if-match"]) == ("k", '"1"')
    assert json.loads(change.content) == {"user_group": "learning_disability", "reason": FILLED["reason"]}
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?done=corrected")
    assert "The record is put right" in await shown(stub, "?done=corrected")


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ({"user_group": ""}, "Select the user group"),
        ({"user_group": "nobody"}, "Select the user group"),
        ({"user_group": "older_people"}, "Select another user group than the one in the record"),
        ({"reason": " "}, "Enter why the group was wrong"),
        ({"reason": "x" * 4_001}, "The reason must be 4,000 characters or fewer"),
    ],
)
async def test_what_is_missing_is_told_beside_its_field_and_nothing_is_sent(
    form: dict[str, str], fault: str, stub: StubGateway
) -> None:
    fill(stub)
    answer = await sent(stub, **form)

    assert answer.status_code == 422
    assert answer.text.count(fault) == 2
    assert changes(stub) == []


async def test_a_record_that_somebody_else_corrected_meanwhile_is_looked_at_again(stub: StubGateway) -> None:
    fill(stub, made())
    seen = stub.services.answers[PATH]
    stub.services.answers[PATH] = lambda request: (
        httpx.Response(412, json={"title": "Stale"}) if request.method == "POST" else seen(request)
    )
    answer = await sent(stub, etag='"0"')

    assert answer.status_code == 412
    assert "Somebody else has corrected the record" in answer.text
    assert 'name="etag" value="&#34;1&#34;"' in answer.text
    assert "The referral named the wrong one" in answer.text


@pytest.mark.parametrize("principal", [AUDITOR, APPROVER])
async def test_nobody_but_a_practitioner_corrects(principal: Any, stub: StubGateway) -> None:
    fill(stub)
    async with stub.browser(principal) as client:
        assert (await client.get(PAGE)).status_code == 403
        assert (await client.post(PAGE, data=FILLED)).status_code == 403


async def test_a_form_of_another_site_corrects_nothing(stub: StubGateway) -> None:
    fill(stub)
    async with stub.browser(PRACTITIONER) as client:
        answer = await client.post(PAGE, data=FILLED, headers={"sec-fetch-site": "cross-site"})

    assert (answer.status_code, changes(stub)) == (403, [])


async def test_script_in_a_correction_is_shown_as_text(stub: StubGateway) -> None:
    fill(stub, made(reason=SCRIPT, corrected_by=SCRIPT, after={"name": SCRIPT, SCRIPT: SCRIPT}, before={}))

    assert "<script>" not in await shown(stub)
