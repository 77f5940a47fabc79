"""The outbox keeps each person's events in commit order; relays hand them over, one relay at a time."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID, uuid4

from sqlalchemy import func, select

from braid.kit.message import Message
from braid.kit.relay import Relay
from tests.kit.example_service import COUNCIL, ExampleService, NumberSent, noted, tables
from tests.transports.rig import eventually


class Recording:
    """A transport that writes down what it is given."""

    def __init__(self, *, fails_in_hundred: int = 0) -> None:
        self.messages: list[Message] = []
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()
        self.is_publishing = asyncio.Event()
        self._fails_in_hundred = fails_in_hundred
        self._chance = random.Random(7)

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def publish(self, messages: Sequence[Message]) -> None:
        self.is_publishing.set()
        await self.may_go_on.wait()
        for message in messages:
            if self._chance.randrange(100) < self._fails_in_hundred:
                raise ConnectionError("the broker went away in the middle of a batch")
            self.messages.append(message)

    def first_deliveries(self) -> dict[UUID, list[int]]:
        """Each person's numbers, repeats left out, as an inbox would."""
        seen: set[tuple[str, bytes]] = set()
        numbers: defaultdict[UUID, list[int]] = defaultdict(list)
        for message in self.messages:
            event_id = next(pair for pair in message.headers if pair[0] == "ce_id")
            if event_id not in seen:
                seen.add(event_id)
                event = NumberSent.read(message.value or b"")
                numbers[event.person_id].append(event.number)
        return numbers


def a_relay(service: ExampleService, transport: Recording, *, idle_s: float = 0.01) -> Relay:
    return Relay("example", service.ops, tables, transport, bell=service.units.bell, idle_s=idle_s)


async def note_the_next_number(service: ExampleService, person: UUID, *, crash: bool = False) -> None:
    """Count one further for a person and publish it; a crash comes after all is written and before the commit."""
    async with service.units.for_council(COUNCIL) as work:
        await work.lock_person(person)
        count = await work.session.scalar(select(func.count()).where(noted.c.person_id == person))
        event = NumberSent(person_id=person, council=COUNCIL, number=(count or 0) + 1)
        await work.session.execute(noted.insert().values(council=COUNCIL, person_id=person, number=event.number))
        await work.publish(event)
        if not crash:
            await work.commit()


async def write_concurrently(service: ExampleService, people: Sequence[UUID], *, crashes_in_hundred: int) -> None:
    """Eight writers, each with its own luck."""

    async def writer(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(15):
            crash = chance.randrange(100) < crashes_in_hundred
            await note_the_next_number(service, chance.choice(people), crash=crash)

    await asyncio.gather(*(writer(seed) for seed in range(8)))


async def test_ids_of_one_persons_events_rise_in_commit_order(example: ExampleService) -> None:
    people = [uuid4() for _ in range(3)]
    await write_concurrently(example, people, crashes_in_hundred=20)
    async with example.ops.connect() as db:
        values = (await db.execute(select(tables.outbox.c.value).order_by(tables.outbox.c.id))).scalars().all()
    events = [NumberSent.read(value) for value in values]
    for person in people:
        numbers = [event.number for event in events if event.person_id == person]
        assert numbers == list(range(1, len(numbers) + 1))
        assert numbers == await example.noted_numbers(person), "what crashed left neither a note nor an event"


async def test_three_relays_and_eight_crashing_writers_lose_and_disorder_nothing(example: ExampleService) -> None:
    people = [uuid4() for _ in range(3)]
    transport = Recording(fails_in_hundred=1)
    relays = [a_relay(example, transport) for _ in range(3)]
    running = [asyncio.create_task(relay.run()) for relay in relays]
    await write_concurrently(example, people, crashes_in_hundred=20)
    await eventually(lambda: nothing_is_pending(example))
    for relay in relays:
        relay.stop()
    await asyncio.gather(*running)
    for person, numbers in transport.first_deliveries().items():
        assert numbers == await example.noted_numbers(person)
        assert numbers == list(range(1, len(numbers) + 1))


async def test_a_second_relay_stands_aside(example: ExampleService) -> None:
    transport = Recording()
    transport.may_go_on.clear()
    await example.send(NumberSent(person_id=uuid4(), council=COUNCIL, number=1))
    first = asyncio.create_task(a_relay(example, transport).relay_once())
    await transport.is_publishing.wait()
    assert await a_relay(example, transport).relay_once() == 0
    transport.may_go_on.set()
    assert await first == 1
    assert len(transport.messages) == 1


async def test_what_was_handed_over_is_kept_and_marked(example: ExampleService) -> None:
    person, transport = uuid4(), Recording()
    for number in (1, 2):
        await example.send(NumberSent(person_id=person, council=COUNCIL, number=number))
    assert await a_relay(example, transport).relay_once() == 2
    assert await a_relay(example, transport).relay_once() == 0
    async with example.ops.connect() as db:
        rows = (await db.execute(select(tables.outbox).order_by(tables.outbox.c.id))).all()
    assert [NumberSent.read(row.value).number for row in rows] == [1, 2]
    assert all(row.published_at >= row.recorded_at for row in rows)


async def test_a_batch_that_failed_half_way_is_handed_over_again_from_its_beginning(example: ExampleService) -> None:
    person, transport = uuid4(), Recording(fails_in_hundred=30)
    for number in range(1, 6):
        await example.send(NumberSent(person_id=person, council=COUNCIL, number=number))
    relay = a_relay(example, transport)
    tries = 0
    while not await nothing_is_pending(example):
        tries += 1
        try:
            await relay.relay_once()
        except ConnectionError:
            assert not await nothing_is_pending(example)
    assert tries > 1
    assert len(transport.messages) > 5
    assert transport.first_deliveries()[person] == [1, 2, 3, 4, 5]


async def test_a_commit_wakes_the_relay_of_the_same_process(example: ExampleService) -> None:
    transport = Recording()
    relay = a_relay(example, transport, idle_s=3_600)
    running = asyncio.create_task(relay.run())
    await eventually(lambda: relay.turned_at is not None)
    await example.send(NumberSent(person_id=uuid4(), council=COUNCIL, number=1))
    await eventually(lambda: len(transport.messages) == 1)
    relay.stop()
    await running


async def test_a_relay_can_be_stopped_while_it_waits_for_the_broker(example: ExampleService) -> None:
    class Away(Recording):
        async def start(self) -> None:
            self.is_publishing.set()
            await asyncio.Event().wait()

    transport = Away()
    relay = a_relay(example, transport)
    running = asyncio.create_task(relay.run())
    await transport.is_publishing.wait()
    relay.stop()
    await asyncio.wait_for(running, 10)


async def nothing_is_pending(service: ExampleService) -> bool:
    async with service.ops.connect() as db:
        query = select(func.count()).select_from(tables.outbox).where(tables.outbox.c.published_at.is_(None))
        return await db.scalar(query) == 0
