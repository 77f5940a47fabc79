"""ASGI middleware that traces, measures and logs each request, gives it an id, and answers when nothing else could."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from time import perf_counter
from uuid import uuid4

import structlog
from fastapi.telemetry import TelemetryConfig
from opentelemetry.trace import INVALID_SPAN, Span
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from braid.kit import telemetry
from braid.kit.origin import Origin, client_by_gateway, reset_origin, set_origin
from braid.kit.problems import unexpected

log = structlog.get_logger(__name__)

_REQUEST_ID = re.compile(rb"[0-9A-Za-z._-]{8,64}")
_QUIET = ("/livez", "/readyz", "/metrics")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

#: For applications that this middleware observes: what the framework would tell by itself has addresses in it, and what
#: was not valid.
NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}


class HttpObservation:
    """Traces, counts, times and logs requests by route template; ids of people never become labels.

    What asks whether the process lives is counted alone.

    Args:
        app: what is observed.
        service: its name.
        client_of: tells the caller's address; services behind the gateway are told it.
    """

    def __init__(
        self, app: ASGIApp, service: str, client_of: Callable[[Scope], str | None] = client_by_gateway
    ) -> None:
        self._app = app
        self._service = service
        self._client_of = client_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = scope.setdefault("state", {})["request_id"] = _request_id(scope)
        before = set_origin(Origin(request_id, self._client_of(scope)))
        started = perf_counter()
        status: int | None = None

        async def observed_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        with self._span(scope) as span:
            try:
                await self._app(scope, receive, observed_send)
            except Exception as error:
                log.error("unexpected_error", service=self._service, error=type(error).__name__, exc_info=error)
                if status is not None:
                    raise  # The answer has begun; all that is left is to break it off.
                await unexpected().response()(scope, receive, observed_send)
            finally:
                self._observe(scope, status or 500, perf_counter() - started, span)
                reset_origin(before)

    def _observe(self, scope: Scope, status: int, seconds: float, span: Span) -> None:
        route = getattr(scope.get("route"), "path", "unmatched")
        method = _method(scope)
        telemetry.REQUEST_SECONDS.labels(self._service, method, route, str(status)).observe(seconds)
        if route not in _QUIET:
            telemetry.served(span, method, route, status)
            log.info(
                "request", service=self._service, method=method, route=route, status=status, ms=round(seconds * 1000, 1)
            )

    def _span(self, scope: Scope) -> AbstractContextManager[Span]:
        if scope["path"] in _QUIET:
            return nullcontext(INVALID_SPAN)
        return telemetry.serving(self._service, _method(scope), Headers(scope=scope))


def _method(scope: Scope) -> str:
    """A name of ours: whoever asks may call a method anything, and each would be a series of its own."""
    return scope["method"] if scope["method"] in _METHODS else "other"


def request_id_of(scope: Scope) -> str:
    """The id under which a request is logged, here and wherever it is passed on to."""
    request_id: str = scope["state"]["request_id"]
    return request_id


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _REQUEST_ID.fullmatch(value):
            return str(value, "ascii")
    return str(uuid4())
