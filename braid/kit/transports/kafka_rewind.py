"""Setting a consumer's group back, so that it reads again what came since a moment: after its database was restored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import CommitFailedError, IllegalGenerationError, UnknownMemberIdError

from braid.kit.delivery import Subscription
from braid.kit.settings import KafkaSettings
from braid.kit.transports.kafka import connection, group_of

Offsets = Mapping[TopicPartition, int]


class StillConsuming(Exception):
    """A consumer of the group is running, or was until a moment ago; stop it and wait for its session to end."""


@dataclass(frozen=True)
class SetBack:
    """A partition that is read again.

    Args:
        topic, partition: which.
        reached: the offset that the group had come to.
        again_from: the offset from which it goes on.
    """

    topic: str
    partition: int
    reached: int
    again_from: int


async def rewind(settings: KafkaSettings, subscription: Subscription, to: datetime) -> list[SetBack]:
    """Have a consumer read again what came since a moment; what it has already handled has no effect again.

    It is never set forward, so that nothing is passed over that it has not read.

    Args:
        settings: of the broker.
        subscription: the consumer's.
        to: the moment.

    Returns:
        The partitions that are read again.

    Raises:
        StillConsuming: the group is not at rest.
    """
    partitions = await partitions_of(settings, subscription.topics)
    consumer = AIOKafkaConsumer(
        **connection(settings), group_id=group_of(subscription.consumer), enable_auto_commit=False
    )
    async with consumer:
        consumer.assign(partitions)
        reached = {partition: await consumer.committed(partition) for partition in partitions}
        wanted = await offsets_at(consumer, partitions, to)
        back = {
            partition: wanted[partition]
            for partition, offset in reached.items()
            if offset is not None and wanted[partition] < offset
        }
        if back:
            await _commit(consumer, back)
    return [SetBack(each.topic, each.partition, reached[each] or 0, back[each]) for each in sorted(back)]


async def partitions_of(settings: KafkaSettings, topics: Sequence[str]) -> list[TopicPartition]:
    """The partitions of topics."""
    admin = AIOKafkaAdminClient(**connection(settings))
    await admin.start()
    try:
        described: Sequence[Mapping[str, Any]] = await admin.describe_topics(list(topics))
    finally:
        await admin.close()
    return [
        TopicPartition(topic["topic"], partition["partition"])
        for topic in described
        for partition in topic["partitions"]
    ]


async def offsets_at(consumer: AIOKafkaConsumer, partitions: Sequence[TopicPartition], to: datetime) -> Offsets:
    """Where the first message since then lies; behind the last one where none has come since."""
    ends: Offsets = await consumer.end_offsets(partitions)
    moment_ms = int(to.timestamp() * 1000)
    found = await consumer.offsets_for_times(dict.fromkeys(partitions, moment_ms))
    return {partition: found[partition].offset if found[partition] else ends[partition] for partition in partitions}


async def _commit(consumer: AIOKafkaConsumer, offsets: Offsets) -> None:
    try:
        await consumer.commit(offsets)
    except (CommitFailedError, IllegalGenerationError, UnknownMemberIdError) as error:
        raise StillConsuming("a consumer of this group runs: stop all of them and wait for their sessions") from error
