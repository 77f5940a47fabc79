"""The service with its runner of scenarios, on the real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from braid.command_line.embedded_platform import Databases
from braid.kit.identity import create_keys, internal_signer, internal_verifier
from braid.kit.service import ServiceRuntime, build_api
from braid.kit.settings import ServiceSettings
from services.ras.main import SERVICE
from tests.ras.scenarios.desk import Desk
from tests.real_parts.databases import FreshDatabases


@pytest.fixture(scope="session")
def scenario_databases(fresh_databases: FreshDatabases) -> Databases:
    """Databases for all tests of scenarios; each test has scenarios of its own."""
    return asyncio.run(fresh_databases.copy())


@pytest.fixture
def runtime(scenario_databases: Databases) -> ServiceRuntime:
    return a_runtime(scenario_databases)


def a_runtime(databases: Databases) -> ServiceRuntime:
    settings = ServiceSettings(environment="test", database=databases.settings_of(SERVICE.name))
    return ServiceRuntime(SERVICE, settings)


@asynccontextmanager
async def serving(runtime: ServiceRuntime, keys: Path) -> AsyncIterator[Desk]:
    """The service from its start to its orderly end."""
    create_keys(keys, "internal")
    app = build_api(runtime, verifier=internal_verifier(keys / "internal-public.jwks.json"))
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://ras", timeout=30) as client,
    ):
        yield Desk(client, internal_signer(keys / "internal-private.pem"))


@pytest.fixture
async def desk(runtime: ServiceRuntime, tmp_path: Path) -> AsyncIterator[Desk]:
    async with serving(runtime, tmp_path) as desk:
        yield desk
