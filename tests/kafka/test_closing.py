"""A consumer is closed while its broker is away, and whoever closes it lives on."""

import asyncio
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer

from braid.kit.transports.kafka import close
from tests.real_parts.kafka_broker import GivenBroker, KafkaBroker, create_topics

pytestmark = [pytest.mark.kafka, pytest.mark.xdist_group("kafka")]


async def a_consumer_whose_fetch_waits_to_try_again(bootstrap: str) -> AIOKafkaConsumer:
    """As aiokafka leaves it a tenth of a second after a fetch has failed; here it waits for longer."""
    topic = f"braid.test-{uuid4().hex}.v1"
    await create_topics(bootstrap, [topic], 1)
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=bootstrap)
    await consumer.start()
    waiting = asyncio.create_task(asyncio.sleep(3_600))
    await asyncio.sleep(0)
    consumer._fetcher._pending_tasks.add(waiting)
    return consumer


async def test_closing_a_consumer_whose_fetch_waits_to_try_again_cancels_nobody(
    kafka: KafkaBroker | GivenBroker,
) -> None:
    consumer = await a_consumer_whose_fetch_waits_to_try_again(kafka.bootstrap)

    await close(consumer)

    assert not [one for one in consumer._client._conns.values() if one.connected()]


async def test_whoever_is_cancelled_while_closing_is_cancelled(kafka: KafkaBroker | GivenBroker) -> None:
    consumer = await a_consumer_whose_fetch_waits_to_try_again(kafka.bootstrap)

    async def close_and_be_cancelled() -> None:
        task = asyncio.current_task()
        assert task
        task.cancel()
        await close(consumer)

    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(close_and_be_cancelled())
    await consumer._client.close()
