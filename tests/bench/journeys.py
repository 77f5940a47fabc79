"""From "assessment agreed" to "budget open": how long the events take, and what one plain request takes beside it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import perf_counter
from uuid import UUID, uuid4

import asyncpg
import httpx

from braid.command_line.demonstration import (
    EXAMPLE_COUNCIL,
    ExamplePerson,
    agree,
    example_people,
    review_assessment,
)

#: How often the ledger's database is asked whether the budget is open, in seconds; the error of each measurement.
ASK_EVERY_S = 0.003
#: Adult social care, Supporting People and the Independent Living Fund.
FUNDS = 3
#: A pause after each journey, so that none is measured while the one before it is still being told to others.
PAUSE_S = 0.1


@dataclass
class Latencies:
    """What was measured, in seconds."""

    agreed_to_open: list[float] = field(default_factory=list)
    plain_request: list[float] = field(default_factory=list)


async def measure(client: httpx.AsyncClient, ledger_url: str, *, journeys: int, warm_up: int) -> Latencies:
    """Make journeys one after the other.

    Each is measured from the moment the agreement is sent until all the budget's funds are committed in the ledger's
    database; asking the database there, rather than the API, keeps the measuring out of what is measured.
    """
    person = next(person for person in example_people() if person.reference == "three-streams-in-one-budget")
    latencies = Latencies()
    async with _ledger(ledger_url) as ledger:
        for number in range(warm_up + journeys):
            seconds = await _agreed_to_open(client, ledger, person)
            await asyncio.sleep(PAUSE_S)
            started = perf_counter()
            await client.get("/v1/people", params={"limit": 1})
            if number >= warm_up:
                latencies.agreed_to_open.append(seconds)
                latencies.plain_request.append(perf_counter() - started)
    return latencies


async def _agreed_to_open(client: httpx.AsyncClient, ledger: asyncpg.Connection, person: ExamplePerson) -> float:
    reviewed = await review_assessment(client, person, reference=f"bench-{uuid4().hex[:12]}")
    started = perf_counter()
    agreeing = asyncio.create_task(agree(client, reviewed))
    while await _open_funds(ledger, reviewed.person_id) < FUNDS:
        await asyncio.sleep(ASK_EVERY_S)
    seconds = perf_counter() - started
    await agreeing
    return seconds


async def _open_funds(ledger: asyncpg.Connection, person_id: UUID) -> int:
    query = "SELECT count(*) FROM fund JOIN budget USING (budget_id) WHERE person_id = $1"
    return int(await ledger.fetchval(query, person_id))


@asynccontextmanager
async def _ledger(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(url)
    await connection.execute("SELECT set_config('braid.council', $1, false)", EXAMPLE_COUNCIL)
    yield connection
    await connection.close()
