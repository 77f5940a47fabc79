"""Every service's migration history makes exactly its tables, ends at its HEAD, and can be undone."""

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect
from sqlalchemy.ext.asyncio import create_async_engine

from braid.command_line.embedded_platform import Databases
from braid.command_line.services import SERVICES, definition_of
from braid.kit.database import async_url
from braid.kit.migrations import alembic_config, head_of, metadata_of
from braid.kit.private_postgres import PrivatePostgres
from tests.real_parts.databases import PASSWORDS


@pytest.mark.parametrize("service", SERVICES)
def test_the_head_file_names_the_one_head(service: str) -> None:
    package = definition_of(service).package
    heads = ScriptDirectory.from_config(alembic_config("postgresql://nowhere", package)).get_heads()

    assert heads == [head_of(package)]


@pytest.mark.parametrize("service", SERVICES)
async def test_the_history_makes_exactly_the_tables_of_the_code(service: str, databases: Databases) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, metadata_of(definition_of(service).package)))

    engine = create_async_engine(async_url(databases.owner_url(service)))
    async with engine.connect() as db:
        assert await db.run_sync(differences) == []
    await engine.dispose()


@pytest.fixture
def own_databases(postgres: PrivatePostgres) -> Databases:
    """Databases that a test may tear down and build up."""
    return Databases(postgres.admin_url(), PASSWORDS, "_updown")


@pytest.mark.parametrize("service", SERVICES)
def test_the_history_can_be_undone_and_made_again(service: str, own_databases: Databases) -> None:
    import asyncio

    definition = definition_of(service)
    asyncio.run(own_databases.prepare(definition))
    url = own_databases.owner_url(service)
    own_databases.migrate(definition)

    command.downgrade(alembic_config(url, definition.package), "base")

    assert asyncio.run(table_names(url)) == ["alembic_version"]
    own_databases.migrate(definition)
    assert set(asyncio.run(table_names(url))) == {*definition.metadata.tables, "alembic_version"}


async def table_names(url: str) -> list[str]:
    engine = create_async_engine(async_url(url))
    async with engine.connect() as db:
        names = await db.run_sync(lambda connection: inspect(connection).get_table_names())
    await engine.dispose()
    return names
