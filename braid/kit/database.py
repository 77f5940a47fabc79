"""Connections to a service's PostgreSQL database."""

import socket
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

#: A statement that waits longer for a lock gives up, in milliseconds: better a refused request than a queue of them.
LOCK_TIMEOUT_MS = 10_000
STATEMENT_TIMEOUT_MS = 30_000
IDLE_TRANSACTION_MS = 60_000
#: After so many seconds without a word the other side is asked whether it is there, so often, so many times. A machine
#: that loses its power says no goodbye: by default its transaction, with its locks, would live for two hours more.
ASK_AFTER_S, ASK_EVERY_S, ASK_TIMES = 30, 10, 3
#: What was sent and is not acknowledged for so long was sent to nobody, in milliseconds.
UNACKNOWLEDGED_MS = 60_000
#: What the server is told to find out about us, for each connection.
SERVER_ASKS = {
    "tcp_keepalives_idle": str(ASK_AFTER_S),
    "tcp_keepalives_interval": str(ASK_EVERY_S),
    "tcp_keepalives_count": str(ASK_TIMES),
    "tcp_user_timeout": str(UNACKNOWLEDGED_MS),
}
#: What we find out about the server, where the system knows the option.
_WE_ASK = {
    "TCP_KEEPIDLE": ASK_AFTER_S,
    "TCP_KEEPINTVL": ASK_EVERY_S,
    "TCP_KEEPCNT": ASK_TIMES,
    "TCP_USER_TIMEOUT": UNACKNOWLEDGED_MS,
}


def async_url(url: str) -> str:
    """The same address for SQLAlchemy with asyncpg."""
    return make_url(url).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)


def plain_url(url: str) -> str:
    """The same address without a driver, as asyncpg and psql read it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def open_engine(
    url: str, *, application_name: str, pool_size: int = 5, idle_transaction_ms: int = IDLE_TRANSACTION_MS
) -> AsyncEngine:
    """Open a pool of connections; none is made before the first use.

    Args:
        url: address with role and password.
        application_name: shown in pg_stat_activity.
        pool_size: most connections held at once; there is no overflow, so that load cannot churn connections.
        idle_transaction_ms: a transaction that does nothing for so long is ended, so that a frozen process holds
            nothing for ever; 0 for no limit.
    """
    engine = create_async_engine(
        async_url(url),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        # Parameters are personal data; errors and logs must not hold them.
        hide_parameters=True,
        connect_args={
            "timeout": 10,
            "server_settings": {
                "application_name": application_name,
                "lock_timeout": str(LOCK_TIMEOUT_MS),
                "statement_timeout": str(STATEMENT_TIMEOUT_MS),
                "idle_in_transaction_session_timeout": str(idle_transaction_ms),
                "jit": "off",
                **SERVER_ASKS,
            },
        },
    )
    event.listen(engine.sync_engine, "connect", lambda connection, _record: miss_the_dead(connection.driver_connection))
    return engine


def miss_the_dead(connection: Any) -> None:
    """Have a connection of asyncpg's break when its server is gone without a goodbye.

    Otherwise a request waits a quarter of an hour for the answer of a database that has moved to another machine.
    """
    # asyncpg gives no other way to its socket.
    opened = connection._transport.get_extra_info("socket")
    if opened is None or opened.family == socket.AF_UNIX:
        return
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _WE_ASK.items():
        if option := getattr(socket, name, None):
            opened.setsockopt(socket.IPPROTO_TCP, option, value)


def session_factory(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    """Sessions whose rows stay readable after the commit."""
    return async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)
