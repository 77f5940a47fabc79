"""Forwarding a request to the service that answers it, with an internal token in place of the caller's own."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import httpx
from fastapi import Request
from fastapi.responses import Response

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
from gateway.sessions import Sessions

_REQUEST_HEADERS = ("accept", "content-type", "idempotency-key", "if-match", "if-none-match")
_ANSWER_HEADERS = (
    "cache-control",
    "content-disposition",
    "content-security-policy",
    "content-type",
    "etag",
    "location",
    "retry-after",
    "idempotency-replayed",
    "www-authenticate",
    "link",
    "braid-until-sequence",
    "x-content-type-options",
)


class Door:
    """Knows who asks and hands requests on.

    Args:
        clients: a client for each service, with its base address.
        verifier: of outside tokens.
        signer: of internal tokens.
        sessions: of people at the console.
        rate_limit: of callers with a bearer token; None lets them ask as often as they like.
    """

    def __init__(
        self,
        clients: Mapping[str, httpx.AsyncClient],
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
        principal = await self.principal(request)
        try:
            return acting(principal, action)
        except Problem as refusal:
            if leaves_record(action):
                await self.record(request, principal, action, service, refusal.status)
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

    async def forward(self, request: Request, row: Row) -> Response:
        """Send a request on to the service that answers it and give back its answer.

        Raises:
            Problem: 401, 403, 413, or 503 where the service cannot be reached.
        """
        principal = await self.allowed(request, row.action, row.service)
        headers = {name: request.headers[name] for name in _REQUEST_HEADERS if name in request.headers}
        answer = await self.ask(
            principal,
            row.service,
            request.method,
            request.scope["path"],
            headers=headers,
            content=await _body(request, row.body_bytes_max),
            query=request.url.query,
        )
        kept = {name: answer.headers[name] for name in _ANSWER_HEADERS if name in answer.headers}
        if row.deprecation:
            told = dict(row.deprecation.headers)
            links = [link for link in (kept.pop("link", None), told.pop("Link", None)) if link]
            kept |= told | ({"Link": ", ".join(links)} if links else {})
        return Response(answer.content, answer.status_code, headers=kept)

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
            Problem: 503 where the service cannot be reached.
        """
        url = httpx.URL(quoted(path)).copy_with(query=query.encode() or None)
        authorised = {**(headers or {}), **origin_headers(), "authorization": f"Bearer {self._signer.sign(principal)}"}
        try:
            with telemetry.asking(service, method, authorised):
                return await self._clients[service].request(method, url, headers=authorised, content=content)
        except httpx.TransportError as error:
            raise _away(service) from error


def _away(service: str) -> Problem:
    detail = "Nothing is lost. Try again in a moment, with the same Idempotency-Key."
    return Problem(
        503, "service-unavailable", f"The {service} service cannot be reached", detail, headers={"Retry-After": "2"}
    )


async def _body(request: Request, bytes_max: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > bytes_max:
            raise Problem(413, "too-large", "The request is too large", f"At most {bytes_max} bytes.")
    return bytes(body)
