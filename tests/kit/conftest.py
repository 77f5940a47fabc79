"""The example service's API for tests of the HTTP edge."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.kit.example_api import client_of, example_api
from tests.kit.example_service import ExampleService


@pytest.fixture
async def api(example: ExampleService) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the example service's API."""
    app = example_api(example)
    async with client_of(app) as client:
        yield client
    await app.state.runtime.close()
