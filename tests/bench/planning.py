"""A plan of 40 items over 7 streams: checked, and saved with its check, through the gateway of the embedded platform.

Gateway, services and client share one process here, so that its CPU time is all of their work; PostgreSQL's is not in
it. Wall time has everything in it, and the neighbours too.
"""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from time import perf_counter, process_time
from typing import Any
from uuid import UUID, uuid4

import httpx

from braid.command_line.demonstration import EXAMPLE_COUNCIL
from braid.command_line.embedded_platform import Databases, EmbeddedPlatform
from braid.contracts.award import AwardDecided
from braid.contracts.uses import PermittedUse, Use
from tests.bench.figures import milliseconds, percentile
from tests.ledger.builders import Stream, an_award_decided
from tests.real_parts.databases import FreshDatabases, test_postgres
from tests.support_planning.desk import an_item, content

ITEMS, TIMES = 40, 100
STARTS_ON, ENDS_ON = date(2009, 7, 6), date(2010, 7, 4)
USES = (
    Use.CARE_PERSONAL,
    Use.CARE_NIGHT,
    Use.DOMESTIC_HELP,
    Use.COMMUNITY_ACCESS,
    Use.EDUCATION_SUPPORT,
    Use.HOUSING_SUPPORT,
    Use.WORK_SUPPORT,
)


@dataclass
class Taken:
    """Seconds that calls took."""

    wall: list[float] = field(default_factory=list)
    core: list[float] = field(default_factory=list)


def run() -> None:
    """Print milliseconds of a plan check, of a save with its check, and of a plain request in the same run."""
    with tempfile.TemporaryDirectory() as folder, test_postgres(Path(folder)) as postgres:
        databases = FreshDatabases(postgres.admin_url())
        databases.make_templates()
        plain, check, save = asyncio.run(_measured(asyncio.run(databases.copy()), Path(folder) / "keys"))
    print(f"{ITEMS} items over {len(USES)} streams, through the gateway   (promise: p95 under 100 ms)")
    for name, taken in (("plan check", check), ("saved and checked", save), ("plain request", plain)):
        print(
            f"  {name:<18} {milliseconds(taken.wall)}   of one core: median {1000 * percentile(taken.core, 0.5):.1f} ms"
        )
    print(f"  ratio of the medians: {percentile(check.wall, 0.5) / percentile(plain.wall, 0.5):.1f} plain requests")


async def _measured(databases: Databases, keys: Path) -> tuple[Taken, Taken, Taken]:
    async with EmbeddedPlatform(databases, keys) as platform:
        transport = httpx.ASGITransport(platform.gateway)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway", timeout=60) as client:
            who = {"council": EXAMPLE_COUNCIL, "role": "practitioner"}
            token = (await client.post("/development/tokens", json=who)).json()["access_token"]
            client.headers["authorization"] = f"Bearer {token}"
            return await _calls(client, await _with_seven_streams(platform))


async def _with_seven_streams(platform: EmbeddedPlatform) -> UUID:
    """A person whose seven streams each permit two uses, and together pay for the plan."""
    person = uuid4()
    streams = (*Stream, Stream.ADULT_SOCIAL_CARE)
    for place, stream in enumerate(streams):
        uses = {USES[place], USES[(place + 1) % len(USES)]}
        event = an_award_decided(
            person,
            stream=stream,
            amount_pence=10_000_000,
            starts_on=STARTS_ON,
            ends_on=ENDS_ON,
            others={
                "award_id": uuid4(),
                "permitted_uses": tuple(PermittedUse(use=use, condition=None) for use in sorted(uses)),
            },
        )
        await _hear(platform, event)
    return person


async def _hear(platform: EmbeddedPlatform, event: AwardDecided) -> None:
    for runtime in (platform.runtimes["ledger"], platform.runtimes["support_planning"]):
        async with runtime.units.for_council(event.council) as work:
            await runtime.definition.handlers[event.TYPE](event, work)
            await work.commit()


async def _calls(client: httpx.AsyncClient, person: UUID) -> tuple[Taken, Taken, Taken]:
    items = [an_item(USES[place % len(USES)].value, 900 + place, 2) for place in range(ITEMS)]
    begun = await _asked(client, "POST", f"/v1/people/{person}/plans", content(*items), key=str(uuid4()))
    plan = f"/v1/plans/{begun.json()['plan_id']}"
    etag = begun.headers["etag"]
    assert begun.json()["check"]["is_payable"], begun.text

    async def save() -> None:
        nonlocal etag
        items[0]["unit_pence"] += 1
        etag = (await _asked(client, "PUT", plan, content(*items), etag=etag)).headers["etag"]

    async def check() -> None:
        await _asked(client, "GET", f"{plan}/check")

    async def plain() -> None:
        await _asked(client, "GET", f"/v1/people/{person}/progress")

    return await _timed(plain), await _timed(check), await _timed(save)


async def _timed(call: Callable[[], Awaitable[None]]) -> Taken:
    taken = Taken()
    for number in range(TIMES + 5):
        wall, core = perf_counter(), process_time()
        await call()
        if number >= 5:
            taken.wall.append(perf_counter() - wall)
            taken.core.append(process_time() - core)
    return taken


async def _asked(
    client: httpx.AsyncClient, method: str, path: str, body: Any = None, *, key: str = "", etag: str = ""
) -> httpx.Response:
    headers = {name: value for name, value in (("idempotency-key", key), ("if-match", etag)) if value}
    answer = await client.request(method, path, json=body, headers=headers)
    answer.raise_for_status()
    return answer
