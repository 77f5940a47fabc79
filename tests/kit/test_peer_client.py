"""A peer that cannot be reached is told as one, however it was lost."""

import asyncio
import socket
import struct
import threading
import time

import httpx
import pytest
import uvloop

from braid.kit.peer_client import client_of
from tests.real_parts.process_platform import free_ports

TIMES = 50


def test_connections_that_are_reset_as_soon_as_they_are_made_are_lost_connections() -> None:
    """Services run on uvloop, where such a connection has no socket any more by the time that it is looked at."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=reset_everybody, args=(server,), daemon=True).start()
        errors = uvloop.run(asked_in_vain(server.getsockname()[1]))

    assert len(errors) == TIMES
    assert [error for error in errors if not isinstance(error, httpx.TransportError)] == []


def reset_everybody(server: socket.socket) -> None:
    for _ in range(TIMES):
        connection, _ = server.accept()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()


async def asked_in_vain(port: int) -> list[BaseException]:
    async def be_busy() -> None:
        while True:
            time.sleep(0.01)  # noqa: ASYNC251 (a loop that has much to do hears of the reset late)
            await asyncio.sleep(0)

    busy = asyncio.create_task(be_busy())
    async with client_of(f"http://127.0.0.1:{port}", timeout_s=60) as client:
        errors = [
            error
            for _ in range(TIMES // 5)
            for error in await asyncio.gather(*(client.get("/") for _ in range(5)), return_exceptions=True)
            if isinstance(error, BaseException)
        ]
    busy.cancel()
    return errors


async def test_a_peer_that_answers_is_heard() -> None:
    (port,) = free_ports(1)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    server = await asyncio.start_server(answer, "127.0.0.1", port)
    async with server, client_of(f"http://127.0.0.1:{port}", timeout_s=60) as client:
        assert (await client.get("/")).text == "ok"


@pytest.mark.parametrize("address", ["http://127.0.0.1:1"])
async def test_a_peer_that_is_not_there_is_away(address: str) -> None:
    async with client_of(address, timeout_s=60) as client:
        with pytest.raises(httpx.TransportError):
            await client.get("/")
