"""After the platform's databases were restored: what its own services told in the time taken back did not happen."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from braid.kit.delivery import Delivery, Subscription
from braid.kit.settings import KafkaSettings
from braid.kit.transports.kafka import KafkaSubscriber
from braid.kit.transports.kafka_rewind import StillConsuming, rewind
from tests.kafka.scene import Scene
from tests.kit.example_service import note_number
from tests.transports.rig import KafkaRig, message_of

pytestmark = [pytest.mark.kafka, pytest.mark.xdist_group("kafka")]

APART = timedelta(milliseconds=50)


def subscription_of(rig: KafkaRig, *, from_outside: bool = False) -> Subscription:
    outside = {rig.event.TYPE: (rig.topic,)} if from_outside else {}
    return Subscription(rig.name_of("notes"), {rig.event.TYPE: rig.event}, {rig.event.TYPE: note_number}, outside)


@asynccontextmanager
async def reading(rig: KafkaRig, subscription: Subscription, settings: KafkaSettings) -> AsyncIterator[None]:
    delivery = Delivery(subscription, rig.service.units)
    task = asyncio.create_task(KafkaSubscriber(settings).run(delivery))
    try:
        yield
    finally:
        delivery.stop()
        await task


@pytest.mark.parametrize(("from_outside", "holding"), [(False, [1, 3]), (True, [1, 2, 3])])
async def test_what_services_told_in_a_time_taken_back_is_passed_over_and_what_partners_told_is_not(
    scene: Scene, *, from_outside: bool, holding: list[int]
) -> None:
    rig, person = scene.rig, uuid4()
    moments = []
    for number in (1, 2, 3):
        await rig.put(message_of(rig.number(person, number)))
        await asyncio.sleep(APART.total_seconds())
        moments.append(datetime.now(UTC))
        await asyncio.sleep(APART.total_seconds())
    restored_to, began_again, _ = moments

    settings = rig.settings.model_copy(update={"undone": f"{restored_to.isoformat()}/{began_again.isoformat()}"})
    async with reading(rig, subscription_of(rig, from_outside=from_outside), settings):
        assert await rig.noted(person, len(holding)) == holding


async def test_a_consumer_at_work_is_not_set_back(scene: Scene) -> None:
    rig, person, before = scene.rig, uuid4(), datetime.now(UTC)
    subscription = subscription_of(rig)
    async with reading(rig, subscription, rig.settings):
        await rig.put(message_of(rig.number(person, 1)))
        await rig.noted(person, 1)
        # Committed only after it was noted; until then there would be nothing to set back.
        await scene.has_committed(subscription)

        with pytest.raises(StillConsuming):
            await rewind(rig.settings, subscription, before)


async def test_a_consumer_is_never_set_forward(scene: Scene) -> None:
    rig, person, before = scene.rig, uuid4(), datetime.now(UTC)
    subscription = subscription_of(rig)
    await rig.put(message_of(rig.number(person, 1)))
    async with reading(rig, subscription, rig.settings):
        await rig.noted(person, 1)
        await scene.has_committed(subscription)
    await rig.put(message_of(rig.number(person, 2)))

    assert await rewind(rig.settings, subscription, datetime.now(UTC) + APART) == []
    (back,) = await rewind(rig.settings, subscription, before - APART)
    assert (back.reached, back.again_from) == (1, 0)
    async with reading(rig, subscription, rig.settings):
        assert await rig.noted(person, 2) == [1, 2]
