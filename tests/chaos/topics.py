"""Everything that stands on the platform's topics, read from their beginning."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import ConsumerRecord

from braid.command_line.services import all_topics
from braid.kit.message import Message, read_envelope


@dataclass(frozen=True)
class Record:
    """A record with what its envelope says."""

    message: Message
    event_id: str
    type: str


@dataclass
class Topics:
    """All records of all topics; a second look reads on.

    Args:
        bootstrap: the broker, past every link.
    """

    bootstrap: str
    records: list[Record] = field(default_factory=list)
    _next: dict[TopicPartition, int] = field(default_factory=dict)

    async def read_on(self) -> None:
        """Read what has come since."""
        # Without a group it is given every partition, and commits nothing.
        consumer = AIOKafkaConsumer(*all_topics(), bootstrap_servers=self.bootstrap, enable_auto_commit=False)
        await consumer.start()
        try:
            partitions = sorted(consumer.assignment())
            ends: Mapping[TopicPartition, int] = await consumer.end_offsets(partitions)
            for partition in partitions:
                consumer.seek(partition, self._next.setdefault(partition, 0))
            while any(self._next[partition] < end for partition, end in ends.items()):
                for partition, found in (await consumer.getmany(timeout_ms=500)).items():
                    for one in found:
                        self._take(one)
                    self._next[partition] = await consumer.position(partition)
        finally:
            await consumer.stop()

    def _take(self, one: ConsumerRecord[bytes, bytes]) -> None:
        headers = tuple((name, raw or b"") for name, raw in one.headers)
        message = Message(one.topic, one.key, headers, one.value, f"{one.topic}/{one.partition}/{one.offset}")
        envelope = read_envelope(message)
        self.records.append(Record(message, str(envelope.event_id), envelope.type))
