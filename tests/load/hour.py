"""Locust against the platform, by the model: what it is told, how it is run, what came of it."""

import asyncio
import csv
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from prometheus_client.parser import text_string_to_metric_families

from braid.command_line.demonstration import EXAMPLE_COUNCIL, QUESTIONNAIRE, ExamplePerson, example_people
from braid.command_line.early_users import early_users
from braid.command_line.services import SERVICES
from braid.kit.identity import Principal, Role
from tests.load.cores import Cores
from tests.load.growth import people_of_council
from tests.load.kinds import FIRST_DAY, LAST_DAY, MID_YEAR
from tests.load.measured_platform import MeasuredPlatform, at_work
from tests.load.model import Model

AGENCY = "independent-living-fund"
#: Saves of a plan before it is handed in, each with its check.
EDITS = 5
#: Of whom Locust knows; more would only make its file long.
PEOPLE_MOST, HOLDERS_MOST = 2_000, 50
#: How long events may take to arrive when nobody asks any more, in seconds.
PATIENCE_S = 600.0
_LOCUSTFILE = Path(__file__).parent / "locustfile.py"
_MAPPING = {"date": "Date", "amount": "Amount", "text": ["Text"], "counterparty": "Payee", "date_format": "%Y-%m-%d"}
_ROLES = (Role.PRACTITIONER, Role.APPROVER, Role.FINANCE_OFFICER, Role.AUDITOR, Role.SYSTEM)


@dataclass(frozen=True)
class Kind:
    """What came of one kind of request or act; milliseconds."""

    name: str
    is_act: bool
    requests: int
    failures: int
    median_ms: float
    p95_ms: float
    p99_ms: float


@dataclass(frozen=True)
class Hour:
    """What came of a run.

    Args:
        seconds: how long Locust asked.
        cores: core seconds by process, until everything had arrived.
        acts: by name, how often each was done.
        events: relayed meanwhile.
        caught_up_s: seconds after the last request until every event was relayed and taken.
        waiting: events and messages that were still to be taken in the end.
        dead_letters: that there are.
    """

    seconds: float
    kinds: Sequence[Kind]
    cores: Mapping[str, float]
    acts: Mapping[str, int]
    events: int
    caught_up_s: float
    waiting: int
    dead_letters: int

    def as_json(self) -> str:
        """For a file."""
        return json.dumps(asdict(self), indent=1)


async def run_locust(
    measured: MeasuredPlatform, model: Model, folder: Path, *, python: str = sys.executable, minutes: float, desks: int
) -> Hour:
    """Have Locust do the model's acts for some minutes, and wait until everything has arrived.

    Args:
        python: an interpreter that has Locust.
        desks: how many ask at a time, each as soon as it has its answer.
    """
    scene = folder / "scene.json"
    scene.write_text(json.dumps(await _scene(measured, model)))
    before = await _relayed(measured)
    cores, started = Cores(measured), monotonic()
    results = folder / "locust"
    locust = await asyncio.create_subprocess_exec(
        *(python, "-m", "locust", "--headless", "--only-summary", "--locustfile", str(_LOCUSTFILE)),
        *("--host", measured.processes.url, "--users", str(desks), "--spawn-rate", str(desks)),
        *("--run-time", f"{round(minutes * 60)}s", "--stop-timeout", "240", "--csv", str(results)),
        env={**os.environ, "LOAD_SCENE": str(scene)},
        stdout=(folder / "locust.log").open("w"),
        stderr=asyncio.subprocess.STDOUT,
    )
    while locust.returncode is None:
        cores.look()
        await asyncio.wait([asyncio.create_task(locust.wait())], timeout=2)
    seconds = monotonic() - started
    caught_up_s = await _until_quiet(measured)
    kinds = _read(Path(f"{results}_stats.csv"))
    return Hour(
        seconds,
        kinds,
        cores.spent(),
        {kind.name: kind.requests for kind in kinds if kind.is_act},
        await _relayed(measured) - before,
        caught_up_s,
        await _waiting(measured),
        await _dead_letters(measured),
    )


async def _scene(measured: MeasuredPlatform, model: Model) -> dict[str, Any]:
    people = (await people_of_council(measured))[:PEOPLE_MOST]
    principals = {role.value: at_work(role, EXAMPLE_COUNCIL) for role in _ROLES}
    principals["approver"] = at_work(Role.APPROVER, EXAMPLE_COUNCIL, "panel")
    principals["partner"] = at_work(Role.PARTNER, EXAMPLE_COUNCIL, "trustees", agency=AGENCY)
    user = next(user for user in early_users() if user.row == 1)
    newcomer = next(person for person in example_people() if person.reference == user.answers_of)
    return {
        "council": EXAMPLE_COUNCIL,
        "questionnaire": QUESTIONNAIRE,
        "agency": AGENCY,
        "acts": dict(model.acts_a_year()),
        "edits": EDITS,
        "tokens": {name: measured.processes.issuer.token(one) for name, one in principals.items()},
        "sessions": {name: measured.sessions.of(one) for name, one in principals.items()},
        "people": [asdict(one) for one in people],
        "holders": [_holder(measured, one.person_id) for one in people[:HOLDERS_MOST]],
        "newcomer": {**_newcomer(newcomer), "user_group": user.group},
        "plan": user.told["plan"],
        "mapping": _MAPPING,
        "first_day": FIRST_DAY,
        "last_day": LAST_DAY,
        "later": LAST_DAY,
        "period": f"first={FIRST_DAY}&last={MID_YEAR}",
    }


def _newcomer(person: ExamplePerson) -> dict[str, Any]:
    return {
        "name": person.name,
        "agreed_on": person.agreed_on.isoformat(),
        "answers": person.answers,
        "practitioner_answers": person.practitioner_answers,
        # Adult social care, Supporting People and the Independent Living Fund.
        "funds": 3,
    }


def _holder(measured: MeasuredPlatform, person_id: str) -> dict[str, str]:
    subject, roles = f"holder:{person_id}", frozenset({Role.BUDGET_HOLDER})
    session = measured.sessions.of(Principal(subject, EXAMPLE_COUNCIL, roles, person_id=UUID(person_id)))
    return {"person_id": person_id, "session": session}


def _read(file: Path) -> list[Kind]:
    with file.open() as rows:
        return [
            Kind(
                row["Name"],
                row["Type"] == "ACT",
                int(row["Request Count"]),
                int(row["Failure Count"]),
                float(row["50%"]),
                float(row["95%"]),
                float(row["99%"]),
            )
            for row in csv.DictReader(rows)
            if row["Name"] != "Aggregated" and int(row["Request Count"])
        ]


async def _count(measured: MeasuredPlatform, query: str) -> int:
    """A count over the databases of all services."""
    found = 0
    for service in SERVICES:
        db = await asyncpg.connect(f"{measured.databases.admin_url.rsplit('/', 1)[0]}/braid_{service}")
        try:
            found += await db.fetchval(query)
        finally:
            await db.close()
    return found


async def _relayed(measured: MeasuredPlatform) -> int:
    return await _count(measured, "SELECT count(*) FROM outbox WHERE published_at IS NOT NULL")


async def _dead_letters(measured: MeasuredPlatform) -> int:
    return await _count(measured, "SELECT count(*) FROM dead_letter")


async def _waiting(measured: MeasuredPlatform) -> int:
    """Events that are not relayed yet, and messages that consumers have still before them."""
    unrelayed = await _count(measured, "SELECT count(*) FROM outbox WHERE published_at IS NULL")
    return unrelayed + await _lag(measured)


async def _lag(measured: MeasuredPlatform) -> int:
    found = 0.0
    async with httpx.AsyncClient(timeout=60) as client:
        for command, port in measured.processes.ports.items():
            if command.startswith("consume "):
                told = (await client.get(f"http://127.0.0.1:{port}/metrics")).text
                families = text_string_to_metric_families(told)
                lags = (one for family in families if family.name == "braid_consumer_lag" for one in family.samples)
                found += sum(sample.value for sample in lags)
    return int(found)


async def _until_quiet(measured: MeasuredPlatform) -> float:
    started = monotonic()
    while await _waiting(measured) and monotonic() - started < PATIENCE_S:
        await asyncio.sleep(1)
    return monotonic() - started
