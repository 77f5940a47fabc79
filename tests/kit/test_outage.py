"""A lost database is told from work that is wrong, at whatever moment the connection ends."""

import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest
from sqlalchemy import text

from braid.kit.database import SERVER_ASKS, open_engine, plain_url
from braid.kit.outage import is_outage
from tests.kit.example_service import ROLES, ExampleService
from tests.real_parts.lingering_postgres import lingering
from tests.transports.rig import eventually

TCP_OPTIONS = ("TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT", "TCP_USER_TIMEOUT")


@pytest.fixture
async def address(example: ExampleService) -> AsyncIterator[str]:
    async with lingering(plain_url(example.url_as(ROLES.app, "app"))) as leads_there:
        yield leads_there


async def ended_by_the_server(example: ExampleService, pid: int) -> None:
    """Return when the server has said its last on a connection."""
    admin = await asyncpg.connect(plain_url(example.database_url))
    try:
        await admin.execute("SELECT pg_terminate_backend($1)", pid)

        async def gone() -> bool:
            return not await admin.fetchval("SELECT count(*) FROM pg_stat_activity WHERE pid = $1", pid)

        await eventually(gone)
    finally:
        await admin.close()


async def refused(ask: Callable[[], Awaitable[object]]) -> Exception:
    """How a question is refused in the end; what the server said last may take a moment to arrive."""
    while True:
        try:
            await ask()
        except Exception as error:
            return error


async def test_a_connection_on_which_the_server_said_goodbye_is_lost(example: ExampleService, address: str) -> None:
    connection = await asyncpg.connect(address)
    try:
        await ended_by_the_server(example, connection.get_server_pid())

        met = await refused(lambda: connection.fetchval("SELECT 1"))
    finally:
        connection.terminate()

    assert is_outage(met), repr(met)


async def test_it_is_lost_through_a_pool_as_well(example: ExampleService, address: str) -> None:
    engine = open_engine(address, application_name="kit-tests", pool_size=1)
    try:
        async with engine.connect() as session:
            pid = (await session.execute(text("SELECT pg_backend_pid()"))).scalar_one()
            await session.rollback()
            await ended_by_the_server(example, pid)

            met = await refused(lambda: session.execute(text("SELECT 1")))
    finally:
        await engine.dispose(close=False)

    assert is_outage(met), repr(met)


async def test_a_statement_that_is_wrong_is_not_an_outage(example: ExampleService) -> None:
    connection = await asyncpg.connect(plain_url(example.url_as(ROLES.app, "app")))
    try:
        with pytest.raises(asyncpg.PostgresError) as met:
            await connection.fetchval("SELECT 1 / 0")
    finally:
        await connection.close()

    assert not is_outage(met.value)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems name these options otherwise, or have none")
async def test_each_side_of_a_connection_misses_the_other_when_it_is_gone_without_a_goodbye(
    example: ExampleService,
) -> None:
    async with example.app.connect() as session:
        query = text("SELECT name, setting FROM pg_settings WHERE name = ANY(:names)")
        rows = await session.execute(query, {"names": list(SERVER_ASKS)})
        server = {row.name: row.setting for row in rows}
        connection = (await session.get_raw_connection()).driver_connection
        assert connection
        ours = connection._transport.get_extra_info("socket")
        is_asked = ours.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        asked = [ours.getsockopt(socket.IPPROTO_TCP, getattr(socket, name)) for name in TCP_OPTIONS]

    assert server == SERVER_ASKS
    assert is_asked
    assert asked == [30, 10, 3, 60_000]
