"""Fills the databases, has Locust do what councils do, measures what requests cost, and writes the report.

``make load``, or ``python -m tests.load --state FOLDER --budgets 1000 10000 --minutes 5``.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from braid.command_line.demonstration import EXAMPLE_COUNCIL
from braid.command_line.early_users import tell_all
from braid.command_line.embedded_platform import Databases
from braid.command_line.services import SERVICES
from braid.kit.identity import Role
from braid.kit.private_postgres import PrivatePostgres, state_directory
from tests.load.filling import fill, still_to_fill
from tests.load.growth import Cost, Growth, measure_growth
from tests.load.hour import Hour, Kind, run_locust
from tests.load.measured_platform import MeasuredPlatform, at_work, measured_platform
from tests.load.model import Model, read_model
from tests.load.report import written
from tests.load.template import read_template, take_template
from tests.real_parts.databases import PASSWORDS

#: Nothing is kept from a power cut while rows are filled in, which takes a third of the time.
FILLING = {"shared_buffers": "1GB", "max_wal_size": "8GB", "maintenance_work_mem": "256MB", "autovacuum": "off"}
#: How long the first stories may take, on a machine that others use too, in seconds.
STORIES_S = 300.0


def main() -> int:
    """Measure for each number of budgets, then write the report of all that was measured."""
    parser = argparse.ArgumentParser(prog="python -m tests.load")
    parser.add_argument("--state", type=Path, required=True, help="keeps databases and what was measured")
    parser.add_argument("--budgets", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--council", choices=sorted(read_model().sizes), help="in place of --budgets: as many as these")
    parser.add_argument("--note", default="", help="what else the report should say of this run")
    parser.add_argument("--minutes", type=float, default=5.0, help="of Locust, at each size; 0 for none")
    parser.add_argument("--desks", type=int, default=4, help="how many ask at a time")
    parser.add_argument("--locust", default=sys.executable, help="a Python that has Locust, where this one has not")
    parser.add_argument("--report", type=Path, help="where to write the report of all that was measured in this state")
    asked = parser.parse_args()
    model = read_model()
    sizes = [model.sizes[asked.council].budgets] if asked.council else sorted(asked.budgets)
    for budgets in sizes:
        _fill(asked.state, budgets)
        asyncio.run(_measure(asked.state, model, budgets, asked.minutes, asked.desks, asked.locust))
    listed = " ".join(str(budgets) for budgets in sizes)
    options = f"--budgets {listed} --minutes {asked.minutes:g} --desks {asked.desks}"
    report = report_of(asked.state, model, f"python -m tests.load --state FOLDER {options}", asked.note)
    print(report)
    if asked.report:
        asked.report.write_text(report)
    return 0


def report_of(state: Path, model: Model, command: str, note: str = "") -> str:
    """The report of all that was measured in a state."""
    hours, growths = {}, []
    for file in state.glob("hour-*.json"):
        told = json.loads(file.read_text())
        hours[int(file.stem.split("-")[1])] = Hour(**{**told, "kinds": [Kind(**kind) for kind in told["kinds"]]})
    for file in state.glob("growth-*.json"):
        told = json.loads(file.read_text())
        growths.append(Growth(**{**told, "costs": {name: Cost(**cost) for name, cost in told["costs"].items()}}))
    return written(model, hours, sorted(growths, key=lambda one: one.budgets), command, note)


def _fill(state: Path, budgets: int) -> None:
    template, filled = state / "template", state / "filled.txt"
    if not template.exists():
        asyncio.run(_tell_stories(state, template))
    before = int(filled.read_text()) if filled.exists() else 0
    if before >= budgets:
        return
    with PrivatePostgres(state_directory(state / "postgres"), durable=False, options=FILLING) as postgres:
        databases = Databases(postgres.admin_url(), PASSWORDS)
        asyncio.run(fill(databases, read_template(template), still_to_fill(before, budgets)))
    filled.write_text(str(budgets))


async def _tell_stories(state: Path, template: Path) -> None:
    async with measured_platform(state) as measured:
        await tell_all(_SignIn(measured), patience_s=STORIES_S)
        await asyncio.to_thread(template.mkdir)
        await take_template(measured.databases.admin_url, list(SERVICES), template)


class _SignIn:
    """Clients of the gateway at the example council, by role and name."""

    def __init__(self, measured: MeasuredPlatform) -> None:
        self._processes = measured.processes

    @asynccontextmanager
    async def __call__(self, role: str, name: str) -> AsyncIterator[httpx.AsyncClient]:
        token = self._processes.issuer.token(at_work(Role(role), EXAMPLE_COUNCIL, name))
        headers = {"authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(base_url=self._processes.url, headers=headers, timeout=120) as client:
            yield client


async def _measure(state: Path, model: Model, budgets: int, minutes: float, desks: int, locust: str) -> None:
    async with measured_platform(state) as measured:
        growth = await measure_growth(measured)
        (state / f"growth-{budgets}.json").write_text(growth.as_json())
        if minutes:
            hour = await run_locust(measured, model, state, python=locust, minutes=minutes, desks=desks)
            (state / f"hour-{budgets}.json").write_text(hour.as_json())


if __name__ == "__main__":
    sys.exit(main())
