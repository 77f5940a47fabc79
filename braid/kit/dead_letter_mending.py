"""Mending dead letters within a request's transaction: for the operations of one council, with the application's role.

A replay, what it has done, the letter's end and the answer to whoever asked for it are committed together. What another
council's letters say is never seen; a letter whose council nobody could read is mended on the command line
(`braid.kit.dead_letters.DeadLetterOffice`), and holds the later ones of its key back until then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, literal, select, text, tuple_, update
from sqlalchemy.engine import RowMapping

from braid.kit.dead_letters import DeadLetter, cause_of, letter_of
from braid.kit.outage import is_contention, is_outage
from braid.kit.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from braid.kit.delivery import Delivery

#: Letters of one key that a request replays at most; their handlers share its transaction.
REPLAYED_MOST = 50
#: Causes whose words are of our own making and tell nothing of what the message says about a person.
_PLAIN_CAUSES = frozenset({"KeyIsParked", "TooEarly", "MalformedMessage", "ValidationError", "EventTooLarge"})
#: Causes of letters that a consumer takes up again by itself; the others wait for a person.
_SET_ASIDE = frozenset({"KeyIsParked", "TooEarly"})


@dataclass(frozen=True)
class Waiting:
    """A letter that waits.

    Args:
        letter: the letter.
        ahead: the letter of the same key that comes first; None where this one does.
    """

    letter: DeadLetter
    ahead: int | None

    @property
    def person_id(self) -> UUID | None:
        """Whose it is, by its key; None where the key is nobody's id."""
        return person_of(self.letter.message.key)

    @property
    def words(self) -> str | None:
        """Why it could not be handled; None where the words may tell what the message says."""
        return self.letter.error if self.letter.cause in _PLAIN_CAUSES else None


@dataclass(frozen=True)
class Parked:
    """A key whose messages wait behind a letter."""

    topic: str
    person_id: UUID | None
    since: datetime
    waiting: int
    first_letter: int


@dataclass(frozen=True)
class Mended:
    """What a replay came to.

    Args:
        handled: letters that are dealt with now, in order.
        stopped_at: the letter that still fails; none behind it was tried.
        cause: the kind of what stands in its way.
        is_free: whether the key's messages flow again.
    """

    handled: tuple[int, ...]
    stopped_at: int | None
    cause: str | None
    is_free: bool


@dataclass(frozen=True)
class Wanted:
    """Which letters are looked for; all that is given has to hold.

    Args:
        cause: buried for this kind of reason.
        topic: come on this topic.
        person_id: of this person.
        first_only: those alone that wait behind no other.
        after: when the last one of the page before was buried, and its id.
        limit: most that are wanted.
    """

    cause: str | None = None
    topic: str | None = None
    person_id: UUID | None = None
    first_only: bool = False
    after: tuple[datetime, int] | None = None
    limit: int = 50


def person_of(key: bytes | None) -> UUID | None:
    """The person whom a message's key names."""
    try:
        return UUID((key or b"").decode("ascii"))
    except ValueError:
        return None


async def find_waiting(work: UnitOfWork, consumer: str, wanted: Wanted) -> list[Waiting]:
    """Letters of the council that wait, the oldest first."""
    table = work.tables.dead_letter
    query = _waiting(work, consumer)
    if wanted.cause is not None:
        query = query.where(table.c.cause == wanted.cause)
    if wanted.topic is not None:
        query = query.where(table.c.topic == wanted.topic)
    if wanted.person_id is not None:
        query = query.where(table.c.key == str(wanted.person_id).encode())
    if wanted.first_only:
        query = query.where(func.letter_ahead(table.c.id).is_(None))
    if wanted.after is not None:
        query = query.where(tuple_(table.c.recorded_at, table.c.id) > tuple_(*map(literal, wanted.after)))
    rows = await work.session.execute(query.order_by(table.c.recorded_at, table.c.id).limit(wanted.limit))
    return [_told(row) for row in rows.mappings()]


async def count_by_cause(work: UnitOfWork, consumer: str) -> Mapping[str, int]:
    """How many letters of the council wait, by the kind of reason."""
    table = work.tables.dead_letter
    query = select(table.c.cause, func.count()).where(*_is_waiting(work, consumer)).group_by(table.c.cause)
    rows = await work.session.execute(query.order_by(table.c.cause))
    return {str(cause): int(count) for cause, count in rows}


async def find_letter(work: UnitOfWork, consumer: str, letter_id: int) -> Waiting | None:
    """One letter of the council that waits."""
    query = _waiting(work, consumer).where(work.tables.dead_letter.c.id == letter_id)
    row = (await work.session.execute(query)).mappings().first()
    return _told(row) if row else None


async def find_parked(work: UnitOfWork, consumer: str, *, limit: int) -> Sequence[Parked]:
    """Keys whose messages are held back by letters of the council, with how many wait; the longest wait first."""
    letters, parked = work.tables.dead_letter, work.tables.parked_key
    query = (
        select(letters.c.topic, letters.c.key, func.min(parked.c.recorded_at), func.count(), func.min(letters.c.id))
        .join(
            parked,
            (parked.c.consumer == letters.c.consumer)
            & (parked.c.topic == letters.c.topic)
            & (parked.c.key == letters.c.key),
        )
        .where(*_is_waiting(work, consumer))
        .group_by(letters.c.topic, letters.c.key)
        .order_by(func.min(parked.c.recorded_at), letters.c.key)
        .limit(limit)
    )
    rows = await work.session.execute(query)
    return [Parked(topic, person_of(key), since, count, first) for topic, key, since, count, first in rows]


async def first_set_aside(work: UnitOfWork, consumer: str, topic: str, person_id: UUID) -> Waiting | None:
    """A person's first letter on a topic, if it waits for what another topic brings; the work holds the person."""
    found = await find_waiting(work, consumer, Wanted(topic=topic, person_id=person_id, limit=1))
    return next((each for each in found if each.ahead is None and each.letter.cause in _SET_ASIDE), None)


async def hold_letter(work: UnitOfWork, consumer: str, letter_id: int) -> Waiting | None:
    """One letter of the council that waits, held until the transaction ends."""
    table = work.tables.dead_letter
    held = select(table.c.id).where(table.c.id == letter_id, *_is_waiting(work, consumer)).with_for_update()
    if (await work.session.execute(held)).first() is None:
        return None
    return await find_letter(work, consumer, letter_id)


async def replay(work: UnitOfWork, delivery: "Delivery", first: Waiting, *, by: str) -> Mended:
    """Handle a letter, and those of its key behind it in order, until one still fails.

    Args:
        work: the transaction, of the letter's council.
        delivery: what the service's consumer delivers by.
        first: the letter, held; no other of its key comes before it.
        by: who asks for it, or the consumer that takes up what it had set aside.
    """
    consumer, message = first.letter.consumer, first.letter.message
    handled: list[int] = []
    letter: Waiting | None = first
    while letter is not None and len(handled) < REPLAYED_MOST:
        try:
            async with work.attempt():
                await delivery.replay_in(work, letter.letter.message)
        except Exception as error:
            if is_outage(error) or is_contention(error):
                raise
            return Mended(tuple(handled), letter.letter.id, cause_of(error), is_free=False)
        await _resolve(work, letter, "replayed", None, by)
        handled.append(letter.letter.id)
        letter = await _next_of(work, consumer, first) if message.key is not None else None
    return Mended(tuple(handled), None, None, is_free=await _free(work, first))


async def discard(work: UnitOfWork, letter: Waiting, *, reason: str, by: str) -> bool:
    """End a letter without handling it, for a reason that is kept; whether its key's messages flow again."""
    await _resolve(work, letter, "discarded", reason, by)
    return await _free(work, letter)


async def _resolve(work: UnitOfWork, letter: Waiting, resolution: str, reason: str | None, by: str) -> None:
    table = work.tables.dead_letter
    await work.session.execute(
        update(table)
        .where(table.c.id == letter.letter.id)
        .values(resolved_at=text("now()"), resolution=resolution, resolution_reason=reason, resolved_by=by)
    )


async def _next_of(work: UnitOfWork, consumer: str, first: Waiting) -> Waiting | None:
    """The next letter of the same key; none while one that the council cannot see comes first."""
    table, message = work.tables.dead_letter, first.letter.message
    query = _waiting(work, consumer).where(table.c.topic == message.topic, table.c.key == message.key)
    row = (await work.session.execute(query.order_by(table.c.id).limit(1))).mappings().first()
    found = _told(row) if row else None
    return found if found and found.ahead is None else None


async def _free(work: UnitOfWork, letter: Waiting) -> bool:
    """Let the messages of a letter's key flow again, unless another letter of it waits."""
    message = letter.letter.message
    if message.key is None:
        return True
    query = select(func.free_key(letter.letter.consumer, message.topic, message.key))
    return bool(await work.session.scalar(query))


def _is_waiting(work: UnitOfWork, consumer: str) -> tuple[ColumnElement[bool], ...]:
    table = work.tables.dead_letter
    # Row-level security asks for the council too.
    return table.c.consumer == consumer, table.c.resolved_at.is_(None), table.c.council == work.council


def _waiting(work: UnitOfWork, consumer: str) -> Select[Any]:
    table = work.tables.dead_letter
    return select(table, func.letter_ahead(table.c.id).label("ahead")).where(*_is_waiting(work, consumer))


def _told(row: RowMapping) -> Waiting:
    return Waiting(letter_of(row), row["ahead"])
