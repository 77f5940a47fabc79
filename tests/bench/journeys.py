"""From "assessment agreed" to "budget open": how long the events take, and what one plain request takes beside it."""

import asyncio
from dataclasses import dataclass, field
from time import perf_counter
from uuid import uuid4

import httpx

from braid.command_line.demonstration import ExamplePerson, agree_assessment, example_people

#: How often the ledger is asked whether the budget is open, in seconds; the error of each measurement.
ASK_EVERY_S = 0.005


@dataclass
class Latencies:
    """What was measured, in seconds."""

    agreed_to_open: list[float] = field(default_factory=list)
    plain_request: list[float] = field(default_factory=list)


async def measure(client: httpx.AsyncClient, *, journeys: int, warm_up: int) -> Latencies:
    """Make journeys one after the other; each is measured from the agreement's answer to the last open fund."""
    person = next(person for person in example_people() if person.reference == "three-streams-in-one-budget")
    latencies = Latencies()
    for number in range(warm_up + journeys):
        seconds = await _agreed_to_open(client, person)
        started = perf_counter()
        await client.get("/v1/people", params={"limit": 1})
        if number >= warm_up:
            latencies.agreed_to_open.append(seconds)
            latencies.plain_request.append(perf_counter() - started)
    return latencies


async def _agreed_to_open(client: httpx.AsyncClient, person: ExamplePerson) -> float:
    person_id = await agree_assessment(client, person, reference=f"bench-{uuid4().hex[:12]}")
    agreed = perf_counter()
    while True:
        budget = await client.get(f"/v1/people/{person_id}/budget")
        if budget.status_code == httpx.codes.OK and len(budget.json()["funds"]) == FUNDS:
            return perf_counter() - agreed
        await asyncio.sleep(ASK_EVERY_S)


#: Adult social care, Supporting People and the Independent Living Fund.
FUNDS = 3
