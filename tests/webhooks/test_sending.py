"""Sending: signed, in order, again until it is taken, and never lost."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

import pytest
from standardwebhooks import Webhook
from structlog.testing import capture_logs

from braid.kit.delivery import Taken
from services.webhooks.domain.schedule import ATTEMPTS_MOST, FAILING_MOST
from services.webhooks.settings import SendingSettings
from tests.webhooks.desk import CASE_OPENED, Desk, place
from tests.webhooks.receiver import Authority, Got, Receiver, always, taken

PATIENCE_S = 90


def person_of(got: Got) -> UUID:
    """Whom a message is about."""
    return UUID(json.loads(got.body)["data"]["person_id"])


async def states(desk: Desk, subscription: Mapping[str, Any]) -> list[str]:
    """How far each delivery has got, the latest first."""
    return [one["state"] for one in await desk.deliveries(subscription)]


async def test_an_event_arrives_signed_with_the_very_data_that_lies_on_its_topic(
    desk: Desk, receiver: Receiver
) -> None:
    begun = await desk.subscribe(receiver)
    person = uuid4()
    [message] = await desk.hear(desk.a_case(person))

    await desk.sender().send_all_due()

    [got] = receiver.got
    told = Webhook(begun["secret"]).verify(got.body, dict(got.headers))
    attributes = {name.removeprefix("ce_"): value.decode() for name, value in message.headers if name.startswith("ce_")}
    assert message.value is not None
    assert told["data"] == json.loads(message.value)
    assert message.value in got.body
    assert {name: told[name] for name in ("specversion", "id", "type", "source", "subject")} == {
        name: attributes[name] for name in ("specversion", "id", "type", "source", "subject")
    }
    assert got.id == attributes["id"]
    assert got.headers["content-type"] == "application/cloudevents+json"
    assert got.headers["host"] == f"localhost:{receiver.port}"
    [delivery] = await desk.deliveries(begun)
    assert (delivery["state"], delivery["attempts"], delivery["event_id"]) == ("delivered", 1, got.id)
    assert await desk.attempts(begun, delivery) == [("answered", 204)]


async def test_what_nobody_asked_for_is_not_kept_and_what_comes_twice_goes_once(desk: Desk, receiver: Receiver) -> None:
    await desk.subscribe(receiver, "uk.braid.plan.approved.v1", name="Another")
    await desk.subscribe(receiver)
    [message] = await desk.hear(desk.a_case(uuid4()))

    assert await desk.delivery().take(message) is Taken.REPEATED
    await desk.sender().send_all_due()

    assert len(receiver.got) == 1


@pytest.mark.parametrize("status", [500, 503, 404, 302, 401])
async def test_whatever_is_no_success_is_sent_again_under_the_same_id(
    desk: Desk, receiver: Receiver, status: int
) -> None:
    begun = await desk.subscribe(receiver)
    receiver.answer = always(status, location=receiver.url + "/elsewhere")
    await desk.open_case()
    sender = desk.sender()

    await sender.send_all_due()
    receiver.answer = taken
    assert await sender.send_all_due() == 0
    desk.clock.move_on(seconds=6)
    await sender.send_all_due()

    first, second = receiver.got
    assert first.path == second.path == "/braid-events"
    assert (first.id, first.body) == (second.id, second.body)
    [delivery] = await desk.deliveries(begun)
    assert await desk.attempts(begun, delivery) == [("answered", status), ("answered", 204)]


async def test_a_receiver_that_says_when_is_sent_nothing_before_then(desk: Desk, receiver: Receiver) -> None:
    await desk.subscribe(receiver)
    receiver.answer = always(429, retry_after="3600")
    await desk.open_case()
    sender = desk.sender()
    await sender.send_all_due()
    receiver.answer = taken
    await desk.open_case()

    desk.clock.move_on(minutes=59)
    assert await sender.send_all_due() == 0
    desk.clock.move_on(minutes=2)
    assert await sender.send_all_due() == 2

    assert len(receiver.got) == 3


async def test_a_receiver_that_does_not_answer_in_time_is_left(desk: Desk, receiver: Receiver) -> None:
    begun = await desk.subscribe(receiver)

    async def never(_got: Got) -> tuple[int, Mapping[str, str]]:
        await asyncio.sleep(60)
        return 204, {}

    receiver.answer = never
    await desk.open_case()
    await desk.sender(timeout_s=1).send_all_due()

    [delivery] = await desk.deliveries(begun)
    assert delivery["state"] == "waiting"
    assert await desk.attempts(begun, delivery) == [("timed_out", None)]


async def test_a_receiver_that_was_away_gets_all_in_order_when_it_is_back(desk: Desk, authority: Authority) -> None:
    receiver = Receiver(authority)
    async with receiver.listening():
        begun = await desk.subscribe(receiver)
    people = [await desk.open_case() for _ in range(3)]
    again = [await desk.hear(desk.a_case(person)) for person in people]
    sender = desk.sender()

    assert await sender.send_all_due() == 3
    assert [await desk.attempts(begun, one) for one in (await desk.deliveries(begun))[3:]] == [
        [("not_connected", None)]
    ] * 3
    desk.clock.move_on(seconds=6)
    async with receiver.listening():
        assert await sender.send_all_due() == 6

    for person, [message] in zip(people, again, strict=True):
        theirs = [got.id for got in receiver.got if person_of(got) == person]
        assert len(theirs) == 2
        assert theirs[1] == dict(message.headers)["ce_id"].decode()
    assert (await desk.done("GET", place(begun)))["failing_since"] is None


async def test_one_persons_messages_wait_for_the_one_before_and_other_peoples_do_not(
    desk: Desk, receiver: Receiver
) -> None:
    begun = await desk.subscribe(receiver)
    stuck, other = uuid4(), uuid4()

    async def not_this_one(got: Got) -> tuple[int, Mapping[str, str]]:
        return (500 if person_of(got) == stuck else 204), {}

    receiver.answer = not_this_one
    for person in (stuck, stuck, other, other):
        await desk.open_case(person)
    sender = desk.sender()
    await sender.send_all_due()

    assert [person_of(got) for got in receiver.got].count(stuck) == 1
    assert await states(desk, begun) == ["delivered", "delivered", "waiting", "waiting"]
    for _ in range(ATTEMPTS_MOST - 1):
        await desk.rows("UPDATE delivery SET due_at = now() - interval '1 second'")
        await sender.send_all_due()
    # The first was given up; now the one behind it has its turn.
    assert (await states(desk, begun))[2:] == ["waiting", "given_up"]
    assert len({got.id for got in receiver.got if person_of(got) == stuck}) == 2


async def test_after_the_last_attempt_it_is_given_up_until_somebody_wants_it(desk: Desk, receiver: Receiver) -> None:
    begun = await desk.subscribe(receiver)
    receiver.answer = always(500)
    await desk.open_case()
    sender = desk.sender()
    since = desk.clock()
    for _ in range(ATTEMPTS_MOST - 1):
        await sender.send_all_due()
        [delivery] = await desk.deliveries(begun)
        await desk.rows("UPDATE delivery SET due_at = now() - interval '1 second'")
    await sender.send_all_due()

    assert await states(desk, begun) == ["given_up"]
    assert len(await desk.attempts(begun, delivery)) == ATTEMPTS_MOST
    receiver.answer = taken
    assert (await desk.done("POST", f"{place(begun)}/recovery", {"since": since.isoformat()}))["in_line"] == 0
    earlier = since.replace(year=since.year - 1).isoformat()
    assert (await desk.done("POST", f"{place(begun)}/recovery", {"since": earlier}))["in_line"] == 1
    await sender.send_all_due()
    assert await states(desk, begun) == ["delivered"]
    assert len({got.id for got in receiver.got}) == 1


async def test_a_receiver_that_is_gone_is_sent_nothing_and_finds_what_waited_when_it_is_back(
    desk: Desk, receiver: Receiver
) -> None:
    begun = await desk.subscribe(receiver)
    receiver.answer = always(410)
    await desk.open_case()
    sender = desk.sender()
    await sender.send_all_due()
    await desk.open_case()
    receiver.answer = taken
    desk.clock.move_on(days=1)

    assert await sender.send_all_due() == 0
    read = await desk.done("GET", place(begun))
    assert (read["is_enabled"], read["disabled_because"]) == (False, "gone")
    change = {"name": read["name"], "url": read["url"], "event_types": read["event_types"], "is_enabled": True}
    await desk.done("PUT", place(begun), change, etag=f'"{read["version"]}"')
    assert await sender.send_all_due() == 2
    assert await states(desk, begun) == ["delivered", "delivered"]


async def test_a_receiver_that_takes_nothing_for_days_is_disabled_and_one_success_begins_anew(
    desk: Desk, receiver: Receiver
) -> None:
    begun = await desk.subscribe(receiver)
    sender = desk.sender()
    for passing in (FAILING_MOST / 2, FAILING_MOST):
        receiver.answer = always(500)
        await desk.open_case()
        await sender.send_all_due()
        assert (await desk.done("GET", place(begun)))["failing_since"] is not None
        desk.clock.ahead += passing
        if passing < FAILING_MOST:
            receiver.answer = taken
            await sender.send_all_due()
            assert (await desk.done("GET", place(begun)))["failing_since"] is None
    desk.clock.move_on(minutes=1)
    await sender.send_all_due()

    read = await desk.done("GET", place(begun))
    assert (read["is_enabled"], read["disabled_because"]) == (False, "failing")


async def test_a_message_is_sent_again_by_hand_under_its_id_while_it_is_kept(desk: Desk, receiver: Receiver) -> None:
    begun = await desk.subscribe(receiver)
    await desk.open_case()
    sender = desk.sender()
    await sender.send_all_due()
    [delivery] = await desk.deliveries(begun)
    again = f"{place(begun)}/deliveries/{delivery['delivery_id']}/redelivery"

    await desk.done("POST", again)
    await sender.send_all_due()
    assert [got.id for got in receiver.got] == [delivery["event_id"]] * 2
    desk.clock.move_on(days=8)
    assert await sender.drop_old() == 1
    assert (await desk.ask("POST", again)).status_code == 409
    [left] = await desk.rows("SELECT body, state FROM delivery")
    assert tuple(left) == (None, "delivered")


async def test_what_waits_too_long_is_not_sent_any_more(desk: Desk, receiver: Receiver) -> None:
    begun = await desk.subscribe(receiver)
    await desk.open_case()
    desk.clock.move_on(days=29)
    assert await desk.sender().drop_old() == 0
    desk.clock.move_on(days=2)

    assert await desk.sender().drop_old() == 1

    assert await states(desk, begun) == ["expired"]
    assert await desk.sender().send_all_due() == 0


async def test_several_senders_side_by_side_send_each_message_once(desk: Desk, receiver: Receiver) -> None:
    await desk.subscribe(receiver)
    people = [await desk.open_case() for _ in range(12)]
    for person in people:
        await desk.hear(desk.a_case(person))

    senders = [desk.sender() for _ in range(3)]
    await asyncio.gather(*(sender.send_all_due() for sender in senders))
    # A sender that found only what others held had nothing left to do.
    await senders[0].send_all_due()

    assert len(receiver.got) == 24
    assert len({got.id for got in receiver.got}) == 24


async def test_a_receiver_is_sent_so_much_at_once_and_a_slow_one_keeps_no_other_back(
    desk: Desk, authority: Authority, receiver: Receiver
) -> None:
    let_go, at_once, most = asyncio.Event(), 0, 0

    async def slowly(_got: Got) -> tuple[int, Mapping[str, str]]:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await let_go.wait()
        at_once -= 1
        return 204, {}

    async with Receiver(authority, slowly).listening() as slow:
        await desk.subscribe(slow, name="Slow")
        for _ in range(9):
            await desk.open_case()
        await desk.subscribe(receiver, name="Quick")
        quick = await desk.open_case()
        sender = desk.sender(settings=SendingSettings(at_once=6, at_once_each=2), look_every_s=0.05)
        running = asyncio.create_task(sender.run())
        async with asyncio.timeout(PATIENCE_S):
            while not receiver.got:
                await asyncio.sleep(0.02)
        assert person_of(receiver.got[0]) == quick
        let_go.set()
        async with asyncio.timeout(PATIENCE_S):
            while len(slow.got) < 10:
                await asyncio.sleep(0.02)
        sender.stop()
        await running
    assert most == 2
    assert sender.turned_at is not None


async def test_a_sender_whose_lease_ran_out_changes_nothing_of_the_next_ones(desk: Desk, receiver: Receiver) -> None:
    begun = await desk.subscribe(receiver)
    await desk.open_case()
    sender = desk.sender()
    [late] = await sender.take(5)
    desk.clock.move_on(minutes=5)
    [again] = await sender.take(5)

    receiver.answer = always(500)
    await sender.send(late)
    assert (await desk.deliveries(begun))[0]["state"] == "waiting"
    receiver.answer = taken
    await sender.send(again)

    [delivery] = await desk.deliveries(begun)
    assert delivery["state"] == "delivered"
    assert await desk.attempts(begun, delivery) == [("answered", 500), ("answered", 204)]


async def test_logs_tell_no_one_s_id_address_secret_or_what_a_receiver_says(desk: Desk, receiver: Receiver) -> None:
    begun = await desk.subscribe(receiver)
    receiver.answer = always(500)
    person = await desk.open_case()
    with capture_logs() as lines:
        await desk.sender().send_all_due()
        desk.clock.move_on(seconds=6)
        receiver.answer = taken
        await desk.sender().send_all_due()

    text = str(lines)
    assert [line["outcome"] for line in lines if line["event"] == "webhook"] == ["answered", "answered"]
    for private in (str(person), receiver.url, begun["secret"], "Zebedee Quillfeather"):
        assert private not in text
    assert "Quillfeather" not in str(await desk.rows("SELECT * FROM attempt"))
    assert CASE_OPENED in text
