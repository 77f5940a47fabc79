"""Callers of an HTTP server who write ready-made bytes, so that the server is measured and not its client."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from time import perf_counter

from tests.bench.figures import percentile

SECONDS = 5.0


class Rate:
    """What callers got.

    Args:
        latencies: seconds that each request took.
        seconds: how long all of them took, side by side.
    """

    def __init__(self, latencies: Sequence[float], seconds: float) -> None:
        self.requests = len(latencies)
        self.a_second = self.requests / seconds
        self.median_ms = percentile(latencies, 0.5) * 1_000
        self.p99_ms = percentile(latencies, 0.99) * 1_000


def request_of(method: str, path: str, token: str, body: bytes = b"", *, accept: str = "application/json") -> bytes:
    """The bytes of a request with a bearer token."""
    return (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: {accept}\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body


async def rate(
    port: int,
    requests: Iterator[bytes],
    callers: int,
    *,
    seconds: float = SECONDS,
    is_right: Callable[[bytes], bool] = lambda _body: True,
) -> Rate:
    """Ask until the requests or the seconds are over; each caller sends its next one when it has its answer.

    Raises:
        AssertionError: an answer was no success, or its body is not right.
    """
    latencies: list[float] = []
    begun = perf_counter()

    async def call() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in requests:
            sent = perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 20"), head
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            body = await reader.readexactly(int(length.split(b":")[1]))
            latencies.append(perf_counter() - sent)
            assert is_right(body), body[:500]
            if perf_counter() - begun > seconds:
                break
        writer.close()

    await asyncio.gather(*(call() for _ in range(callers)))
    return Rate(latencies, perf_counter() - begun)
