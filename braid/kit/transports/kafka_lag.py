"""How many messages wait on the partitions that one member of a consumer group holds, worked out when asked."""

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import IllegalStateError

from braid.kit import telemetry


class Lag:
    """What waits on the partitions held; what another member holds is that member's to tell.

    A message counts until it is dealt with: one that is tried again and again waits, and so do those behind it.

    Args:
        group: name of the consumer.
        consumer: its connection to the broker.
    """

    def __init__(self, group: str, consumer: AIOKafkaConsumer) -> None:
        self._group = group
        self._consumer = consumer
        self._in_hand: dict[TopicPartition, int] = {}
        self._told: set[TopicPartition] = set()

    def takes(self, partition: TopicPartition, offset: int) -> None:
        """A message was read and is in hand: it waits, with all that comes after it."""
        self._in_hand[partition] = offset

    def is_done_with(self, partition: TopicPartition) -> None:
        """Nothing of the partition is in hand any more."""
        self._in_hand.pop(partition, None)

    async def tell(self) -> None:
        """Bring the gauges up to date."""
        held = self._consumer.assignment()
        self._remove(self._told - held)
        for partition in held:
            waiting = await self._waiting(partition)
            if waiting is not None:
                telemetry.LAG.labels(*self._labels(partition)).set(waiting)
                self._told.add(partition)

    async def _waiting(self, partition: TopicPartition) -> int | None:
        if partition not in self._consumer.assignment():
            return None
        end: int | None = self._consumer.highwater(partition)
        if end is None:
            return None  # Nothing was fetched yet.
        try:
            reached: int = self._in_hand.get(partition, await self._consumer.position(partition))
        except IllegalStateError:
            return None  # It was taken away this moment.
        return max(0, end - reached)

    def forget(self) -> None:
        """Tell nothing more: what is not held may not be counted."""
        self._remove(set(self._told))

    def _remove(self, partitions: set[TopicPartition]) -> None:
        for partition in partitions:
            telemetry.LAG.remove(*self._labels(partition))
        self._told -= partitions

    def _labels(self, partition: TopicPartition) -> tuple[str, str, str]:
        return self._group, partition.topic, str(partition.partition)
