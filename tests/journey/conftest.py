"""The whole platform on fresh databases, and people at the gateway who use it."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
import pytest_asyncio

from braid.command_line.demonstration import EXAMPLE_COUNCIL, QUESTIONNAIRE, ExamplePerson, carers_own_word
from braid.command_line.embedded_platform import Databases, EmbeddedPlatform
from tests.kit.tracing import recorded_spans
from tests.real_parts.databases import FreshDatabases


@dataclass
class Case:
    """A person's assessment as a client holds it."""

    person_id: UUID
    path: str
    etag: str


class Desk:
    """Somebody at the gateway, signed in, who makes the steps of a journey one by one."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        etag: str | None = None,
        content: bytes | None = None,
    ) -> httpx.Response:
        """Send a request; a POST has a key of its own unless one is given."""
        headers = {"content-type": "application/json"}
        if method == "POST":
            headers["idempotency-key"] = key or str(uuid4())
        if etag is not None:
            headers["if-match"] = etag
        sent = content if content is not None else json.dumps(body).encode() if body is not None else None
        return await self.client.request(method, path, content=sent, headers=headers)

    async def done(self, method: str, path: str, body: Any = None, *, etag: str | None = None) -> httpx.Response:
        """Send a request that must succeed."""
        answer = await self.ask(method, path, body, etag=etag)
        assert answer.is_success, answer.text
        return answer

    async def begin(self, person: ExamplePerson) -> Case:
        """Open a case for somebody new and begin the assessment."""
        opened = await self.done(
            "POST",
            "/v1/people",
            {
                "reference": uuid4().hex,
                "name": person.name,
                "user_group": person.user_group,
                "opened_on": "2009-01-05",
            },
        )
        person_id = UUID(opened.json()["person_id"])
        begun = await self.done("POST", f"/v1/people/{person_id}/assessments", {"questionnaire": QUESTIONNAIRE})
        return Case(person_id, f"/v1/assessments/{begun.json()['assessment_id']}", begun.headers["etag"])

    async def save(self, case: Case, role: str, answers: Mapping[str, Any]) -> None:
        """Save answers."""
        await self._step(case, "PUT", "answers", {"answered_as": role, "answers": dict(answers)})

    async def hand_in(self, case: Case, on: date = date(2009, 6, 1)) -> None:
        """Hand the answers in."""
        await self._step(case, "POST", "submission", {"submitted_on": on.isoformat()})

    async def agree(self, case: Case, on: date) -> None:
        """Agree the assessment."""
        await self._step(case, "POST", "agreement", {"agreed_on": on.isoformat()})

    async def reviewed(self, person: ExamplePerson, *, handed_in_on: date = date(2009, 6, 1)) -> Case:
        """A case in which all is ready for the agreement."""
        case = await self.begin(person)
        await self.save(case, "person", person.answers)
        await self.ask_carer(case, person, handed_in_on)
        await self.hand_in(case, handed_in_on)
        await self.save(case, "practitioner", person.practitioner_answers)
        return case

    async def ask_carer(self, case: Case, person: ExamplePerson, on: date) -> None:
        """Let the carer say themselves what the person said of them."""
        if (statement := carers_own_word(person, on.isoformat())) is not None:
            carer = await self.done(
                "POST", f"/v1/people/{case.person_id}/carers", {"name": "Somebody close", "relationship": "family"}
            )
            await self.done("POST", f"/v1/carers/{carer.json()['carer_id']}/statements", statement)

    async def _step(self, case: Case, method: str, what: str, body: Any) -> None:
        case.etag = (await self.done(method, f"{case.path}/{what}", body, etag=case.etag)).headers["etag"]

    async def whole(self, person_id: UUID) -> dict[str, Any]:
        """A person's whole budget."""
        whole: dict[str, Any] = (await self.done("GET", f"/v1/people/{person_id}/whole-budget")).json()
        return whole


class RunningPlatform:
    """A platform with people at its gateway."""

    def __init__(self, platform: EmbeddedPlatform) -> None:
        self.platform = platform

    @asynccontextmanager
    async def desk(
        self,
        role: str = "practitioner",
        *,
        council: str = EXAMPLE_COUNCIL,
        person_id: UUID | None = None,
        name: str | None = None,
    ) -> AsyncIterator[Desk]:
        """Somebody signed in at the gateway."""
        transport = httpx.ASGITransport(self.platform.gateway)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway", timeout=60) as client:
            who = {"council": council, "role": role, "person_id": str(person_id) if person_id else None}
            answer = await client.post("/development/tokens", json=who | ({"name": name} if name else {}))
            client.headers["authorization"] = f"Bearer {answer.json()['access_token']}"
            yield Desk(client)

    async def sent(self, service: str, person_id: UUID) -> list[str]:
        """Types of the events about a person in a service's outbox, in order."""
        return await sent(self.platform.databases, service, person_id)


async def sent(databases: Databases, service: str, person_id: UUID) -> list[str]:
    """Types of the events about a person in a service's outbox, in order."""
    url = databases.settings_of(service).ops_url
    assert url is not None
    db = await asyncpg.connect(url.get_secret_value())
    try:
        query = "SELECT headers ->> 'ce_type' AS type FROM outbox WHERE key = $1 ORDER BY id"
        return [row["type"] for row in await db.fetch(query, str(person_id).encode())]
    finally:
        await db.close()


async def until(what: Callable[[], Awaitable[Any]], *, patience_s: float = 150) -> Any:
    """Wait until something is there, and return it.

    Raises:
        TimeoutError: it did not come.
    """
    deadline = asyncio.get_running_loop().time() + patience_s
    while not (found := await what()):
        if asyncio.get_running_loop().time() > deadline:
            raise TimeoutError(f"{what} gave nothing in {patience_s} seconds")
        await asyncio.sleep(0.05)
    return found


@pytest.fixture(scope="module")
def module_databases(fresh_databases: FreshDatabases) -> Databases:
    """Databases for the tests of one module."""
    return asyncio.run(fresh_databases.copy())


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(
    module_databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningPlatform]:
    """One platform for the tests of a module; each makes people of its own."""
    recorded_spans()
    async with EmbeddedPlatform(module_databases, Path(tmp_path_factory.mktemp("keys"))) as platform:
        yield RunningPlatform(platform)


@pytest_asyncio.fixture(loop_scope="module")
async def desk(running: RunningPlatform) -> AsyncIterator[Desk]:
    """A practitioner of the example council."""
    async with running.desk() as desk:
        yield desk
