"""The ledger over a database that the tests of a worker share, each as a council of its own."""

import asyncio
import itertools
from collections.abc import AsyncIterator

import pytest

from braid.command_line.embedded_platform import Databases
from tests.ledger.ledger_under_test import LedgerUnderTest
from tests.real_parts.databases import FreshDatabases

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def shared_databases(fresh_databases: FreshDatabases) -> Databases:
    """Databases for all tests of this folder: councils are kept apart by the database itself, which is tested too."""
    return asyncio.run(fresh_databases.copy())


@pytest.fixture
async def ledger(shared_databases: Databases) -> AsyncIterator[LedgerUnderTest]:
    """The ledger's handlers and queries, for a council that has posted nothing yet."""
    under_test = LedgerUnderTest(shared_databases, council=a_new_council())
    yield under_test
    await under_test.close()


def a_new_council() -> str:
    """The code of a council that no other test of this worker uses."""
    return f"E10{next(_NUMBERS):06}"


@pytest.fixture
async def another_council(shared_databases: Databases) -> AsyncIterator[LedgerUnderTest]:
    """The same ledger, as another council uses it."""
    under_test = LedgerUnderTest(shared_databases, council=a_new_council())
    yield under_test
    await under_test.close()
