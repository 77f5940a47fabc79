"""Connections to a service's PostgreSQL database."""

from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

#: A statement that waits longer for a lock gives up, in milliseconds: better a refused request than a queue of them.
LOCK_TIMEOUT_MS = 10_000
STATEMENT_TIMEOUT_MS = 30_000
IDLE_TRANSACTION_MS = 60_000


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
    return create_async_engine(
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
            },
        },
    )


def session_factory(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    """Sessions whose rows stay readable after the commit."""
    return async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)
