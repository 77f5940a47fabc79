"""Two installations: the one that a council leaves, and the one where it arrives and others live already."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from braid.command_line.embedded_platform import Databases
from tests.moving.installations import Installation, a_ledger, quiet
from tests.real_parts.databases import FreshDatabases

LEAVING, LIVING_THERE = "E10100001", "E10000003"


@pytest.fixture
async def there(fresh_databases: FreshDatabases) -> AsyncIterator[Databases]:
    """The databases of the other installation."""
    copied = await fresh_databases.copy()
    yield copied
    await fresh_databases.drop(copied)


@pytest.fixture
async def source(databases: Databases, tmp_path: Path) -> Installation:
    """Where the council has been until now, with its archive's folder."""
    return Installation(databases, tmp_path / "archive")


@pytest.fixture
async def target(there: Databases, tmp_path: Path) -> Installation:
    """Where it goes."""
    return Installation(there, tmp_path / "archive")


@pytest.fixture
async def books(source: Installation) -> Path:
    """The archive of a ledger whose accounts are opened in between those of another council."""
    async with a_ledger(source, LEAVING) as leaving, a_ledger(source, LIVING_THERE) as other:
        for pence in (520_000, 910_000, 1_300_000):
            await other.open_fund(amount_pence=1_000)
            await leaving.open_fund(amount_pence=pence)
    await quiet(source, "ledger")
    await source.export("ledger", LEAVING)
    return source.folder / "ledger"
