"""One transaction per request or message: state, outbox and inbox together, committed at the edge alone."""

import json
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, ClassVar, Protocol, Self
from uuid import UUID, uuid4

from sqlalchemy import insert, select, text
from sqlalchemy.dialects.postgresql import insert as insert_or_skip
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from braid.kit import telemetry
from braid.kit.bell import Bell
from braid.kit.message import VALUE_BYTES_MAX, Envelope, Heard, headers_of
from braid.kit.messaging_tables import MessagingTables
from braid.kit.row_level_security import SET_COUNCIL


class PublishableEvent(Protocol):
    """What the kit must know of an event; the contracts say the rest."""

    TYPE: ClassVar[str]
    TOPIC: ClassVar[str]

    @property
    def person_id(self) -> UUID: ...

    @property
    def council(self) -> str: ...

    def model_dump_json(self) -> str: ...


class EventTooLarge(Exception):
    """An event is larger than a broker takes; refused before it can block the outbox."""


#: One statement for all of them: a row at a time takes both sides four times as long.
_APPEND_IN_BULK = text(
    "INSERT INTO outbox (event_id, council, topic, key, headers, value) SELECT * FROM unnest("
    "CAST(:event_id AS uuid[]), CAST(:council AS text[]), CAST(:topic AS text[]), CAST(:key AS bytea[]),"
    " CAST(:headers AS jsonb[]), CAST(:value AS bytea[]))"
)


def system_clock() -> datetime:
    """The time now, in UTC; the edges pass it on, the rules never ask for it."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class UnitOfWorkFactory:
    """Opens units of work for one service.

    Args:
        service: name of the service, the source of its events.
        sessions: sessions of the application's role.
        tables: the service's messaging tables.
        bell: rung after a commit that left something in the outbox.
        clock: gives event times.
    """

    service: str
    sessions: async_sessionmaker[AsyncSession]
    tables: MessagingTables
    bell: Bell = field(default_factory=Bell)
    clock: Callable[[], datetime] = system_clock

    def for_council(self, council: str) -> "UnitOfWork":
        """A unit of work that sees and writes one council's rows only."""
        return UnitOfWork(self, council)


class UnitOfWork:
    """A transaction for one council. Use as an async context manager; without ``commit`` it rolls back.

    Only the edges (`braid.kit.http`, `braid.kit.delivery`, and runners that a test of the layers names) commit;
    handlers do not.
    """

    def __init__(self, factory: UnitOfWorkFactory, council: str) -> None:
        self._factory = factory
        self.council = council
        self.session = factory.sessions()
        self.tables = factory.tables
        #: Whose records the work is about: ids by their names, such as ``person_id``.
        self.touched: dict[str, set[UUID]] = {}
        #: The message that the work handles, as it came; None where it is a request's, or goes by the clock.
        self.heard: Heard | None = None
        self._locked: set[UUID] = set()
        self._has_published = False
        self._told_once_true: list[Callable[[], None]] = []

    async def __aenter__(self) -> Self:
        await self.session.execute(text(SET_COUNCIL), {"council": self.council})
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.session.close()

    @property
    def now(self) -> datetime:
        """Time of recording, in UTC."""
        return self._factory.clock()

    def once_true(self, tell: Callable[[], None]) -> None:
        """Call something after the commit, if it comes: for metrics, which a transaction cannot take back.

        A process that dies between the two never calls it.
        """
        self._told_once_true.append(tell)

    async def lock_person(self, person_id: UUID) -> None:
        """Hold one person's state until the transaction ends.

        Whoever changes a person's state does so one after the other; so outbox rows of one person rise in the order
        in which their transactions commit.
        """
        if person_id in self._locked:
            return
        await self.session.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:person, 0))"), {"person": str(person_id)}
        )
        self._locked.add(person_id)
        self.touches(person_id=[person_id])

    def touches(self, **ids: Iterable[UUID]) -> None:
        """Say whose records the work is about, where neither its address nor a person's lock says so.

        Args:
            ids: people by ``person_id``, or others by the names under which the service knows whose they are.
        """
        for name, values in ids.items():
            self.touched.setdefault(name, set()).update(values)

    async def publish(self, event: PublishableEvent) -> None:
        """Append an event to the outbox; it goes out if, and only if, the transaction commits.

        Raises:
            EventTooLarge: the event would not fit into one message.
        """
        await self.lock_person(event.person_id)
        await self.append(**self._outbox_row(event, self.now, telemetry.current_traceparent()))

    async def publish_in_bulk(self, events: Sequence[PublishableEvent]) -> None:
        """Append events about many people at once, without holding each of them.

        The caller holds something else that keeps one person's events of these types in order: so many people held at
        once would fill the database's table of locks.

        Raises:
            EventTooLarge: an event would not fit into one message.
        """
        if not events:
            return
        time, traceparent = self.now, telemetry.current_traceparent()
        rows = [self._outbox_row(event, time, traceparent) for event in events]
        columns: dict[str, list[Any]] = {name: [row[name] for row in rows] for name in rows[0]}
        columns["headers"] = [json.dumps(headers) for headers in columns["headers"]]
        await self.session.execute(_APPEND_IN_BULK, columns)
        self._has_published = True

    def _outbox_row(self, event: PublishableEvent, time: datetime, traceparent: str | None) -> dict[str, Any]:
        value = event.model_dump_json().encode()
        if len(value) > VALUE_BYTES_MAX:
            raise EventTooLarge(f"{event.TYPE} has {len(value)} bytes, at most {VALUE_BYTES_MAX} fit")
        person = str(event.person_id)
        envelope = Envelope(
            event_id=uuid4(),
            type=event.TYPE,
            source=f"/braid/{self._factory.service}",
            time=time,
            subject=person,
            traceparent=traceparent,
        )
        return {
            "event_id": envelope.event_id,
            "council": event.council,
            "topic": event.TOPIC,
            "key": person.encode(),
            "headers": headers_of(envelope),
            "value": value,
        }

    async def append(self, **row: Any) -> None:
        """Append a row to the outbox as it is; events go through ``publish``."""
        # Inline: the application may append and not read, not even the id it was given.
        await self.session.execute(insert(self.tables.outbox).values(**row).inline())
        self._has_published = True

    async def is_first_delivery(self, consumer: str, event_id: UUID) -> bool:
        """Claim an event for a consumer; False when it was handled before."""
        inbox = self.tables.inbox
        claim = insert_or_skip(inbox).values(consumer=consumer, event_id=event_id).on_conflict_do_nothing()
        # A claim that another transaction holds waits for it: two consumers may hold one message at a time.
        return (await self.session.execute(claim)).rowcount == 1  # type: ignore[attr-defined, no-any-return]

    async def is_forgotten(self, person_id: UUID) -> bool:
        """Whether the service has forgotten a person of the council: what comes about them brings nothing back."""
        tombstone = self.tables.forgotten_person
        query = select(tombstone.c.person_id).where(tombstone.c.person_id == person_id)
        return (await self.session.execute(query)).first() is not None

    async def is_parked(self, consumer: str, topic: str, key: bytes) -> bool:
        """Whether an earlier message of the key waits in the dead letters; holds that answer until the end."""
        parked = self.tables.parked_key
        query = (
            select(parked.c.key)
            .where(parked.c.consumer == consumer, parked.c.topic == topic, parked.c.key == key)
            .with_for_update(read=True)
        )
        return (await self.session.execute(query)).first() is not None

    @asynccontextmanager
    async def attempt(self) -> AsyncIterator[None]:
        """A part of the work that may fail by itself: if it does, nothing of it stays, and the rest of the work does.

        What the database would find wrong at the commit is found at the end of the part.
        """
        locked, has_published, told = set(self._locked), self._has_published, len(self._told_once_true)
        try:
            async with self.session.begin_nested():
                yield
                await self.session.flush()
                await self.session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        except BaseException:
            self._locked, self._has_published = locked, has_published
            del self._told_once_true[told:]
            raise
        await self.session.execute(text("SET CONSTRAINTS ALL DEFERRED"))

    async def commit(self) -> None:
        """Make it all true at once. For the edges alone."""
        await self.session.commit()
        if self._has_published:
            self._factory.bell.ring()
        for tell in self._told_once_true:
            tell()
