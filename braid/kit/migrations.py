"""Schema migrations: each service has its own Alembic history, its head written down in ``migrations/HEAD``.

Two migrations made side by side thus meet as a merge conflict in HEAD, not as a broken deployment; and a command can
see whether a database is up to date with one query, without loading Alembic.
"""

import asyncio
from importlib import import_module, resources
from pathlib import Path

from asyncpg import PostgresError
from sqlalchemy import MetaData, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from braid.kit.database import async_url

_MIGRATION_LOCK = 7_042_002


class WrongSchema(Exception):
    """The database is not at the migration that this code was written for."""


def head_of(package: str) -> str:
    """The head revision of a service's migrations; ``package`` such as ``services.ras``."""
    return (resources.files(f"{package}.migrations") / "HEAD").read_text().strip()


async def require_head(engine: AsyncEngine, package: str) -> None:
    """Refuse to work with a database at another migration.

    Raises:
        WrongSchema: it is at another one, or at none.
    """
    found, wanted = await _current(engine), head_of(package)
    if found != wanted:
        raise WrongSchema(f"{package}: the database is at migration {found}, this code needs {wanted}")


async def _current(engine: AsyncEngine) -> str | None:
    try:
        async with engine.connect() as db:
            found = await db.scalar(text("SELECT version_num FROM alembic_version"))
            return None if found is None else str(found)
    except ProgrammingError:
        return None


def upgrade(owner_url: str, package: str, revision: str = "head") -> None:
    """Bring a service's database to a revision; returns at once where it is there already."""
    if revision == "head" and asyncio.run(is_at_head(owner_url, package)):
        return
    from alembic import command

    command.upgrade(alembic_config(owner_url, package), revision)


def alembic_config(owner_url: str, package: str):  # type: ignore[no-untyped-def]  # Alembic is loaded only when used
    """Alembic's configuration for a service."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(str(resources.files(f"{package}.migrations")))))
    config.set_main_option("path_separator", "os")
    config.attributes["owner_url"] = owner_url
    return config


async def is_at_head(owner_url: str, package: str) -> bool:
    """Whether a service's database is there and up to date; one query, without Alembic."""
    engine = create_async_engine(async_url(owner_url), poolclass=NullPool)
    try:
        return await _current(engine) == head_of(package)
    except (DBAPIError, PostgresError):
        return False
    finally:
        await engine.dispose()


def run_migrations(metadata: MetaData) -> None:
    """What every service's ``migrations/env.py`` calls."""
    from alembic import context

    owner_url = context.config.attributes["owner_url"]

    def migrate(connection: Connection) -> None:
        context.configure(
            connection=connection, target_metadata=metadata, compare_type=True, transaction_per_migration=False
        )
        with context.begin_transaction():
            # A migration that waits behind a long query would make everybody else wait behind it.
            connection.execute(text("SET LOCAL lock_timeout = '4s'"))
            connection.execute(text("SET LOCAL statement_timeout = '60s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
            context.run_migrations()

    async def connect() -> None:
        engine = create_async_engine(async_url(owner_url), poolclass=NullPool)
        try:
            async with engine.connect() as db:
                await db.run_sync(migrate)
                await db.commit()
        finally:
            await engine.dispose()

    asyncio.run(connect())


def metadata_of(package: str) -> MetaData:
    """The metadata of a service's tables."""
    metadata = import_module(f"{package}.tables").metadata
    assert isinstance(metadata, MetaData)
    return metadata
