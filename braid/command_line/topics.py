"""Kafka topics of the platform."""

import typer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError

from braid.command_line.services import all_topics
from braid.contracts.catalogue import dead_letter_topic


async def create_missing(bootstrap: str, *, partitions: int, replicas: int) -> None:
    """Create each topic and its dead-letter topic where they are missing."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        there = set(await admin.list_topics())
        for topic in (name for base in all_topics() for name in (base, dead_letter_topic(base))):
            if topic not in there:
                await _create(admin, NewTopic(topic, num_partitions=partitions, replication_factor=replicas))
    finally:
        await admin.close()


async def _create(admin: AIOKafkaAdminClient, topic: NewTopic) -> None:
    answer = await admin.create_topics([topic])
    for name, code, *_ in answer.topic_errors:
        if code not in (0, TopicAlreadyExistsError.errno):
            raise RuntimeError(f"topic {name} could not be created: error {code}")
        typer.echo(f"{name}: ready")
