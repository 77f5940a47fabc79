"""Reading what a consumer has read once more, from the beginning of its topics, for a copy of its state.

The consumer's group is looked at and left as it is: the reader is no member of it, and commits nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from aiokafka import AIOKafkaConsumer, TopicPartition

from braid.kit.delivery import Delivery
from braid.kit.settings import KafkaSettings
from braid.kit.transports.kafka import POLL_RECORDS_MAX, connection, group_of, message_of, was_undone
from braid.kit.transports.kafka_rewind import Offsets, StillConsuming, offsets_at, partitions_of
from braid.kit.undone_times import undone_times

#: A broker that brings nothing for so long while messages are there is away, in milliseconds.
PATIENCE_MS = 30_000


@dataclass(frozen=True)
class Past:
    """What a consumer had read.

    Args:
        messages: how many were read again.
        cut: the partitions that no longer begin with their first message, with the offset at which they begin.
    """

    messages: int
    cut: Mapping[str, int]


async def replay_past(settings: KafkaSettings, delivery: Delivery, *, since: datetime | None = None) -> Past:
    """Deliver again what a consumer has read, as far as it has come, and what its topics still hold.

    Args:
        settings: of the broker, with the times that a restoration has undone.
        delivery: to the copy; its consumer is the one whose past is read.
        since: the moment from which on its publishers have sent everything again; None for the topics' beginning.

    Raises:
        StillConsuming: the consumer went on meanwhile; what was compared with it would not be the same moment.
        TimeoutError: the broker does not bring what it should have.
    """
    subscription = delivery.subscription
    partitions = await partitions_of(settings, subscription.topics)
    consumer = AIOKafkaConsumer(
        **connection(settings), group_id=group_of(subscription.consumer), enable_auto_commit=False
    )
    async with consumer:
        consumer.assign(partitions)
        reached = await _reached(consumer, partitions)
        begins: Offsets = await consumer.beginning_offsets(partitions)
        if since is not None:
            begins = await offsets_at(consumer, partitions, since)
        messages = await _deliver(consumer, delivery, settings, begins, reached)
        if await _reached(consumer, partitions) != reached:
            raise StillConsuming("the consumer went on meanwhile: stop it first")
    cut = {} if since else {f"{each.topic}/{each.partition}": begins[each] for each in partitions if begins[each]}
    return Past(messages, cut)


async def _reached(consumer: AIOKafkaConsumer, partitions: Sequence[TopicPartition]) -> Offsets:
    return {each: await consumer.committed(each) or 0 for each in partitions}


async def _deliver(
    consumer: AIOKafkaConsumer, delivery: Delivery, settings: KafkaSettings, begins: Offsets, reached: Offsets
) -> int:
    undone, messages = undone_times(settings.undone), 0
    waiting = {each for each, end in reached.items() if begins[each] < end}
    for each in reached:
        if each in waiting:
            consumer.seek(each, begins[each])
        else:
            consumer.pause(each)
    while waiting:
        polled = await consumer.getmany(timeout_ms=PATIENCE_MS, max_records=POLL_RECORDS_MAX)
        if not polled:
            raise TimeoutError(f"nothing came of {', '.join(sorted(each.topic for each in waiting))}")
        for partition, records in polled.items():
            for record in records:
                if record.offset >= reached[partition]:
                    break
                if not was_undone(record, undone, delivery.subscription):
                    await delivery.take(message_of(record))
                    messages += 1
            if records[-1].offset + 1 >= reached[partition]:
                waiting.discard(partition)
                consumer.pause(partition)
    return messages
