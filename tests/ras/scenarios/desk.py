"""Somebody who asks for scenarios over the API, and looks until one has ended."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx

from braid.kit.identity import Principal, Role, TokenSigner
from tests.ras.office import COUNCIL

#: People as rows: one wins, one loses and was assessed again, one loses and was not, one has no figure.
PEOPLE: list[dict[str, Any]] = [
    {"person": "wins", "pence_per_year": 100_000, "points": 20, "reassessed": "no"},
    {"person": "loses", "pence_per_year": 9_000_000, "points": 20, "reassessed": "yes"},
    {"person": "stays", "pence_per_year": 9_000_000, "points": 20, "reassessed": "no"},
    {"person": "above", "pence_per_year": 9_000_000, "points": 99, "reassessed": "yes"},
]
DOMAINS = (
    "personal_care",
    "eating_and_drinking",
    "practical_tasks",
    "keeping_safe",
    "decisions_and_organising",
    "community",
    "work_and_learning",
    "relationships_and_caring",
    "behaviour_and_mental_health",
)
#: What 20 points come to in the example council's table: between 16 at £82.91 and 22 at £112.21 a week.
TWENTY_POINTS = 52 * 8291 + round(52 * (11221 - 8291) * 4 / 6)


def rows(**changes: Any) -> list[dict[str, Any]]:
    """`PEOPLE` as rows, with points in one domain and none in the others."""
    nothing = {f"points_{domain}": 0 for domain in DOMAINS}
    return [
        {
            **nothing,
            "user_group": "older_people",
            **{name: value for name, value in person.items() if name != "points"},
            "points_keeping_safe": person["points"],
            **changes,
        }
        for person in PEOPLE
    ]


def question(**changes: Any) -> dict[str, Any]:
    """A body that the API takes."""
    return {"table": {"released": "example-council:1"}, "people": {"rows": rows()}, **changes}


class Desk:
    """A client with tokens of its own."""

    def __init__(self, client: httpx.AsyncClient, signer: TokenSigner) -> None:
        self.client = client
        self._signer = signer

    async def ask(
        self,
        method: str,
        path: str = "",
        body: Any = None,
        *,
        role: Role = Role.FINANCE_OFFICER,
        council: str = COUNCIL,
        key: str | None = None,
    ) -> httpx.Response:
        """Ask the API below ``/v1/scenarios``."""
        token = self._signer.sign(Principal(f"{role}:somebody", council, frozenset({role})))
        headers = {"authorization": f"Bearer {token}"}
        if method == "POST":
            headers["idempotency-key"] = key or str(uuid4())
        return await self.client.request(method, f"/v1/scenarios{path}", json=body, headers=headers)

    async def asked(self, **changes: Any) -> str:
        """The id of a scenario that was just asked for."""
        answer = await self.ask("POST", body=question(**changes))
        assert answer.status_code == 202, answer.text
        assert answer.headers["location"] == f"/v1/scenarios/{answer.json()['scenario_id']}"
        scenario_id: str = answer.json()["scenario_id"]
        return scenario_id

    async def ended(self, scenario_id: str, *, within_s: float = 60) -> dict[str, Any]:
        """The scenario when it has ended."""
        async with asyncio.timeout(within_s):
            while True:
                told: dict[str, Any] = (await self.ask("GET", f"/{scenario_id}")).json()
                if told["status"] in ("done", "failed"):
                    return told
                await asyncio.sleep(0.1)

    async def results(self, **changes: Any) -> dict[str, Any]:
        """What a scenario found."""
        told = await self.ended(await self.asked(**changes))
        assert told["status"] == "done", told["problem"]
        results: dict[str, Any] = told["results"]
        return results

    async def problem(self, **changes: Any) -> dict[str, Any]:
        """Why a scenario found nothing."""
        told = await self.ended(await self.asked(**changes))
        assert told["status"] == "failed"
        problem: dict[str, Any] = told["problem"]
        return problem
