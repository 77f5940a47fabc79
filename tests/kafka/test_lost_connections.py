"""The client library gives up in the background at a connection that was just lost: what we do goes on."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.protocol.produce import ProduceRequest

from braid.kit.delivery import Delivery
from braid.kit.transports.kafka import KafkaPublisher, KafkaSubscriber
from tests.kafka.scene import Scene
from tests.transports.rig import eventually, message_of

pytestmark = [pytest.mark.kafka, pytest.mark.xdist_group("kafka")]

#: As uvloop tells it.
LOST = "unable to perform operation on <TCPTransport closed=True>; the handler is closed"


class LostOnce:
    """The next request of a kind meets a connection that was just lost, as uvloop tells it; those after it do not.

    Args:
        client: whose requests.
        kind: of which kind.
    """

    def __init__(self, client: AIOKafkaClient, kind: type) -> None:
        self._send, self._kind = client.send, kind
        self.was_met = False
        client.send = self._lose

    async def _lose(self, node: Any, request: Any, **others: Any) -> Any:
        if isinstance(request, self._kind) and not self.was_met:
            self.was_met = True
            raise RuntimeError(LOST)
        return await self._send(node, request, **others)


class Watched(KafkaSubscriber):
    """Keeps the consumers that it made."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.consumers: list[AIOKafkaConsumer] = []

    def _consumer(self, delivery: Delivery) -> AIOKafkaConsumer:
        self.consumers.append(super()._consumer(delivery))
        return self.consumers[-1]


async def fetching_ends(consumer: AIOKafkaConsumer) -> None:
    lost = LostOnce(consumer._client, FetchRequest)
    await eventually(lambda: lost.was_met)


async def looking_for_brokers_ends(consumer: AIOKafkaConsumer) -> None:
    async def meet_a_lost_connection() -> None:
        raise RuntimeError(LOST)

    consumer._client._sync_task.cancel()
    consumer._client._sync_task = asyncio.create_task(meet_a_lost_connection())


@pytest.mark.parametrize("ends", [fetching_ends, looking_for_brokers_ends])
async def test_a_consumer_that_has_ended_in_the_background_is_replaced_and_misses_nothing(
    scene: Scene, ends: Callable[[AIOKafkaConsumer], Awaitable[None]]
) -> None:
    rig, person = scene.rig, uuid4()
    subscriber, delivery = Watched(rig.settings), rig.consumer()
    task = asyncio.create_task(subscriber.run(delivery))
    await rig.put(message_of(rig.number(person, 1)))
    assert await rig.noted(person, 1) == [1]

    await ends(subscriber.consumers[0])
    await eventually(lambda: len(subscriber.consumers) == 2)
    await rig.put(message_of(rig.number(person, 2)))

    assert await rig.noted(person, 2) == [1, 2]
    assert not [one for one in subscriber.consumers[0]._client._conns.values() if one.connected()]
    delivery.stop()
    await task


async def test_a_producer_whose_sending_has_ended_is_replaced(scene: Scene) -> None:
    rig, person = scene.rig, uuid4()
    publisher = KafkaPublisher(rig.settings)
    await publisher.start()
    producer = publisher._producer
    assert isinstance(producer, AIOKafkaProducer)
    LostOnce(producer.client, ProduceRequest)

    async def is_published(number: int) -> bool:
        try:
            await publisher.publish([message_of(rig.number(person, number))])
        except Exception:
            return False
        return True

    assert not await is_published(1)
    assert await is_published(1)
    assert publisher._producer is not producer
    await publisher.stop()
