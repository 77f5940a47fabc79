"""Posting to an address outside: to what was checked and nowhere else, within bounds of time and size.

A host's addresses are looked up and checked for each connection, and the connection is made to the address that was
checked, so that a name cannot lead elsewhere between the look and the call. Certificates are checked against the name.
httpcore is used as it is: it follows no redirect, heeds no proxy of the environment and keeps no cookie.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any

import httpcore

from services.webhooks.domain.targets import IPAddress, Target, TargetRefused, Where, require_callable

#: As much of an answer as is read, in bytes; nothing in it matters to us.
ANSWER_MOST = 16_384
RESOLVE_WITHIN_S = 5.0

Resolve = Callable[[str, int], Awaitable[Sequence[IPAddress]]]


class Outcome(StrEnum):
    """What came of a call."""

    ANSWERED = "answered"
    TIMED_OUT = "timed_out"
    NOT_RESOLVED = "not_resolved"
    ADDRESS_REFUSED = "address_refused"
    NOT_CONNECTED = "not_connected"
    NOT_TRUSTED = "not_trusted"
    BROKEN_OFF = "broken_off"
    NOT_SIGNED = "not_signed"


@dataclass(frozen=True)
class Answer:
    """What came of a call; nothing of what the receiver said is kept but the status and how long we are to wait."""

    outcome: Outcome
    status: int | None = None
    retry_after: str | None = None

    @property
    def is_taken(self) -> bool:
        """Whether the receiver has taken the message."""
        return self.status is not None and HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES


class NotResolved(Exception):
    """A name leads to no address, or the resolver does not answer."""


async def resolve(host: str, port: int) -> Sequence[IPAddress]:
    """The addresses of a host.

    Raises:
        NotResolved: there is none, or the resolver does not answer.
    """
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(RESOLVE_WITHIN_S):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotResolved(f"{host} is not resolved") from error
    return list(dict.fromkeys(ip_address(str(place[0]).partition("%")[0]) for *_, place in found))


async def require_reachable(target: Target, where: Where, *, look_up: Resolve = resolve) -> None:
    """Look whether an address leads to where it may.

    Raises:
        TargetRefused: it leads elsewhere, or nowhere.
    """
    try:
        require_callable(target, await look_up(target.host, target.port), where)
    except NotResolved as error:
        raise TargetRefused("The host of the address is not found.") from error


class _CheckedNetwork(httpcore.AsyncNetworkBackend):
    """Connects to addresses that were checked, for one target."""

    def __init__(self, target: Target, where: Where, look_up: Resolve) -> None:
        self._target, self._where, self._look_up = target, where, look_up
        self._plain = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 (as httpcore calls it)
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = await self._look_up(host, port)
        require_callable(self._target, addresses, self._where)
        for number, address in enumerate(addresses, start=1):
            try:
                return await self._plain.connect_tcp(str(address), port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if number == len(addresses):
                    raise
        raise AssertionError("there is an address, or it was refused")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Postman:
    """Posts messages.

    Args:
        where: what may be called.
        timeout_s: longest that a call takes in all, in seconds.
        ca_file: authorities to believe beside those of the system.
        look_up: finds a host's addresses.
    """

    def __init__(
        self, where: Where, *, timeout_s: float, ca_file: str | None = None, look_up: Resolve = resolve
    ) -> None:
        self._where, self._timeout_s, self._look_up = where, timeout_s, look_up
        self._tls = ssl.create_default_context()
        if ca_file:
            self._tls.load_verify_locations(ca_file)

    async def post(self, target: Target, headers: Mapping[str, str], body: bytes) -> Answer:
        """Post a message; whatever goes wrong is an answer too."""
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._post(target, headers, body)
        except (TimeoutError, httpcore.TimeoutException):
            return Answer(Outcome.TIMED_OUT)
        except TargetRefused:
            return Answer(Outcome.ADDRESS_REFUSED)
        except NotResolved:
            return Answer(Outcome.NOT_RESOLVED)
        except httpcore.ConnectError as error:
            return Answer(Outcome.NOT_TRUSTED if _is_of_tls(error) else Outcome.NOT_CONNECTED)
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError, ValueError):
            return Answer(Outcome.BROKEN_OFF)

    async def _post(self, target: Target, headers: Mapping[str, str], body: bytes) -> Answer:
        url = httpcore.URL(
            scheme=target.scheme.encode(), host=target.host.encode(), port=target.port, target=target.path.encode()
        )
        # A connection for each call: nothing of one receiver is left for the next.
        pool = httpcore.AsyncConnectionPool(
            ssl_context=self._tls,
            max_connections=1,
            max_keepalive_connections=0,
            network_backend=_CheckedNetwork(target, self._where, self._look_up),
        )
        length = str(len(body))
        told = list({"host": _host_header(target), "connection": "close", "content-length": length, **headers}.items())
        async with pool, pool.stream("POST", url, headers=told, content=body) as response:
            answer = Answer(Outcome.ANSWERED, response.status, _retry_after(response.headers))
            await _read_a_little(response)
            return answer


def _host_header(target: Target) -> str:
    host = f"[{target.host}]" if ":" in target.host else target.host
    usual = {"https": 443, "http": 80}[target.scheme]
    return host if target.port == usual else f"{host}:{target.port}"


def _retry_after(headers: Sequence[tuple[bytes, bytes]]) -> str | None:
    found = (value.decode("latin-1") for name, value in headers if name.lower() == b"retry-after")
    return next(found, None)


async def _read_a_little(response: httpcore.Response) -> None:
    """Read the end of a short answer, so that the receiver is not cut off; the status is known in any case."""
    read = 0
    try:
        async with asyncio.timeout(1):
            async for part in response.aiter_stream():
                read += len(part)
                if read > ANSWER_MOST:
                    return
    except (TimeoutError, httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError):
        return


def _is_of_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False
