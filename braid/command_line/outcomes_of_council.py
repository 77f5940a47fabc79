"""`braid outcomes` on a council's records: what the API does in a process of its own, done here, with a bar."""

import csv
import json
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import typer

from braid.command_line.progress import progress
from braid.command_line.services import runtime_of
from braid.kit.jobs.answer import Answer
from braid.kit.unit_of_work import UnitOfWork

T = TypeVar("T")
FAULTS_SHOWN = 20


@dataclass(frozen=True)
class EvaluationOf:
    """What is asked of a council's records.

    Args:
        compare: a design, as the command has it.
        licensed: instruments of the file of people to compare with that the council has a licence for.
    """

    council: str
    from_day: date
    to_day: date
    compare: str
    draws: int
    seed: int
    pounds_a_point: int
    licensed: tuple[str, ...]


def evaluate_council(asked: EvaluationOf, comparison: Path | None, out: Path) -> None:
    """Compare a council's people, and write the report and its figures to a folder; 1 where there is nothing to."""
    from services.outcomes.domain.people_compared import NoWholeWeek, whole_weeks
    from services.outcomes.jobs.evaluation_records import evaluation_asked
    from services.outcomes.jobs.evaluation_work import ARMS, REPORT, worked_out

    try:
        weeks = whole_weeks(asked.from_day, asked.to_day)
        content = comparison.read_bytes() if comparison else b""
    except (NoWholeWeek, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    question = {
        "compare": ARMS if asked.compare == "between_arms" else asked.compare,
        "measures": None,
        "draws": asked.draws,
        "seed": asked.seed,
        "pounds_a_point": asked.pounds_a_point,
        "licensed": list(asked.licensed),
        "weeks_from": weeks.first.isoformat(),
        "weeks_to": weeks.last.isoformat(),
    }
    read = _read(asked.council, lambda work: evaluation_asked(work, question, content))
    with _steps("draws") as told:
        answer = _sound(worked_out(read.written(), told))
    results = answer.results or {}
    out.mkdir(parents=True, exist_ok=True)
    (out / "evaluation.html").write_bytes(answer.files[REPORT])
    (out / "evaluation.json").write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n")
    for one in results["left_out"]:
        typer.echo(f"Left out: {one['people']} people: {one['why']}", err=True)
    for warning in results["warnings"]:
        typer.echo(f"Warning: {warning}", err=True)
    typer.echo(f"wrote {out / 'evaluation.html'}")


def extract_return(council: str, quarter_ends_on: date, la_code: str, out: Path, faults: Path | None) -> bool:
    """Make a council's return, write its file and its faults, and tell how it fared; whether it may be sent."""
    from services.outcomes.client_level_data.specification_files import release_2
    from services.outcomes.domain.client_level_data.specification import NoSuchPeriod
    from services.outcomes.jobs.return_records import return_asked
    from services.outcomes.jobs.return_work import PEOPLE, worked_out

    try:
        release_2().period_ending(quarter_ends_on)
    except NoSuchPeriod as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    read = _read(council, lambda work: return_asked(work, quarter_ends_on, la_code))
    with _steps("people") as told:
        answer = _sound(worked_out(read.written(), told))
    people = [json.loads(line) for line in answer.files[PEOPLE].splitlines()]
    with out.open("w", newline="", encoding="utf-8") as target:
        csv.writer(target).writerow([one.name for one in release_2().fields])
        target.writelines(one["lines"] for one in people)
    if faults is not None:
        _write_faults(people, faults)
    results = answer.results or {}
    for one in results["fields"]:
        failed = {check: count for check, count in one["counts"].items() if not check.startswith("Passed")}
        for check, count in failed.items():
            typer.echo(f"{one['field']}: {count} {check}")
    for one in results["left_out"]:
        typer.echo(f"Left out, of {one['people']} people: {one['why']}", err=True)
    typer.echo(f"wrote {out}: {results['rows']} rows, {results['faults']} to mend")
    return bool(results["may_be_sent"])


def _write_faults(people: list[dict[str, Any]], file: Path) -> None:
    from services.outcomes.jobs.return_work import numbered_faults

    with file.open("w", newline="", encoding="utf-8") as target:
        writer = csv.writer(target)
        writer.writerow(("row", "field", "check", "reason"))
        writer.writerows(numbered_faults(people))


def _read(council: str, read: Callable[[UnitOfWork], Awaitable[T]]) -> T:
    """Read a council's rows as the service's application role, by its settings."""
    import uvloop

    async def once() -> T:
        runtime = runtime_of("outcomes")
        try:
            async with runtime.units.for_council(council) as work:
                return await read(work)
        finally:
            await runtime.close()

    return uvloop.run(once())


def _sound(answer: Answer) -> Answer:
    """An answer with results; where there are none, why is told, and the command ends with 1."""
    if answer.problem is None:
        return answer
    told = [answer.problem["detail"], *(one["message"] for one in answer.problem["errors"][:FAULTS_SHOWN])]
    typer.echo(f"{answer.problem['title']}: {'; '.join(told)}", err=True)
    raise typer.Exit(1)


@contextmanager
def _steps(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar that is told how much of how much is done; nothing where nobody looks."""
    if not sys.stderr.isatty():
        yield lambda _done, _of: None
        return
    with progress(100, what) as more:
        shown = 0

        def told(done: int, of: int) -> None:
            nonlocal shown
            now = 100 * done // of if of else 0
            more(now - shown)
            shown = now

        yield told
