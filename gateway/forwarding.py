"""Forwarding a request to the service that answers it, with an internal token in place of the caller's own."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar
from uuid import UUID

import httpx
from fastapi import Request
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Send

from braid.kit import telemetry
from braid.kit.access_record_routes import ACCESSES, GatewayAccess
from braid.kit.access_records import leaves_record
from braid.kit.identity import Principal, TokenRefused, TokenSigner, bearer_token, unauthenticated
from braid.kit.origin import origin_headers, quoted, quoted_path
from braid.kit.permissions import Action, acting
from braid.kit.problems import Problem
from gateway.identity import Verifier
from gateway.rate_limits import RateLimit
from gateway.routing import Row
from gateway.service_clients import Answer, ServiceAway, ServiceClient, ServiceSlow
from gateway.sessions import Sessions

T = TypeVar("T")

_REQUEST_HEADERS = {
    name.encode(): name for name in ("accept", "content-type", "idempotency-key", "if-match", "if-none-match")
}
_ANSWER_HEADERS = frozenset(
    {
        b"cache-control",
        b"content-disposition",
        b"content-security-policy",
        b"content-type",
        b"etag",
        b"location",
        b"retry-after",
        b"idempotency-replayed",
        b"www-authenticate",
        b"link",
        b"braid-until-sequence",
        b"x-content-type-options",
    }
)
#: Answers up to this size, in bytes, are taken whole before anything of them is given back, so that one that breaks off
#: is a problem and not half an answer.
WHOLE_ANSWER_MOST = 1_000_000


class Door:
    """Knows who asks and hands requests on.

    Args:
        clients: a way to each service.
        verifier: of outside tokens.
        signer: of internal tokens.
        sessions: of people at the console.
        rate_limit: of callers with a bearer token; None lets them ask as often as they like.
    """

    def __init__(
        self,
        clients: Mapping[str, ServiceClient],
        verifier: Verifier,
        signer: TokenSigner,
        sessions: Sessions,
        *,
        rate_limit: RateLimit | None = None,
    ) -> None:
        self._rate_limit = rate_limit
        self.sessions = sessions
        self._clients = clients
        self._verifier = verifier
        self._signer = signer

    @property
    def services(self) -> Sequence[str]:
        """Names of the services, in a fixed order."""
        return sorted(self._clients)

    async def principal(self, request: Request) -> Principal:
        """Who asks, by bearer token.

        Raises:
            Problem: 401; 403, the token was not given the scope that is needed; 429, they ask too often.
        """
        token = bearer_token(request)
        try:
            principal = await self._verifier.verify(token)
        except TokenRefused as error:
            raise unauthenticated(f"{error}.") from error
        if self._rate_limit:
            self._rate_limit.take(principal)
        return principal

    async def allowed(self, request: Request, action: Action, service: str) -> Principal:
        """Who asks, with the roles that may do an action; that none of theirs may is recorded.

        Args:
            request: what they ask.
            action: what it does.
            service: whose affair it is.

        Raises:
            As `principal`; and Problem: 403, none of their roles may.
        """
        return await self.acting(request, await self.principal(request), action, service)

    async def acting(
        self, request: Request, principal: Principal, action: Action, service: str, *, person_id: UUID | None = None
    ) -> Principal:
        """A principal with those roles alone that may do an action; that none of theirs may is recorded.

        Args:
            request: what they ask.
            principal: who asks.
            action: what it does.
            service: which records a refusal.
            person_id: whose record it is about, where the address says so in its query alone.

        Raises:
            Problem: 403, none of their roles may.
        """
        try:
            return acting(principal, action)
        except Problem as refusal:
            if leaves_record(action):
                await self.record(request, principal, action, service, refusal.status, person_id=person_id)
            raise

    async def record(
        self,
        request: Request,
        principal: Principal,
        action: Action,
        service: str,
        status: int,
        *,
        person_id: UUID | None = None,
    ) -> None:
        """Have a service record what was answered here without asking it.

        Args:
            request: what was asked.
            principal: who asked.
            action: what it does.
            service: which records it.
            status: how it was answered.
            person_id: whose record it was about, where the address says so in its query alone.

        Raises:
            Problem: 503, it cannot be recorded, and so nothing may be answered.
        """
        access = GatewayAccess(
            action=action,
            method=request.method,
            route=request.scope["route"].path,
            resource=quoted_path(request.scope),
            parameters=request.path_params | ({"person_id": str(person_id)} if person_id else {}),
            status=status,
        )
        content = access.model_dump_json().encode()
        headers = {"content-type": "application/json"}
        answer = await self.ask(principal, service, "POST", ACCESSES, headers=headers, content=content)
        if answer.status_code != httpx.codes.NO_CONTENT:
            raise _away(service)

    async def forward(self, request: Request, row: Row, send: Send) -> None:
        """Send a request on to the service that answers it and give back its answer.

        Raises:
            Problem: 401, 403, 413; 503 where the service cannot be reached, or 504 where it does not answer in time,
                also in the middle of a long answer, which then breaks off.
        """
        principal = await self.allowed(request, row.action, row.service)
        headers = {
            _REQUEST_HEADERS[name]: str(value, "latin-1")
            for name, value in request.scope["headers"]
            if name in _REQUEST_HEADERS
        }
        content = await _body(request.receive, row.body_bytes_max)
        query: bytes = request.scope["query_string"]
        target = _target(request.scope["path"], str(query, "latin-1"))
        answered = partial(_give_back, row=row, send=send)
        await self._asked(principal, row.service, request.method, target, headers, content, answered)

    async def ask(
        self,
        principal: Principal,
        service: str,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        query: str = "",
    ) -> httpx.Response:
        """Ask a service on behalf of a principal.

        Args:
            principal: on whose behalf.
            service: which.
            method: of the request.
            path: as it is meant, nothing in it quoted; so the service sees the very address that was let through here.
            headers: of the request, beside those that tell who asks and from where.
            content: its body.
            query: as it is sent.

        Raises:
            Problem: 503 where the service cannot be reached, 504 where it does not answer in time.
        """
        told = headers or {}
        return await self._asked(principal, service, method, _target(path, query), told, content or b"", _whole)

    async def _asked(
        self,
        principal: Principal,
        service: str,
        method: str,
        target: str,
        headers: Mapping[str, str],
        content: bytes,
        taken: Callable[[Answer], Awaitable[T]],
    ) -> T:
        """What is made of a service's answer while it comes."""
        authorised = {**headers, **origin_headers(), "authorization": f"Bearer {self._signer.sign(principal)}"}
        try:
            with telemetry.asking(service, method, authorised):
                async with self._clients[service].ask(method, target, authorised, content) as answer:
                    return await taken(answer)
        except ServiceAway as error:
            raise _away(service) from error
        except ServiceSlow as error:
            raise _slow(service) from error


async def _whole(answer: Answer) -> httpx.Response:
    return httpx.Response(answer.status, headers=answer.headers, content=await answer.body())


def _away(service: str) -> Problem:
    detail = "Nothing is lost. Try again in a moment, with the same Idempotency-Key."
    return Problem(
        503, "service-unavailable", f"The {service} service cannot be reached", detail, headers={"Retry-After": "2"}
    )


def _slow(service: str) -> Problem:
    detail = "It may have been done. Ask again with the same Idempotency-Key: whatever happened, it takes effect once."
    return Problem(
        504, "service-slow", f"The {service} service does not answer in time", detail, headers={"Retry-After": "2"}
    )


def _target(path: str, query: str) -> str:
    """Path and query as an address has them."""
    return f"{quoted(path)}?{query}" if query else quoted(path)


async def _give_back(answer: Answer, row: Row, send: Send) -> None:
    length = next((int(value) for name, value in answer.headers if name == b"content-length"), None)
    whole = await answer.body() if length is not None and length <= WHOLE_ANSWER_MOST else None
    headers = [(name, value) for name, value in answer.headers if name in _ANSWER_HEADERS]
    if row.deprecation:
        headers += [(name.lower().encode(), value.encode()) for name, value in row.deprecation.headers.items()]
    if length is not None:
        headers.append((b"content-length", b"%d" % length))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if whole is None:
        async for part in answer.parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": whole or b"", "more_body": False})


async def _body(receive: Receive, bytes_max: int) -> bytes:
    body, is_whole = bytearray(), False
    while not is_whole:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        if len(body) > bytes_max:
            raise Problem(413, "too-large", "The request is too large", f"At most {bytes_max} bytes.")
        is_whole = not message.get("more_body", False)
    return bytes(body)
