"""A message that needs what another topic brings, and comes before it: it waits, in order, and holds up nobody else."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from braid.contracts.event import Event
from braid.kit.dead_letters import DeadLetterOffice
from braid.kit.delivery import Delivery, Handler, Subscription, Taken, TooEarly
from braid.kit.unit_of_work import UnitOfWork
from tests.kit.example_service import COUNCIL, ExampleService, NumberSent, note_number, noted, tables
from tests.transports.rig import QUICK, message_of

#: What opening a page notes.
OPENED = 0


class PageOpened(Event):
    """A page for a person's numbers was opened; none can be noted before."""

    TYPE: ClassVar[str] = "uk.braid.example.page-opened.v1"
    TOPIC: ClassVar[str] = "braid.example-pages.v1"


async def open_page(event: PageOpened, work: UnitOfWork) -> None:
    """Open a person's page."""
    await note_number(NumberSent(person_id=event.person_id, council=event.council, number=OPENED), work)


async def note_on_page(event: NumberSent, work: UnitOfWork) -> None:
    """Note a number on a person's page.

    Raises:
        TooEarly: there is no page yet.
    """
    query = select(noted.c.id).where(noted.c.person_id == event.person_id, noted.c.number == OPENED)
    if (await work.session.execute(query)).first() is None:
        raise TooEarly("the page is not open")
    await note_number(event, work)


def delivery_of(service: ExampleService, handlers: Mapping[str, Handler] | None = None) -> Delivery:
    """A consumer of both topics."""
    taken: dict[str, Handler] = {NumberSent.TYPE: note_on_page, PageOpened.TYPE: open_page, **(handlers or {})}
    events: dict[str, Any] = {NumberSent.TYPE: NumberSent, PageOpened.TYPE: PageOpened}
    subscription = Subscription("notes", events, taken, may_come_early=frozenset({NumberSent.TYPE}))
    return Delivery(subscription, service.units, retry=QUICK)


@pytest.fixture
def delivery(example: ExampleService) -> Delivery:
    return delivery_of(example)


def number(person: UUID, sent: int) -> NumberSent:
    return NumberSent(person_id=person, council=COUNCIL, number=sent)


def page(person: UUID) -> PageOpened:
    return PageOpened(person_id=person, council=COUNCIL)


async def take(delivery: Delivery, *events: Event) -> list[Taken]:
    """Deliver events one after the other."""
    return [await delivery.take(positioned(event)) for event in events]


def positioned(event: Event) -> Any:
    """An event where no other lies on its topic."""
    return replace(message_of(event), position=f"{event.TOPIC}/0/{uuid4().int % 10**12}")


async def waiting(example: ExampleService) -> list[str]:
    """The causes of the letters that wait."""
    return [letter.cause for letter in await DeadLetterOffice(example.ops, tables, "notes").waiting()]


async def test_what_comes_early_is_handled_in_order_once_what_it_needs_has_come(
    example: ExampleService, delivery: Delivery
) -> None:
    person = uuid4()
    early = await take(delivery, number(person, 1), number(person, 2))
    assert early == [Taken.SET_ASIDE, Taken.SET_ASIDE]
    assert await waiting(example) == ["TooEarly", "KeyIsParked"]

    await take(delivery, page(person), number(person, 3))

    assert await example.noted_numbers(person) == [OPENED, 1, 2, 3]
    assert await waiting(example) == []


async def test_it_waits_without_a_retry_and_holds_up_nobody_else(example: ExampleService, delivery: Delivery) -> None:
    early, other = uuid4(), uuid4()

    taken = await take(delivery, number(early, 1), page(other), number(other, 1))

    assert taken == [Taken.SET_ASIDE, Taken.HANDLED, Taken.HANDLED]
    assert await example.noted_numbers(other) == [OPENED, 1]
    assert await example.noted_numbers(early) == []


async def test_what_waits_is_told_to_operations_and_to_no_topic(example: ExampleService, delivery: Delivery) -> None:
    person = uuid4()
    await take(delivery, number(person, 1))

    [letter] = await DeadLetterOffice(example.ops, tables, "notes").waiting()

    assert (letter.cause, letter.error, letter.key_text) == ("TooEarly", "the page is not open", str(person))
    async with example.ops.connect() as db:
        assert await db.scalar(text("SELECT count(*) FROM outbox")) == 0, "nothing is wrong with it"


async def test_it_comes_again_after_a_crash_and_waits_once(example: ExampleService, delivery: Delivery) -> None:
    message = positioned(number(uuid4(), 1))

    assert [await delivery.take(message), await delivery.take(message)] == [Taken.SET_ASIDE] * 2

    assert await waiting(example) == ["TooEarly"]


async def test_another_persons_page_takes_up_nothing(example: ExampleService, delivery: Delivery) -> None:
    await take(delivery, number(uuid4(), 1), page(uuid4()))

    assert await waiting(example) == ["TooEarly"]


async def test_a_letter_that_failed_otherwise_is_left_to_people(example: ExampleService) -> None:
    """What was taken up once and failed by a fault stays where people see it, and those behind it stay in order."""
    person = uuid4()

    async def fail(_event: Event, _work: UnitOfWork) -> None:
        raise RuntimeError("the rules do not know 1")

    await take(delivery_of(example, {NumberSent.TYPE: fail}), number(person, 1))
    await take(delivery_of(example), page(person), number(person, 2))

    assert await waiting(example) == ["RuntimeError", "KeyIsParked"]
    assert await example.noted_numbers(person) == [OPENED]


async def test_what_is_brought_while_a_message_is_set_aside_finds_it(example: ExampleService) -> None:
    """Two processes hold the two topics: the page is opened between the look for it and the setting aside."""
    person = uuid4()
    has_looked, is_opened = asyncio.Event(), asyncio.Event()

    async def look_and_wait(event: NumberSent, work: UnitOfWork) -> None:
        try:
            await note_on_page(event, work)
        except TooEarly:
            if not has_looked.is_set():
                has_looked.set()
                await is_opened.wait()
            raise

    async def open_meanwhile() -> None:
        await has_looked.wait()
        await take(delivery_of(example), page(person))
        is_opened.set()

    taken, _ = await asyncio.gather(
        take(delivery_of(example, {NumberSent.TYPE: look_and_wait}), number(person, 1)), open_meanwhile()
    )

    assert taken == [Taken.HANDLED]
    assert await example.noted_numbers(person) == [OPENED, 1]


async def test_what_is_brought_by_a_transaction_under_way_finds_what_was_set_aside(example: ExampleService) -> None:
    """The page is written but not committed while the number is set aside."""
    person = uuid4()
    is_written, is_set_aside = asyncio.Event(), asyncio.Event()

    async def open_slowly(event: PageOpened, work: UnitOfWork) -> None:
        await open_page(event, work)
        is_written.set()
        await is_set_aside.wait()

    async def set_aside_meanwhile() -> list[Taken]:
        await is_written.wait()
        taken = await take(delivery_of(example), number(person, 1))
        is_set_aside.set()
        return taken

    _, taken = await asyncio.gather(
        take(delivery_of(example, {PageOpened.TYPE: open_slowly}), page(person)), set_aside_meanwhile()
    )

    assert taken == [Taken.SET_ASIDE]
    assert await example.noted_numbers(person) == [OPENED, 1]
    assert await waiting(example) == []


async def test_operations_that_mend_what_was_needed_take_up_what_waits(example: ExampleService) -> None:
    person = uuid4()

    async def fail(_event: Event, _work: UnitOfWork) -> None:
        raise RuntimeError("no paper")

    broken = delivery_of(example, {PageOpened.TYPE: fail})
    await take(broken, page(person), number(person, 1))
    office = DeadLetterOffice(example.ops, tables, "notes")
    assert await waiting(example) == ["RuntimeError", "TooEarly"]

    await office.replay_key(delivery_of(example), PageOpened.TOPIC, str(person).encode(), by="operations")

    assert await example.noted_numbers(person) == [OPENED, 1]
    assert await waiting(example) == []
