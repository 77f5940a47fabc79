"""One test bench for each transport, so that the contract suite need not know which one it tests."""

import asyncio
import inspect
import itertools
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from sqlalchemy import select

from braid.contracts.event import Event
from braid.kit.dead_letters import DEAD_LETTER_SUFFIX, DeadLetter, DeadLetterOffice
from braid.kit.delivery import Delivery, Handler, RetryPolicy, Subscription
from braid.kit.message import Envelope, Message, encoded, headers_of
from braid.kit.relay import Relay
from braid.kit.settings import KafkaSettings
from braid.kit.transport import Publisher
from braid.kit.transports.embedded import EmbeddedTransport
from braid.kit.transports.kafka import KafkaPublisher, KafkaSubscriber
from tests.kit.example_service import COUNCIL, ExampleService, NumberSent, note_number, number_sent_on, tables

#: Generous, since the machine may be busy; only a failing test waits this long.
PATIENCE_S = 90
QUICK = RetryPolicy(attempts_max=3, backoff_s=0.01, outage_backoff_s=0.05)


async def eventually(condition: Callable[[], Awaitable[bool] | bool], *, patience_s: float = PATIENCE_S) -> None:
    """Wait until a condition holds.

    Raises:
        TimeoutError: it never did.
    """
    async with asyncio.timeout(patience_s):
        while True:
            answer = condition()
            if await answer if inspect.isawaitable(answer) else answer:
                return
            await asyncio.sleep(0.02)


def message_of(event: Event) -> Message:
    """An event as a foreign producer would put it on its topic."""
    envelope = Envelope(uuid4(), event.TYPE, "/elsewhere", datetime.now(UTC), str(event.person_id), traceparent=None)
    key = str(event.person_id).encode()
    return Message(event.TOPIC, key, encoded(headers_of(envelope)), event.model_dump_json().encode())


class Rig(ABC):
    """A publisher with its relay, a transport, and consumers that a test starts and stops.

    Args:
        service: the publishing service; consumers share its database unless they are given another.
        topic: a topic of this test alone.
    """

    def __init__(self, service: ExampleService, topic: str) -> None:
        self.service = service
        self.topic = topic
        self.event: type[NumberSent] = number_sent_on(topic)

    def number(self, person_id: UUID, number: int) -> NumberSent:
        """An event of this test."""
        return self.event(person_id=person_id, council=COUNCIL, number=number)

    async def send(self, person_id: UUID, *numbers: int) -> None:
        """Send numbers to a person, each in a transaction of its own."""
        for number in numbers:
            await self.service.send(self.number(person_id, number))

    def consumer(
        self,
        handler: Handler = note_number,
        *,
        name: str = "notes",
        service: ExampleService | None = None,
        retry: RetryPolicy = QUICK,
        known: Sequence[type[Event]] = (),
    ) -> Delivery:
        """A consumer of the test's event; ``known`` are further event types that it does not handle."""
        events = {event.TYPE: event for event in (self.event, *known)}
        subscription = Subscription(self.name_of(name), events, {self.event.TYPE: handler})
        return Delivery(subscription, (service or self.service).units, retry=retry)

    def name_of(self, consumer: str) -> str:
        """A consumer's name in this test: no other test has its Kafka group."""
        return f"{consumer}-of-{self.topic}"

    def office(self, *, name: str = "notes", service: ExampleService | None = None) -> DeadLetterOffice:
        """The dead letters of a consumer."""
        return DeadLetterOffice((service or self.service).ops, tables, self.name_of(name))

    async def letters(self, count: int, *, name: str = "notes") -> Sequence[DeadLetter]:
        """The waiting dead letters of a consumer, once there are as many."""
        office = self.office(name=name)

        async def enough() -> bool:
            return len(await office.waiting()) >= count

        await eventually(enough)
        letters = await office.waiting()
        assert len(letters) == count
        return letters

    async def noted(self, person_id: UUID, count: int, *, service: ExampleService | None = None) -> list[int]:
        """What was noted for a person, once there is as much."""
        noting = service or self.service

        async def enough() -> bool:
            return len(await noting.noted_numbers(person_id)) >= count

        await eventually(enough)
        return await noting.noted_numbers(person_id)

    @asynccontextmanager
    async def running(self, *consumers: Delivery, relaying: bool = True) -> AsyncIterator[None]:
        """The relay and consumers at work; at the end they stop as on SIGTERM."""
        relay = Relay("example", self.service.ops, tables, self._publisher(consumers), bell=self.service.units.bell)
        tasks = [asyncio.create_task(feeding) for feeding in self._feeding(consumers)]
        if relaying:
            tasks.append(asyncio.create_task(relay.run()))
        try:
            yield
        finally:
            relay.stop()
            for consumer in consumers:
                consumer.stop()
            await asyncio.gather(*tasks)

    @abstractmethod
    def _publisher(self, consumers: Sequence[Delivery]) -> Publisher: ...

    @abstractmethod
    def _feeding(self, consumers: Sequence[Delivery]) -> Sequence[Coroutine[Any, Any, None]]: ...

    @abstractmethod
    async def put(self, message: Message) -> None:
        """Put a message on the topic past the outbox, as a foreign producer may, whatever is in it."""

    @abstractmethod
    async def dead_letter_copies(self, count: int) -> Sequence[Message]:
        """What lies on the dead-letter topic, once there is as much."""

    async def close(self) -> None:  # noqa: B027 - most have nothing to close
        """Close connections."""


class EmbeddedRig(Rig):
    """The embedded transport."""

    def __init__(self, service: ExampleService, topic: str) -> None:
        super().__init__(service, topic)
        self._transport = EmbeddedTransport()
        self._numbers = itertools.count(1)

    def _publisher(self, consumers: Sequence[Delivery]) -> Publisher:
        self._transport = EmbeddedTransport()
        for consumer in consumers:
            self._transport.subscribe(consumer)
        return self._transport

    def _feeding(self, consumers: Sequence[Delivery]) -> Sequence[Coroutine[Any, Any, None]]:
        return ()

    async def put(self, message: Message) -> None:
        # As the edge to Kafka reads them.
        headers = tuple((name, raw or b"") for name, raw in message.headers)
        row = Message(message.topic, message.key, headers, message.value, f"outbox/other/{next(self._numbers)}")
        await self._transport.publish([row])

    async def dead_letter_copies(self, count: int) -> Sequence[Message]:
        outbox = tables.outbox
        query = select(outbox).where(
            outbox.c.topic == self.topic + DEAD_LETTER_SUFFIX, outbox.c.published_at.is_not(None)
        )
        copies: list[Message] = []

        async def enough() -> bool:
            async with self.service.ops.connect() as db:
                rows = (await db.execute(query.order_by(outbox.c.id))).all()
            copies[:] = [Message(row.topic, row.key, encoded(row.headers), row.value) for row in rows]
            return len(copies) >= count

        await eventually(enough)
        return copies


class KafkaRig(Rig):
    """The real Apache Kafka broker; the test's topics are there."""

    def __init__(self, service: ExampleService, topic: str, bootstrap: str) -> None:
        super().__init__(service, topic)
        self.settings = KafkaSettings(bootstrap=bootstrap, session_timeout_ms=2_000, rebalance_timeout_ms=10_000)
        self._producer: AIOKafkaProducer | None = None

    def _publisher(self, consumers: Sequence[Delivery]) -> Publisher:
        return KafkaPublisher(self.settings)

    def _feeding(self, consumers: Sequence[Delivery]) -> Sequence[Coroutine[Any, Any, None]]:
        return [KafkaSubscriber(self.settings).run(consumer) for consumer in consumers]

    async def put(self, message: Message) -> None:
        if self._producer is None:
            # A partner's producer may send larger messages than ours.
            self._producer = AIOKafkaProducer(bootstrap_servers=self.settings.bootstrap, max_request_size=2_000_000)
            await self._producer.start()
        await self._producer.send_and_wait(message.topic, message.value, key=message.key, headers=list(message.headers))

    async def dead_letter_copies(self, count: int) -> Sequence[Message]:
        copies: list[Message] = []
        consumer = AIOKafkaConsumer(
            self.topic + DEAD_LETTER_SUFFIX, bootstrap_servers=self.settings.bootstrap, auto_offset_reset="earliest"
        )
        async with consumer, asyncio.timeout(PATIENCE_S):
            while len(copies) < count:
                for records in (await consumer.getmany(timeout_ms=100)).values():
                    copies += [Message(r.topic, r.key, tuple(r.headers), r.value) for r in records]
        return copies

    async def close(self) -> None:
        if self._producer is not None:
            await self._producer.stop()
