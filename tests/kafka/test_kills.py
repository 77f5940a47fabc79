"""Relays and consumers are killed at every step of their work; nothing may be lost, doubled or out of order."""

import asyncio
from dataclasses import replace

import pytest

from braid.kit.delivery import Step as DeliveryStep
from braid.kit.relay import Step as RelayStep
from braid.kit.transports.kafka import Step as KafkaStep
from tests.kafka.scene import CONSUMER, Scene
from tests.real_parts.kafka_broker import GivenBroker, KafkaBroker
from tests.transports.rig import message_of

pytestmark = [pytest.mark.kafka, pytest.mark.xdist_group("kafka")]

CONSUMER_STEPS = [
    pytest.param(DeliveryStep.RECEIVED, 7, id="received"),
    pytest.param(DeliveryStep.HANDLED_BEFORE_COMMIT, 7, id="handled_before_commit"),
    pytest.param(DeliveryStep.COMMITTED, 7, id="committed"),
    pytest.param(KafkaStep.BEFORE_OFFSET_COMMIT, 2, id="before_offset_commit"),
    pytest.param(KafkaStep.OFFSET_COMMITTED, 2, id="offset_committed"),
]
RELAY_STEPS = [
    pytest.param(RelayStep.READ, 2, id="read"),
    pytest.param(KafkaStep.SENT, 2, id="sent"),
    pytest.param(RelayStep.PUBLISHED, 2, id="published"),
    pytest.param(RelayStep.MARKED, 2, id="marked"),
]


@pytest.mark.parametrize(("step", "after"), CONSUMER_STEPS)
async def test_a_consumer_killed_at_any_step_loses_nothing(scene: Scene, step: str, after: int) -> None:
    async with scene.rig.running():
        await scene.send_to_each(5)
        first = scene.start("consume", "consumer", die_at=step, after=after)
        await scene.send_to_each(5)
        await first.dies()
        second = scene.start("consume", "consumer", die_at=step, after=after)
        await scene.prove()
        await second.leaves()


async def test_a_consumer_killed_after_it_buried_a_message_buries_it_once(scene: Scene) -> None:
    person = scene.people[0]
    spoilt = replace(message_of(scene.rig.number(person, 0)), value=b"{}")
    async with scene.rig.running():
        await scene.rig.put(spoilt)
        first = scene.start("consume", "consumer", die_at=KafkaStep.BEFORE_OFFSET_COMMIT)
        await first.dies()
        second = scene.start("consume", "consumer")
        # It lies behind the spoilt one, which has therefore come a second time when this one is taken.
        await scene.rig.send(person, 1)
        letters = await scene.rig.letters(2, name=CONSUMER)
        assert [letter.cause for letter in letters] == ["ValidationError", "KeyIsParked"]
        assert len(await scene.rig.dead_letter_copies(2)) == 2
        await second.leaves()


@pytest.mark.parametrize(("step", "after"), RELAY_STEPS)
async def test_a_relay_killed_at_any_step_loses_nothing(scene: Scene, step: str, after: int) -> None:
    async with scene.rig.running(scene.rig.consumer(name=CONSUMER), relaying=False):
        await scene.send_to_each(5)
        first = scene.start("relay", "relay", die_at=step, after=after)
        while (scene.sent[scene.people[0]]) < 10:
            # Apart, so that the relay has more than one turn.
            await scene.send_to_each(1)
            await asyncio.sleep(0.1)
        await first.dies()
        second = scene.start("relay", "relay", die_at=step, after=after)
        await scene.prove()
        await second.leaves()


async def test_a_broker_that_is_killed_at_work_loses_nothing(scene: Scene, kafka: KafkaBroker | GivenBroker) -> None:
    if isinstance(kafka, GivenBroker):
        pytest.skip("KAFKA_BOOTSTRAP is set: a broker that is not ours is not killed")
    relay = scene.start("relay", "relay")
    consumers = [scene.start("consume", name) for name in ("one", "other")]
    enough = asyncio.Event()
    sending = asyncio.create_task(scene.send_until(enough))
    for consumer in consumers:
        await consumer.has_taken_a_message()
    await asyncio.to_thread(kafka.kill)
    await asyncio.sleep(0.5)
    await asyncio.to_thread(kafka.start)
    await asyncio.sleep(0.5)
    enough.set()
    await sending
    await scene.prove()
    for worker in (relay, *consumers):
        await worker.leaves()


async def test_a_group_whose_members_come_die_and_leave_handles_everything_once(scene: Scene) -> None:
    enough = asyncio.Event()
    async with scene.rig.running():
        sending = asyncio.create_task(scene.send_until(enough))
        first = scene.start("consume", "first")
        await first.has_taken_a_message()
        joining = scene.start("consume", "joining")
        await joining.has_taken_a_message()
        await first.kill()
        third = scene.start("consume", "third")
        await third.has_taken_a_message()
        await joining.leaves()
        enough.set()
        await sending
        await scene.prove()
        await third.leaves()


async def test_two_relays_take_turns_and_one_may_die(scene: Scene) -> None:
    enough = asyncio.Event()
    async with scene.rig.running(scene.rig.consumer(name=CONSUMER), relaying=False):
        sending = asyncio.create_task(scene.send_until(enough))
        doomed = scene.start("relay", "doomed", die_at=RelayStep.PUBLISHED, after=3)
        standby = scene.start("relay", "standby")
        await doomed.dies()
        enough.set()
        await sending
        await scene.prove()
        await standby.leaves()
