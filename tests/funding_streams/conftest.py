"""The service on databases that this folder's tests of a worker share, each test as a council of its own."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from braid.command_line.embedded_platform import Databases
from tests.real_parts.databases import FreshDatabases

from .rules_desk import RulesDesk

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def streams_databases(fresh_databases: FreshDatabases) -> Databases:
    """Databases for all tests that ask as a council of their own: the database itself keeps councils apart."""
    return asyncio.run(fresh_databases.copy())


@pytest.fixture
async def desk(streams_databases: Databases, tmp_path: Path) -> AsyncIterator[RulesDesk]:
    """The service, for a council that has chosen nothing and knows nobody yet."""
    opened = RulesDesk(streams_databases, tmp_path, council=f"E10{next(_NUMBERS):06}")
    yield opened
    await opened.close()
