"""What an access record costs: a person's budget read with and without one, in turns in one run."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from time import perf_counter, process_time
from unittest.mock import patch
from uuid import UUID, uuid4

import httpx

from braid.command_line.embedded_platform import Databases
from braid.command_line.services import definition_of
from braid.kit.access_records import record_access
from braid.kit.identity import Principal, Role
from braid.kit.logs import start_logging
from braid.kit.private_postgres import PrivatePostgres, state_directory
from braid.kit.service import ServiceRuntime, build_api
from braid.kit.settings import ServiceSettings
from services.ledger.tables import BudgetRow
from tests.audit.test_every_route import SIGNER, VERIFIER
from tests.bench.figures import milliseconds, percentile
from tests.real_parts.databases import PASSWORDS

COUNCIL = "E10777003"
READER = Principal("practitioner:bench", COUNCIL, frozenset({Role.PRACTITIONER}))
ROUNDS, READS = 20, 50


async def _no_record(*_arguments: object, **_named: object) -> None:
    """In the place of the record."""


def run() -> None:
    """Print what a reading costs with its record and without."""
    start_logging("json", "warning")
    # Durable: that a record is on the disk before anything is shown is part of what it costs.
    with (
        tempfile.TemporaryDirectory() as folder,
        PrivatePostgres(state_directory(Path(folder) / "postgres")) as postgres,
    ):
        databases = Databases(postgres.admin_url(), PASSWORDS, "_recording")
        definition = definition_of("ledger")
        asyncio.run(databases.prepare(definition))
        databases.migrate(definition)
        asyncio.run(_measure(databases))


async def _measure(databases: Databases) -> None:
    wall: dict[str, list[float]] = {"with": [], "without": []}
    processor: dict[str, float] = {"with": 0.0, "without": 0.0}
    async with _ledger(databases) as (client, person_id):
        for _ in range(ROUNDS):
            for name in wall:
                began = process_time()
                wall[name] += await _read(client, person_id, is_recorded=name == "with")
                processor[name] += process_time() - began
    for name, times in wall.items():
        print(f"{name:8} a record: {milliseconds(times)}")
    reads = ROUNDS * READS
    added_ms = 1000 * (percentile(wall["with"], 0.5) - percentile(wall["without"], 0.5))
    processor_ms = 1000 * (processor["with"] - processor["without"]) / reads
    ratio = percentile(wall["with"], 0.5) / percentile(wall["without"], 0.5)
    print(f"a record adds {added_ms:.2f} ms at the median ({ratio:.2f} times), {processor_ms:.2f} ms of our processor")


@asynccontextmanager
async def _ledger(databases: Databases) -> AsyncIterator[tuple[httpx.AsyncClient, UUID]]:
    settings = ServiceSettings(environment="test", database=databases.settings_of("ledger"))
    runtime = ServiceRuntime(definition_of("ledger"), settings)
    person_id = uuid4()
    async with runtime.units.for_council(COUNCIL) as work:
        work.session.add(BudgetRow(budget_id=uuid4(), council=COUNCIL, person_id=person_id, opened_on=date(2009, 6, 1)))
        await work.commit()
    transport = httpx.ASGITransport(build_api(runtime, verifier=VERIFIER))
    async with httpx.AsyncClient(transport=transport, base_url="http://ledger") as client:
        yield client, person_id
    await runtime.close()


async def _read(client: httpx.AsyncClient, person_id: UUID, *, is_recorded: bool) -> list[float]:
    record = record_access if is_recorded else _no_record
    headers = {"authorization": f"Bearer {SIGNER.sign(READER)}"}
    times = []
    with patch("braid.kit.access_recording.record_access", record):
        for _ in range(READS):
            began = perf_counter()
            answer = await client.get(f"/v1/people/{person_id}/budget", headers=headers)
            times.append(perf_counter() - began)
            assert answer.status_code == 200, answer.text
    return times
