"""Schema migrations: each service has its own Alembic history, its head written down in ``migrations/HEAD``.

Two migrations made side by side thus meet as a merge conflict in HEAD, not as a broken deployment; and a command can
see whether a database is up to date with one query, without loading Alembic.

A release adds, and takes away what an earlier release has stopped using: so code of the release before goes on with a
database that is a release ahead. A migration states with ``oldest_code`` which code that is, and the database keeps
what its migrations stated, where code that has never heard of them reads it (docs/upgrading.md).
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module, resources
from pathlib import Path
from typing import TYPE_CHECKING

from asyncpg import PostgresError
from sqlalchemy import MetaData, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from braid.kit.database import async_url

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

_MIGRATION_LOCK = 7_042_002

#: How the database words whose code it serves, as the comment on ``alembic_version``. It names the migration that it
#: was made at: whoever changes the one without the other has made a state that nobody knows.
_SERVES = "At migration {revision}: serves code at "
_SCHEMA = text("SELECT version_num, obj_description('alembic_version'::regclass, 'pg_class') FROM alembic_version")


class WrongSchema(Exception):
    """The database is at a migration that this code cannot work with, or nobody has stated that it can."""


class UnknownSchema(WrongSchema):
    """The database is at a migration that this code does not know, so no migration of its own will mend it."""


@dataclass(frozen=True)
class Schema:
    """What a database says of itself.

    Args:
        revision: the migration that it is at; None where it is at none.
        serves: migrations whose code may work with it, as its own migrations stated.
    """

    revision: str | None
    serves: frozenset[str]

    def may_serve(self, head: str) -> bool:
        """Whether code that was written for a migration may work with it."""
        return head == self.revision or head in self.serves


def head_of(package: str) -> str:
    """The head revision of a service's migrations; ``package`` such as ``services.ras``."""
    return (resources.files(f"{package}.migrations") / "HEAD").read_text().strip()


def released_of(package: str) -> str:
    """The migration that the last release came with; migrations after it may still take nothing away."""
    return (resources.files(f"{package}.migrations") / "RELEASED").read_text().strip()


async def require_servable(engine: AsyncEngine, package: str) -> None:
    """Refuse to work with a database that is not at this code's migration, nor at a later one that serves this code.

    Raises:
        UnknownSchema: it is at a migration that this code does not know, and that does not serve it.
        WrongSchema: it is at an earlier migration, or at none.
    """
    schema, wanted = await _schema(engine), head_of(package)
    if not schema.may_serve(wanted):
        is_known = schema.revision is None or _knows(package, schema.revision)
        raise (WrongSchema if is_known else UnknownSchema)(
            f"{package}: the database is at migration {schema.revision}, {_misfit(schema, wanted)}"
        )


def _knows(package: str, revision: str) -> bool:
    versions = resources.files(f"{package}.migrations") / "versions"
    return any(file.name.startswith(f"{revision}_") for file in versions.iterdir())


def _misfit(schema: Schema, wanted: str) -> str:
    if not schema.serves:
        return f"this code needs {wanted}"
    return f"which serves code at {', '.join(sorted(schema.serves))}; this code needs {wanted}"


async def _schema(engine: AsyncEngine) -> Schema:
    try:
        async with engine.connect() as db:
            found = (await db.execute(_SCHEMA)).one_or_none()
    except ProgrammingError:
        found = None
    if found is None:
        return Schema(None, frozenset())
    revision, told = found
    stated, beginning = str(told or ""), _SERVES.format(revision=revision)
    serves = stated.removeprefix(beginning).split(", ") if stated.startswith(beginning) else []
    return Schema(str(revision), frozenset(serves))


def upgrade(owner_url: str, package: str, revision: str = "head") -> None:
    """Bring a service's database to a revision.

    Returns at once where it is there already, or, asked for the head, where a later release has brought it further and
    it serves this code: a release that is gone back to leaves it there.
    """
    if revision == "head" and asyncio.run(is_up_to_date(owner_url, package)):
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


async def is_up_to_date(owner_url: str, package: str) -> bool:
    """Whether a service's database is there and may be served by this code; one query, without Alembic."""
    schema = await _schema_at(owner_url)
    return schema is not None and schema.may_serve(head_of(package))


async def is_at_head(owner_url: str, package: str) -> bool:
    """Whether a service's database is there and at this code's own migration, no earlier one and no later."""
    schema = await _schema_at(owner_url)
    return schema is not None and schema.revision == head_of(package)


async def _schema_at(owner_url: str) -> Schema | None:
    engine = create_async_engine(async_url(owner_url), poolclass=NullPool)
    try:
        return await _schema(engine)
    except (DBAPIError, PostgresError):
        return None
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
            _state_whom_it_serves(connection, context.script, context.get_context().get_current_heads())

    async def connect() -> None:
        engine = create_async_engine(async_url(owner_url), poolclass=NullPool)
        try:
            async with engine.connect() as db:
                await db.run_sync(migrate)
                await db.commit()
        finally:
            await engine.dispose()

    asyncio.run(connect())


def _state_whom_it_serves(connection: Connection, script: "ScriptDirectory", heads: Sequence[str]) -> None:
    told = "NULL"
    for head in heads:
        told = f"'{_SERVES.format(revision=head)}{', '.join(code_served_at(script, head))}'"
    connection.execute(text(f"COMMENT ON TABLE alembic_version IS {told}"))


def code_served_at(script: "ScriptDirectory", revision: str) -> list[str]:
    """The migrations whose code may work with a database at one of them, the oldest first.

    Each migration may state with ``oldest_code`` how far back that goes, as far as the one before it goes at most. One
    that states nothing serves the code that it came with alone.
    """
    served: list[str] = []
    for migration in reversed(list(script.walk_revisions("base", revision))):
        oldest = getattr(migration.module, "oldest_code", migration.revision)
        served = [*(served[served.index(oldest) :] if oldest in served else ()), migration.revision]
    return served


def metadata_of(package: str) -> MetaData:
    """The metadata of a service's tables."""
    metadata = import_module(f"{package}.tables").metadata
    assert isinstance(metadata, MetaData)
    return metadata
