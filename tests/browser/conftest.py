"""The whole platform at an address that a browser can open."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Generator
from pathlib import Path

import pytest

from braid.command_line.embedded_platform import Databases, EmbeddedPlatform
from braid.kit.processes import http_server
from braid.kit.settings import HttpSettings
from gateway.sessions import SESSION_S, Sessions, sessions_with
from tests.browser.chromium import NoBrowser


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Skip what needs a browser where there is none, but never on the build server."""
    try:
        return (yield)
    except NoBrowser as missing:
        if item.get_closest_marker("browser") is None or os.environ.get("CI") == "true":
            raise
        pytest.skip(str(missing))


@pytest.fixture
async def url(databases: Databases, tmp_path: Path) -> AsyncIterator[str]:
    """Address of the platform, on a port of its own."""
    async with EmbeddedPlatform(databases, keys=tmp_path / "keys") as platform:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = int(free.getsockname()[1])
        server = http_server(platform.gateway, HttpSettings(host="127.0.0.1", port=port))
        serving = asyncio.create_task(server.serve())
        while not server.started:
            assert not serving.done(), "the server has stopped"
            await asyncio.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
        server.should_exit = True
        await serving


@pytest.fixture
def sessions(url: str, tmp_path: Path) -> Sessions:
    """What seals the sessions of the platform at that address."""
    return sessions_with(tmp_path / "keys" / "session-keys.txt", life_s=SESSION_S)
