"""Systems that are told of events, kept by people: added with a secret that is shown once, tried, changed, ended."""

import json
from typing import Any
from uuid import uuid4

import httpx
import pytest

from braid.kit.identity import Principal, Role
from gateway.development_issuer import EXAMPLE_COUNCIL
from tests.gateway.doubles import AUDITOR, PRACTITIONER, StubGateway
from tests.gateway.test_dead_letters import OPERATIONS
from tests.gateway.test_script_in_fields import SCRIPT
from tests.gateway.whole import MOMENT

SUBSCRIPTION, DELIVERY = uuid4(), uuid4()
AWARD, APPROVED = "uk.braid.award.decided.v1", "uk.braid.plan.approved.v1"
LIST, ONE = "/webhooks", f"/webhooks/{SUBSCRIPTION}"
API = "/v1/webhook-subscriptions"
API_ONE = f"{API}/{SUBSCRIPTION}"
TEST = "uk.braid.webhook.test.v1"
MESSAGE = f"{ONE}/deliveries/{DELIVERY}"
SECRET = "whsec_made-up-and-shown-once"
FILLED = {"name": "Case management", "url": "https://cases.example/events", f"event-{AWARD}": "yes", "key": "k"}
AGENCY = Principal("partner:test", EXAMPLE_COUNCIL, frozenset({Role.PARTNER}), None, "dwp-access-to-work")


def subscription(**other: Any) -> dict[str, Any]:
    return {
        "subscription_id": str(SUBSCRIPTION),
        "name": "Case management",
        "url": "https://cases.example/events",
        "event_types": [AWARD],
        "agency": None,
        "streams": [],
        "is_enabled": True,
        "disabled_because": None,
        "failing_since": None,
        "old_secret_signs_until": None,
        "created_by": "operations:test",
        "created_at": MOMENT,
        "version": 3,
        **other,
    }


def attempt(**other: Any) -> dict[str, Any]:
    return {"attempt": 1, "begun_at": MOMENT, "outcome": "answered", "status": 503, "took_ms": 1200, **other}


def delivery(**other: Any) -> dict[str, Any]:
    return {
        "delivery_id": str(DELIVERY),
        "event_id": str(uuid4()),
        "event_type": AWARD,
        "state": "waiting",
        "attempts": 1,
        "came_at": MOMENT,
        "due_at": "2026-07-01T17:00:00Z",
        "ended_at": None,
        "is_kept": True,
        "last_attempt": attempt(),
        **other,
    }


def problem(status: int, kind: str, detail: str) -> httpx.Response:
    told = {"type": f"https://braid.example/problems/{kind}", "title": "Not done", "status": status, "detail": detail}
    return httpx.Response(status, json=told)


def fill(
    stub: StubGateway,
    told: dict[str, Any],
    *deliveries: dict[str, Any],
    next: str | None = None,
    **answers: httpx.Response,
) -> None:
    """A service with one subscription; ``answers`` are those to changes, by the end of their path."""

    def one(request: httpx.Request) -> httpx.Response:
        if request.method == "PUT":
            return answers.get("put", httpx.Response(200, json=told))
        return httpx.Response(200, json=told, headers={"etag": '"3"'})

    def every(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return answers.get("post", httpx.Response(201, json={**told, "secret": SECRET}))
        return httpx.Response(200, json={"subscriptions": [told]})

    kinds = [{"event_type": code, "meaning": f"The meaning of ``{code.split('.')[3]}``."} for code in (AWARD, APPROVED)]
    in_line = httpx.Response(202, json={"delivery_id": str(DELIVERY)})
    rotated = httpx.Response(200, json={"secret": SECRET, "old_secret_signs_until": MOMENT})
    whole = {**(deliveries[0] if deliveries else delivery()), "attempts_made": [attempt(), attempt(attempt=2)]}
    stub.services.answers.update(
        {
            "/v1/webhook-event-types": {"event_types": kinds},
            API: every,
            API_ONE: one,
            f"{API_ONE}/deliveries": {"deliveries": list(deliveries), "next": next},
            f"{API_ONE}/deliveries/{DELIVERY}": whole,
            f"{API_ONE}/test-message": lambda _: answers.get("test", in_line),
            f"{API_ONE}/secret": lambda _: answers.get("secret", rotated),
            f"{API_ONE}/ending": lambda _: answers.get("ending", httpx.Response(204)),
            f"{API_ONE}/recovery": lambda _: answers.get("recovery", httpx.Response(202, json={"in_line": 12})),
            f"{API_ONE}/deliveries/{DELIVERY}/redelivery": lambda _: answers.get("again", in_line),
        }
    )


async def shown(stub: StubGateway, path: str, principal: Principal = OPERATIONS) -> str:
    async with stub.browser(principal) as client:
        answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return " ".join(answer.text.split())


async def sent(stub: StubGateway, path: str, **form: str) -> httpx.Response:
    async with stub.browser(OPERATIONS) as client:
        return await client.post(path, data={"key": "k", "etag": '"3"', **form})


def changes(stub: StubGateway) -> list[httpx.Request]:
    return [each for each in stub.services.asked if each.method != "GET" and each.url.path.startswith(API)]


async def test_the_list_tells_which_systems_are_told_and_how_each_is(stub: StubGateway) -> None:
    fill(stub, subscription(failing_since=MOMENT))
    text = await shown(stub, LIST)

    for told in ("Case management", "cases.example", "Award decided", "Takes nothing", "operations:test"):
        assert told in text


async def test_a_system_is_added_once_and_its_secret_is_shown(stub: StubGateway) -> None:
    fill(stub, subscription())
    answer = await sent(stub, f"{LIST}/new", **FILLED)

    (change,) = changes(stub)
    assert change.headers["idempotency-key"] == "k"
    assert json.loads(change.content) == {"name": FILLED["name"], "url": FILLED["url"], "event_types": [AWARD]}
    assert answer.status_code == 200
    assert SECRET in answer.text
    assert answer.headers["cache-control"] == "no-store"


async def test_a_form_that_was_sent_twice_shows_no_secret_again(stub: StubGateway) -> None:
    fill(stub, subscription(), post=httpx.Response(201, json={**subscription(), "secret": None}))
    answer = await sent(stub, f"{LIST}/new", **FILLED)

    assert "is not shown again" in answer.text


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ({"name": ""}, "Enter what the system is called"),
        ({"name": "x" * 101}, "The name must be 100 characters or fewer, in one line"),
        ({"name": "a\nb"}, "The name must be 100 characters or fewer, in one line"),
        ({"url": " "}, "Enter the address, beginning with https://"),
        ({f"event-{AWARD}": ""}, "Select at least one kind of event"),
        ({f"event-{AWARD}": "", "event-uk.braid.nothing.v1": "yes"}, "Select at least one kind of event"),
    ],
)
async def test_what_is_missing_is_told_beside_its_field_and_nothing_is_sent(
    form: dict[str, str], fault: str, stub: StubGateway
) -> None:
    fill(stub, subscription())
    answer = await sent(stub, f"{LIST}/new", **{**FILLED, **form})

    assert answer.status_code == 422
    assert answer.text.count(fault) == 2
    assert changes(stub) == []


@pytest.mark.parametrize(
    ("kind", "field", "told"),
    [
        ("address-refused", "url", "The host has an address that is not public."),
        ("may-not-be-told", "events", "You cannot be told of that."),
    ],
)
async def test_a_refusal_of_the_service_stands_beside_the_field_that_it_is_about(
    kind: str, field: str, told: str, stub: StubGateway
) -> None:
    fill(stub, subscription(), post=problem(422, kind, told))
    answer = await sent(stub, f"{LIST}/new", **FILLED)

    assert answer.status_code == 422
    assert answer.text.count(told) == 2
    assert f'href="#{field}"' in answer.text
    assert 'value="https://cases.example/events"' in answer.text


async def test_a_system_is_changed_on_what_was_seen_and_stays_as_enabled_as_it_was(stub: StubGateway) -> None:
    fill(stub, subscription(is_enabled=False, disabled_because="by_hand"))
    page = await shown(stub, f"{ONE}/change")
    answer = await sent(stub, f"{ONE}/change", **FILLED, **{f"event-{APPROVED}": "yes", "etag": '"3"'})

    assert f'name="event-{AWARD}" type="checkbox" value="yes" checked' in page
    (change,) = changes(stub)
    assert (change.method, change.headers["if-match"]) == ("PUT", '"3"')
    assert json.loads(change.content)["event_types"] == [AWARD, APPROVED]
    assert json.loads(change.content)["is_enabled"] is False
    assert answer.headers["location"] == f"{ONE}?done=changed"


async def test_a_change_of_what_somebody_else_has_changed_is_told_and_can_be_sent_again(stub: StubGateway) -> None:
    fill(stub, subscription(), put=problem(412, "stale", "It has changed."))
    answer = await sent(stub, f"{ONE}/change", **FILLED, etag='"2"')

    assert answer.status_code == 412
    assert "Somebody else has changed it" in answer.text
    assert "&#34;3&#34;" in answer.text


@pytest.mark.parametrize(("to", "is_enabled"), [("on", True), ("off", False)])
async def test_a_system_is_turned_on_and_off_and_nothing_else_changes(
    to: str, is_enabled: bool, stub: StubGateway
) -> None:
    fill(stub, subscription())
    answer = await sent(stub, f"{ONE}/switch", to=to)

    (change,) = changes(stub)
    told = {"name": "Case management", "url": "https://cases.example/events", "event_types": [AWARD]}
    assert json.loads(change.content) == {**told, "is_enabled": is_enabled}
    assert answer.headers["location"] == f"{ONE}?done={to}"


async def test_what_hinders_turning_it_on_is_told_on_its_page(stub: StubGateway) -> None:
    fill(stub, subscription(), put=problem(422, "address-refused", "The host has no address."))
    answer = await sent(stub, f"{ONE}/switch", to="on")

    assert answer.status_code == 422
    assert "The host has no address." in answer.text


async def test_a_test_message_leads_to_what_becomes_of_it(stub: StubGateway) -> None:
    fill(stub, subscription())
    answer = await sent(stub, f"{ONE}/test")

    assert answer.headers["location"] == f"{MESSAGE}?done=test"
    assert "Look again in a moment" in await shown(stub, answer.headers["location"])


async def test_a_new_secret_is_shown_once_with_how_long_the_old_one_signs(stub: StubGateway) -> None:
    fill(stub, subscription())
    empty = await sent(stub, f"{ONE}/secret")
    answer = await sent(stub, f"{ONE}/secret", hours="168")

    assert empty.text.count("Select for how long the old secret signs too") == 2
    (change,) = changes(stub)
    assert json.loads(change.content) == {"old_signs_for_hours": 168}
    assert SECRET in answer.text
    assert "The old one signs too, until 1 July 2009" in " ".join(answer.text.split())


async def test_a_secret_that_was_changed_a_moment_ago_is_told_beside_the_choice(stub: StubGateway) -> None:
    fill(stub, subscription(), secret=problem(409, "old-secret-still-signs", "The one before it signs still."))
    answer = await sent(stub, f"{ONE}/secret", hours="24")

    assert answer.status_code == 409
    assert answer.text.count("The one before it signs still.") == 2


async def test_a_system_is_deleted_by_whoever_confirms_it(stub: StubGateway) -> None:
    fill(stub, subscription())
    unsure = await sent(stub, f"{ONE}/ending")
    assert unsure.status_code == 422
    assert changes(stub) == []

    answer = await sent(stub, f"{ONE}/ending", sure="yes")
    assert answer.headers["location"] == f"{LIST}?done=ended"
    assert [each.url.path for each in changes(stub)] == [f"{API_ONE}/ending"]


async def test_messages_since_a_day_in_the_united_kingdom_are_sent_again(stub: StubGateway) -> None:
    fill(stub, subscription())
    wrong = await sent(stub, f"{ONE}/recovery", since="2999-01-01")
    answer = await sent(stub, f"{ONE}/recovery", since="2026-07-01", delivered_too="yes")

    assert wrong.text.count("Enter the day from which on, not after today") == 2
    (change,) = changes(stub)
    assert json.loads(change.content) == {"since": "2026-07-01T00:00:00+01:00", "delivered_too": True}
    assert "In line again: 12." in await shown(stub, answer.headers["location"])


async def test_messages_tell_how_far_they_are_with_tries_next_try_and_last_answer(stub: StubGateway) -> None:
    fill(
        stub,
        subscription(),
        delivery(attempts=3),
        delivery(state="given_up", due_at=None, last_attempt=attempt(outcome="not_trusted", status=None)),
        delivery(
            event_type="uk.braid.webhook.test.v1", state="delivered", due_at=None, last_attempt=attempt(status=204)
        ),
        next="77",
    )
    text = await shown(stub, f"{ONE}?state=waiting")

    for told in (
        "Waits", "1 July 2026, 6:00pm BST", "It did not take it: answered 503",
        "Given up", "Its certificate is not trusted",
        "Test message", "It took it: answered 204",
    ):  # fmt: skip
        assert told in text
    assert f'href="{ONE}?state=waiting&amp;after=77"' in text
    assert 'href="/webhooks/new"' not in text


async def test_a_message_waits_for_a_system_that_is_off(stub: StubGateway) -> None:
    fill(stub, subscription(is_enabled=False, disabled_because="gone"), delivery())
    text = await shown(stub, ONE)

    assert "It answered that it is gone (410)" in text
    assert "When it is turned on" in text


async def test_a_message_tells_every_try_and_is_sent_again(stub: StubGateway) -> None:
    fill(stub, subscription(), delivery(attempts=2))
    text = await shown(stub, MESSAGE)
    answer = await sent(stub, f"{MESSAGE}/again")

    assert "Try 1" in text
    assert "Try 2" in text
    assert "1,200 ms" in text
    assert answer.headers["location"] == f"{MESSAGE}?done=again"


async def test_a_message_that_is_not_kept_cannot_be_sent_again(stub: StubGateway) -> None:
    fill(stub, subscription(), delivery(is_kept=False), again=problem(409, "not-kept", "This is gone."))
    text = await shown(stub, MESSAGE)
    answer = await sent(stub, f"{MESSAGE}/again")

    assert "is not kept any more" in text
    assert answer.status_code == 409
    assert "This is gone." in answer.text


async def test_an_auditor_sees_it_all_and_changes_nothing(stub: StubGateway) -> None:
    fill(stub, subscription(), delivery())
    for path in (LIST, ONE, MESSAGE):
        text = await shown(stub, path, AUDITOR)
        assert 'method="post" action="/webhooks' not in text
        assert "/webhooks/new" not in text
    async with stub.browser(AUDITOR) as client:
        refused = await client.post(f"{ONE}/ending", data={"sure": "yes"})
    assert refused.status_code == 403
    assert changes(stub) == []


async def test_the_council_ends_an_agencys_and_changes_nothing_else_of_it(stub: StubGateway) -> None:
    fill(stub, subscription(agency="dwp-access-to-work", streams=["access_to_work"]))
    council, agency = await shown(stub, ONE), await shown(stub, ONE, AGENCY)

    assert f"{ONE}/change" not in council
    assert f"{ONE}/ending" in council
    assert f"{ONE}/change" in agency


async def test_nobody_else_comes_here(stub: StubGateway) -> None:
    fill(stub, subscription())
    async with stub.browser(PRACTITIONER) as client:
        answers = [await client.get(path) for path in (LIST, f"{LIST}/new", ONE, MESSAGE)]

    assert {answer.status_code for answer in answers} == {403}


async def test_script_in_a_name_or_an_address_stays_text(stub: StubGateway) -> None:
    fill(stub, subscription(name=SCRIPT, url=f"https://cases.example/{SCRIPT}"), delivery())

    for path in (LIST, ONE, f"{ONE}/change", f"{ONE}/secret", f"{ONE}/ending", f"{ONE}/recovery", MESSAGE):
        assert SCRIPT not in await shown(stub, path)
