"""A desk for each test, and a receiver with a certificate of its own authority."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from braid.command_line.embedded_platform import Databases
from services.webhooks.tables import metadata
from tests.forgetting.test_every_column import everybody_in
from tests.real_parts.databases import FreshDatabases
from tests.webhooks.desk import Desk
from tests.webhooks.receiver import Authority, Receiver, an_authority


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority of tests."""
    return an_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def shared_databases(fresh_databases: FreshDatabases) -> Databases:
    """Databases for all tests of this folder, one after the other."""
    return asyncio.run(fresh_databases.copy())


@pytest.fixture
async def desk(shared_databases: Databases, authority: Authority, tmp_path: Path) -> AsyncIterator[Desk]:
    """A desk of a council of its own; senders look at every council, so nothing is left of the test before."""
    async with everybody_in(shared_databases, "webhooks") as everybody:
        tables = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
        await everybody.execute(f"TRUNCATE {tables}")
    desk = Desk(shared_databases, tmp_path, ca_file=authority.ca_file)
    yield desk
    await desk.close()


@pytest.fixture
async def receiver(authority: Authority) -> AsyncIterator[Receiver]:
    """A receiver that listens."""
    async with Receiver(authority).listening() as listening:
        yield listening
