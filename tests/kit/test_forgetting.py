"""A person is forgotten: records and kept answers at once, messages once they are sent; nothing brings them back."""

import asyncio
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from braid.contracts.event import Event
from braid.kit.dead_letters import DeadLetterOffice
from braid.kit.delivery import Delivery, Permanent, Subscription, Taken
from braid.kit.forgetting import forget, forget_messages, require_remembered
from braid.kit.problems import Problem
from braid.kit.unit_of_work import UnitOfWork
from tests.kit.example_service import COUNCIL, OTHER_COUNCIL, ExampleService, NumberSent, note_number, tables
from tests.kit.test_outbox_and_relay import Recording, a_relay
from tests.transports.rig import QUICK, eventually, message_of

A_DAY = date(2026, 3, 2)


class Erased(Event):
    """Somebody's record was erased."""

    TYPE: ClassVar[str] = "uk.braid.example.erased.v1"
    TOPIC: ClassVar[str] = NumberSent.TOPIC
    OVERTAKES: ClassVar[bool] = True

    erased_on: date


async def note_or_refuse(event: NumberSent, work: UnitOfWork) -> None:
    """Notes numbers, and refuses zero."""
    if event.number == 0:
        raise Permanent("zero is no number")
    await note_number(event, work)


@dataclass
class Scene:
    """Two people, of whom one is to be forgotten, and a consumer of what is said about them."""

    service: ExampleService
    gone: UUID
    other: UUID
    delivery: Delivery

    async def take(self, *events: Event) -> list[Taken]:
        """Deliver events one after the other."""
        return [await self.delivery.take(replace(message_of(event), position=uuid4().hex)) for event in events]

    def number(self, person: UUID, number: int) -> NumberSent:
        return NumberSent(person_id=person, council=COUNCIL, number=number)

    async def erase(self) -> Taken:
        """Tell the consumer that the one was erased."""
        (taken,) = await self.take(Erased(person_id=self.gone, council=COUNCIL, erased_on=A_DAY))
        return taken

    async def letters(self) -> list[bytes | None]:
        """Keys of the letters that wait."""
        office = DeadLetterOffice(self.service.ops, tables, "notes")
        return [letter.message.key for letter in await office.waiting()]

    async def outbox_keys(self) -> set[bytes]:
        async with self.service.ops.connect() as db:
            return set((await db.execute(select(tables.outbox.c.key))).scalars())


@pytest.fixture
def scene(example: ExampleService) -> Scene:
    """A scene on a database of its own."""
    events: dict[str, type[Event]] = {NumberSent.TYPE: NumberSent, Erased.TYPE: Erased}
    subscription = Subscription("notes", events, {NumberSent.TYPE: note_or_refuse, Erased.TYPE: forget})
    return Scene(example, uuid4(), uuid4(), Delivery(subscription, example.units, retry=QUICK))


async def test_what_was_noted_goes_and_nothing_that_comes_afterwards_brings_it_back(scene: Scene) -> None:
    await scene.take(scene.number(scene.gone, 1), scene.number(scene.other, 2))

    assert await scene.erase() is Taken.HANDLED
    assert await scene.take(scene.number(scene.gone, 3), scene.number(scene.other, 4)) == [
        Taken.FORGOTTEN,
        Taken.HANDLED,
    ]
    assert await scene.erase() is Taken.FORGOTTEN
    assert await scene.service.noted_numbers(scene.gone) == []
    assert await scene.service.noted_numbers(scene.other) == [2, 4]


async def test_an_erasure_passes_what_waits_in_the_dead_letters_and_takes_it_away(scene: Scene) -> None:
    await scene.take(scene.number(scene.gone, 0), scene.number(scene.gone, 1), scene.number(scene.other, 0))
    gone, other = str(scene.gone).encode(), str(scene.other).encode()
    assert await scene.letters() == [gone, gone, other]

    assert await scene.erase() is Taken.HANDLED
    assert await forget_messages(scene.service.ops) == 2
    assert await scene.letters() == [other]
    async with scene.service.ops.connect() as db:
        assert list((await db.execute(select(tables.parked_key.c.key))).scalars()) == [other]


async def test_an_unreadable_letter_that_comes_after_the_erasure_goes_with_the_next_sweep(scene: Scene) -> None:
    await scene.erase()
    await forget_messages(scene.service.ops)
    message = message_of(scene.number(scene.gone, 1))

    assert await scene.delivery.take(replace(message, value=b"not json")) is Taken.DEAD_LETTERED
    assert await forget_messages(scene.service.ops) == 1
    assert await scene.letters() == []


async def test_an_event_that_is_not_sent_yet_waits_and_goes_once_it_was_sent(scene: Scene) -> None:
    for number in (1, 2):
        await scene.service.send(scene.number(scene.gone, number))
        await scene.service.send(scene.number(scene.other, number))
    await scene.erase()
    gone, other = str(scene.gone).encode(), str(scene.other).encode()

    assert await forget_messages(scene.service.ops) == 0
    assert await scene.outbox_keys() == {gone, other}
    relay = a_relay(scene.service, transport := Recording())
    assert await relay.relay_once() == 4
    assert await forget_messages(scene.service.ops) == 2

    assert transport.first_deliveries()[scene.gone] == [1, 2], "it was sent before it went"
    assert await scene.outbox_keys() == {other}
    assert await forget_messages(scene.service.ops) == 0


async def test_the_relay_takes_messages_away_by_itself(scene: Scene) -> None:
    await scene.service.send(scene.number(scene.gone, 1))
    await scene.erase()
    relay = a_relay(scene.service, Recording())
    scene.service.units.bell.ring()
    await relay.relay_once()

    async def is_gone() -> bool:
        return str(scene.gone).encode() not in await scene.outbox_keys()

    running = asyncio.create_task(relay.run())
    await eventually(is_gone)
    relay.stop()
    await running


async def test_an_answer_that_names_the_person_stays_without_its_content(scene: Scene) -> None:
    about = {"gone": scene.gone, "other": scene.other}
    async with scene.service.units.for_council(COUNCIL) as work:
        for key, person in about.items():
            body = f'{{"person_id": "{person}", "name": "Somebody"}}'.encode()
            row = {"council": COUNCIL, "caller": "c", "key": key, "fingerprint": b"", "status": 201, "body": body}
            await work.session.execute(tables.idempotency_key.insert().values(**row))
        await work.commit()

    await scene.erase()

    async with scene.service.units.for_council(COUNCIL) as work:
        query = select(tables.idempotency_key.c.key, tables.idempotency_key.c.status, tables.idempotency_key.c.body)
        kept = {key: (status, body) for key, status, body in (await work.session.execute(query)).all()}
    assert kept["gone"] == (201, b"")
    assert b"Somebody" in kept["other"][1]


async def test_nothing_is_begun_for_somebody_who_was_forgotten(scene: Scene) -> None:
    await scene.erase()

    async with scene.service.units.for_council(COUNCIL) as work:
        with pytest.raises(Problem) as refused:
            await require_remembered(work, scene.gone)
        await require_remembered(work, scene.other)
    assert refused.value.status == 410


async def test_another_councils_tombstones_are_not_seen_and_its_people_not_forgotten(scene: Scene) -> None:
    await scene.take(scene.number(scene.gone, 1))
    async with scene.service.units.for_council(OTHER_COUNCIL) as work:
        await work.session.execute(text("SELECT forget_person(:person)"), {"person": scene.gone})
        await work.commit()
    assert await scene.service.noted_numbers(scene.gone) == [1]

    await scene.erase()
    async with scene.service.units.for_council(OTHER_COUNCIL) as work:
        assert not await work.is_forgotten(scene.gone)
        with pytest.raises(DBAPIError, match="row-level security"):
            await work.session.execute(
                text(
                    "INSERT INTO forgotten_person (person_id, council, forgotten_on)"
                    " VALUES (gen_random_uuid(), :council, '2026-03-02')"
                ),
                {"council": COUNCIL},
            )
