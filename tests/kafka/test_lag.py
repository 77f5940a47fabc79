"""How far a consumer is behind, as a metric: what waits is counted until it is dealt with."""

import asyncio
from uuid import uuid4

import pytest
from prometheus_client import REGISTRY

from braid.kit.delivery import Delivery, Subscription
from braid.kit.transports.kafka import KafkaSubscriber
from braid.kit.unit_of_work import UnitOfWork
from tests.kafka.scene import Scene
from tests.kit.example_service import NumberSent, note_number
from tests.transports.rig import eventually, message_of

pytestmark = [pytest.mark.kafka, pytest.mark.xdist_group("kafka")]


async def test_what_waits_behind_a_slow_handler_is_told_until_it_is_dealt_with(scene: Scene) -> None:
    rig, person, may_go_on = scene.rig, uuid4(), asyncio.Event()
    for number in range(1, 6):
        await rig.put(message_of(rig.number(person, number)))

    async def wait_from_the_third_on(event: NumberSent, work: UnitOfWork) -> None:
        if event.number >= 3:
            await may_go_on.wait()
        await note_number(event, work)

    subscription = Subscription(
        rig.name_of("lag"), {rig.event.TYPE: rig.event}, {rig.event.TYPE: wait_from_the_third_on}
    )
    delivery = Delivery(subscription, rig.service.units)
    subscriber = KafkaSubscriber(rig.settings)
    reading = asyncio.create_task(subscriber.run(delivery))

    async def lag_is(messages: float) -> bool:
        await subscriber.tell_lag()
        return lag(subscription.consumer) == messages

    await eventually(lambda: lag_is(3))
    may_go_on.set()
    await eventually(lambda: lag_is(0))
    assert await rig.service.noted_numbers(person) == [1, 2, 3, 4, 5]
    delivery.stop()
    await reading
    assert lag(subscription.consumer) is None, "what is no longer held may not be told"


def lag(consumer: str) -> float | None:
    """What waits for a consumer on all partitions, or nothing where none is told."""
    found = [
        sample.value
        for metric in REGISTRY.collect()
        for sample in metric.samples
        if sample.name == "braid_consumer_lag" and sample.labels["consumer"] == consumer
    ]
    return sum(found) if found else None
