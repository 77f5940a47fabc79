"""The gateway's way to a service over a real connection: what goes out, what comes back, and what breaks on the way."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from gateway.service_clients import OverNetwork, ServiceAway, ServiceSlow

Serves = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
EMPTY = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"
#: A patience that no answer of these tests needs.
PATIENT_S = 60


@asynccontextmanager
async def service(serves: Serves, *, answer_s: float = PATIENT_S) -> AsyncIterator[OverNetwork]:
    """The way to a service that does with each connection what it is told."""
    server = await asyncio.start_server(serves, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client = OverNetwork(f"http://127.0.0.1:{port}", answer_s=answer_s)
    try:
        yield client
    finally:
        await client.aclose()
        server.close()


class Answering:
    """A service that answers every request alike, and keeps what it was sent."""

    def __init__(self, answer: bytes = EMPTY, *, answers_most: int | None = None) -> None:
        self.heads: list[bytes] = []
        self.bodies: list[bytes] = []
        self.connections = 0
        self._answer = answer
        self._answers_most = answers_most

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        answered = 0
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                self.heads.append(head)
                lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
                self.bodies.append(await reader.readexactly(int(lengths[0].split(b":")[1])) if lengths else b"")
                if answered == self._answers_most:
                    break
                answered += 1
                writer.write(self._answer)
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()


async def ask(client: OverNetwork, method: str = "GET", target: str = "/", content: bytes = b"") -> tuple[int, bytes]:
    async with client.ask(method, target, {}, content) as answer:
        return answer.status, await answer.body()


async def test_a_request_goes_out_as_it_was_given_and_says_nothing_of_its_own() -> None:
    asked = Answering()
    target = "/v1/people/%2e%2e%2Fx/a%20b//c;d:e?after=a%26b%3D%C3%A9&x"
    async with service(asked) as client, client.ask("POST", target, {"if-match": 'é"1"'}, b"{}") as answer:
        assert answer.status == 200

    line, *headers = asked.heads[0].split(b"\r\n")
    assert line == f"POST {target} HTTP/1.1".encode()
    assert {header.split(b":")[0].lower() for header in headers if header} == {b"host", b"if-match", b"content-length"}
    assert asked.bodies == [b"{}"]


async def test_redirects_cookies_and_packed_bodies_come_back_and_are_not_acted_on() -> None:
    asked = Answering(
        b"HTTP/1.1 303 See Other\r\nLocation: /elsewhere\r\nSet-Cookie: a=b\r\nContent-Encoding: gzip\r\n"
        b"Content-Length: 4\r\n\r\nabcd"
    )
    async with service(asked) as client:
        async with client.ask("GET", "/", {}, b"") as answer:
            assert (answer.status, await answer.body()) == (303, b"abcd")
            assert (b"location", b"/elsewhere") in answer.headers
        await ask(client)

    assert len(asked.heads) == 2
    assert b"cookie" not in asked.heads[1].lower()


async def test_a_proxy_in_the_surroundings_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    async with service(Answering()) as client:
        assert await ask(client) == (200, b"")


async def test_one_connection_carries_many_requests() -> None:
    asked = Answering()
    async with service(asked) as client:
        for _ in range(5):
            await ask(client)

    assert asked.connections == 1


async def test_a_long_answer_comes_in_parts_as_it_is_sent() -> None:
    goes_on = asyncio.Event()

    async def serves(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n")
        await goes_on.wait()
        writer.write(b"6\r\nsecond\r\n0\r\n\r\n")
        await writer.drain()
        writer.close()

    async with service(serves) as client, client.ask("GET", "/", {}, b"") as answer:
        assert await anext(answer.parts) == b"first"
        goes_on.set()
        assert b"".join([part async for part in answer.parts]) == b"second"


async def test_a_read_whose_connection_broke_is_asked_once_more() -> None:
    asked = Answering(answers_most=1)
    async with service(asked) as client:
        assert [await ask(client) for _ in range(3)] == [(200, b"")] * 3

    assert (asked.connections, len(asked.heads)) == (3, 5)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_a_change_whose_connection_broke_is_not_asked_again(method: str) -> None:
    asked = Answering(answers_most=1)
    async with service(asked) as client:
        await ask(client, method, content=b"{}")
        with pytest.raises(ServiceAway):
            await ask(client, method, content=b"{}")

    assert len(asked.heads) == 2


async def test_a_service_that_answers_nothing_at_all_is_away() -> None:
    async with service(Answering(answers_most=0)) as client:
        for method in ("GET", "POST"):
            with pytest.raises(ServiceAway):
                await ask(client, method)


async def test_an_answer_that_breaks_off_is_no_answer() -> None:
    async def serves(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf")
        await writer.drain()
        writer.close()

    async with service(serves) as client:
        with pytest.raises(ServiceAway):
            await ask(client)


async def test_nobody_at_the_address_is_a_service_that_is_away() -> None:
    client = OverNetwork("http://127.0.0.1:9")
    with pytest.raises(ServiceAway):
        await ask(client)
    await client.aclose()


async def test_a_service_that_takes_a_request_and_says_nothing_is_slow() -> None:
    async def serves(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with service(serves, answer_s=0.2) as client:
        for method in ("GET", "POST"):
            with pytest.raises(ServiceSlow):
                await ask(client, method)
