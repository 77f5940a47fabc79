"""ASGI middleware: what every answer of the gateway tells browsers, unless its route says otherwise."""

from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: An answer that is no page shows nothing, runs nothing and is kept nowhere. There is no CORS header: in a browser only
#: our own pages may read answers.
SAFE: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
#: Where there is TLS, a browser is told to use nothing else, for a year.
STRICT_TRANSPORT = "max-age=31536000; includeSubDomains"


#: As they go over the wire.
_SAFE = [(name.lower().encode(), value.encode()) for name, value in SAFE.items()]
_WITH_TLS = [*_SAFE, (b"strict-transport-security", STRICT_TRANSPORT.encode())]


class AnswerHeaders:
    """Adds the headers that an answer lacks."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                told = list(message.get("headers", ()))
                names = {name for name, _ in told}
                wanted = _WITH_TLS if scope["scheme"] == "https" else _SAFE
                message["headers"] = told + [header for header in wanted if header[0] not in names]
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)
