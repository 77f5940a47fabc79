"""What every transport promises; both are held to the same suite, so that they cannot drift.

Poison messages, the largest part of the promise, have a module of their own beside this one.
"""

import asyncio
import random
from collections import Counter
from dataclasses import replace
from typing import ClassVar
from uuid import uuid4

import pytest
from prometheus_client import REGISTRY

from braid.kit.delivery import RetryPolicy
from braid.kit.message import VALUE_BYTES_MAX
from braid.kit.private_postgres import PrivatePostgres
from braid.kit.unit_of_work import EventTooLarge, UnitOfWork
from tests.kit.example_service import COUNCIL, NumberSent, example_service, note_number
from tests.kit.tracing import recorded_spans, tracer
from tests.transports.handlers import Slow, Stumbling
from tests.transports.rig import Rig, eventually, message_of


async def test_one_persons_events_arrive_in_order_although_many_writers_send_at_once(rig: Rig) -> None:
    people = [uuid4() for _ in range(4)]
    sent = Counter[object]()

    async def writer(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(20):
            person = chance.choice(people)
            async with rig.service.units.for_council(COUNCIL) as work:
                # The number is drawn under the person's lock, as a version would be.
                await work.lock_person(person)
                sent[person] += 1
                await work.publish(rig.number(person, sent[person]))
                await work.commit()

    async with rig.running(rig.consumer()):
        await asyncio.gather(*(writer(seed) for seed in range(6)))
        for person in people:
            assert await rig.noted(person, sent[person]) == list(range(1, sent[person] + 1))


async def test_an_event_has_its_effect_once_although_it_is_delivered_repeatedly(rig: Rig) -> None:
    person = uuid4()
    first, last = message_of(rig.number(person, 1)), message_of(rig.number(person, 2))
    async with rig.running(rig.consumer()):
        for message in (first, first, first, last):
            await rig.put(message)
        assert await rig.noted(person, 2) == [1, 2]


async def test_an_uncommitted_unit_of_work_sends_nothing(rig: Rig) -> None:
    person = uuid4()
    async with rig.running(rig.consumer()):
        async with rig.service.units.for_council(COUNCIL) as work:
            await work.publish(rig.number(person, 1))
        await rig.send(person, 2)
        assert await rig.noted(person, 1) == [2]


async def test_a_handler_that_fails_now_and_then_is_tried_again(rig: Rig) -> None:
    person = uuid4()
    async with rig.running(rig.consumer(Stumbling(times=2))):
        await rig.send(person, 1, 2, 3)
        assert await rig.noted(person, 3) == [1, 2, 3]
    assert not await rig.office().waiting()


async def test_what_was_sent_while_nobody_listened_is_heard_later(rig: Rig) -> None:
    person = uuid4()
    await rig.send(person, 1, 2)
    async with rig.running(rig.consumer()):
        assert await rig.noted(person, 2) == [1, 2]


async def test_a_known_event_without_a_handler_is_passed_over(rig: Rig) -> None:
    class NumberTakenBack(NumberSent):
        TYPE: ClassVar[str] = "uk.braid.example.number-taken-back.v1"
        TOPIC: ClassVar[str] = rig.topic

    person = uuid4()
    async with rig.running(rig.consumer(known=[NumberTakenBack])):
        await rig.service.send(NumberTakenBack(person_id=person, council=COUNCIL, number=1))
        await rig.send(person, 2)
        assert await rig.noted(person, 1) == [2]
    assert not await rig.office().waiting()


async def test_a_field_that_a_newer_producer_added_is_passed_over(rig: Rig) -> None:
    person = uuid4()
    message = message_of(rig.number(person, 1))
    assert message.value is not None
    newer = message.value.replace(b'"number":1', b'"number":1,"colour":"blue"')
    async with rig.running(rig.consumer()):
        await rig.put(replace(message, value=newer))
        assert await rig.noted(person, 1) == [1]


async def test_two_services_that_consume_one_topic_both_get_it(rig: Rig, postgres: PrivatePostgres) -> None:
    person = uuid4()
    async with (
        example_service(postgres.admin_url()) as other,
        rig.running(rig.consumer(), rig.consumer(name="other", service=other)),
    ):
        await rig.send(person, 1, 2, 3)
        assert await rig.noted(person, 3) == [1, 2, 3]
        assert await rig.noted(person, 3, service=other) == [1, 2, 3]


async def test_a_stop_during_a_slow_handler_finishes_what_is_in_hand(rig: Rig) -> None:
    person, slow = uuid4(), Slow()
    await rig.send(person, 1, 2, 3)
    consumer = rig.consumer(slow)
    async with rig.running(consumer):
        await slow.began.wait()
        consumer.stop()
        slow.let_go.set()
    assert await rig.service.noted_numbers(person) == [1], "the one in hand, and no more"
    async with rig.running(rig.consumer()):
        assert await rig.noted(person, 3) == [1, 2, 3]


async def test_a_stop_while_a_failing_message_waits_for_its_next_try_loses_nothing(rig: Rig) -> None:
    person = uuid4()
    consumer = rig.consumer(Stumbling(times=1), retry=RetryPolicy(backoff_s=60))
    await rig.send(person, 1, 2)
    async with rig.running(consumer):
        await eventually(lambda: retries_of(rig) == 1)
    assert await rig.service.noted_numbers(person) == []
    async with rig.running(rig.consumer()):
        assert await rig.noted(person, 2) == [1, 2]
    assert not await rig.office().waiting()


async def test_a_database_that_goes_away_is_waited_for(rig: Rig, second_server: PrivatePostgres) -> None:
    person = uuid4()
    async with example_service(second_server.admin_url()) as consuming:
        async with rig.running(rig.consumer(service=consuming)):
            await rig.send(person, 1)
            assert await rig.noted(person, 1, service=consuming) == [1]
            await asyncio.to_thread(second_server.kill)
            await rig.send(person, 2, 3)
            # A poison message would be given up after fewer tries.
            await eventually(lambda: retries_of(rig) > 5)
            await asyncio.to_thread(second_server.start)
            assert await rig.noted(person, 3, service=consuming) == [1, 2, 3]
        assert not await rig.office(service=consuming).waiting()


async def test_a_database_that_goes_away_while_a_handler_works_is_waited_for(
    rig: Rig, second_server: PrivatePostgres
) -> None:
    person, slow = uuid4(), Slow()
    async with example_service(second_server.admin_url()) as consuming:
        async with rig.running(rig.consumer(slow, service=consuming)):
            await rig.send(person, 1)
            await slow.began.wait()
            await asyncio.to_thread(second_server.kill)
            slow.let_go.set()
            await eventually(lambda: retries_of(rig) > 0)
            await asyncio.to_thread(second_server.start)
            assert await rig.noted(person, 1, service=consuming) == [1]
        assert not await rig.office(service=consuming).waiting()


async def test_the_publishers_trace_goes_on_in_the_handler(rig: Rig) -> None:
    person = uuid4()
    spans = recorded_spans()
    async with rig.running(rig.consumer()):
        with tracer().start_as_current_span("agree an assessment") as publishing:
            await rig.send(person, 1)
        await rig.noted(person, 1)
    parent = publishing.get_span_context()
    children = [span for span in spans.get_finished_spans() if span.parent and span.parent.span_id == parent.span_id]
    assert [child.name for child in children] == [f"process {rig.event.TYPE}"]
    assert children[0].context
    assert children[0].context.trace_id == parent.trace_id


async def test_an_event_too_large_for_the_broker_is_refused_when_it_is_published(rig: Rig) -> None:
    class LongStory(NumberSent):
        TOPIC: ClassVar[str] = rig.topic
        story: str

    person = uuid4()
    largest = LongStory(person_id=person, council=COUNCIL, number=1, story="")
    room = VALUE_BYTES_MAX - len(largest.model_dump_json())
    async with rig.running(rig.consumer()):
        with pytest.raises(EventTooLarge):
            await rig.service.send(largest.model_copy(update={"story": "x" * (room + 1)}))
        await rig.service.send(largest.model_copy(update={"story": "x" * room}))
        assert await rig.noted(person, 1) == [1], "the largest that is allowed goes through"


async def test_what_a_handler_publishes_commits_with_what_it_notes(rig: Rig) -> None:
    person = uuid4()
    failures = iter([True, True, False])

    async def answer_the_first(event: NumberSent, work: UnitOfWork) -> None:
        await note_number(event, work)
        if event.number == 1:
            await work.publish(rig.number(person, 2))
            if next(failures):
                raise RuntimeError("after publishing, before the commit")

    async with rig.running(rig.consumer(answer_the_first)):
        await rig.send(person, 1)
        await rig.noted(person, 2)
        await rig.send(person, 3)
        assert await rig.noted(person, 3) == [1, 2, 3], "the answer of a failed try was never sent"


def retries_of(rig: Rig) -> float:
    labels = {"consumer": rig.name_of("notes"), "type": rig.event.TYPE}
    return REGISTRY.get_sample_value("braid_message_retries_total", labels) or 0
