"""The funding streams' API as a council's people and systems meet it, and a case in its database to ask about."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx

from braid.command_line.embedded_platform import Databases
from braid.contracts.award import AwardDecided
from braid.kit.delivery import Taken
from braid.kit.identity import Principal, Role

from .partner_office import PartnerOffice, agreed, allocated


class RulesDesk(PartnerOffice):
    """The service, asked by somebody of one council."""

    def __init__(self, databases: Databases, keys: Path, council: str) -> None:
        super().__init__(databases, keys)
        self.council = council

    async def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        role: Role = Role.PRACTITIONER,
        council: str | None = None,
        person_id: UUID | None = None,
        **headers: str,
    ) -> httpx.Response:
        """Ask as somebody in a role; headers are named with underscores."""
        caller = Principal("somebody", council or self.council, frozenset({role}), person_id)
        sent = {"authorization": f"Bearer {self._signer.sign(caller)}", "content-type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        content = None if body is None else json.dumps(body)
        return await self._client.request(method, f"/v1/{path}", content=content, headers=sent)

    async def done(self, method: str, path: str, body: Any = None, **asking: Any) -> Any:
        """Ask for something that must succeed, and return the document."""
        answer = await self.send(method, path, body, **asking)
        assert answer.is_success, answer.text
        return answer.json()

    async def evaluated(self, stream: str | None, on: str, facts: dict[str, Any], **other: Any) -> Any:
        """Have one stream, or all, decide; return the evaluation, or all of them."""
        answer = await self.done("POST", "decisions:evaluate", {"stream": stream, "on": on, "facts": facts, **other})
        return answer["evaluations"][0] if stream else answer["evaluations"]

    async def choose(self, name: str, value: Any, since: str, *, seen: int = 0, **asking: Any) -> httpx.Response:
        """Choose as the council's finance officer."""
        body = {"value": value, "from": since, "reason": "Cabinet, 3 February"}
        asked = {"role": Role.FINANCE_OFFICER, "if_match": f'"{seen}"', **asking}
        return await self.send("PUT", f"council-settings/{name}", body, **asked)

    async def has_case(self, pence_per_year: int = 2_000_000, on: str = "2009-06-01", **facts: Any) -> UUID:
        """Let the service know somebody of the council, with these facts for some of the usual ones."""
        person_id = uuid4()
        usual = agreed(person_id, on=on, council=self.council)
        assessment = usual.model_copy(update={"facts": {**usual.facts, **facts}})
        allocation = allocated(assessment, pence_per_year).model_copy(update={"council": self.council})
        assert await self.deliver(assessment, allocation) == [Taken.HANDLED] * 2
        return person_id

    async def told(self, person_id: UUID) -> dict[str, AwardDecided]:
        """The latest decision of each stream on a person, as the API tells it."""
        answer = await self.done("GET", f"people/{person_id}/awards")
        return {award["stream"]: AwardDecided.model_validate(award) for award in answer["awards"]}
