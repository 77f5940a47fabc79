"""The commands on a council's records make what the API makes."""

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from braid.command_line.main import app
from braid.kit.identity import Role
from services.outcomes.main import SERVICE as OUTCOMES
from tests.outcomes.events_of_a_journey import journey
from tests.outcomes.jobs_desk import RETURNS, JobsDesk, OnRecord


async def command(desk: JobsDesk, *arguments: str) -> Result:
    """Run `braid outcomes`, which has an event loop of its own, as the service's application role."""
    url = desk.databases.settings_of(OUTCOMES.name).url
    assert url
    environment = {"OUTCOMES_ENVIRONMENT": "test", "OUTCOMES_DATABASE__URL": url.get_secret_value()}
    told = ["outcomes", *arguments, "--council", desk.council]
    return await asyncio.to_thread(CliRunner().invoke, app, told, env=environment)


async def test_a_return_that_is_extracted_is_the_file_that_the_api_makes(jobs_desk: JobsDesk, tmp_path: Path) -> None:
    await jobs_desk.hear(*journey(jobs_desk.council, jobs_desk.person))
    where = await jobs_desk.asked(RETURNS, quarter_ends_on="2026-12-31", la_code="503")
    results = (await jobs_desk.ended(where))["results"]
    file, faults = tmp_path / "return.csv", tmp_path / "faults.csv"

    made = await command(
        jobs_desk,
        *("extract", "--quarter-ends-on", "2026-12-31", "--la-code", "503"),
        *("--out", str(file), "--faults", str(faults)),
    )

    # Fields that nothing tells are faults, and a file with faults is not to be sent.
    assert made.exit_code == 1
    assert f"{results['rows']} rows, {results['faults']} to mend" in made.output
    for own, name, role in ((file, "file.csv", Role.FINANCE_OFFICER), (faults, "faults.csv", Role.AUDITOR)):
        answer = await jobs_desk.ask("GET", f"{where}/{name}", role=role)
        assert own.read_bytes() == answer.content


async def test_an_evaluation_of_recorded_people_is_written_with_its_report(jobs_desk: JobsDesk, tmp_path: Path) -> None:
    await jobs_desk.put_on_record(*(OnRecord() for _ in range(10)))
    out = tmp_path / "evaluation"
    days = ("--from", "2026-01-05", "--to", "2026-02-01")

    made = await command(jobs_desk, "evaluate", *days, "--compare", "before_and_after", "--out", str(out))

    assert made.exit_code == 0, made.output
    costs = json.loads((out / "evaluation.json").read_text())["costs"]
    assert costs[0]["budget"]["value"] == pytest.approx(10_000)
    assert "There is no comparison" in made.output
    assert "<h2>What it costs</h2>" in (out / "evaluation.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("evaluate", "--from", "2026-01-06", "--to", "2026-01-09"), "no week from Monday to Sunday"),
        (("evaluate", "--from", "2026-01-05", "--to", "2026-02-01"), "people without one are needed"),
        (("extract", "--quarter-ends-on", "2026-12-30"), "not the last day of a quarter"),
    ],
)
async def test_what_cannot_be_made_is_told_in_one_line(
    jobs_desk: JobsDesk, arguments: tuple[str, ...], told: str
) -> None:
    made = await command(jobs_desk, *arguments)

    assert made.exit_code == 1
    assert told in made.output
    assert "Traceback" not in made.output
