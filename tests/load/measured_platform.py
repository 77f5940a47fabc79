"""The platform to be measured: its processes, a broker, and a PostgreSQL that waits for its disk, all of one's own."""

import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from braid.command_line.embedded_platform import Databases
from braid.command_line.services import all_definitions
from braid.kit.identity import Principal, Role
from braid.kit.private_postgres import PrivatePostgres, state_directory
from gateway.sessions import SESSION_S, Sessions, create_session_key, sessions_with
from tests.real_parts.databases import PASSWORDS
from tests.real_parts.kafka_broker import KafkaBroker, kafka_archives
from tests.real_parts.process_platform import ProcessPlatform

#: PostgreSQL's own defaults where the private server is made smaller, and some room for what is filled in.
DATABASE = {
    "max_connections": "200",
    "shared_buffers": "512MB",
    "max_wal_size": "2GB",
    "maintenance_work_mem": "256MB",
}


@dataclass
class PlatformWithConsole(ProcessPlatform):
    """The processes; people's sessions at the console are sealed by a key that is at hand."""

    def __post_init__(self) -> None:
        super().__post_init__()
        create_session_key(self.folder)

    @property
    def _keys(self) -> Path:
        return self.folder / "session-keys.txt"

    def sessions(self) -> Sessions:
        """What seals a session for a browser."""
        return sessions_with(self._keys, life_s=SESSION_S)

    def _gateway_settings(self) -> Mapping[str, str]:
        return {
            **super()._gateway_settings(),
            "SIGN_IN__CLIENT_ID": "console",
            "SIGN_IN__PUBLIC_URL": self.url,
            "SIGN_IN__SESSION_KEYS_FILE": str(self._keys),
        }


@dataclass
class MeasuredPlatform:
    """What is measured.

    Args:
        processes: the platform's own.
        databases: of the services.
        server: PostgreSQL's first process.
        broker: Kafka's process.
    """

    processes: PlatformWithConsole
    databases: Databases
    server: psutil.Process
    broker: psutil.Process
    sessions: Sessions = field(init=False)

    def __post_init__(self) -> None:
        self.sessions = self.processes.sessions()


def at_work(role: Role, council: str, name: str = "load", *, agency: str | None = None) -> Principal:
    """Somebody at work at a council."""
    return Principal(f"{role}:{name}", council, frozenset({role}), agency=agency)


@asynccontextmanager
async def measured_platform(folder: Path) -> AsyncIterator[MeasuredPlatform]:
    """All of it, ready. The folder keeps the databases for another time; the broker is a new one each time."""
    broker_folder = folder / "broker"
    shutil.rmtree(broker_folder, ignore_errors=True)
    broker_folder.mkdir(parents=True)
    with (
        PrivatePostgres(state_directory(folder / "postgres"), options=DATABASE) as postgres,
        KafkaBroker(kafka_archives(), broker_folder) as broker,
    ):
        databases = Databases(postgres.admin_url(), PASSWORDS)
        for definition in all_definitions():
            await databases.prepare(definition)
        await _migrated(databases)
        platform = PlatformWithConsole(databases, broker.bootstrap, folder / "platform", ready_within_s=300)
        first = (postgres.data_dir / "cluster" / "postmaster.pid").read_text().split()[0]
        assert broker.pid
        async with platform.running():
            yield MeasuredPlatform(platform, databases, psutil.Process(int(first)), psutil.Process(broker.pid))


async def _migrated(databases: Databases) -> None:
    import asyncio

    for definition in all_definitions():
        await asyncio.to_thread(databases.migrate, definition)
