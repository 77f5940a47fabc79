"""What stands in the way of a message without being its fault, and moments at which operations and consumers meet."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import uuid4

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text

from braid.contracts.event import Event
from braid.kit import database, dead_letters
from braid.kit.dead_letters import DeadLetterOffice
from braid.kit.delivery import Delivery, Permanent, RetryPolicy, Taken
from braid.kit.message import Message
from braid.kit.unit_of_work import UnitOfWork
from tests.kit.example_service import (
    COUNCIL,
    ExampleService,
    NumberSent,
    note_number,
    subscription_to,
    tables,
)
from tests.transports.rig import QUICK, eventually, message_of


@pytest.fixture
async def impatient(example: ExampleService, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ExampleService]:
    """The same service, but whoever waits for a lock gives up soon."""
    monkeypatch.setattr(database, "LOCK_TIMEOUT_MS", 30)
    service = ExampleService(example.database_url)
    yield service
    await service.close()


async def test_a_lock_that_another_transaction_holds_long_is_waited_for(impatient: ExampleService) -> None:
    person, consumer = uuid4(), f"notes-{uuid4().hex}"
    message = message_of(NumberSent(person_id=person, council=COUNCIL, number=1))

    async def note_under_lock(event: NumberSent, work: UnitOfWork) -> None:
        await work.lock_person(event.person_id)
        await note_number(event, work)

    delivery = Delivery(subscription_to(NumberSent, consumer, note_under_lock), impatient.units, retry=QUICK)
    async with impatient.units.for_council(COUNCIL) as other:
        await other.lock_person(person)
        taking = asyncio.create_task(delivery.take(message))
        # A poison message would be given up after fewer tries.
        await eventually(lambda: retries_of(consumer, NumberSent) > 5)
    assert await taking is Taken.HANDLED
    assert await impatient.noted_numbers(person) == [1]


async def test_a_claim_that_a_frozen_consumer_holds_is_waited_for(impatient: ExampleService) -> None:
    person, consumer = uuid4(), f"notes-{uuid4().hex}"
    message = message_of(NumberSent(person_id=person, council=COUNCIL, number=1))
    event_id = next(raw.decode() for name, raw in message.headers if name == "ce_id")
    delivery = Delivery(subscription_to(NumberSent, consumer), impatient.units, retry=QUICK)
    async with impatient.units.for_council(COUNCIL) as frozen:
        await frozen.session.execute(
            text("INSERT INTO inbox (consumer, event_id) VALUES (:consumer, :event_id)"),
            {"consumer": consumer, "event_id": event_id},
        )
        taking = asyncio.create_task(delivery.take(message))
        await eventually(lambda: retries_of(consumer, NumberSent) > 5)
    assert await taking is Taken.HANDLED
    assert await impatient.noted_numbers(person) == [1]


async def test_a_handler_may_spare_the_retries(example: ExampleService) -> None:
    async def refuse(_event: NumberSent, _work: UnitOfWork) -> None:
        raise Permanent("a person must decide")

    delivery = Delivery(subscription_to(NumberSent, "notes", refuse), example.units, retry=RetryPolicy(backoff_s=60))
    taken = await delivery.take(message_of(NumberSent(person_id=uuid4(), council=COUNCIL, number=1)))
    assert taken is Taken.DEAD_LETTERED
    [letter] = await DeadLetterOffice(example.ops, tables, "notes").waiting()
    assert (letter.cause, letter.error, letter.attempts) == ("Permanent", "a person must decide", 1)


async def test_a_stopped_delivery_takes_nothing(example: ExampleService) -> None:
    delivery = Delivery(subscription_to(NumberSent, "notes"), example.units)
    delivery.stop()
    taken = await delivery.take(message_of(NumberSent(person_id=uuid4(), council=COUNCIL, number=1)))
    assert taken is Taken.STOPPED


class TestDeadLetterOffice:
    """Operations mend letters while the consumer goes on burying others."""

    @pytest.fixture
    def office(self, example: ExampleService) -> DeadLetterOffice:
        return DeadLetterOffice(example.ops, tables, "notes")

    @pytest.fixture
    def delivery(self, example: ExampleService) -> Delivery:
        return Delivery(subscription_to(NumberSent, "notes"), example.units, retry=QUICK)

    async def test_burying_a_message_twice_leaves_one_letter(
        self, example: ExampleService, office: DeadLetterOffice
    ) -> None:
        message = replace(message_of(NumberSent(person_id=uuid4(), council=COUNCIL, number=1)), position="topic/0/1")
        for _ in range(2):
            await bury(example, message)
        assert len(await office.waiting()) == 1
        async with example.ops.connect() as db:
            assert await db.scalar(text("SELECT count(*) FROM outbox WHERE topic LIKE '%.dlq'")) == 1

    async def test_a_key_that_is_freed_while_a_letter_of_it_is_buried_stays_parked(
        self, example: ExampleService, office: DeadLetterOffice
    ) -> None:
        message = message_of(NumberSent(person_id=uuid4(), council=COUNCIL, number=1))
        await bury(example, replace(message, position="topic/0/1"))
        [first] = await office.waiting()
        async with example.units.for_council("") as burying:
            await dead_letters.bury(burying, "notes", replace(message, position="topic/0/2"), KeyError(), attempts=0)
            freeing = asyncio.create_task(office.discard(first.id, by="operations"))
            # Time enough to free the key, were it not held.
            await asyncio.wait([freeing], timeout=0.3)
            await burying.commit()
        await freeing
        assert await is_parked(example, message), "a letter of the key waits"

    async def test_a_replay_that_crashed_before_it_was_written_down_has_its_effect_once(
        self, example: ExampleService, office: DeadLetterOffice, delivery: Delivery
    ) -> None:
        person = uuid4()
        message = message_of(NumberSent(person_id=person, council=COUNCIL, number=1))
        await bury(example, message)
        await delivery.replay(message)
        await office.replay_key(delivery, message.topic, message.key or b"", by="operations")
        assert await example.noted_numbers(person) == [1]
        assert not await office.waiting()
        assert not await is_parked(example, message)

    async def test_letters_of_another_topic_do_not_hold_a_key(
        self, example: ExampleService, office: DeadLetterOffice, delivery: Delivery
    ) -> None:
        message = message_of(NumberSent(person_id=uuid4(), council=COUNCIL, number=1))
        await bury(example, replace(message, topic="another", position="another/0/1"))
        await bury(example, replace(message, position="topic/0/1"))
        await office.replay_key(delivery, message.topic, message.key or b"", by="operations")
        assert [letter.message.topic for letter in await office.waiting()] == ["another"]
        assert not await is_parked(example, message)

    async def test_who_resolved_a_letter_is_kept(self, example: ExampleService, office: DeadLetterOffice) -> None:
        await bury(example, message_of(NumberSent(person_id=uuid4(), council=COUNCIL, number=1)))
        [letter] = await office.waiting()
        await office.discard(letter.id, by="j.bloggs")
        async with example.ops.connect() as db:
            [row] = await db.execute(text("SELECT resolution, resolved_by, resolved_at FROM dead_letter"))
        assert (row.resolution, row.resolved_by) == ("discarded", "j.bloggs")
        assert row.resolved_at is not None
        with pytest.raises(LookupError):
            await office.discard(letter.id, by="j.bloggs")


async def bury(service: ExampleService, message: Message) -> None:
    async with service.units.for_council("") as work:
        await dead_letters.bury(work, "notes", message, RuntimeError("no"), attempts=1)
        await work.commit()


async def is_parked(service: ExampleService, message: Message) -> bool:
    async with service.units.for_council(COUNCIL) as work:
        return await work.is_parked("notes", message.topic, message.key or b"")


def retries_of(consumer: str, event: type[Event]) -> float:
    labels = {"consumer": consumer, "type": event.TYPE}
    return REGISTRY.get_sample_value("braid_message_retries_total", labels) or 0
