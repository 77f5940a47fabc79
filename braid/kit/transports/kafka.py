"""The Kafka transport: bare aiokafka, offsets committed by hand after the database has the effect."""

import asyncio
import ssl
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError, RebalanceInProgressError
from aiokafka.structs import ConsumerRecord

from braid.kit.delivery import Delivery, Subscription, Taken
from braid.kit.message import Message
from braid.kit.settings import KafkaSettings
from braid.kit.transports.kafka_lag import Lag
from braid.kit.undone_times import UndoneTime, undone_times

log = structlog.get_logger(__name__)

#: An idempotent producer never gives up by itself, so each batch has a limit, in seconds.
PUBLISH_TIMEOUT_S = 30
POLL_TIMEOUT_MS = 500
POLL_RECORDS_MAX = 200


class Step(StrEnum):
    """Moments on the way to and from the broker, in order; tests kill the process at each of them."""

    SENT = "sent"
    BEFORE_OFFSET_COMMIT = "before_offset_commit"
    OFFSET_COMMITTED = "offset_committed"


def connection(settings: KafkaSettings) -> dict[str, Any]:
    """Arguments with which every client of ours connects."""
    arguments: dict[str, Any] = {"bootstrap_servers": settings.bootstrap}
    if settings.security_protocol == "SSL":
        context = ssl.create_default_context(cafile=settings.ca_file)
        if settings.certificate_file:
            context.load_cert_chain(settings.certificate_file, settings.key_file)
        arguments |= {"security_protocol": "SSL", "ssl_context": context}
    return arguments


def group_of(consumer: str) -> str:
    """A consumer's group at the broker."""
    return f"braid.{consumer}"


class KafkaPublisher:
    """Sends messages to the broker, in order per key, and waits until all replicas have them."""

    def __init__(self, settings: KafkaSettings, *, on_step: Callable[[Step], None] = lambda _step: None) -> None:
        self._settings = settings
        self._on_step = on_step
        self._producer: AIOKafkaProducer | None = None

    async def start(self) -> None:
        """Connect, waiting for the broker as long as it takes."""
        while True:
            producer = AIOKafkaProducer(
                **connection(self._settings),
                acks="all",
                enable_idempotence=True,
                linger_ms=0,
                request_timeout_ms=10_000,
            )
            try:
                await producer.start()
            except KafkaError as error:
                await producer.stop()
                log.warning("broker_away", error=repr(error))
                await asyncio.sleep(1)
            except BaseException:
                await producer.stop()
                raise
            else:
                self._producer = producer
                return

    async def publish(self, messages: Sequence[Message]) -> None:
        """Send messages; returns when each is on all replicas.

        Raises:
            TimeoutError: the broker took too long; what was sent may be on the topic and will be sent again.
            aiokafka.errors.KafkaError: the broker refused a message.
        """
        async with asyncio.timeout(PUBLISH_TIMEOUT_S):
            producer = await self._working()
            sent = [await producer.send(m.topic, value=m.value, key=m.key, headers=list(m.headers)) for m in messages]
            await asyncio.gather(*sent)
        self._on_step(Step.SENT)

    async def _working(self) -> AIOKafkaProducer:
        """The producer, or another in its place where its work in the background has ended, as a consumer's may."""
        if self._producer is not None and _has_ended(self._producer):
            log.warning("producer_ended")
            await self.stop()
        if self._producer is None:
            await self.start()
        assert self._producer is not None
        return self._producer

    async def stop(self) -> None:
        """Disconnect."""
        if self._producer is not None:
            producer, self._producer = self._producer, None
            _leave_ended(producer.client)
            await producer.stop()


def _has_ended(producer: AIOKafkaProducer) -> bool:
    return bool(producer._sender.sender_task.done() or producer.client._sync_task.done())


class KafkaSubscriber:
    """Reads topics as one member of a consumer group and feeds a delivery."""

    def __init__(
        self,
        settings: KafkaSettings,
        *,
        on_step: Callable[[Step], None] = lambda _step: None,
        on_turn: Callable[[], None] = lambda: None,
    ) -> None:
        self._settings = settings
        self._on_step = on_step
        self._on_turn = on_turn
        self._undone = undone_times(settings.undone)
        self._lag: Lag | None = None

    async def tell_lag(self) -> None:
        """Bring the metrics of what waits up to date; nothing is told before the broker has answered."""
        if self._lag is not None:
            await self._lag.tell()

    async def run(self, delivery: Delivery) -> None:
        """Feed the delivery until it is stopped; a broker that goes away is waited for."""
        while not delivery.stopping:
            consumer = self._consumer(delivery)
            try:
                await consumer.start()
                self._lag = Lag(delivery.subscription.consumer, consumer)
                await self._read(consumer, delivery, self._lag)
            except (KafkaError, OSError) as error:
                log.warning("broker_away", error=repr(error))
                await asyncio.sleep(1)
            finally:
                if self._lag is not None:
                    self._lag.forget()
                    self._lag = None
                await close(consumer)

    def _consumer(self, delivery: Delivery) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(
            *delivery.subscription.topics,
            **connection(self._settings),
            group_id=group_of(delivery.subscription.consumer),
            group_instance_id=self._settings.group_instance_id,
            # With "latest" a new group would miss all that came before it first joined.
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            session_timeout_ms=self._settings.session_timeout_ms,
            heartbeat_interval_ms=max(200, self._settings.session_timeout_ms // 10),
            rebalance_timeout_ms=self._settings.rebalance_timeout_ms,
            max_poll_interval_ms=300_000,
        )

    async def _read(self, consumer: AIOKafkaConsumer, delivery: Delivery, lag: Lag) -> None:
        while not delivery.stopping:
            self._on_turn()
            require_at_work(consumer)
            polled: Mapping[TopicPartition, Sequence[ConsumerRecord[bytes, bytes]]] = await consumer.getmany(
                timeout_ms=POLL_TIMEOUT_MS, max_records=POLL_RECORDS_MAX
            )
            for partition, records in polled.items():
                lag.takes(partition, records[0].offset)
            for partition, records in polled.items():
                await self._take_partition(consumer, delivery, partition, records, lag)
                lag.is_done_with(partition)

    async def _take_partition(
        self,
        consumer: AIOKafkaConsumer,
        delivery: Delivery,
        partition: TopicPartition,
        records: Sequence[ConsumerRecord[bytes, bytes]],
        lag: Lag,
    ) -> None:
        taken_to: int | None = None
        for record in records:
            # A rebalance may take the partition away while records of it are in hand.
            if delivery.stopping or partition not in consumer.assignment():
                break
            if was_undone(record, self._undone, delivery.subscription):
                log.info("message_undone", position=_position(record))
            elif await delivery.take(message_of(record)) is Taken.STOPPED:
                break
            taken_to = record.offset + 1
            lag.takes(partition, taken_to)
        if taken_to is None:
            return
        self._on_step(Step.BEFORE_OFFSET_COMMIT)
        try:
            await consumer.commit({partition: taken_to})
        except (CommitFailedError, IllegalStateError, RebalanceInProgressError):
            # The next owner reads them again; the inbox makes that harmless.
            log.info("partition_lost_before_commit", partition=str(partition))
        else:
            self._on_step(Step.OFFSET_COMMITTED)


def require_at_work(consumer: AIOKafkaConsumer) -> None:
    """Look whether what a consumer does in the background is still done.

    An error that aiokafka does not expect ends its fetching, its work in the group or its looking for brokers for good
    (its issues 983 and 1038). It is not told: polls go on, and bring nothing.

    Raises:
        aiokafka.errors.KafkaError: it is not; only another consumer helps.
    """
    work = (consumer._fetcher.error_future, consumer._coordinator._coordination_task, consumer._client._sync_task)
    if any(task.done() for task in work):
        raise KafkaError("the consumer has stopped reading by itself")


async def close(consumer: AIOKafkaConsumer) -> None:
    """Leave the group and disconnect, also while the broker is away.

    aiokafka cancels its fetches, waits for each, and lets out what a fetch says that was waiting to try again: then we
    would seem to be cancelled, and the process would end in the very outage that it waits for. It lets out, too, by
    what error its work in the background has ended.

    Raises:
        asyncio.CancelledError: it is us who are cancelled.
    """
    _leave_ended(consumer._client)
    try:
        await consumer.stop()
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
    except KafkaError as error:
        log.info("consumer_had_ended", error=repr(error))
    else:
        return
    # What its stop does last, and did not come to.
    if consumer._fetcher is not None:
        consumer._fetcher._fetch_task.cancel()
    await consumer._client.close()


def _leave_ended(client: AIOKafkaClient) -> None:
    """Have a client not tell by what its looking for brokers ended: it would keep its connections for that."""
    if client._sync_task is not None and client._sync_task.done():
        client._sync_task = None


def was_undone(record: ConsumerRecord[bytes, bytes], undone: Sequence[UndoneTime], subscription: Subscription) -> bool:
    """Whether one of our services told it in a time that a restored database has taken back."""
    if not undone or not subscription.keeps_order(record.topic):
        return False
    return any(each.holds(record.timestamp) for each in undone)


def message_of(record: ConsumerRecord[bytes, bytes]) -> Message:
    """A record as deliveries take it."""
    return Message(
        topic=record.topic,
        key=record.key,
        # A foreign producer may send a header without a value; it counts as an empty one.
        headers=tuple((name, raw or b"") for name, raw in record.headers),
        value=record.value,
        position=_position(record),
    )


def _position(record: ConsumerRecord[bytes, bytes]) -> str:
    return f"{record.topic}/{record.partition}/{record.offset}"
