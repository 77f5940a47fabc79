"""Messages that could not be handled, of all services together: over HTTP, and on the pages of operations."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from braid.kit.access_record_routes import ACCESSES
from braid.kit.dead_letter_routes import LETTERS, PARKED, LetterOut
from braid.kit.identity import Principal, Role
from gateway.development_issuer import EXAMPLE_COUNCIL
from tests.gateway.doubles import AUDITOR, PRACTITIONER, StubGateway
from tests.gateway.test_script_in_fields import SCRIPT
from tests.gateway.whole import PERSON_ID

OPERATIONS = Principal("operations:test", EXAMPLE_COUNCIL, frozenset({Role.OPERATIONS}))
MOMENT = datetime(2026, 6, 1, 13, 5, tzinfo=UTC)
LETTER = "/v1/dead-letters/ledger/7"
PAGE = "/dead-letters/ledger/7"


def a_letter(letter_id: int = 7, **other: Any) -> dict[str, Any]:
    return {
        "letter_id": letter_id,
        "handler": "ledger",
        "event_type": "uk.braid.ras.allocation-settled.v1",
        "topic": "braid.ras.v1",
        "position": "braid.ras.v1/0/12",
        "person_id": str(PERSON_ID),
        "cause": "MissingFigure",
        "words": None,
        "attempts": 4,
        "buried_at": MOMENT.isoformat(),
        "ahead": None,
        **other,
    }


def fill(stub: StubGateway, **by_service: list[dict[str, Any]]) -> None:
    """Letters of each service, found as a service finds them; the first of the ledger's is there by itself."""

    def search(request: httpx.Request) -> httpx.Response:
        asked, letters = json.loads(request.content), by_service.get(request.url.host, [])
        after = (asked["after_at"] or "", asked["after_id"] or 0)
        moments = [(each["buried_at"].replace("+00:00", "Z"), each["letter_id"]) for each in letters]
        fits = [
            each
            for each, moment in zip(letters, moments, strict=True)
            if moment > after and asked["cause"] in (None, each["cause"])
        ]
        causes = [
            {"cause": cause, "waiting": sum(each["cause"] == cause for each in letters)}
            for cause in sorted({each["cause"] for each in letters})
        ]
        return httpx.Response(200, json={"letters": fits[: asked["limit"]], "causes": causes})

    stub.services.answers[f"{LETTERS}:search"] = search
    for letter in by_service.get("ledger", []):
        stub.services.answers[f"{LETTERS}/{letter['letter_id']}"] = letter


def answer_of(stub: StubGateway, path: str, body: Any, status: int = 200) -> None:
    stub.services.answers[f"{LETTERS}/{path}"] = lambda _: httpx.Response(status, json=body)


async def listed(stub: StubGateway, query: str = "", principal: Principal = OPERATIONS) -> dict[str, Any]:
    async with stub.system(principal) as client:
        answer = await client.get(f"/v1/dead-letters{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def shown(stub: StubGateway, path: str, principal: Principal = OPERATIONS) -> str:
    async with stub.browser(principal) as client:
        answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return " ".join(answer.text.split())


async def sent(stub: StubGateway, path: str, **form: str) -> httpx.Response:
    async with stub.browser(OPERATIONS) as client:
        return await client.post(path, data=form)


def to_services(stub: StubGateway, path: str) -> list[httpx.Request]:
    return [each for each in stub.services.asked if each.url.path == f"{LETTERS}/{path}"]


async def test_letters_of_all_services_come_the_oldest_first_and_page_by_page(stub: StubGateway) -> None:
    later = (MOMENT + timedelta(minutes=1)).isoformat()
    fill(stub, ledger=[a_letter(7), a_letter(8)], ras=[a_letter(7), a_letter(9, buried_at=later)])
    whole = await listed(stub)

    places = [(each["service"], each["letter_id"]) for each in whole["letters"]]
    assert places == [("ledger", 7), ("ledger", 8), ("ras", 7), ("ras", 9)]
    paged: list[Any] = []
    async with stub.system(OPERATIONS) as client:
        path = "/v1/dead-letters?limit=1"
        while path:
            answer = await client.get(path)
            paged += answer.json()["letters"]
            link = re.fullmatch(r'<(.+)>; rel="next"', answer.headers.get("link", ""))
            path = link[1] if link else ""
    assert paged == whole["letters"]


async def test_a_service_that_is_away_is_named(stub: StubGateway) -> None:
    fill(stub, ledger=[a_letter()], ras=[a_letter()])
    stub.services.away.add("ras")
    told = await listed(stub)

    assert (told["unavailable"], len(told["letters"])) == (["ras"], 1)
    assert "These services cannot be reached: Allocation." in await shown(stub, "/dead-letters")


@pytest.mark.parametrize(
    "query", ["?after=not-ours", "?after=x~y~z", "?after=2026-06-01~ras~1", "?limit=0", "?cause=%00"]
)
async def test_what_cannot_be_looked_for_is_said(query: str, stub: StubGateway) -> None:
    fill(stub)
    async with stub.system(OPERATIONS) as client:
        assert (await client.get(f"/v1/dead-letters{query}")).status_code == 422


@pytest.mark.parametrize("path", ["/v1/dead-letters?service=x", "/v1/dead-letters/x/1", "/v1/dead-letters/ledger/99"])
async def test_what_is_not_there_is_not_found(path: str, stub: StubGateway) -> None:
    fill(stub)
    async with stub.system(OPERATIONS) as client:
        assert (await client.get(path)).status_code == 404


async def test_mending_goes_to_the_service_that_holds_the_letter_with_its_key(stub: StubGateway) -> None:
    fill(stub, ledger=[a_letter()])
    answer_of(stub, "7/replay", {"handled": [7], "stopped_at": None, "cause": None, "is_free": True})
    key = str(uuid4())
    async with stub.system(OPERATIONS) as client:
        answer = await client.post(f"{LETTER}/replay", headers={"idempotency-key": key})

    (asked,) = to_services(stub, "7/replay")
    assert (asked.url.host, asked.headers["idempotency-key"]) == ("ledger", key)
    assert answer.json()["handled"] == [7]


async def test_letters_of_one_reason_are_replayed_each_with_a_key_of_its_own(stub: StubGateway) -> None:
    fill(stub, ledger=[a_letter(7), a_letter(8), a_letter(9, cause="Other")])
    answer_of(stub, "7/replay", {"handled": [7, 10], "stopped_at": None, "cause": None, "is_free": True})
    answer_of(stub, "8/replay", {"handled": [], "stopped_at": 8, "cause": "MissingFigure", "is_free": False})
    keys = []
    for _ in range(2):
        async with stub.system(OPERATIONS) as client:
            headers = {"idempotency-key": "the-same"}
            body = {"service": "ledger", "cause": "MissingFigure"}
            answer = await client.post("/v1/dead-letters:replay", json=body, headers=headers)
        keys.append(
            [each.headers["idempotency-key"] for path in ("7", "8") for each in to_services(stub, f"{path}/replay")]
        )
        stub.services.asked.clear()

    assert answer.json() == {
        "handled": [7, 10],
        "still_fail": [{"letter_id": 8, "cause": "MissingFigure"}],
        "waiting": 2,
    }
    assert keys[0] == keys[1]
    assert len(set(keys[0])) == 2


async def test_replaying_together_needs_a_key_and_a_service_that_is_there(stub: StubGateway) -> None:
    fill(stub)
    async with stub.system(OPERATIONS) as client:
        without = await client.post("/v1/dead-letters:replay", json={"service": "ledger", "cause": "X"})
        headers = {"idempotency-key": str(uuid4())}
        unknown = await client.post("/v1/dead-letters:replay", json={"service": "x", "cause": "X"}, headers=headers)
        stub.services.away.add("ledger")
        body = {"service": "ledger", "cause": "X"}
        away = await client.post("/v1/dead-letters:replay", json=body, headers=headers)

    assert (without.status_code, unknown.status_code, away.status_code) == (400, 404, 503)


@pytest.mark.parametrize("path", ["/dead-letters", "/dead-letters/parked", PAGE])
async def test_whoever_may_not_see_them_is_refused_and_that_is_recorded(path: str, stub: StubGateway) -> None:
    fill(stub, ledger=[a_letter()])
    async with stub.browser(PRACTITIONER) as client:
        assert (await client.get(path)).status_code == 403

    assert [json.loads(each.content)["status"] for each in stub.services.asked if each.url.path == ACCESSES] == [403]


async def test_operations_find_letters_by_service_and_reason(stub: StubGateway) -> None:
    fill(stub, ledger=[a_letter(), a_letter(8, cause="KeyIsParked", ahead=7)], ras=[a_letter(9)])
    text = await shown(stub, "/dead-letters")

    assert "Allocation settled" in text
    assert ">Missing figure</a>" in text
    assert "Letter 7 comes first" in text
    assert 'href="/dead-letters/together?service=ledger&amp;cause=MissingFigure"' in text
    assert "Goes with the letter ahead" in text
    assert str(PERSON_ID) in text
    narrowed = await shown(stub, "/dead-letters?service=ledger&cause=MissingFigure")
    assert f'href="{PAGE}"' in narrowed
    assert "/dead-letters/ledger/8" not in narrowed
    assert "/dead-letters/ras/9" not in narrowed


async def test_whose_messages_wait_is_told_with_how_many(stub: StubGateway) -> None:
    fill(stub)
    one = {"topic": "t", "person_id": str(PERSON_ID), "since": MOMENT.isoformat(), "waiting": 3, "first_letter": 7}
    stub.services.answers[PARKED] = lambda request: httpx.Response(
        200, json={"parked": [one] if request.url.host == "ledger" else []}
    )
    text = await shown(stub, "/dead-letters/parked")

    assert str(PERSON_ID) in text
    assert ">3</td>" in text
    assert f'href="{PAGE}"' in text


async def test_an_auditor_sees_a_letter_and_can_do_nothing_with_it(stub: StubGateway) -> None:
    fill(stub, ledger=[a_letter()])
    text = await shown(stub, PAGE, AUDITOR)

    assert "MissingFigure" in text
    assert PAGE + "/" not in text
    async with stub.browser(AUDITOR) as client:
        for path in ("showing", "replay", "discard"):
            assert (await client.post(f"{PAGE}/{path}", data={"reason": "To see"})).status_code == 403


async def test_what_a_letter_says_is_shown_for_a_reason_alone(stub: StubGateway) -> None:
    fill(stub, ledger=[a_letter()])
    message = {"letter_id": 7, "headers": [], "text": '{"pence": 5}', "base64": None, "error": "no figure for 2026"}
    answer_of(stub, "7/showing", message)
    before = await shown(stub, PAGE)
    refused = await sent(stub, f"{PAGE}/showing", reason=" ")
    answer = await sent(stub, f"{PAGE}/showing", reason="The figure may be named in it")

    assert "no figure for 2026" not in before + refused.text
    assert refused.status_code == 422
    assert refused.text.count("Enter why you have to see it, in 3 to 1,000 characters") == 2
    (asked,) = to_services(stub, "7/showing")
    assert json.loads(asked.content) == {"reason": "The figure may be named in it"}
    assert "no figure for 2026" in answer.text
    assert "&#34;pence&#34;: 5" in answer.text


async def test_a_replay_tells_what_came_of_it(stub: StubGateway) -> None:
    fill(stub, ledger=[a_letter()])
    answer_of(stub, "7/replay", {"handled": [7, 8], "stopped_at": None, "cause": None, "is_free": True})
    good = await sent(stub, f"{PAGE}/replay", key="one")
    answer_of(stub, "7/replay", {"handled": [7], "stopped_at": 8, "cause": "Permanent", "is_free": False})
    bad = await sent(stub, f"{PAGE}/replay", key="two")
    answer_of(stub, "7/replay", {"title": "Another letter comes first", "detail": "Letter 3 comes first."}, 409)
    behind = await sent(stub, f"{PAGE}/replay", key="three")
    answer_of(stub, "7/replay", {"title": "Not found"}, 404)
    gone = await sent(stub, f"{PAGE}/replay", key="four")

    assert [each.headers["idempotency-key"] for each in to_services(stub, "7/replay")] == [
        "one",
        "two",
        "three",
        "four",
    ]
    assert "2 messages were handled. The person’s messages flow again." in good.text
    assert "Then it stopped at letter 8, which still fails: The service refused it." in bad.text
    assert (behind.status_code, "Letter 3 comes first." in behind.text) == (409, True)
    assert gone.status_code == 404


async def test_a_letter_is_discarded_for_a_reason_and_after_confirming(stub: StubGateway) -> None:
    fill(stub, ledger=[a_letter()])
    answer_of(stub, "7/discard", {"letter_id": 7, "is_free": True})
    assert "Discard the letter" in await shown(stub, f"{PAGE}/discard")
    unsure = await sent(stub, f"{PAGE}/discard", reason="Told again", key="one")
    unsaid = await sent(stub, f"{PAGE}/discard", sure="yes", key="one")
    done = await sent(stub, f"{PAGE}/discard", reason="Told again", sure="yes", key="one")

    assert (unsure.status_code, unsaid.status_code) == (422, 422)
    assert ">Told again</textarea>" in unsure.text
    (asked,) = to_services(stub, "7/discard")
    assert json.loads(asked.content) == {"reason": "Told again"}
    assert "Letter 7 is discarded. It is kept, with your reason." in done.text


async def test_all_of_a_reason_are_replayed_after_confirming(stub: StubGateway) -> None:
    fill(stub, ledger=[a_letter()])
    answer_of(stub, "7/replay", {"handled": [7], "stopped_at": None, "cause": None, "is_free": True})
    query = "service=ledger&cause=MissingFigure"
    assert "1 letter waits for this reason." in await shown(stub, f"/dead-letters/together?{query}")
    done = await sent(stub, "/dead-letters/together", service="ledger", cause="MissingFigure", key="k")

    assert "1 message was handled." in done.text
    async with stub.browser(OPERATIONS) as client:
        for nothing in ("service=x&cause=y", "service=ledger&cause=y", "service=ledger"):
            assert (await client.get(f"/dead-letters/together?{nothing}")).status_code == 404


async def test_a_form_of_another_site_mends_nothing(stub: StubGateway) -> None:
    fill(stub, ledger=[a_letter()])
    async with stub.browser(OPERATIONS) as client:
        for path in (f"{PAGE}/replay", f"{PAGE}/discard", f"{PAGE}/showing", "/dead-letters/together"):
            answer = await client.post(path, data={"reason": "Why"}, headers={"sec-fetch-site": "cross-site"})
            assert answer.status_code == 403, path
    assert not [each for each in stub.services.asked if each.method == "POST"]


@pytest.mark.parametrize("name", ["event_type", "topic", "position", "cause", "words"])
async def test_script_in_a_letter_is_shown_as_text(name: str, stub: StubGateway) -> None:
    fill(stub, ledger=[a_letter() | {name: SCRIPT}])
    message = {"letter_id": 7, "headers": [{"name": SCRIPT, "value": SCRIPT}], "text": SCRIPT, "base64": None}
    answer_of(stub, "7/showing", {**message, "error": SCRIPT})
    pages = [await shown(stub, "/dead-letters"), await shown(stub, PAGE)]
    pages.append((await sent(stub, f"{PAGE}/showing", reason="To see")).text)

    assert not any("<script>" in text or "<img src=x" in text or ">49<" in text for text in pages)


def test_what_services_answer_is_what_the_stub_answers() -> None:
    assert set(LetterOut.model_validate(a_letter()).model_dump()) == set(a_letter())
