"""Dead letters: messages that a consumer could not handle, kept whole with their cause until a person mends them.

Burying one is a single transaction: the letter, the parking of its key, and a copy for the ``.dlq`` topic in the
outbox. So a crash at any moment leaves either the message untouched or the letter complete.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects.postgresql import insert as insert_or_skip
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncEngine

from braid.kit.message import Message
from braid.kit.messaging_tables import MessagingTables
from braid.kit.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from braid.kit.delivery import Delivery

DEAD_LETTER_SUFFIX = ".dlq"
ERROR_CHARACTERS_MAX = 4_000


def cause_of(error: BaseException) -> str:
    """Kind of the error that buried a message, without its data."""
    return type(error).__name__.lstrip("_")


async def bury(work: UnitOfWork, consumer: str, message: Message, error: Exception, *, attempts: int) -> None:
    """Keep a message as a dead letter and park its key; burying the same message twice changes nothing.

    The unit of work acts for no council: the letter may be unreadable, and only the operations role may read it.
    """
    tables = work.tables
    letter = insert_or_skip(tables.dead_letter).values(
        consumer=consumer,
        position=message.position,
        topic=message.topic,
        key=message.key,
        headers=[[name, base64.b64encode(raw).decode()] for name, raw in message.headers],
        value=message.value,
        cause=cause_of(error),
        error=str(error)[:ERROR_CHARACTERS_MAX],
        attempts=attempts,
    )
    inserted = await work.session.execute(letter.on_conflict_do_nothing().inline())
    if inserted.rowcount != 1:  # type: ignore[attr-defined]
        return
    if message.key is not None:
        parking = insert_or_skip(tables.parked_key).values(consumer=consumer, topic=message.topic, key=message.key)
        await work.session.execute(parking.on_conflict_do_nothing())
    await work.append(**_copy_for_topic(consumer, message, error, attempts))


def _copy_for_topic(consumer: str, message: Message, error: Exception, attempts: int) -> dict[str, Any]:
    headers: dict[str, str] = {}
    for name, raw in message.headers:
        try:
            headers[name] = raw.decode("utf-8")
        except UnicodeDecodeError:
            headers[f"{name}_base64"] = base64.b64encode(raw).decode()
    headers |= {
        "dlq_consumer": consumer,
        "dlq_source": message.position,
        "dlq_topic": message.topic,
        "dlq_cause": cause_of(error),
        "dlq_error": str(error)[:ERROR_CHARACTERS_MAX],
        "dlq_attempts": str(attempts),
    }
    return {
        "event_id": uuid4(),
        "council": None,
        "topic": message.topic + DEAD_LETTER_SUFFIX,
        "key": message.key,
        "headers": headers,
        "value": message.value,
    }


@dataclass(frozen=True)
class DeadLetter:
    """A dead letter as operations see it."""

    id: int
    consumer: str
    message: Message
    cause: str
    error: str
    attempts: int
    recorded_at: datetime

    @property
    def key_text(self) -> str:
        return self.message.key.decode("utf-8", "backslashreplace") if self.message.key is not None else ""


@dataclass(frozen=True)
class Replayed:
    """What a replay did.

    Args:
        handled: ids of letters that are now dealt with, in order.
        stopped_at: the letter that still fails, if any; those behind it on the same key were not tried.
        error: why it fails.
    """

    handled: tuple[int, ...]
    stopped_at: int | None = None
    error: str | None = None


class DeadLetterOffice:
    """Reads, mends and replays one consumer's dead letters, with the operations role."""

    def __init__(self, ops: AsyncEngine, tables: MessagingTables, consumer: str) -> None:
        self._ops = ops
        self._tables = tables
        self._consumer = consumer

    async def waiting(self, *, key: bytes | None = None, limit: int = 100) -> Sequence[DeadLetter]:
        """Letters that are not resolved, oldest first."""
        table = self._tables.dead_letter
        query = select(table).where(table.c.consumer == self._consumer, table.c.resolved_at.is_(None))
        if key is not None:
            query = query.where(table.c.key == key)
        async with self._ops.connect() as db:
            rows = (await db.execute(query.order_by(table.c.id).limit(limit))).mappings().all()
        return [_letter(row) for row in rows]

    async def replay_key(self, delivery: "Delivery", topic: str, key: bytes, *, by: str) -> Replayed:
        """Replay the letters of one key in order, then let its messages flow again.

        Stops at the first that still fails: later ones must not pass it.
        """
        handled: list[int] = []
        while True:
            letters = [letter for letter in await self.waiting(key=key, limit=1_000) if letter.message.topic == topic]
            for letter in letters:
                error = await self._replay(delivery, letter.message)
                if error:
                    return Replayed(tuple(handled), letter.id, error)
                await self._resolve(letter.id, "replayed", by)
                handled.append(letter.id)
            if await self._unpark(topic, key):
                return Replayed(tuple(handled))

    async def replay_letter(
        self, delivery: "Delivery", letter_id: int, *, by: str, correction: Message | None = None
    ) -> Replayed:
        """Replay one letter, with a corrected message in its place if given; the original is kept.

        Raises:
            LookupError: no such letter is waiting.
        """
        letter = await self._find(letter_id)
        message = letter.message if correction is None else replace(correction, position=letter.message.position)
        error = await self._replay(delivery, message)
        if error:
            return Replayed((), letter_id, error)
        await self._resolve(letter_id, "replayed" if correction is None else "mended", by)
        if letter.message.key is not None:
            await self._unpark(letter.message.topic, letter.message.key)
        return Replayed((letter_id,))

    async def discard(self, letter_id: int, *, by: str) -> None:
        """Resolve a letter without handling it: a decision of a person, kept with the letter.

        Raises:
            LookupError: no such letter is waiting.
        """
        letter = await self._find(letter_id)
        await self._resolve(letter_id, "discarded", by)
        if letter.message.key is not None:
            await self._unpark(letter.message.topic, letter.message.key)

    async def _replay(self, delivery: "Delivery", message: Message) -> str | None:
        try:
            await delivery.replay(message)
        except Exception as error:
            return f"{cause_of(error)}: {error}"[:ERROR_CHARACTERS_MAX]
        return None

    async def _find(self, letter_id: int) -> DeadLetter:
        table = self._tables.dead_letter
        query = select(table).where(
            table.c.id == letter_id, table.c.consumer == self._consumer, table.c.resolved_at.is_(None)
        )
        async with self._ops.connect() as db:
            row = (await db.execute(query)).mappings().first()
        if row is None:
            raise LookupError(f"no dead letter {letter_id} is waiting for {self._consumer}")
        return _letter(row)

    async def _resolve(self, letter_id: int, resolution: str, by: str) -> None:
        table = self._tables.dead_letter
        async with self._ops.begin() as db:
            await db.execute(
                update(table)
                .where(table.c.id == letter_id)
                .values(resolved_at=text("now()"), resolution=resolution, resolved_by=by)
            )

    async def _unpark(self, topic: str, key: bytes) -> bool:
        """Free a key unless letters of it wait; the row lock makes arrivals of this moment wait for the answer."""
        parked, letters = self._tables.parked_key, self._tables.dead_letter
        this = (parked.c.consumer == self._consumer, parked.c.topic == topic, parked.c.key == key)
        async with self._ops.begin() as db:
            await db.execute(select(parked.c.key).where(*this).with_for_update())
            behind = select(letters.c.id).where(
                letters.c.consumer == self._consumer,
                letters.c.topic == topic,
                letters.c.key == key,
                letters.c.resolved_at.is_(None),
            )
            if (await db.execute(behind.limit(1))).first() is not None:
                return False
            await db.execute(delete(parked).where(*this))
        return True


def _letter(row: RowMapping) -> DeadLetter:
    message = Message(
        topic=row["topic"],
        key=row["key"],
        headers=tuple((name, base64.b64decode(raw)) for name, raw in row["headers"]),
        value=row["value"],
        position=row["position"],
    )
    return DeadLetter(
        row["id"], row["consumer"], message, row["cause"], row["error"], row["attempts"], row["recorded_at"]
    )
