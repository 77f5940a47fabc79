"""Databases for this folder's tests, and a desk for each test, with a council and a person of its own."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from braid.command_line.embedded_platform import Databases
from braid.kit.jobs.runner import running_jobs
from tests.outcomes.desk import Desk
from tests.outcomes.jobs_desk import JobsDesk
from tests.real_parts.databases import FreshDatabases


@pytest.fixture(scope="session")
def shared_databases(fresh_databases: FreshDatabases) -> Databases:
    """Databases for all tests of this folder; each test has people of its own."""
    return asyncio.run(fresh_databases.copy())


@pytest.fixture
async def desk(shared_databases: Databases, tmp_path: Path) -> AsyncIterator[Desk]:
    """A desk of a council of its own, where a case is open."""
    desk = Desk(shared_databases, tmp_path)
    await desk.open_case()
    yield desk
    await desk.close()


@pytest.fixture
async def jobs_desk(shared_databases: Databases, tmp_path: Path) -> AsyncIterator[JobsDesk]:
    """A desk of a council of its own that works jobs out."""
    desk = JobsDesk(shared_databases, tmp_path)
    async with running_jobs(desk.app):
        yield desk
    await desk.close()
