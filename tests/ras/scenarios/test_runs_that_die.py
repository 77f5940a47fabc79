"""Nothing that was asked is lost: not with the process that works on it, and not with the service."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import asyncpg
import psutil
import pytest

from braid.command_line.embedded_platform import Databases
from braid.kit.jobs.rows import ATTEMPTS_MOST
from braid.kit.jobs.runner import JobRunner
from braid.kit.service import ServiceRuntime
from services.ras.main import SERVICE
from services.ras.scenarios import process
from services.ras.scenarios.job import SCENARIOS
from tests.ras.office import COUNCIL
from tests.ras.scenarios.conftest import a_runtime, serving
from tests.ras.scenarios.desk import Desk

#: A worker that takes its question and never answers.
SLEEPS = "tests.ras.scenarios.worker_that_sleeps"


def workers() -> list[psutil.Process]:
    """The processes that this one has started to work scenarios out."""
    return [child for child in psutil.Process().children() if SLEEPS in " ".join(child.cmdline())]


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not holds():
            await asyncio.sleep(0.05)


async def change(databases: Databases, scenario_id: str, setting: str) -> None:
    """Change a scenario behind the service's back, as its owner."""
    db = await asyncpg.connect(databases.owner_url(SERVICE.name))
    try:
        await db.execute("ALTER TABLE scenario NO FORCE ROW LEVEL SECURITY")
        await db.execute(f"UPDATE scenario SET {setting} WHERE scenario_id = $1", scenario_id)
        await db.execute("ALTER TABLE scenario FORCE ROW LEVEL SECURITY")
    finally:
        await db.close()


async def test_a_killed_worker_is_told_with_the_likely_reason(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "MODULE", SLEEPS)
    scenario_id = await desk.asked()
    await until(lambda: len(workers()) == 1)

    workers()[0].kill()

    problem = (await desk.ended(scenario_id))["problem"]
    assert problem["type"] == "worker-ended"
    assert "memory" in problem["detail"]


async def test_a_service_that_stops_leaves_its_scenario_to_the_next(
    scenario_databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as asleep:
        asleep.setattr(process, "MODULE", SLEEPS)
        async with serving(a_runtime(scenario_databases), tmp_path) as first:
            scenario_id = await first.asked()
            await until(lambda: len(workers()) == 1)
    assert workers() == []

    async with serving(a_runtime(scenario_databases), tmp_path) as second:
        assert (await second.ended(scenario_id))["status"] == "done"


async def test_a_run_that_fell_silent_is_taken_up_again(
    desk: Desk, scenario_databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario_id = await desk.asked(people={"rows": [{"person": "a"}]})
    await desk.ended(scenario_id)
    scenario_id = await waiting(desk, monkeypatch)
    await change(
        scenario_databases, scenario_id, "status = 'running', attempt = 1, alive_at = now() - interval '1 hour'"
    )

    assert (await desk.ended(scenario_id))["status"] == "done"


async def test_a_run_that_is_alive_elsewhere_is_left_alone(
    desk: Desk, scenario_databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario_id = await waiting(desk, monkeypatch)
    await change(scenario_databases, scenario_id, "status = 'running', attempt = 1, alive_at = now(), people_done = 1")

    for _ in range(5):
        told = (await desk.ask("GET", f"/{scenario_id}")).json()
        await asyncio.sleep(0.05)

    assert told["status"] == "running"


async def test_a_scenario_whose_runs_die_again_and_again_is_given_up_with_the_reason(
    desk: Desk, scenario_databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario_id = await waiting(desk, monkeypatch)
    silent = f"status = 'running', attempt = {ATTEMPTS_MOST}, alive_at = now() - interval '1 hour'"
    await change(scenario_databases, scenario_id, silent)

    problem = (await desk.ended(scenario_id))["problem"]

    assert problem["type"] == "worker-died"
    assert "3 times" in problem["detail"]


async def test_a_run_that_another_has_taken_over_ends_and_changes_nothing(
    runtime: ServiceRuntime, desk: Desk, scenario_databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario_id = await waiting(desk, monkeypatch)
    monkeypatch.setattr(process, "MODULE", SLEEPS)
    runner = JobRunner(runtime.units, alive_every_s=0.1)
    runner.start(SCENARIOS, COUNCIL, UUID(scenario_id))
    await until(lambda: len(workers()) == 1)

    await change(scenario_databases, scenario_id, "attempt = 2, people_done = 7")

    await until(lambda: workers() == [])
    told = (await desk.ask("GET", f"/{scenario_id}")).json()
    assert (told["status"], told["problem"]) == ("running", None)
    await runner.close()


async def test_a_run_that_takes_too_long_is_ended(
    runtime: ServiceRuntime, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario_id = await waiting(desk, monkeypatch)
    monkeypatch.setattr(process, "MODULE", SLEEPS)
    runner = JobRunner(runtime.units, time_most_s=0.5)
    runner.start(SCENARIOS, COUNCIL, UUID(scenario_id))

    await until(lambda: len(workers()) == 1)
    await until(lambda: workers() == [])
    assert (await desk.ended(scenario_id))["problem"]["type"] == "too-slow"
    await runner.close()


async def waiting(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> str:
    """A scenario that is kept, and that nothing has begun: the service died after it said so."""
    with monkeypatch.context() as died:
        died.setattr(JobRunner, "start", lambda *_: None)
        return await desk.asked()
