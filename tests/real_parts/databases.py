"""Databases for tests: one private PostgreSQL a worker, a fresh copy of the migrated databases for each test."""

import asyncio
import itertools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from braid.command_line.embedded_platform import Databases
from braid.command_line.services import all_definitions
from braid.kit.private_postgres import PrivatePostgres, state_directory
from braid.kit.roles import Roles

PASSWORDS = {"owner": "owner-of-tests", "app": "app-of-tests", "ops": "ops-of-tests"}
_TEMPLATE = "_template"


@contextmanager
def test_postgres(directory: Path) -> Iterator[PrivatePostgres]:
    """A server that forgets all on a power cut, as tests may."""
    # Run as root, the server's own user cannot look into pytest's folders.
    place = state_directory(directory / "postgres")
    with PrivatePostgres(place, durable=False, options={"max_connections": "200"}) as postgres:
        yield postgres
    shutil.rmtree(place, ignore_errors=True)


class FreshDatabases:
    """Copies of the services' migrated databases, made in milliseconds from templates."""

    def __init__(self, admin_url: str) -> None:
        self._admin_url = admin_url
        self._numbers = itertools.count(1)
        self._template = Databases(admin_url, PASSWORDS, _TEMPLATE)

    def make_templates(self) -> None:
        """Migrate one database of each service; not from inside an event loop."""

        async def prepare() -> None:
            for definition in all_definitions():
                await self._template.prepare(definition)

        asyncio.run(prepare())
        for definition in all_definitions():
            self._template.migrate(definition)

    async def copy(self) -> Databases:
        """Fresh databases for one test."""
        databases = Databases(self._admin_url, PASSWORDS, f"_{next(self._numbers)}")
        admin = await asyncpg.connect(self._admin_url)
        try:
            for definition in all_definitions():
                roles = Roles(definition.name)
                await admin.execute(
                    f'CREATE DATABASE "{roles.database}{databases.suffix}"'
                    f' TEMPLATE "{roles.database}{_TEMPLATE}" OWNER {roles.owner} STRATEGY FILE_COPY'
                )
        finally:
            await admin.close()
        for definition in all_definitions():
            # Rights on the database itself are not copied.
            await databases.prepare(definition)
        return databases

    async def drop(self, databases: Databases) -> None:
        """Drop a test's databases."""
        admin = await asyncpg.connect(self._admin_url)
        try:
            for definition in all_definitions():
                name = Roles(definition.name).database + databases.suffix
                await admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        finally:
            await admin.close()
