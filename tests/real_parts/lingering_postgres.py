"""A way to PostgreSQL on which a connection stays open for a while after the server has ended it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from sqlalchemy.engine import make_url


@asynccontextmanager
async def lingering(url: str) -> AsyncIterator[str]:
    """An address that leads to the same database; what the server says last arrives, the end of the connection not.

    So it is on a real network for a moment, which is too short to meet on purpose.
    """
    target = make_url(url)
    assert target.host is not None
    assert target.port is not None
    host, port = target.host, target.port
    callers = set[asyncio.StreamWriter]()

    async def carry(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65_536):
                sink.write(data)
                await sink.drain()

    async def answer(caller: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        callers.add(back)
        from_server, to_server = await asyncio.open_connection(host, port)
        there, _here = asyncio.create_task(carry(caller, to_server)), asyncio.create_task(carry(from_server, back))
        await there
        to_server.close()
        back.close()
        callers.discard(back)

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    here = server.sockets[0].getsockname()[1]
    try:
        yield target.set(host="127.0.0.1", port=here).render_as_string(hide_password=False)
    finally:
        server.close()
        for back in callers:
            back.transport.abort()
