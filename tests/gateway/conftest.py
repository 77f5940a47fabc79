"""The embedded platform for one test, and a gateway over stub services."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from braid.command_line.demonstration import EXAMPLE_COUNCIL, example_people, make_journey
from braid.command_line.embedded_platform import Databases, EmbeddedPlatform
from braid.kit.identity import Principal, Role
from gateway.service_clients import Answer, InProcess, ServiceAway
from gateway.sessions import SESSION_S, sessions_with
from tests.gateway.doubles import StandingGateway, StubGateway, browser
from tests.real_parts.databases import FreshDatabases


class Switchable(httpx.AsyncBaseTransport):
    """A way between services that can be cut."""

    def __init__(self, client: httpx.AsyncClient, name: str, away: set[str]) -> None:
        self._client = client
        self._name = name
        self._away = away

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._name in self._away:
            raise httpx.ConnectError("away", request=request)
        return await self._client.send(request)

    async def aclose(self) -> None:
        await self._client.aclose()


class SwitchableWay(InProcess):
    """A way from the gateway to a service that can be cut."""

    def __init__(self, app: FastAPI, name: str, away: set[str]) -> None:
        super().__init__(app, name)
        self._service = name
        self._away = away

    @asynccontextmanager
    async def ask(self, method: str, target: str, headers: Mapping[str, str], content: bytes) -> AsyncIterator[Answer]:
        if self._service in self._away:
            raise ServiceAway
        async with super().ask(method, target, headers, content) as answer:
            yield answer


@dataclass
class Platform(EmbeddedPlatform):
    """The embedded platform; the services that a test names in ``away`` cannot be reached."""

    away: set[str] = field(default_factory=set)

    def _peer(self, name: str, app: FastAPI) -> httpx.AsyncClient:
        client = super()._peer(name, app)
        return httpx.AsyncClient(transport=Switchable(client, name, self.away), base_url=client.base_url)

    def _way(self, name: str, app: FastAPI) -> SwitchableWay:
        return SwitchableWay(app, name, self.away)

    async def token(self, role: str, *, council: str = EXAMPLE_COUNCIL, person_id: UUID | None = None) -> str:
        """A token of the development issuer."""
        asked = {"council": council, "role": role, "person_id": str(person_id) if person_id else None}
        async with browser(self.gateway) as client:
            answer = await client.post("/development/tokens", json=asked)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["access_token"])

    async def browser(
        self, role: str, *, council: str = EXAMPLE_COUNCIL, person_id: UUID | None = None
    ) -> httpx.AsyncClient:
        """A browser in which somebody is signed in."""
        principal = Principal(f"{role}:example", council, frozenset({Role(role)}), person_id)
        sessions = sessions_with(self.keys / "session-keys.txt", life_s=SESSION_S)
        return browser(self.gateway, sessions.of(principal))

    async def system(
        self, role: str, *, council: str = EXAMPLE_COUNCIL, person_id: UUID | None = None
    ) -> httpx.AsyncClient:
        """A system with a bearer token."""
        client = browser(self.gateway)
        token = await self.token(role, council=council, person_id=person_id)
        client.headers.update({"authorization": f"Bearer {token}", "accept": "application/json"})
        return client

    async def journey(self, reference: str = "three-streams-in-one-budget") -> UUID:
        """One example person's journey to the open budget."""
        person = next(person for person in example_people() if person.reference == reference)
        async with await self.system("practitioner") as client:
            # A test machine that is busy with other things is no reason to fail.
            return await make_journey(client, person, reference=reference, patience_s=150)


@dataclass
class StandingPlatform(Platform):
    """A platform on which an example person's journey is made for the first test that needs it."""

    made: dict[str, UUID] = field(default_factory=dict)

    async def journey(self, reference: str = "three-streams-in-one-budget") -> UUID:
        """One example person's journey to the open budget."""
        if reference not in self.made:
            self.made[reference] = await super().journey(reference)
        return self.made[reference]


@pytest.fixture
async def platform(databases: Databases, tmp_path: Path) -> AsyncIterator[Platform]:
    """The whole platform in this process, on databases of its own."""
    started = Platform(databases, keys=tmp_path / "keys")
    async with started:
        yield started


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def standing_platform(
    fresh_databases: FreshDatabases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[StandingPlatform]:
    """A platform for all tests of a module that change nothing of another's."""
    databases = await fresh_databases.copy()
    standing = StandingPlatform(databases, keys=tmp_path_factory.mktemp("keys"))
    async with standing:
        yield standing
    await fresh_databases.drop(databases)


@pytest.fixture(scope="session")
def standing_gateway(tmp_path_factory: pytest.TempPathFactory) -> StandingGateway:
    """The routes that the stub gateways of a worker's tests share."""
    return StandingGateway(tmp_path_factory.mktemp("standing"))


@pytest.fixture
def stub(standing_gateway: StandingGateway, tmp_path: Path) -> StubGateway:
    """A gateway over services that answer from a table; all but its routes is the test's own."""
    return standing_gateway.renewed(tmp_path)
