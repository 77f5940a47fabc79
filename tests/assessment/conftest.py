"""The assessment service on a database of its own, for the tests of one module; each makes people of its own."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from braid.command_line.embedded_platform import Databases
from braid.kit.identity import create_keys, internal_signer, internal_verifier
from braid.kit.service import ServiceRuntime, build_api
from braid.kit.settings import ServiceSettings
from services.assessment.main import SERVICE
from tests.assessment.desk import Office
from tests.real_parts.databases import FreshDatabases


@pytest.fixture(scope="module")
def assessment_databases(fresh_databases: FreshDatabases) -> Databases:
    """Databases for the tests of one module."""
    return asyncio.run(fresh_databases.copy())


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(assessment_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    """People at the service's API."""
    keys = tmp_path_factory.mktemp("keys")
    create_keys(keys, "internal")
    settings = ServiceSettings(environment="test", database=assessment_databases.settings_of("assessment"))
    runtime = ServiceRuntime(SERVICE, settings)
    app = build_api(runtime, verifier=internal_verifier(keys / "internal-public.jwks.json"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://assessment") as client:
        yield Office(client, internal_signer(keys / "internal-private.pem"), runtime)
    await runtime.close()
