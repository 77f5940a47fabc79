"""A platform that stops at a bad moment, or meets what it cannot work out: nothing is lost, nothing happens twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from braid.command_line.demonstration import ExamplePerson, example_people, is_settled
from braid.command_line.embedded_platform import Databases, EmbeddedPlatform
from braid.contracts.assessment import AssessmentAgreed
from braid.kit.dead_letters import DeadLetter, DeadLetterOffice
from services.funding_streams.discovery import adapters
from tests.journey.conftest import Desk, RunningPlatform, until

SERVICES = ("assessment", "ras", "funding_streams", "ledger", "support_planning")

#: Every event of an undisturbed journey of the person like KM, by service.
ONCE = {
    "assessment": [
        "uk.braid.assessment.case-opened.v1",
        "uk.braid.assessment.submitted.v1",
        "uk.braid.assessment.agreed.v1",
    ],
    "ras": ["uk.braid.allocation.indicative-calculated.v1"],
    "funding_streams": ["uk.braid.award.decided.v1"] * len(adapters()),
    "ledger": ["uk.braid.budget.opened.v1", "uk.braid.budget.fund-opened.v1"],
    "support_planning": [],
}


def like(reference: str) -> ExamplePerson:
    return next(person for person in example_people() if reference in person.reference)


@asynccontextmanager
async def platform_that_crashes(databases: Databases, keys: Path) -> AsyncIterator[RunningPlatform]:
    """A platform whose relays and consumers are cancelled in the middle of whatever they do."""
    platform = await EmbeddedPlatform(databases, keys).__aenter__()
    try:
        yield RunningPlatform(platform)
    finally:
        for task in platform._relay_tasks:
            task.cancel()
        await asyncio.gather(*platform._relay_tasks, return_exceptions=True)
        await platform._stack.aclose()


async def settled(desk: Desk, person_id: UUID) -> dict[str, Any] | None:
    whole = await desk.whole(person_id)
    return whole if is_settled(whole) else None


async def test_an_agreement_that_was_saved_and_not_yet_sent_on_is_finished_after_a_restart(
    databases: Databases, tmp_path: Path
) -> None:
    person = like("km")
    async with platform_that_crashes(databases, tmp_path) as running:
        for task in running.platform._relay_tasks:
            task.cancel()
        async with running.desk() as desk:
            case = await desk.reviewed(person)
            await desk.agree(case, person.agreed_on)
            stopped = await desk.whole(case.person_id)
    assert (stopped["allocation"], stopped["awards"], stopped["budget"]) == (None, None, None)

    async with EmbeddedPlatform(databases, tmp_path) as platform, RunningPlatform(platform).desk() as desk:
        whole = await until(lambda: settled(desk, case.person_id))
        assert whole["budget"]["total_pence"] == 8_467_800
        await _everything_happened_once(RunningPlatform(platform), case.person_id, whole)


@pytest.mark.parametrize("wait_s", [0.0, 0.02, 0.05, 0.1, 0.2])
async def test_a_crash_at_any_moment_after_the_agreement_loses_nothing_and_doubles_nothing(
    module_databases: Databases, tmp_path: Path, wait_s: float
) -> None:
    person = like("km")
    async with platform_that_crashes(module_databases, tmp_path) as running, running.desk() as desk:
        case = await desk.reviewed(person)
        await desk.agree(case, person.agreed_on)
        await asyncio.sleep(wait_s)

    async with EmbeddedPlatform(module_databases, tmp_path) as platform, RunningPlatform(platform).desk() as desk:
        whole = await until(lambda: settled(desk, case.person_id))
        await _everything_happened_once(RunningPlatform(platform), case.person_id, whole)


async def _everything_happened_once(running: RunningPlatform, person_id: UUID, whole: dict[str, Any]) -> None:
    assert {service: await running.sent(service, person_id) for service in SERVICES} == ONCE
    assert [entry["kind"] for entry in whole["entries"]["entries"]] == ["award"]
    assert [award["version"] for award in whole["awards"]["awards"]] == [1] * len(adapters())
    assert whole["allocation"]["version"] == 1
    async with running.desk("auditor") as auditor:
        assert (await auditor.done("GET", "/v1/journal/proof")).json()["holds"]


async def test_an_assessment_of_a_day_without_an_allocation_table_is_kept_with_its_cause(
    databases: Databases, tmp_path: Path
) -> None:
    """The example council's first table is in force from 1 April 2009."""
    early = replace(like("july"), agreed_on=date(2009, 3, 31))
    async with EmbeddedPlatform(databases, tmp_path) as platform, RunningPlatform(platform).desk() as desk:
        stuck = await desk.reviewed(early, handed_in_on=early.agreed_on)
        await desk.agree(stuck, early.agreed_on)
        (letter,) = await until(lambda: letters_of(platform, "ras"))

        other = await desk.reviewed(like("km"))
        await desk.agree(other, like("km").agreed_on)
        assert await until(lambda: settled(desk, other.person_id)), "other people flow on"

        whole = await desk.whole(stuck.person_id)
        letters = {service: await letters_of(platform, service) for service in SERVICES}

    assert letter.cause == "Permanent"
    assert "no allocation table" in letter.error
    assert "2009-03-31" in letter.error
    assert letter.message.value
    kept = AssessmentAgreed.read(letter.message.value)
    assert (kept.person_id, kept.agreed_on) == (stuck.person_id, early.agreed_on)
    assert {service: len(found) for service, found in letters.items()} == {**dict.fromkeys(SERVICES, 0), "ras": 1}
    assert (whole["allocation"], whole["awards"], whole["budget"]) == (None, None, None)
    assert whole["progress"]["stage"] == "waiting_for_allocation"


async def letters_of(platform: EmbeddedPlatform, service: str) -> list[DeadLetter]:
    runtime = platform.runtimes[service]
    office = DeadLetterOffice(runtime.ops_engine, runtime.definition.tables, service)
    return list(await office.waiting())
