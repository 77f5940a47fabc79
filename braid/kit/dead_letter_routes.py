"""What every service answers the gateway alone about its dead letters: which wait, one of them, and mending it.

The gateway puts those of all services together (`gateway.dead_letters`). What a message says is shown on a request of
its own alone, which gives a reason and is recorded with whose record it is.
"""

import base64
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from braid.kit import dead_letter_mending as mending
from braid.kit.dead_letter_mending import Waiting, Wanted
from braid.kit.http import Caller, Reading, UnitOfWorkRoute, Writing
from braid.kit.permissions import Action, may
from braid.kit.problems import Problem, not_found
from braid.kit.unit_of_work import UnitOfWork

LETTERS, PARKED = "/internal/dead-letters", "/internal/parked-keys"
#: Most letters of one answer: a page, and one to tell whether there is another.
LETTERS_MOST = 201
PARKED_MOST = 500

Reason = Annotated[str, Field(min_length=3, max_length=1_000, pattern=r"\S")]
LetterId = Annotated[int, Path(ge=1, le=2**63 - 1)]


class LettersWanted(BaseModel):
    """Which letters are looked for; all that is given has to hold."""

    model_config = ConfigDict(extra="forbid")

    cause: str | None = None
    topic: str | None = None
    person_id: UUID | None = None
    first_only: bool = False
    after_at: datetime | None = None
    after_id: int | None = None
    limit: Annotated[int, Field(ge=1, le=LETTERS_MOST)] = 50

    @property
    def wanted(self) -> Wanted:
        """As the letters are looked for."""
        after = (self.after_at, self.after_id) if self.after_at and self.after_id is not None else None
        return Wanted(self.cause, self.topic, self.person_id, self.first_only, after, self.limit)


class LetterOut(BaseModel):
    """A message that could not be handled, without what it says."""

    letter_id: int
    handler: str = Field(description="The consumer that could not handle it.")
    event_type: str | None = Field(description="What it tells, by its CloudEvents type; null where that is unreadable.")
    topic: str
    position: str = Field(description="Where on the topic it stands.")
    person_id: UUID | None = Field(description="Whose it is, by its key; null where the key is nobody's id.")
    cause: str = Field(description="The kind of the reason.")
    words: str | None = Field(description="The reason; null where its words may tell what the message says.")
    attempts: int
    buried_at: datetime
    ahead: int | None = Field(description="The letter of the same person that has to be dealt with first.")


class CauseOut(BaseModel):
    """A kind of reason, and how many letters wait for it."""

    cause: str
    waiting: int


class LettersFound(BaseModel):
    """Letters, the oldest first, and how many wait in all."""

    letters: list[LetterOut]
    causes: list[CauseOut]


class HeaderOut(BaseModel):
    """A header of a message."""

    name: str
    value: str


class MessageOut(BaseModel):
    """What a message says: an event about a person."""

    letter_id: int
    headers: list[HeaderOut]
    text: str | None = Field(description="Its data as text; null where they are no text, or there are none.")
    base64: str | None = Field(description="Its data where they are no text.")
    error: str = Field(description="The reason in full.")


class ParkedOut(BaseModel):
    """Somebody whose later messages wait behind a letter."""

    topic: str
    person_id: UUID | None
    since: datetime
    waiting: int = Field(description="Letters of theirs, the first among them.")
    first_letter: int


class ParkedFound(BaseModel):
    """Whose messages wait, the longest wait first."""

    parked: list[ParkedOut]


class Showing(BaseModel):
    """Why somebody has to see what a message says."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"reason": "The date of birth may be what breaks the contract."}}
    )

    reason: Reason


class Discarding(BaseModel):
    """Why a letter needs no handling."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"reason": "The sender told it again, rightly, on 3 June."}}
    )

    reason: Reason


class MendedOut(BaseModel):
    """What a replay came to."""

    handled: list[int] = Field(description="Letters that are dealt with now, in order.")
    stopped_at: int | None = Field(description="The letter that still fails; those behind it were not tried.")
    cause: str | None = Field(description="The kind of what still stands in its way.")
    is_free: bool = Field(description="Whether the person's messages flow again.")


class DiscardedOut(BaseModel):
    """A letter that was ended without being handled."""

    letter_id: int
    is_free: bool = Field(description="Whether the person's messages flow again.")


def dead_letter_routes(consumer: str) -> APIRouter:
    """The routes of a service's dead letters.

    Args:
        consumer: the service, by whose name its consumer buries them.
    """
    router = APIRouter(route_class=UnitOfWorkRoute, include_in_schema=False)
    _add_readings(router, consumer)
    _add_mendings(router, consumer)
    return router


def _add_readings(router: APIRouter, consumer: str) -> None:
    @router.post(f"{LETTERS}:search", dependencies=[may(Action.READ_DEAD_LETTERS)])
    async def search(asked: LettersWanted, work: Reading) -> LettersFound:
        """Letters of the council that wait."""
        found = await mending.find_waiting(work, consumer, asked.wanted)
        _touch(work, *(each.person_id for each in found))
        counts = await mending.count_by_cause(work, consumer)
        causes = [CauseOut(cause=cause, waiting=waiting) for cause, waiting in counts.items()]
        return LettersFound(letters=[_told(each) for each in found], causes=causes)

    @router.get(LETTERS + "/{letter_id}", dependencies=[may(Action.READ_DEAD_LETTERS)])
    async def read(letter_id: LetterId, work: Reading) -> LetterOut:
        """One letter, without what it says."""
        return _told(_there(work, await mending.find_letter(work, consumer, letter_id)))

    @router.post(LETTERS + "/{letter_id}/showing", dependencies=[may(Action.SHOW_DEAD_LETTER)])
    async def show(letter_id: LetterId, asked: Showing, work: Reading) -> MessageOut:  # noqa: ARG001 (the edge records its reason)
        """What a letter says; the reason is recorded."""
        return _message(_there(work, await mending.find_letter(work, consumer, letter_id)))

    @router.get(PARKED, dependencies=[may(Action.READ_DEAD_LETTERS)])
    async def parked(work: Reading) -> ParkedFound:
        """Whose messages wait."""
        found = await mending.find_parked(work, consumer, limit=PARKED_MOST)
        _touch(work, *(each.person_id for each in found))
        return ParkedFound(parked=[ParkedOut.model_validate(vars(each)) for each in found])


def _add_mendings(router: APIRouter, consumer: str) -> None:
    @router.post(LETTERS + "/{letter_id}/replay", dependencies=[may(Action.MEND_DEAD_LETTERS)])
    async def replay(letter_id: LetterId, work: Writing, caller: Caller, request: Request) -> MendedOut:
        """Handle a letter, and those of the same person behind it."""
        letter = await _held(work, consumer, letter_id)
        if letter.ahead is not None:
            detail = f"Letter {letter.ahead} of the same person comes first, and this one must not pass it."
            raise Problem(409, "letter-behind-another", "Another letter comes first", detail)
        mended = await mending.replay(work, request.app.state.delivery(), letter, by=caller.subject)
        return MendedOut.model_validate(vars(mended) | {"handled": list(mended.handled)})

    @router.post(LETTERS + "/{letter_id}/discard", dependencies=[may(Action.MEND_DEAD_LETTERS)])
    async def discard(letter_id: LetterId, asked: Discarding, work: Writing, caller: Caller) -> DiscardedOut:
        """End a letter without handling it; it is kept, with who decided and why."""
        letter = await _held(work, consumer, letter_id)
        is_free = await mending.discard(work, letter, reason=asked.reason, by=caller.subject)
        return DiscardedOut(letter_id=letter_id, is_free=is_free)


async def _held(work: UnitOfWork, consumer: str, letter_id: int) -> Waiting:
    return _there(work, await mending.hold_letter(work, consumer, letter_id))


def _there(work: UnitOfWork, letter: Waiting | None) -> Waiting:
    if letter is None:
        raise not_found("dead letter")
    _touch(work, letter.person_id)
    return letter


def _touch(work: UnitOfWork, *people: UUID | None) -> None:
    work.touches(person_id=[person_id for person_id in people if person_id])


def _told(waiting: Waiting) -> LetterOut:
    letter = waiting.letter
    return LetterOut(
        letter_id=letter.id,
        handler=letter.consumer,
        event_type=next((_text(raw) for name, raw in letter.message.headers if name == "ce_type"), None),
        topic=letter.message.topic,
        position=letter.message.position,
        person_id=waiting.person_id,
        cause=letter.cause,
        words=waiting.words,
        attempts=letter.attempts,
        buried_at=letter.recorded_at,
        ahead=waiting.ahead,
    )


def _message(waiting: Waiting) -> MessageOut:
    letter = waiting.letter
    text = _text(letter.message.value) if letter.message.value is not None else None
    is_bytes = letter.message.value is not None and text is None
    return MessageOut(
        letter_id=letter.id,
        headers=[
            HeaderOut(name=name, value=raw.decode("utf-8", "backslashreplace")) for name, raw in letter.message.headers
        ],
        text=text,
        base64=base64.b64encode(letter.message.value or b"").decode() if is_bytes else None,
        error=letter.error,
    )


def _text(raw: bytes) -> str | None:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return None
