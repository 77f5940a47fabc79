"""Where a request comes from is told by the connection, and by those proxies alone whose word is taken for it."""

import asyncio
from collections.abc import Mapping

import httpx
import pytest
from fastapi import FastAPI, Request
from pydantic import ValidationError

from braid.kit.processes import http_server
from braid.kit.settings import HttpSettings

FORWARDED = {"x-forwarded-for": "203.0.113.7, 198.51.100.9", "x-forwarded-proto": "https"}


async def seen(trusted: str, headers: Mapping[str, str]) -> tuple[str, str]:
    """The caller's address and scheme as an application sees them that is asked from this machine."""
    app = FastAPI()

    @app.get("/")
    async def where(request: Request) -> list[str]:
        assert request.client
        return [request.client.host, request.url.scheme]

    server = http_server(app, HttpSettings(port=0, trusted_proxies=trusted))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        assert not serving.done()
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    async with httpx.AsyncClient(timeout=60) as client:
        answer = await client.get(f"http://127.0.0.1:{port}/", headers=headers)
    server.should_exit = True
    await serving
    address, scheme = answer.json()
    return address, scheme


@pytest.mark.parametrize(
    ("trusted", "told"),
    [
        ("", ("127.0.0.1", "http")),
        ("10.244.0.0/16", ("127.0.0.1", "http")),
        ("127.0.0.1", ("198.51.100.9", "https")),
        ("10.244.0.0/16, 127.0.0.0/8", ("198.51.100.9", "https")),
        ("127.0.0.1,198.51.100.0/24", ("203.0.113.7", "https")),
    ],
)
async def test_a_forwarded_address_counts_as_far_as_its_proxies_are_trusted(
    trusted: str, told: tuple[str, str]
) -> None:
    assert await seen(trusted, FORWARDED) == told


@pytest.mark.parametrize("given", ["*", "proxy.internal", "10.244.0.1/16", "10.244.0.0/16;127.0.0.1", "10.244"])
def test_what_names_no_address_and_no_network_is_refused(given: str) -> None:
    with pytest.raises(ValidationError, match="trusted_proxies"):
        HttpSettings(trusted_proxies=given)
