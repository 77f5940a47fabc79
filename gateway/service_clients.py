"""Ways to ask a service: over the network, or within the same process.

A forwarded request passes here and nowhere else, so a way does little: it follows no redirect, keeps no cookie, unpacks
nothing, reads no proxy from its surroundings, and hands an answer's body on as it comes.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, MutableMapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import unquote

import aiohttp
from starlette.types import ASGIApp, Message
from yarl import URL

#: Longest wait for a connection, and for the next part of an answer, in seconds: as long as a statement may take.
CONNECT_S, ANSWER_S = 10, 30
#: Connections held to one service, and for how long one that nobody uses; services keep theirs for longer, so that a
#: request and the end of its connection do not meet.
CONNECTIONS_MOST, IDLE_S = 100, 15
#: Methods that change nothing: asked again once where a connection broke before any answer, as services do when they
#: restart. Whether anything else took effect, only its Idempotency-Key or If-Match can tell.
_MAY_BE_ASKED_AGAIN = frozenset({"GET", "HEAD"})
#: What the library would say of itself.
_NOT_SAID = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")


class ServiceAway(Exception):
    """A service cannot be reached, or broke off its answer."""


class ServiceSlow(Exception):
    """A service took a request and did not answer in time."""


@dataclass(frozen=True)
class Answer:
    """What a service answers.

    Args:
        status: of it.
        headers: names in lower case, and values, as they came.
        parts: of its body, as they come.
    """

    status: int
    headers: list[tuple[bytes, bytes]]
    parts: AsyncIterator[bytes]

    async def body(self) -> bytes:
        """All of its body.

        Raises:
            ServiceAway, ServiceSlow: the rest of it did not come.
        """
        return b"".join([part async for part in self.parts])


class ServiceClient(Protocol):
    """A way to one service."""

    def ask(
        self, method: str, target: str, headers: Mapping[str, str], content: bytes
    ) -> AbstractAsyncContextManager[Answer]:
        """Ask it; the answer is there for as long as the context lasts.

        Args:
            method: of the request.
            target: path and query as an address has them, everything quoted that needs it.
            headers: of the request, names in lower case.
            content: its body.

        Raises:
            ServiceAway: it cannot be reached, or broke off its answer.
            ServiceSlow: it does not answer in time.
        """

    async def aclose(self) -> None:
        """Let go of all connections."""


class OverNetwork:
    """A service at an address; to be made within the event loop that uses it.

    Args:
        address: base address, such as ``http://ledger:8000``.
        answer_s: longest wait for the next part of an answer, in seconds.
    """

    def __init__(self, address: str, *, answer_s: float = ANSWER_S) -> None:
        self._address = address.rstrip("/")
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=CONNECTIONS_MOST, keepalive_timeout=IDLE_S),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, connect=CONNECT_S, sock_read=answer_s),
            skip_auto_headers=_NOT_SAID,
            auto_decompress=False,
        )

    @asynccontextmanager
    async def ask(self, method: str, target: str, headers: Mapping[str, str], content: bytes) -> AsyncIterator[Answer]:
        """As the port says."""
        try:
            async with self._session.request(
                method,
                URL(self._address + target, encoded=True),
                headers=headers,
                data=content or None,
                allow_redirects=False,
                middlewares=() if method in _MAY_BE_ASKED_AGAIN else (_once,),
            ) as answer:
                told = [(name.lower(), value) for name, value in answer.raw_headers]
                yield Answer(answer.status, told, answer.content.iter_any())
        except aiohttp.SocketTimeoutError as error:
            raise ServiceSlow from error
        except aiohttp.ClientError as error:
            raise ServiceAway from error

    async def aclose(self) -> None:
        """As the port says."""
        await self._session.close()


async def _once(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Keep the library from asking again by itself, as it would for PUT."""
    try:
        return await send(request)
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise ServiceAway from error


class InProcess:
    """A service that is an application in this process; its answers are taken whole.

    Args:
        app: the service.
        name: its own, for the addresses that it makes.
    """

    def __init__(self, app: ASGIApp, name: str) -> None:
        self._app = app
        self._name = name

    @asynccontextmanager
    async def ask(self, method: str, target: str, headers: Mapping[str, str], content: bytes) -> AsyncIterator[Answer]:
        """As the port says."""
        exchange = _Exchange(content)
        try:
            await self._app(self._scope(method, target, headers), exchange.receive, exchange.send)
        except Exception as error:
            # The application has logged it, and answered if it had not begun to.
            if not exchange.is_complete.is_set():
                raise ServiceAway from error
        yield Answer(exchange.status, exchange.headers, exchange.parts())

    def _scope(self, method: str, target: str, headers: Mapping[str, str]) -> MutableMapping[str, Any]:
        path, _, query = target.partition("?")
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [
                (b"host", self._name.encode()),
                *((name.encode(), value.encode("latin-1")) for name, value in headers.items()),
            ],
            "client": ("127.0.0.1", 0),
            "server": (self._name, 80),
        }

    async def aclose(self) -> None:
        """As the port says; there is nothing to let go of."""


class _Exchange:
    """One request to an application, and what it answers."""

    def __init__(self, content: bytes) -> None:
        self._content: bytes | None = content
        self._parts: list[bytes] = []
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.is_complete = asyncio.Event()

    async def receive(self) -> Message:
        """The request's body; after it, nothing before the answer is complete."""
        if self._content is None:
            await self.is_complete.wait()
            return {"type": "http.disconnect"}
        content, self._content = self._content, None
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(self, message: Message) -> None:
        """Take part of the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = [(name.lower(), value) for name, value in message.get("headers", ())]
        elif message["type"] == "http.response.body":
            self._parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                self.is_complete.set()

    async def parts(self) -> AsyncIterator[bytes]:
        """The answer's body."""
        for part in self._parts:
            yield part
