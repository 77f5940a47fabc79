"""Delivery of one message to one consumer: read, claim, handle, commit; else retry, else dead letter.

At least once from the transport, once in effect: the claim in the inbox and the handler's work commit together. A
message that cannot be handled goes to the dead letters with its cause, and its key is parked so that no later message
of the same person passes it, save on topics from outside, where order does not matter. A lost database is never the
message's fault, nor is another transaction that holds what it needs: delivery waits for them. Nor is a database that
a later release has brought further than this code can follow: delivery ends, and leaves the message to that release. A
message about somebody whom the service has forgotten has no effect.

Topics have no order between them. A message that needs what another topic brings, and comes before it, waits with the
dead letters, its key parked, until a message about the same person is handled, which takes it up again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from time import perf_counter
from typing import Any

import structlog
from pydantic import ValidationError

from braid.kit import dead_letter_mending, dead_letters, telemetry
from braid.kit.message import Envelope, Heard, MalformedMessage, Message, read_envelope
from braid.kit.outage import is_contention, is_outage
from braid.kit.unit_of_work import UnitOfWork, UnitOfWorkFactory

log = structlog.get_logger(__name__)

Handler = Callable[[Any, UnitOfWork], Awaitable[None]]


class Step(StrEnum):
    """Moments in a delivery, in order; tests kill the process at each of them."""

    RECEIVED = "received"
    HANDLED_BEFORE_COMMIT = "handled_before_commit"
    COMMITTED = "committed"


class Taken(StrEnum):
    """What became of a message."""

    HANDLED = "handled"
    REPEATED = "repeated"
    PASSED_OVER = "passed_over"
    FORGOTTEN = "forgotten"
    SET_ASIDE = "set_aside"
    DEAD_LETTERED = "dead_lettered"
    STOPPED = "stopped"


class Permanent(Exception):
    """The message cannot be handled, now or later; a handler may raise it to spare the retries."""


class TooEarly(Exception):
    """What a message needs comes on another topic, and has not come yet.

    A handler raises it in words that tell nothing about the person; the message's type is among those of its
    subscription that may come early.
    """


@dataclass(frozen=True)
class RetryPolicy:
    """How often and how long a failing message is tried before it goes to the dead letters.

    Args:
        attempts_max: tries in all.
        backoff_s: wait before the second try, in seconds; it doubles each time.
        outage_backoff_s: wait between tries while the database is away or another transaction in the way, in seconds;
            without end.
    """

    attempts_max: int = 4
    backoff_s: float = 0.1
    outage_backoff_s: float = 0.5


@dataclass(frozen=True)
class Subscription:
    """What one consumer reads.

    Args:
        consumer: name of the consumer (the service): its inbox entries and Kafka group.
        events: every event type that the platform knows, by CloudEvents type; others are dead letters.
        handlers: handler by CloudEvents type; a known type without one is passed over.
        outside_topics: topics of the handled types that are told from outside, on a topic for each sender; all others
            come on the ``TOPIC`` of their event. Handlers of such types must not mind in which order messages come: a
            sender's mistake then keeps none of its other messages back.
        may_come_early: handled types that need what another topic brings, and wait for it (`TooEarly`).
    """

    consumer: str
    events: Mapping[str, Any]
    handlers: Mapping[str, Handler]
    outside_topics: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    may_come_early: frozenset[str] = frozenset()

    @property
    def topics(self) -> tuple[str, ...]:
        """Topics that carry the handled types."""
        return tuple(sorted({topic for event_type in self.handlers for topic in self.topics_of(event_type)}))

    @property
    def early_topics(self) -> tuple[str, ...]:
        """Topics of the types that may come early."""
        return tuple(sorted({topic for event_type in self.may_come_early for topic in self.topics_of(event_type)}))

    def topics_of(self, event_type: str) -> tuple[str, ...]:
        """Topics on which an event of a handled type may come."""
        return self.outside_topics.get(event_type, (self.events[event_type].TOPIC,))

    def keeps_order(self, topic: str) -> bool:
        """Whether a message that cannot be handled holds back the later ones of its key."""
        return not any(topic in topics for topics in self.outside_topics.values())


async def _any_schema() -> None:
    """Look at nothing."""


class Delivery:
    """Takes messages for one subscription.

    Args:
        subscription: what it reads.
        units: of the service whose state the messages change.
        retry: how often a failing message is tried.
        on_step: told of each moment of a delivery.
        require_schema: raises where the database no longer serves this code; asked before a message is buried.
    """

    def __init__(
        self,
        subscription: Subscription,
        units: UnitOfWorkFactory,
        *,
        retry: RetryPolicy | None = None,
        on_step: Callable[[Step], None] = lambda _step: None,
        require_schema: Callable[[], Awaitable[None]] = _any_schema,
    ) -> None:
        self.subscription = subscription
        self._units = units
        self._retry = retry or RetryPolicy()
        self._on_step = on_step
        self._require_schema = require_schema
        self._stop = asyncio.Event()

    def stop(self) -> None:
        """Finish the try in hand and take no more; what is not taken comes again."""
        self._stop.set()

    @property
    def stopping(self) -> bool:
        return self._stop.is_set()

    async def take(self, message: Message) -> Taken:
        """Deliver one message. With any answer but ``STOPPED`` it is dealt with and may be acknowledged.

        Raises:
            WrongSchema: it could not be handled, and the database no longer serves this code; nothing was done with it.
        """
        if self.stopping:
            return Taken.STOPPED
        self._on_step(Step.RECEIVED)
        try:
            envelope = read_envelope(message)
            event = self._read_event(envelope, message)
        except (MalformedMessage, ValidationError) as error:
            return self._count(await self._dead_letter(message, error, attempts=1), "unreadable")
        if event is None:
            return self._count(Taken.PASSED_OVER, envelope.type)
        started = perf_counter()
        with telemetry.consuming(
            envelope.traceparent, consumer=self.subscription.consumer, topic=message.topic, event_type=envelope.type
        ):
            taken = await self._handle_with_retries(message, envelope, event)
            seconds = perf_counter() - started
            # Within the trace, as a request is: the two are found by one id.
            log.info(
                "message",
                consumer=self.subscription.consumer,
                type=envelope.type,
                outcome=taken.value,
                ms=round(seconds * 1000, 1),
            )
        telemetry.HANDLING_SECONDS.labels(self.subscription.consumer, envelope.type).observe(seconds)
        return self._count(taken, envelope.type)

    async def replay(self, message: Message) -> Taken:
        """Handle a dead letter once more, without retries and although its key is parked.

        Raises:
            Exception: whatever still stands in the way.
        """
        envelope = read_envelope(message)
        event = self._read_event(envelope, message)
        if event is None:
            return Taken.PASSED_OVER
        with telemetry.consuming(
            envelope.traceparent, consumer=self.subscription.consumer, topic=message.topic, event_type=envelope.type
        ):
            return await self._handle_once(message, envelope, event, heed_parking=False)

    async def replay_in(self, work: UnitOfWork, message: Message) -> Taken:
        """Handle a dead letter once more as a part of somebody else's work, who commits it.

        Args:
            work: of the council that the message is for.
            message: the letter's.

        Raises:
            Exception: whatever still stands in the way.
        """
        envelope = read_envelope(message)
        event = self._read_event(envelope, message)
        if event is None:
            return Taken.PASSED_OVER
        if event.council != work.council:
            raise MalformedMessage("the message is for another council")
        taken = await self._handle_in(work, message, envelope, event, heed_parking=False)
        if taken is Taken.HANDLED:
            await self._take_up_what_waits(work, message, event)
        return taken

    def _read_event(self, envelope: Envelope, message: Message) -> Any:
        contract = self.subscription.events.get(envelope.type)
        if contract is None:
            raise MalformedMessage(f"event type {envelope.type!r} is unknown")
        if envelope.type not in self.subscription.handlers:
            return None
        if message.topic not in self.subscription.topics_of(envelope.type):
            raise MalformedMessage(f"{envelope.type} does not belong on topic {message.topic}")
        if message.value is None:
            raise MalformedMessage("the message has no data")
        event = contract.read(message.value)
        if message.topic != event.topic:
            raise MalformedMessage(f"what the data say belongs on topic {event.topic}, not on {message.topic}")
        if message.key != str(event.person_id).encode():
            raise MalformedMessage("the message's key is not the person id of its data")
        return event

    async def _handle_with_retries(self, message: Message, envelope: Envelope, event: Any) -> Taken:
        attempt = 0
        handle: Callable[[Message, Envelope, Any], Awaitable[Taken]] = self._handle_once
        while True:
            try:
                return await handle(message, envelope, event)
            except Exception as error:
                if isinstance(error, _KeyIsParked | TooEarly) and envelope.type in self.subscription.may_come_early:
                    handle = self._handle_or_set_aside
                    continue
                if isinstance(error, _KeyIsParked | Permanent):
                    attempts = 0 if isinstance(error, _KeyIsParked) else attempt + 1
                    return await self._dead_letter(message, error, attempts=attempts)
                passing = _passes(error)
                attempt += not passing
                log.warning("delivery_failed", type=envelope.type, attempt=attempt, passing=passing, error=repr(error))
                if attempt >= self._retry.attempts_max:
                    return await self._dead_letter(message, error, attempts=attempt)
                telemetry.RETRIES.labels(self.subscription.consumer, envelope.type).inc()
                backoff_s = self._retry.outage_backoff_s if passing else self._retry.backoff_s * 2 ** (attempt - 1)
                if await self._stopped_within(backoff_s):
                    return Taken.STOPPED

    async def _handle_once(
        self, message: Message, envelope: Envelope, event: Any, *, heed_parking: bool = True
    ) -> Taken:
        async with self._units.for_council(event.council) as work:
            taken = await self._handle_in(work, message, envelope, event, heed_parking=heed_parking)
            if taken is not Taken.HANDLED:
                return taken
            await self._take_up_what_waits(work, message, event)
            self._on_step(Step.HANDLED_BEFORE_COMMIT)
            await work.commit()
        self._on_step(Step.COMMITTED)
        return Taken.HANDLED

    async def _handle_or_set_aside(self, message: Message, envelope: Envelope, event: Any) -> Taken:
        """Try under the person's lock, and set the message aside in the same transaction.

        So whatever brings what it waits for was either committed before, or finds it waiting.
        """
        async with self._units.for_council(event.council) as work:
            await work.lock_person(event.person_id)
            try:
                async with work.attempt():
                    taken = await self._handle_in(work, message, envelope, event, heed_parking=True)
            except (_KeyIsParked, TooEarly) as waiting:
                log.info("set_aside", topic=message.topic, position=message.position, waits_for=str(waiting))
                await dead_letters.set_aside(work, self.subscription.consumer, message, waiting)
                taken = Taken.SET_ASIDE
            self._on_step(Step.HANDLED_BEFORE_COMMIT)
            await work.commit()
        self._on_step(Step.COMMITTED)
        return taken

    async def _take_up_what_waits(self, work: UnitOfWork, message: Message, event: Any) -> None:
        """Handle what came too early for the person, in order and in the same transaction, if it need not wait now."""
        if not self.subscription.early_topics or message.topic in self.subscription.early_topics:
            return
        await work.lock_person(event.person_id)
        consumer = self.subscription.consumer
        for topic in self.subscription.early_topics:
            first = await dead_letter_mending.first_set_aside(work, consumer, topic, event.person_id)
            if first is not None:
                done = await dead_letter_mending.replay(work, self, first, by=f"consumer of {consumer}")
                log.info("taken_up", topic=topic, letters=done.handled, stopped_at=done.stopped_at, cause=done.cause)

    async def _handle_in(
        self, work: UnitOfWork, message: Message, envelope: Envelope, event: Any, *, heed_parking: bool
    ) -> Taken:
        if await work.is_forgotten(event.person_id):
            return Taken.FORGOTTEN
        if not await work.is_first_delivery(self.subscription.consumer, envelope.event_id):
            return Taken.REPEATED
        heed_parking = heed_parking and not event.OVERTAKES
        if heed_parking and await work.is_parked(self.subscription.consumer, message.topic, message.key or b""):
            raise _KeyIsParked
        work.heard = Heard(envelope, message.value or b"")
        await self.subscription.handlers[envelope.type](event, work)
        return Taken.HANDLED

    async def _dead_letter(self, message: Message, error: Exception, *, attempts: int) -> Taken:
        cause = dead_letters.cause_of(error)
        log.error("dead_letter", topic=message.topic, position=message.position, cause=cause, attempts=attempts)
        while True:
            try:
                await self._require_schema()
                async with self._units.for_council("") as work:
                    await dead_letters.bury(
                        work,
                        self.subscription.consumer,
                        message,
                        error,
                        attempts=attempts,
                        park=self.subscription.keeps_order(message.topic),
                    )
                    await work.commit()
            except Exception as failure:
                if not _passes(failure):
                    raise
                log.warning("dead_letter_waits", topic=message.topic, position=message.position, error=repr(failure))
                if await self._stopped_within(self._retry.outage_backoff_s):
                    return Taken.STOPPED
            else:
                return Taken.DEAD_LETTERED

    async def _stopped_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._stop.wait()
        except TimeoutError:
            return False
        return True

    def _count(self, taken: Taken, event_type: str) -> Taken:
        telemetry.HANDLED.labels(self.subscription.consumer, event_type, taken.value).inc()
        return taken


def _passes(error: Exception) -> bool:
    return is_outage(error) or is_contention(error)


class _KeyIsParked(Exception):
    def __str__(self) -> str:
        return "an earlier message of the same key waits in the dead letters"
