"""Messages that services could not handle: those of all services together, and mending one where it lies."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID, uuid5

import httpx
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from braid.kit.dead_letter_routes import (
    LETTERS,
    LETTERS_MOST,
    PARKED,
    CauseOut,
    DiscardedOut,
    Discarding,
    LetterId,
    LetterOut,
    LettersFound,
    LettersWanted,
    MendedOut,
    MessageOut,
    ParkedFound,
    ParkedOut,
    Showing,
)
from braid.kit.identity import Principal
from braid.kit.paging import Cursor, cursor_refused, link_next
from braid.kit.permissions import Action
from braid.kit.problems import Problem, not_found, responses
from gateway.forwarding import Door

#: Which service records that somebody was refused who named none.
RECORDER = "assessment"
#: Letters that one request has handled again; each is a request of its own to its service.
TOGETHER_MOST = 25
_ALL, _LETTER = "/v1/dead-letters", "/v1/dead-letters/{service}/{letter_id}"
_OK = 200
_KEPT_HEADERS = ("content-type", "idempotency-replayed", "retry-after")
_AFTER_ALL = 2**63 - 1
_KEYS = UUID("0b9e2f0c-5b1e-5f0e-9d0b-6f3f1f7f0d11")
Cause = Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00]*$", description="The kind of the reason.")]
Topic = Annotated[str | None, Query(max_length=250, pattern=r"^[^\x00]*$")]
Service = Annotated[str | None, Query(max_length=100, description="Of this service alone.")]
Limit = Annotated[int, Query(ge=1, le=LETTERS_MOST - 1)]


class ServiceLetter(LetterOut):
    """A message that could not be handled, with the service that holds it."""

    service: str


class ServiceCause(CauseOut):
    """A kind of reason at a service."""

    service: str


class LettersOut(BaseModel):
    """A page of messages that could not be handled, the oldest first."""

    letters: list[ServiceLetter]
    causes: list[ServiceCause] = Field(description="How many wait in all, by service and kind of reason.")
    next: str | None = Field(description="Give it as ``after`` for the next page; null on the last one.")
    unavailable: list[str] = Field(description="Services that are away, whose letters are missing here.")


class ServiceParked(ParkedOut):
    """Somebody whose messages wait at a service."""

    service: str


class ParkedKeysOut(BaseModel):
    """Whose messages wait behind one that could not be handled, the longest wait first."""

    parked: list[ServiceParked]
    unavailable: list[str] = Field(description="Services that are away, whose parked keys are missing here.")


class Together(BaseModel):
    """Which letters are to be handled again."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"service": "ledger", "cause": "MissingFigure"}}
    )

    service: str = Field(max_length=100)
    cause: str = Field(max_length=200, pattern=r"^[^\x00]*$")


class StillFails(BaseModel):
    """A letter that still cannot be handled."""

    letter_id: int
    cause: str


class TogetherOut(BaseModel):
    """What became of letters of one reason."""

    handled: list[int]
    still_fail: list[StillFails]
    waiting: int = Field(description="Letters of the reason that wait now, those that still fail among them.")


def dead_letter_routes(door: Door) -> APIRouter:
    """Dead letters for the operations of a council; its auditors see which there are."""
    router = APIRouter(tags=["gateway"])
    _add_lists(router, door)
    _add_one(router, door)
    return router


def _add_lists(router: APIRouter, door: Door) -> None:
    reader = Annotated[Principal, Depends(_who_may(door, Action.READ_DEAD_LETTERS))]
    mender = Annotated[Principal, Depends(_who_may(door, Action.MEND_DEAD_LETTERS))]

    @router.get(_ALL, responses=responses((422, "A filter or the cursor is not valid.")))
    async def read_dead_letters(
        principal: reader,
        request: Request,
        response: Response,
        service: Service = None,
        cause: Cause = None,
        topic: Topic = None,
        person_id: UUID | None = None,
        after: Cursor = None,
        limit: Limit = 50,
    ) -> LettersOut:
        """Messages of the council that could not be handled, and wait for somebody to mend them."""
        wanted = LettersWanted(cause=cause, topic=topic, person_id=person_id, limit=limit)
        page = await letters_page(door, principal, wanted, service=service, after=after)
        if page.next:
            response.headers["Link"] = link_next(request, page.next)
        return page

    @router.get("/v1/parked-keys")
    async def read_parked_keys(principal: reader) -> ParkedKeysOut:
        """Whose messages wait behind one that could not be handled, and how many; at most 500 of each service."""
        return await parked_keys(door, principal)

    @router.post(
        f"{_ALL}:replay",
        responses=responses((400, "No Idempotency-Key."), (404, "No such service."), (422, "The body is not valid.")),
    )
    async def replay_dead_letters(principal: mender, asked: Together, request: Request) -> TogetherOut:
        """Have letters of one reason handled again, the oldest first, at most 25 at a time.

        Each is handled by itself: what one request leaves, a next one takes up.
        """
        key = request.headers.get("idempotency-key")
        if not key:
            raise Problem(400, "idempotency-key-missing", "This request needs an Idempotency-Key")
        return await replay_together(door, principal, asked, key)


def _add_one(router: APIRouter, door: Door) -> None:
    missing = (404, "No such letter of the council waits, or no such service.")
    reader = Annotated[Principal, Depends(_who_may(door, Action.READ_DEAD_LETTERS))]
    shown = Annotated[Principal, Depends(_who_may(door, Action.SHOW_DEAD_LETTER))]
    mender = Annotated[Principal, Depends(_who_may(door, Action.MEND_DEAD_LETTERS))]

    @router.get(_LETTER, response_model=LetterOut, responses=responses(missing))
    async def read_dead_letter(principal: reader, service: str, letter_id: LetterId, request: Request) -> Response:
        """One message that could not be handled, without what it says."""
        return await _passed_on(door, principal, request, service, f"{letter_id}")

    @router.post(f"{_LETTER}/showing", response_model=MessageOut, responses=responses(missing))
    async def show_dead_letter(
        principal: shown, service: str, letter_id: LetterId, asked: Showing, request: Request
    ) -> Response:
        """What the message says, which is about a person: the reason is recorded, and they can see it."""
        return await _passed_on(door, principal, request, service, f"{letter_id}/showing", asked)

    @router.post(
        f"{_LETTER}/replay",
        response_model=MendedOut,
        responses=responses(missing, (409, "Another letter of the same person comes first.")),
    )
    async def replay_dead_letter(principal: mender, service: str, letter_id: LetterId, request: Request) -> Response:
        """Have a message handled again, and those of the same person behind it, until one still fails."""
        return await _passed_on(door, principal, request, service, f"{letter_id}/replay")

    @router.post(f"{_LETTER}/discard", response_model=DiscardedOut, responses=responses(missing))
    async def discard_dead_letter(
        principal: mender, service: str, letter_id: LetterId, asked: Discarding, request: Request
    ) -> Response:
        """End a letter without handling it; it is kept, with who decided and why."""
        return await _passed_on(door, principal, request, service, f"{letter_id}/discard", asked)


def _who_may(door: Door, action: Action) -> Callable[[Request], Awaitable[Principal]]:
    async def allowed(request: Request) -> Principal:
        return await door.allowed(request, action, RECORDER)

    return allowed


async def _passed_on(
    door: Door, principal: Principal, request: Request, service: str, path: str, asked: BaseModel | None = None
) -> Response:
    """What the service that holds a letter answers."""
    key = request.headers.get("idempotency-key")
    content = asked.model_dump_json().encode() if asked else None
    answer = await ask_holder(door, principal, request.method, service, path, content=content, key=key)
    kept = {name: answer.headers[name] for name in _KEPT_HEADERS if name in answer.headers}
    return Response(answer.content, answer.status_code, headers=kept)


async def ask_holder(
    door: Door,
    principal: Principal,
    method: str,
    service: str,
    path: str,
    *,
    content: bytes | None = None,
    key: str | None = None,
) -> httpx.Response:
    """Ask the service that holds a letter about it.

    Args:
        door: the way to the services.
        principal: on whose behalf.
        method: of the request.
        service: which holds it.
        path: the letter, and what is to be done with it.
        content: the body.
        key: makes it take effect once.

    Raises:
        Problem: 404, there is no such service; 503, it is away.
    """
    if service not in door.services:
        raise not_found("dead letter")
    headers = {"content-type": "application/json"} | ({"idempotency-key": key} if key else {})
    return await door.ask(principal, service, method, f"{LETTERS}/{path}", headers=headers, content=content)


async def letters_page(
    door: Door, principal: Principal, wanted: LettersWanted, *, service: str | None = None, after: str | None = None
) -> LettersOut:
    """A page of the letters of every service, or of one.

    Raises:
        Problem: 404, there is no such service; 422, the cursor is none of ours.
    """
    services = door.services if service is None else [each for each in door.services if each == service]
    if not services:
        raise not_found("service")
    place = _place_of(after) if after else None
    answers = await asyncio.gather(*(_found(door, principal, each, wanted, place) for each in services))
    told = {each: answer for each, answer in zip(services, answers, strict=True) if answer}
    letters = [
        ServiceLetter(service=each, **letter.model_dump()) for each, answer in told.items() for letter in answer.letters
    ]
    letters.sort(key=_place)
    page = letters[: wanted.limit]
    return LettersOut(
        letters=page,
        causes=[ServiceCause(service=each, **cause.model_dump()) for each, one in told.items() for cause in one.causes],
        next=_cursor_of(page[-1]) if len(letters) > wanted.limit else None,
        unavailable=[each for each in services if each not in told],
    )


async def parked_keys(door: Door, principal: Principal) -> ParkedKeysOut:
    """Whose messages wait, at every service."""
    answers = await asyncio.gather(*(_answered(door, principal, each, "GET", PARKED) for each in door.services))
    told = {
        service: ParkedFound.model_validate_json(answer).parked
        for service, answer in zip(door.services, answers, strict=True)
        if answer
    }
    parked = [ServiceParked(service=each, **one.model_dump()) for each, found in told.items() for one in found]
    parked.sort(key=lambda one: (one.since, one.service, one.first_letter))
    return ParkedKeysOut(parked=parked, unavailable=[each for each in door.services if each not in told])


async def replay_together(door: Door, principal: Principal, asked: Together, key: str) -> TogetherOut:
    """Have the letters of one reason handled again that wait behind no other, each in a request of its own.

    Args:
        door: the way to the services.
        principal: who asks for it.
        asked: which letters.
        key: the request's; each letter's is made of it, so that a repeat handles none a second time.

    Raises:
        Problem: 404, there is no such service; 503, it is away.
    """
    wanted = LettersWanted(cause=asked.cause, first_only=True, limit=TOGETHER_MOST)
    found = await letters_page(door, principal, wanted, service=asked.service)
    _require_answered(found, asked.service)
    handled: list[int] = []
    still_fail: list[StillFails] = []
    for letter in found.letters:
        letter_key = str(uuid5(_KEYS, f"{key}/{letter.letter_id}"))
        path = f"{letter.letter_id}/replay"
        answer = await ask_holder(door, principal, "POST", asked.service, path, key=letter_key)
        if answer.status_code != _OK:
            continue  # Somebody else has it in hand, or had: the next look tells.
        mended = MendedOut.model_validate_json(answer.content)
        handled += mended.handled
        if mended.stopped_at is not None and mended.cause is not None:
            still_fail.append(StillFails(letter_id=mended.stopped_at, cause=mended.cause))
    left = await letters_page(door, principal, wanted.model_copy(update={"limit": 1}), service=asked.service)
    _require_answered(left, asked.service)
    waiting = next((each.waiting for each in left.causes if each.cause == asked.cause), 0)
    return TogetherOut(handled=handled, still_fail=still_fail, waiting=waiting)


def _require_answered(page: LettersOut, service: str) -> None:
    if page.unavailable:
        title = f"The {service} service cannot be reached"
        raise Problem(503, "service-unavailable", title, "Nothing is lost.", headers={"Retry-After": "2"})


async def _found(
    door: Door, principal: Principal, service: str, wanted: LettersWanted, place: tuple[datetime, str, int] | None
) -> LettersFound | None:
    asked = wanted.model_copy(update={"limit": wanted.limit + 1, **_after(place, service)})
    content = asked.model_dump_json().encode()
    answer = await _answered(door, principal, service, "POST", f"{LETTERS}:search", content)
    return LettersFound.model_validate_json(answer) if answer else None


async def _answered(
    door: Door, principal: Principal, service: str, method: str, path: str, content: bytes | None = None
) -> bytes | None:
    """What a service answers; None where it is away."""
    try:
        answer = await door.ask(
            principal, service, method, path, headers={"content-type": "application/json"}, content=content
        )
    except Problem:
        return None
    return answer.content if answer.status_code == _OK else None


def _place(letter: ServiceLetter) -> tuple[datetime, str, int]:
    return letter.buried_at, letter.service, letter.letter_id


def _after(place: tuple[datetime, str, int] | None, service: str) -> Mapping[str, Any]:
    """From where on a service's letters are wanted; of one moment, services come by name."""
    if place is None:
        return {}
    at, last_service, last_id = place
    after_id = last_id if service == last_service else _AFTER_ALL if service < last_service else 0
    return {"after_at": at, "after_id": after_id}


def _cursor_of(letter: ServiceLetter) -> str:
    return f"{letter.buried_at.astimezone(UTC).isoformat()}~{letter.service}~{letter.letter_id}"


def _place_of(cursor: str) -> tuple[datetime, str, int]:
    try:
        at, service, letter_id = cursor.split("~")
        place = datetime.fromisoformat(at), service, int(letter_id)
    except ValueError as error:
        raise cursor_refused() from error
    if place[0].tzinfo is None or not 0 <= place[2] <= _AFTER_ALL:
        raise cursor_refused()
    return place
