"""Subscriptions: begun with a secret that is told once, changed by their own, seen by their council."""

import asyncio
import json
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from cryptography.fernet import Fernet
from pydantic import ValidationError
from standardwebhooks import Webhook, WebhookVerificationError

from braid.contracts.award import AwardDecided, TraceStep
from braid.kit.identity import Role
from services.webhooks.domain.signing import headers
from services.webhooks.sealing import CannotBeOpened, Seal, seal_of
from services.webhooks.settings import WebhookSettings
from tests.ledger.builders import Stream, an_award_decided
from tests.webhooks.desk import AGENCY, CASE_OPENED, Desk, place
from tests.webhooks.receiver import Receiver

SUBSCRIPTIONS = "/v1/webhook-subscriptions"


async def test_a_secret_is_told_once_and_lies_nowhere_as_it_was_told(desk: Desk, receiver: Receiver) -> None:
    body = {"name": "Case management", "url": receiver.url, "event_types": [CASE_OPENED]}
    key = str(uuid4())

    first = await desk.done("POST", SUBSCRIPTIONS, body, key=key)
    again = await desk.ask("POST", SUBSCRIPTIONS, body, key=key)

    secret = first["secret"]
    assert secret.startswith("whsec_")
    assert again.status_code == 201
    assert again.json() == {**first, "secret": None}
    assert "secret" not in await desk.done("GET", place(first))
    assert secret not in str(await desk.done("GET", SUBSCRIPTIONS))
    plain = Webhook(secret)._whsecret
    for table in ("subscription", "idempotency_key", "access_record", "outbox"):
        [kept] = await desk.rows(f"SELECT coalesce(string_agg(t::text, ''), '') AS text FROM {table} AS t")
        assert secret not in kept["text"]
        assert plain.hex() not in kept["text"]
        assert secret.encode().hex() not in kept["text"]


async def test_a_sealed_secret_opens_for_its_own_subscription_and_with_our_keys_alone(desk: Desk) -> None:
    mine, other, seal = uuid4(), uuid4(), seal_of(desk.settings)
    sealed = seal.sealed(mine, b"s" * 32)
    newer = Fernet.generate_key().decode()
    assert desk.settings.sealing is not None
    older = (await asyncio.to_thread(Path(desk.settings.sealing.keys_file).read_text)).strip()

    assert seal.opened(mine, sealed) == b"s" * 32
    assert Seal([newer, older]).opened(mine, sealed) == b"s" * 32
    for with_keys, subscription in ((seal, other), (Seal([newer]), mine)):
        with pytest.raises(CannotBeOpened):
            with_keys.opened(subscription, sealed)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"url": "http://council.example/"}, "address-refused"),
        ({"url": "https://10.0.0.1/"}, "address-refused"),
        ({"url": "https://169.254.169.254/latest/meta-data/"}, "address-refused"),
        ({"url": "https://somebody:secret@council.example/"}, "address-refused"),
        ({"url": "https://no-such-host.invalid/"}, "address-refused"),
        ({"event_types": ["uk.braid.nothing.v1"]}, "may-not-be-told"),
        ({"event_types": ["uk.braid.partner.award-decided.v1"]}, "may-not-be-told"),
        ({"event_types": []}, "invalid-request"),
        ({"name": ""}, "invalid-request"),
        ({"name": "a\x00b"}, "invalid-request"),
        ({"colour": "blue"}, "invalid-request"),
    ],
)
async def test_what_does_not_fit_is_refused(
    desk: Desk, receiver: Receiver, change: dict[str, object], problem: str
) -> None:
    body = {"name": "Case management", "url": receiver.url, "event_types": [CASE_OPENED], **change}

    answer = await desk.ask("POST", SUBSCRIPTIONS, body)

    assert answer.status_code == 422, answer.text
    assert answer.json()["type"].endswith(problem)
    assert (await desk.done("GET", SUBSCRIPTIONS))["subscriptions"] == []


async def test_it_is_changed_as_it_was_read_and_ended_for_good(desk: Desk, receiver: Receiver) -> None:
    begun = await desk.subscribe(receiver)
    read = await desk.ask("GET", place(begun))
    change = {"name": "Case management 2", "url": receiver.url, "event_types": [CASE_OPENED], "is_enabled": False}

    changed = await desk.done("PUT", place(begun), change, etag=read.headers["etag"])
    stale = await desk.ask("PUT", place(begun), change, etag=read.headers["etag"])

    assert (changed["name"], changed["is_enabled"], changed["disabled_because"]) == (
        "Case management 2",
        False,
        "by_hand",
    )
    assert stale.status_code == 412
    await desk.open_case()
    await desk.done("POST", f"{place(begun)}/ending")
    assert (await desk.ask("GET", place(begun))).status_code == 404
    assert (await desk.done("GET", SUBSCRIPTIONS))["subscriptions"] == []
    [row] = await desk.rows("SELECT url, secret FROM subscription")
    assert tuple(row) == ("", None)
    [delivery] = await desk.rows("SELECT state, body FROM delivery")
    assert tuple(delivery) == ("withdrawn", None)
    await desk.open_case()
    assert await desk.sender().send_all_due() == 0
    assert receiver.got == []


async def test_another_councils_subscription_is_nobodys(desk: Desk, receiver: Receiver) -> None:
    begun = await desk.subscribe(receiver)
    await desk.open_case()
    [delivery] = await desk.deliveries(begun)

    for method, path in (
        ("GET", place(begun)),
        ("POST", f"{place(begun)}/ending"),
        ("POST", f"{place(begun)}/test-message"),
        ("GET", f"{place(begun)}/deliveries"),
        ("GET", f"{place(begun)}/deliveries/{delivery['delivery_id']}"),
        ("POST", f"{place(begun)}/deliveries/{delivery['delivery_id']}/redelivery"),
    ):
        assert (await desk.ask(method, path, council="E10999998")).status_code == 404, path
    secret = await desk.ask("POST", f"{place(begun)}/secret", {}, council="E10999998")
    assert secret.status_code == 404
    assert (await desk.done("GET", SUBSCRIPTIONS, council="E10999998"))["subscriptions"] == []


async def test_a_new_secret_signs_beside_the_old_one_for_as_long_as_was_asked(desk: Desk, receiver: Receiver) -> None:
    begun = await desk.subscribe(receiver)
    changed = await desk.done("POST", f"{place(begun)}/secret", {"old_signs_for_hours": 48})
    sender = desk.sender()

    await desk.open_case()
    await sender.send_all_due()
    for secret in (begun["secret"], changed["secret"]):
        Webhook(secret).verify(receiver.got[0].body, dict(receiver.got[0].headers))

    too_soon = await desk.ask("POST", f"{place(begun)}/secret", {})
    assert too_soon.status_code == 409
    desk.clock.move_on(hours=49)
    await desk.open_case()
    await sender.send_all_due()
    signatures = receiver.got[1].headers["webhook-signature"].split(" ")
    at = int(receiver.got[1].headers["webhook-timestamp"])
    assert signatures == [
        headers([Webhook(changed["secret"])._whsecret], receiver.got[1].id, at, receiver.got[1].body)[
            "webhook-signature"
        ]
    ]


async def test_a_secret_that_leaked_signs_no_more_at_once(desk: Desk, receiver: Receiver) -> None:
    begun = await desk.subscribe(receiver)
    await desk.done("POST", f"{place(begun)}/secret", {"old_signs_for_hours": 48})

    newest = await desk.done("POST", f"{place(begun)}/secret", {"old_signs_for_hours": 0})

    await desk.open_case()
    await desk.sender().send_all_due()
    [got] = receiver.got
    Webhook(newest["secret"]).verify(got.body, dict(got.headers))
    with pytest.raises(WebhookVerificationError):
        Webhook(begun["secret"]).verify(got.body, dict(got.headers))
    assert newest["old_secret_signs_until"] is None


async def test_an_agency_is_told_the_awards_of_its_own_streams_without_their_working(
    desk: Desk, receiver: Receiver
) -> None:
    begun = await desk.subscribe(receiver, AwardDecided.TYPE, name="The trustees", role=Role.PARTNER)
    person = uuid4()
    working = {
        "trace": (TraceStep(code="savings", outcome="passed", text="Savings of £8,000", figures=()),),
        "missing_facts": ("savings_pence",),
        "unconfirmed": ("ilf.savings_limit",),
    }
    own = an_award_decided(person, stream=Stream.INDEPENDENT_LIVING_FUND, council=desk.council, others=working)
    others = an_award_decided(person, stream=Stream.ADULT_SOCIAL_CARE, council=desk.council)

    await desk.hear(others, own)
    await desk.open_case(person)
    await desk.sender().send_all_due()

    assert (begun["agency"], begun["streams"]) == (AGENCY, ["independent_living_fund"])
    [got] = receiver.got
    told = AwardDecided.model_validate(json.loads(got.body)["data"])
    assert told == own.model_copy(update={"trace": (), "missing_facts": (), "unconfirmed": ()})
    assert b"savings" not in got.body


async def test_an_agency_may_hear_nothing_else_and_sees_its_own_alone(desk: Desk, receiver: Receiver) -> None:
    councils = await desk.subscribe(receiver)
    agencys = await desk.subscribe(receiver, AwardDecided.TYPE, name="The trustees", role=Role.PARTNER)
    more = {"name": "The trustees", "url": receiver.url, "event_types": [CASE_OPENED]}

    refused = await desk.ask("POST", SUBSCRIPTIONS, more, role=Role.PARTNER)
    of_no_stream = await desk.ask(
        "POST", SUBSCRIPTIONS, {**more, "event_types": [AwardDecided.TYPE]}, role=Role.PARTNER, agency="nobody-at-all"
    )
    seen = (await desk.done("GET", SUBSCRIPTIONS, role=Role.PARTNER))["subscriptions"]
    seen_by_council = (await desk.done("GET", SUBSCRIPTIONS))["subscriptions"]

    assert (refused.status_code, of_no_stream.status_code) == (422, 403)
    assert [one["subscription_id"] for one in seen] == [agencys["subscription_id"]]
    assert len(seen_by_council) == 2
    assert (await desk.ask("GET", place(councils), role=Role.PARTNER)).status_code == 404
    assert (await desk.ask("GET", SUBSCRIPTIONS, role=Role.PARTNER, agency=None)).status_code == 403
    assert (await desk.ask("GET", place(agencys), role=Role.PARTNER, agency="dwp-access-to-work")).status_code == 404


async def test_a_council_may_end_an_agencys_subscription_and_not_redirect_it(desk: Desk, receiver: Receiver) -> None:
    agencys = await desk.subscribe(receiver, AwardDecided.TYPE, name="The trustees", role=Role.PARTNER)
    redirected = {"name": "Ours", "url": receiver.url, "event_types": [AwardDecided.TYPE]}

    for method, path, body in (
        ("PUT", place(agencys), redirected),
        ("POST", f"{place(agencys)}/secret", {}),
        ("POST", f"{place(agencys)}/test-message", None),
        ("POST", f"{place(agencys)}/recovery", {"since": "2026-11-20T00:00:00Z"}),
    ):
        assert (await desk.ask(method, path, body)).status_code == 403, path
    await desk.done("POST", f"{place(agencys)}/ending")
    assert (await desk.done("GET", SUBSCRIPTIONS))["subscriptions"] == []


async def test_nothing_is_begun_where_the_streams_cannot_be_asked(desk: Desk, receiver: Receiver) -> None:
    away = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(503)), base_url="http://away")
    desk.peers["funding_streams"] = away
    body = {"name": "The trustees", "url": receiver.url, "event_types": [AwardDecided.TYPE]}

    answer = await desk.ask("POST", SUBSCRIPTIONS, body, role=Role.PARTNER)

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    await away.aclose()


async def test_a_test_message_is_signed_and_about_nobody(desk: Desk, receiver: Receiver) -> None:
    begun = await desk.subscribe(receiver)

    told = await desk.done("POST", f"{place(begun)}/test-message")
    await desk.sender().send_all_due()

    [got] = receiver.got
    body = Webhook(begun["secret"]).verify(got.body, dict(got.headers))
    assert body["type"] == "uk.braid.webhook.test.v1"
    assert body["data"] == {"subscription_id": begun["subscription_id"], "council": desk.council}
    assert [(one["delivery_id"], one["state"]) for one in await desk.deliveries(begun)] == [
        (told["delivery_id"], "delivered")
    ]


async def test_each_kind_of_event_that_one_may_hear_is_listed_with_its_meaning(desk: Desk) -> None:
    councils = await desk.done("GET", "/v1/webhook-event-types")
    agencys = await desk.done("GET", "/v1/webhook-event-types", role=Role.PARTNER)

    assert CASE_OPENED in {one["event_type"] for one in councils["event_types"]}
    assert [one["event_type"] for one in agencys["event_types"]] == [AwardDecided.TYPE]
    assert all(one["meaning"].endswith(".") for one in councils["event_types"])


async def test_a_council_has_so_many_subscriptions_at_most(desk: Desk, receiver: Receiver) -> None:
    for number in range(50):
        await desk.subscribe(receiver, name=f"System {number}")
    body = {"name": "One more", "url": receiver.url, "event_types": [CASE_OPENED]}

    assert (await desk.ask("POST", SUBSCRIPTIONS, body)).status_code == 409


async def test_who_keeps_subscriptions_is_recorded(desk: Desk, receiver: Receiver) -> None:
    begun = await desk.subscribe(receiver)

    records = await desk.rows("SELECT subject, action, person_id FROM access_record")

    assert [tuple(record) for record in records] == [("system:test", "keep-webhooks", None)]
    assert begun["created_by"] == "system:test"


async def test_a_private_address_is_taken_where_its_network_is_named(desk: Desk) -> None:
    body = {"name": "Case management", "url": "https://10.20.0.9/events", "event_types": [CASE_OPENED]}
    refused = await desk.ask("POST", SUBSCRIPTIONS, body)
    desk.set(private_networks="10.20.0.0/16")
    taken = await desk.ask("POST", SUBSCRIPTIONS, body)
    beside = await desk.ask("POST", SUBSCRIPTIONS, {**body, "url": "https://10.21.0.9/events"})

    assert [answer.status_code for answer in (refused, taken, beside)] == [422, 201, 422]
    assert desk.settings.where.networks


def test_a_network_that_is_not_private_is_no_setting(desk: Desk) -> None:
    with pytest.raises(ValidationError, match="not for private use"):
        WebhookSettings.model_validate({**desk.settings.model_dump(), "private_networks": "169.254.0.0/16"})


async def test_operations_keep_the_councils_subscriptions(desk: Desk, receiver: Receiver) -> None:
    begun = await desk.subscribe(receiver, role=Role.OPERATIONS)
    await desk.open_case()
    await desk.sender().send_all_due()

    asked = await desk.done("GET", f"{place(begun)}/deliveries", role=Role.OPERATIONS)
    [delivery] = asked["deliveries"]
    assert (delivery["last_attempt"]["outcome"], delivery["last_attempt"]["status"]) == ("answered", 204)
    one = await desk.done("GET", f"{place(begun)}/deliveries/{delivery['delivery_id']}", role=Role.OPERATIONS)
    assert one["last_attempt"] == one["attempts_made"][-1]
    await desk.done("POST", f"{place(begun)}/ending", role=Role.OPERATIONS)
    assert (await desk.done("GET", SUBSCRIPTIONS))["subscriptions"] == []
