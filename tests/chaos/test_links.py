"""Each thing that a link can do to a connection is done: a chaos round whose links do nothing would prove nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.chaos.links import LOOPBACK, Link
from tests.real_parts.process_platform import free_ports

HEARD_S = 60


@pytest.fixture
async def link() -> AsyncIterator[Link]:
    """A link to a server that says everything back."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(65_536):
            writer.write(piece)

    here, there = free_ports(2)
    server = await asyncio.start_server(echo, LOOPBACK, there)
    made = Link("echo", here, there)
    await made.start()
    yield made
    await made.stop()
    server.close()


@asynccontextmanager
async def connected(link: Link) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(LOOPBACK, link.port)
    yield reader, writer
    writer.transport.abort()


async def heard(reader: asyncio.StreamReader, count: int) -> bytes:
    async with asyncio.timeout(HEARD_S):
        return await reader.readexactly(count)


async def test_a_good_link_carries_both_ways(link: Link) -> None:
    async with connected(link) as (reader, writer):
        writer.write(b"x" * 200_000)
        assert await heard(reader, 200_000) == b"x" * 200_000


async def test_a_cut_link_resets_what_was_there_and_what_comes_and_heals(link: Link) -> None:
    async with connected(link) as (reader, writer):
        writer.write(b"before")
        await heard(reader, 6)
        link.cut()
        with pytest.raises(ConnectionResetError):
            await heard(reader, 1)
    async with connected(link) as (reader, _):
        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await heard(reader, 1)
    link.heal()
    async with connected(link) as (reader, writer):
        writer.write(b"after")
        assert await heard(reader, 5) == b"after"


async def test_a_link_that_swallows_says_nothing_until_it_heals_and_has_forgotten_then(link: Link) -> None:
    async with connected(link) as (reader, writer):
        link.swallow()
        writer.write(b"lost")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.readexactly(1), 0.2)
        link.heal()
        with pytest.raises(ConnectionResetError):
            await heard(reader, 1)


async def test_an_answer_is_broken_off_in_its_middle(link: Link) -> None:
    link.answer_bytes_most = 10
    async with connected(link) as (reader, writer):
        writer.write(b"y" * 50)
        assert await heard(reader, 10) == b"y" * 10
        with pytest.raises(ConnectionResetError):
            await heard(reader, 1)


async def test_a_slow_link_is_slow(link: Link) -> None:
    link.latency_s, link.bytes_a_second = 0.1, 1_000
    started = asyncio.get_running_loop().time()
    async with connected(link) as (reader, writer):
        writer.write(b"z" * 100)
        await heard(reader, 100)
    assert asyncio.get_running_loop().time() - started >= 0.4
