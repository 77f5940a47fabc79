"""Databases for tests: one private PostgreSQL a worker, a fresh copy of the migrated databases for each test."""

import asyncio
import itertools
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import asyncpg
from pydantic import SecretStr

from braid.command_line.embedded_platform import Databases
from braid.command_line.services import all_definitions, definition_of
from braid.kit.prepare_database import rights_on_database
from braid.kit.private_postgres import PrivatePostgres, state_directory
from braid.kit.roles import Roles
from braid.kit.service import ServiceDefinition

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


async def copy_database(admin_url: str, roles: Roles, template: str, name: str) -> None:
    """Copy a service's database, with who may connect to it; nobody may be connected to the template."""
    admin = await asyncpg.connect(admin_url)
    try:
        await admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" OWNER {roles.owner} STRATEGY FILE_COPY')
        await admin.execute(rights_on_database(name, roles))
    finally:
        await admin.close()


class CopiedDatabases(Databases):
    """Fresh databases; each service's is copied when its address is first asked for, as most tests need one or two."""

    def __init__(self, templates: "FreshDatabases", admin_url: str, suffix: str) -> None:
        super().__init__(admin_url, PASSWORDS, suffix)
        self._templates = templates
        self._lock = threading.Lock()
        self.made: list[str] = []

    def __reduce__(self) -> tuple[type[Databases], tuple[str, dict[str, str], str]]:
        """To another process it goes as the addresses of what is there by then."""
        return Databases, (self.admin_url, dict(self.passwords), self.suffix)

    def _url(self, roles: Roles, role: str, kind: str) -> SecretStr:
        with self._lock:
            if roles.database not in self.made:
                self._templates.make(roles, roles.database + self.suffix)
                self.made.append(roles.database)
        return super()._url(roles, role, kind)


class FreshDatabases:
    """Copies of the services' migrated databases, made from templates; a template is migrated when first needed."""

    def __init__(self, admin_url: str) -> None:
        self._admin_url = admin_url
        self._numbers = itertools.count(1)
        self._template = Databases(admin_url, PASSWORDS, _TEMPLATE)
        self._migrated: set[str] = set()
        # Addresses are asked for inside event loops, where neither a migration nor a wait for another loop may run.
        self._aside = ThreadPoolExecutor(1)

    def make_templates(self) -> None:
        """Migrate every service's template now, for what is measured after."""
        for definition in all_definitions():
            self._aside.submit(self._migrate, definition).result()

    async def copy(self) -> CopiedDatabases:
        """Fresh databases for one test."""
        return CopiedDatabases(self, self._admin_url, f"_{next(self._numbers)}")

    def make(self, roles: Roles, database: str) -> None:
        """Make one database from its service's template."""
        self._aside.submit(self._make, roles, database).result()

    async def drop(self, databases: CopiedDatabases) -> None:
        """Drop a test's databases."""
        admin = await asyncpg.connect(self._admin_url)
        try:
            for name in databases.made:
                await admin.execute(f'DROP DATABASE IF EXISTS "{name}{databases.suffix}" WITH (FORCE)')
        finally:
            await admin.close()

    def _make(self, roles: Roles, database: str) -> None:
        self._migrate(definition_of(roles.service))
        asyncio.run(copy_database(self._admin_url, roles, roles.database + _TEMPLATE, database))

    def _migrate(self, definition: ServiceDefinition) -> None:
        if definition.name not in self._migrated:
            asyncio.run(self._template.prepare(definition))
            self._template.migrate(definition)
            self._migrated.add(definition.name)
