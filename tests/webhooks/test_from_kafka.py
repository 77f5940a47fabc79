"""From the real broker to the receiver: each event once in line, whatever becomes of the consumer."""

import asyncio
from uuid import uuid4

import pytest

from braid.kit.delivery import Delivery, Subscription
from braid.kit.settings import KafkaSettings
from braid.kit.transports.kafka import KafkaPublisher, KafkaSubscriber
from services.webhooks.main import SERVICE
from tests.real_parts.kafka_broker import GivenBroker, KafkaBroker, create_topics
from tests.transports.rig import eventually, message_of
from tests.webhooks.desk import Desk
from tests.webhooks.receiver import Receiver

pytestmark = [pytest.mark.kafka, pytest.mark.xdist_group("kafka")]


@pytest.fixture
async def settings(kafka: KafkaBroker | GivenBroker) -> KafkaSettings:
    """The broker, with every topic that webhooks read."""
    topics = SERVICE.subscription.topics
    await create_topics(kafka.bootstrap, [*topics, *(f"{topic}.dlq" for topic in topics)], 3)
    return KafkaSettings(bootstrap=kafka.bootstrap, session_timeout_ms=6_000, rebalance_timeout_ms=10_000)


def consumer(desk: Desk) -> Delivery:
    """The service's consumer, in a group of this test alone."""
    told = SERVICE.subscription
    return Delivery(Subscription(f"webhooks-{desk.council}", told.events, told.handlers), desk.units)


async def test_what_lies_on_the_topics_arrives_once_though_it_is_read_twice(
    desk: Desk, receiver: Receiver, settings: KafkaSettings
) -> None:
    await desk.subscribe(receiver)
    messages = [message_of(desk.a_case(uuid4())) for _ in range(6)]
    publisher = KafkaPublisher(settings)
    await publisher.start()
    await publisher.publish(messages)
    await publisher.publish(messages)
    await publisher.stop()

    async def in_line() -> int:
        return len(await desk.rows("SELECT FROM delivery WHERE council = $1", desk.council))

    for wanted in (3, 6):
        # The first one ends with some in hand; the second goes on where it was.
        delivery = consumer(desk)
        reading = asyncio.create_task(KafkaSubscriber(settings).run(delivery))

        async def enough(least: int = wanted) -> bool:
            return await in_line() >= least

        await eventually(enough)
        delivery.stop()
        await reading
    await desk.sender().send_all_due()

    told = {dict(message.headers)["ce_id"].decode() for message in messages}
    assert sorted(got.id for got in receiver.got) == sorted(told)
    by_id = {got.id: got.body for got in receiver.got}
    for message in messages:
        assert message.value is not None
        assert message.value in by_id[dict(message.headers)["ce_id"].decode()]
