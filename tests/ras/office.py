"""The resource allocation service as tests use it: events in through its handlers, figures out over HTTP."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx

from braid.command_line.embedded_platform import Databases
from braid.contracts.assessment import AssessmentAgreed
from braid.contracts.catalogue import example_file
from braid.kit.identity import Principal, Role, internal_signer
from braid.kit.service import ServiceRuntime
from services.ras.main import SERVICE
from tests.ras.answers import least_need
from tests.ras.material import a_table

COUNCIL, OTHER_COUNCIL = "E10009999", "E10009998"


def agreed(person_id: UUID, version: int = 1, *, on: str = "2010-06-01", **changes: Any) -> AssessmentAgreed:
    """An agreed assessment of somebody who needs a person awake at night; ``answers`` are those that differ."""
    example = json.loads(example_file(AssessmentAgreed).read_text())
    said = {"nights": "awake", **changes.pop("answers", {})}
    changed = {
        "person_id": str(person_id),
        "assessment_id": str(person_id),
        "version": version,
        "agreed_on": on,
        "questionnaire_version": 2,
        "answers": least_need(a_table("example-council:2"), **said),
        "informal_help": {},
        "specialist_support": [],
        "day_profiles": [],
        **changes,
    }
    return AssessmentAgreed.model_validate_json(json.dumps({**example, **changed}))


class Office:
    """The service with its database and API, and somebody who asks."""

    def __init__(self, runtime: ServiceRuntime, client: httpx.AsyncClient, keys: Path, databases: Databases) -> None:
        self._runtime = runtime
        self._client = client
        self._signer = internal_signer(keys / "internal-private.pem")
        self._databases = databases

    async def hear(self, *events: AssessmentAgreed) -> None:
        """Handle events one after the other, each in a transaction of its own."""
        for event in events:
            async with self._runtime.units.for_council(event.council) as work:
                await SERVICE.handlers[event.TYPE](event, work)
                await work.commit()

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        role: Role = Role.PRACTITIONER,
        council: str = COUNCIL,
        as_: UUID | None = None,
        etag: str | None = None,
        accept: str = "application/json",
    ) -> httpx.Response:
        """Ask the API below a person's address."""
        token = self._signer.sign(Principal(f"{role}:somebody", council, frozenset({role}), as_))
        headers = {"authorization": f"Bearer {token}", "accept": accept}
        if method == "POST":
            headers["idempotency-key"] = str(uuid4())
        if etag is not None:
            headers["if-match"] = etag
        return await self._client.request(method, f"/v1/people/{path}", json=body, headers=headers)

    async def settle(self, person: UUID, role: Role = Role.APPROVER, **body: Any) -> httpx.Response:
        """Settle on the version that was read a moment ago."""
        read = await self.ask("GET", f"{person}/allocation")
        asked = {"decided_on": "2010-07-01", **body}
        path = f"{person}/allocation/settlement"
        return await self.ask("POST", path, asked, role=role, etag=read.headers.get("etag", '"0"'))

    async def told(self, person: UUID) -> list[dict[str, Any]]:
        """The events about a person in the outbox, in order."""
        url = self._databases.settings_of(SERVICE.name).ops_url
        assert url is not None
        db = await asyncpg.connect(url.get_secret_value())
        try:
            query = "SELECT headers ->> 'ce_type' AS type, value FROM outbox WHERE key = $1 ORDER BY id"
            rows = await db.fetch(query, str(person).encode())
            return [{"type": row["type"], **json.loads(row["value"])} for row in rows]
        finally:
            await db.close()
