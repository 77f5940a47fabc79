"""Kafka topics of the platform."""

from datetime import UTC, datetime

import typer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError

from braid.command_line.services import all_topics, runtime_of
from braid.contracts.catalogue import dead_letter_topic
from braid.kit.processes import kafka_settings
from braid.kit.resending import send_again
from braid.kit.transports.kafka_rewind import rewind


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


async def set_back(service: str, to: datetime) -> None:
    """Have a service's consumers read again what came since a moment, and tell how much.

    Raises:
        SettingsRefused: the service's settings do not say where the broker is.
        StillConsuming: the service's consumers are not at rest.
    """
    runtime = runtime_of(service)
    found = await rewind(kafka_settings(runtime), runtime.definition.subscription, to)
    for each in found:
        again = each.reached - each.again_from
        typer.echo(f"{each.topic}/{each.partition}: from {each.again_from} again, {again} messages")
    if not found:
        typer.echo("nothing came since then")


async def send_all_again(service: str) -> None:
    """Have a service's relay send all that it has sent once more, and tell how much.

    Raises:
        SettingsRefused: the settings do not say where the service's outbox is.
    """
    runtime, moment = runtime_of(service), datetime.now(UTC)
    try:
        events = await send_again(runtime.ops_engine, runtime.definition.tables)
    finally:
        await runtime.close()
    typer.echo(f"{events} events are in line; read from {moment:%Y-%m-%dT%H:%M:%SZ} on")
