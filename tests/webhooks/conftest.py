"""A desk for each test, and a receiver with a certificate of its own authority."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from braid.command_line.embedded_platform import Databases
from tests.webhooks.desk import Desk
from tests.webhooks.receiver import Authority, Receiver, an_authority


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority of tests."""
    return an_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
async def desk(databases: Databases, authority: Authority, tmp_path: Path) -> AsyncIterator[Desk]:
    """A desk of a council of its own; senders of a test find what is in line in it and nothing else."""
    desk = Desk(databases, tmp_path, ca_file=authority.ca_file)
    yield desk
    await desk.close()


@pytest.fixture
async def receiver(authority: Authority) -> AsyncIterator[Receiver]:
    """A receiver that listens."""
    async with Receiver(authority).listening() as listening:
        yield listening
