"""The HTTP edge: one transaction a request, committed here before the answer leaves, and answers kept for repeats.

The route class holds the transaction, rather than a dependency, since the answer of an unsafe call is stored under its
``Idempotency-Key`` in the same transaction as its effect, and only the route has seen the finished answer.
"""

import hashlib
import json
import re
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from fastapi import Depends, Request
from fastapi.responses import Response
from fastapi.routing import APIRoute
from pydantic import BaseModel
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_skip
from sqlalchemy.exc import DBAPIError

from braid.kit.access_recording import Recording, action_of
from braid.kit.access_records import Access
from braid.kit.identity import Principal, authenticated
from braid.kit.outage import is_outage
from braid.kit.paging import link_next
from braid.kit.permissions import caller_of
from braid.kit.problems import Problem
from braid.kit.unit_of_work import UnitOfWork, UnitOfWorkFactory

_KEY = re.compile(r'"?([\x21\x23-\x5b\x5d-\x7e]{1,255})"?')
#: Answer headers that are stored with an answer.
_KEPT_HEADERS = ("content-type", "location", "etag")
LOCK_NOT_AVAILABLE = "55P03"
#: As much of an answer as is looked through for the end of its list, in bytes.
_TAIL_BYTES = 200


@dataclass
class RequestWork:
    """The unit of work of one request; none is opened before a dependency asks for it."""

    recording: Recording
    work: UnitOfWork | None = None
    idempotency: tuple[str, str] | None = None
    #: What a repeat is answered with, where that is not what the first request is answered with.
    kept: bytes | None = None

    async def complete(self, response: Response) -> None:
        """Store the answer under the request's key, if it has one, record the access, and commit."""
        if self.work is None:
            await self.recording.apart(response.status_code)
            return
        if self.idempotency:
            await _store_answer(self.work, *self.idempotency, response, self.kept)
        await self.recording.within(self.work, response.status_code)
        await self.work.commit()
        await self.work.__aexit__(None, None, None)

    async def discard(self) -> None:
        """Roll back."""
        if self.work is not None:
            await self.work.__aexit__(None, None, None)


class _AlreadyAnswered(Exception):
    def __init__(self, response: Response) -> None:
        self.response = response


class UnitOfWorkRoute(APIRoute):
    """A route whose endpoint's work is committed after it returned and before its answer leaves.

    Where it touches anybody's record, no answer leaves before who asked is recorded: what was done together with it,
    what was refused or repeated by itself.
    """

    leaves_records: ClassVar[bool] = True

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's handler inside a unit of work."""
        original = super().get_route_handler()
        is_paged = "GET" in (self.methods or ()) and "next" in getattr(self.response_model, "model_fields", ())
        action = action_of(self) if self.leaves_records else None

        async def handle(request: Request) -> Response:
            recording = Recording(request, action)
            held = RequestWork(recording)
            request.state.held = held
            try:
                response = await original(request)
                if is_paged and (cursor := _next_of(response)) is not None:
                    response.headers["Link"] = link_next(request, cursor)
                await held.complete(response)
            except _AlreadyAnswered as answered:
                await held.discard()
                with _telling():
                    await recording.apart(answered.response.status_code, is_repeat=True)
                return answered.response
            except BaseException as error:
                await held.discard()
                with _telling():
                    await recording.refused(error)
                    raise
            return response

        return handle


@contextmanager
def _telling() -> Iterator[None]:
    """Tell an outage or a lock that was not had as the problem that it is to the caller."""
    try:
        yield
    except BaseException as error:
        told = _told(error)
        if told is None:
            raise
        raise told from error


def _told(error: BaseException) -> Problem | None:
    if is_outage(error):
        # Lost in the commit itself, it may have taken effect; a repeat with the same key tells.
        detail = "Try again in a moment with the same Idempotency-Key: whatever happened, it takes effect once."
        return Problem(
            503, "unavailable", "The service cannot reach its database", detail, headers={"Retry-After": "2"}
        )
    if isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) == LOCK_NOT_AVAILABLE:
        detail = "Another request on the same record is still running."
        return Problem(409, "still-running", "Still running", detail, headers={"Retry-After": "2"})
    return None


async def reading(request: Request, principal: Annotated[Principal, Depends(authenticated)]) -> UnitOfWork:
    """The unit of work of a request that changes nothing: it sees the caller's council alone."""
    return await _open(request, principal)


async def writing(request: Request, principal: Annotated[Principal, Depends(authenticated)]) -> UnitOfWork:
    """The unit of work of a request that changes something; a POST needs an ``Idempotency-Key``.

    Raises:
        Problem: 400 without a key, 422 when the key was used for another request.
    """
    work = await _open(request, principal)
    if request.method == "POST":
        await _claim_key(request, principal, work)
    return work


#: What endpoints declare.
Reading = Annotated[UnitOfWork, Depends(reading)]
Writing = Annotated[UnitOfWork, Depends(writing)]
Caller = Annotated[Principal, Depends(caller_of)]


async def _open(request: Request, principal: Principal) -> UnitOfWork:
    held: RequestWork = request.state.held
    if held.work is None:
        factory: UnitOfWorkFactory = request.app.state.units
        held.work = factory.for_council(principal.council)
        await held.work.__aenter__()
    return held.work


@asynccontextmanager
async def recorded_elsewhere(request: Request, status: int) -> AsyncIterator[Access | None]:
    """A request's access, for work that is done in a transaction of its own, which records it too.

    It is recorded here only where that work raises.

    Args:
        request: the request.
        status: with which it is answered where all goes well.
    """
    held: RequestWork = request.state.held
    yield await held.recording.handed_over(status)
    held.recording.is_done()


def keep_for_repeats(request: Request, answer: BaseModel) -> None:
    """Have repeats of a request answered with something else: what is told once is kept nowhere as it was told."""
    held: RequestWork = request.state.held
    held.kept = answer.model_dump_json().encode()


async def _claim_key(request: Request, principal: Principal, work: UnitOfWork) -> None:
    key = _idempotency_key(request)
    fingerprint = hashlib.sha256(
        b"\0".join(
            (request.method.encode(), request.url.path.encode(), request.url.query.encode(), await request.body())
        )
    ).digest()
    table = work.tables.idempotency_key
    claim = insert_or_skip(table).values(
        council=work.council, caller=principal.subject, key=key, fingerprint=fingerprint
    )
    # A first request that is still running holds the row; this one waits for its outcome, within the lock timeout.
    claimed = await work.session.execute(claim.on_conflict_do_nothing())
    if claimed.rowcount == 1:  # type: ignore[attr-defined]
        held: RequestWork = request.state.held
        held.idempotency = (principal.subject, key)
        return
    query = select(table).where(table.c.caller == principal.subject, table.c.key == key)
    stored = (await work.session.execute(query)).mappings().one()
    if stored["fingerprint"] != fingerprint:
        raise Problem(422, "idempotency-key-reused", "This Idempotency-Key was used for another request")
    headers = {**stored["headers"], "Idempotency-Replayed": "true"}
    raise _AlreadyAnswered(Response(stored["body"], stored["status"], headers=headers))


def _idempotency_key(request: Request) -> str:
    given = request.headers.get("idempotency-key")
    if given is None:
        detail = "Send a new UUID with each new request, and the same one when you repeat it."
        raise Problem(400, "idempotency-key-missing", "This request needs an Idempotency-Key", detail)
    match = _KEY.fullmatch(given.strip())
    if match is None:
        raise Problem(400, "idempotency-key-malformed", "The Idempotency-Key is malformed")
    return match.group(1)


async def _store_answer(work: UnitOfWork, caller: str, key: str, response: Response, kept: bytes | None) -> None:
    table = work.tables.idempotency_key
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    await work.session.execute(
        update(table)
        .where(table.c.caller == caller, table.c.key == key)
        .values(status=response.status_code, headers=headers, body=bytes(response.body) if kept is None else kept)
    )


def _next_of(response: Response) -> object:
    """Where the page behind an answer's begins; None behind the last one."""
    body = bytes(response.body)
    # A page can be long, and most are the only one.
    return None if b'"next":null' in body[-_TAIL_BYTES:] else json.loads(body)["next"]


def entity_tag(version: int) -> Mapping[str, str]:
    """The ETag header of a version."""
    return {"ETag": f'"{version}"'}


async def expected_version(request: Request) -> int:
    """The version that the caller has seen, from ``If-Match``.

    Raises:
        Problem: 428 without the header, 412 when it names no version of ours.
    """
    given = request.headers.get("if-match")
    if given is None:
        detail = "Send the ETag of the version that you have seen in If-Match."
        raise Problem(428, "version-missing", "This request needs If-Match", detail)
    match = re.fullmatch(r'(?:W/)?"([0-9]{1,9})"', given.strip())
    if match is None:
        raise stale_version()
    return int(match.group(1))


def stale_version() -> Problem:
    """412: somebody changed the record in the meantime."""
    detail = "Read it again, look at what changed, and send your change with the new ETag."
    return Problem(412, "stale-version", "The record has changed since you read it", detail)


ExpectedVersion = Annotated[int, Depends(expected_version)]
