"""Dead letters: messages that a consumer could not handle, kept whole with their cause until a person mends them.

With them lie messages that came too early, until what they need has come (`braid.kit.delivery`).

Burying one is a single transaction: the letter, the parking of its key, and a copy for the ``.dlq`` topic in the
outbox. So a crash at any moment leaves either the message untouched or the letter complete.
"""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from pydantic import ValidationError
from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects.postgresql import insert as insert_or_skip
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncEngine

from braid.kit.message import VALUE_BYTES_MAX, Message
from braid.kit.messaging_tables import MessagingTables
from braid.kit.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from braid.kit.delivery import Delivery

DEAD_LETTER_SUFFIX = ".dlq"
ERROR_CHARACTERS_MAX = 4_000
#: A longer key is no person's id, and would not fit into an index.
KEY_BYTES_MAX = 1_000


def cause_of(error: BaseException) -> str:
    """Kind of the error that buried a message, without its data."""
    return type(error).__name__.lstrip("_")


async def bury(
    work: UnitOfWork, consumer: str, message: Message, error: Exception, *, attempts: int, park: bool = True
) -> None:
    """Keep a message as a dead letter and park its key, if asked to; burying the same message twice changes nothing.

    The unit of work acts for no council: the letter may be unreadable, and only the operations role may read it.
    """
    if await _keep(work, consumer, message, error, attempts=attempts, park=park):
        await work.append(**_copy_for_topic(consumer, message, error, attempts))


async def set_aside(work: UnitOfWork, consumer: str, message: Message, waits_for: Exception) -> None:
    """Keep a message that cannot be handled yet, and park its key; nothing is wrong with it, so no topic gets a copy.

    The unit of work acts for the message's council, and holds the person.
    """
    await _keep(work, consumer, message, waits_for, attempts=0, park=True)


async def _keep(
    work: UnitOfWork, consumer: str, message: Message, error: Exception, *, attempts: int, park: bool
) -> bool:
    """Keep a letter; whether it was not kept before."""
    tables = work.tables
    key = _storable_key(message.key)
    letter = insert_or_skip(tables.dead_letter).values(
        consumer=consumer,
        position=message.position,
        topic=message.topic,
        key=key,
        headers=[[_storable(name), base64.b64encode(raw).decode()] for name, raw in message.headers],
        value=message.value,
        cause=cause_of(error),
        error=_error_text(error),
        attempts=attempts,
    )
    inserted = await work.session.execute(letter.on_conflict_do_nothing().inline())
    if inserted.rowcount != 1:  # type: ignore[attr-defined]
        return False
    if park and key is not None:
        parked = tables.parked_key
        parking = insert_or_skip(parked).values(consumer=consumer, topic=message.topic, key=key)
        # Not "do nothing", which would take no lock: whoever frees the key this moment must wait for this letter.
        parking = parking.on_conflict_do_update(
            index_elements=parked.primary_key.columns, set_={"recorded_at": parked.c.recorded_at}
        )
        await work.session.execute(parking)
    return True


def _copy_for_topic(consumer: str, message: Message, error: Exception, attempts: int) -> dict[str, Any]:
    size = len(message.value or b"") + sum(len(name) + len(raw) for name, raw in message.headers)
    # With what is added, a copy of the largest messages would not fit, and would block the outbox.
    fits = size <= VALUE_BYTES_MAX
    headers = (_readable(message.headers) if fits else {"dlq_left_out": "too large; the letter has it whole"}) | {
        "dlq_consumer": consumer,
        "dlq_source": message.position,
        "dlq_topic": message.topic,
        "dlq_cause": cause_of(error),
        "dlq_error": _error_text(error),
        "dlq_attempts": str(attempts),
    }
    return {
        "event_id": uuid4(),
        "council": None,
        "topic": message.topic + DEAD_LETTER_SUFFIX,
        "key": _storable_key(message.key),
        "headers": headers,
        "value": message.value if fits else None,
    }


def _readable(headers: Sequence[tuple[str, bytes]]) -> dict[str, str]:
    """Headers as text; what is not text, as base64 under another name."""
    readable: dict[str, str] = {}
    for name, raw in headers:
        try:
            value = raw.decode("utf-8")
        except UnicodeDecodeError:
            value = "\0"
        if "\0" in value:
            readable[f"{_storable(name)}_base64"] = base64.b64encode(raw).decode()
        else:
            readable[_storable(name)] = value
    return readable


def _error_text(error: Exception) -> str:
    words = words_of(error) if isinstance(error, ValidationError) else str(error)
    return _storable(words)[:ERROR_CHARACTERS_MAX]


def words_of(error: ValidationError) -> str:
    """What does not fit a contract: each fault with its place, and without the data, which may be about a person."""
    told = []
    for fault in error.errors(include_url=False, include_context=False, include_input=False):
        place, words = "/".join(str(step) for step in fault["loc"]), fault["msg"].removeprefix("Value error, ")
        told.append(f"{place}: {words}" if place else words)
    return "; ".join(told)


def _storable(words: str) -> str:
    """Text as PostgreSQL takes it: no NUL, no half characters."""
    return words.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode()


def _storable_key(key: bytes | None) -> bytes | None:
    if key is None or len(key) <= KEY_BYTES_MAX:
        return key
    return b"sha256:" + hashlib.sha256(key).hexdigest().encode()


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

    async def waiting(
        self, *, topic: str | None = None, key: bytes | None = None, limit: int = 100
    ) -> Sequence[DeadLetter]:
        """Letters that are not resolved, oldest first."""
        table = self._tables.dead_letter
        query = select(table).where(table.c.consumer == self._consumer, table.c.resolved_at.is_(None))
        if topic is not None:
            query = query.where(table.c.topic == topic)
        if key is not None:
            query = query.where(table.c.key == key)
        async with self._ops.connect() as db:
            rows = (await db.execute(query.order_by(table.c.id).limit(limit))).mappings().all()
        return [letter_of(row) for row in rows]

    async def replay_key(self, delivery: "Delivery", topic: str, key: bytes, *, by: str) -> Replayed:
        """Replay the letters of one key in order, then let its messages flow again.

        Stops at the first that still fails: later ones must not pass it.
        """
        handled: list[int] = []
        while True:
            for letter in await self.waiting(topic=topic, key=key, limit=1_000):
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

        Refused while an earlier letter of the same key waits, since this one must not pass it.

        Raises:
            LookupError: no such letter is waiting.
        """
        letter = await self._find(letter_id)
        earlier = await self._earlier(letter)
        if earlier is not None:
            return Replayed((), letter_id, f"letter {earlier} of the same key comes first")
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
        return letter_of(row)

    async def _earlier(self, letter: DeadLetter) -> int | None:
        if letter.message.key is None:
            return None
        waiting = await self.waiting(topic=letter.message.topic, key=letter.message.key, limit=1)
        return next((first.id for first in waiting if first.id < letter.id), None)

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


def letter_of(row: RowMapping) -> DeadLetter:
    """A letter from its row."""
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
