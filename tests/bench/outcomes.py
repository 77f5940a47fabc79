"""A council of 20,000 people over three years: its return and an evaluation, in memory and from the database."""

import asyncio
import resource
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any, TypeVar

from braid.command_line.services import definition_of
from braid.kit.service import ServiceRuntime
from braid.kit.settings import ServiceSettings
from services.outcomes.client_level_data.return_files import write_return
from services.outcomes.client_level_data.specification_files import release_2
from services.outcomes.domain.client_level_data.checks import pre_flight
from services.outcomes.domain.client_level_data.rows import rows
from services.outcomes.evaluation.cohort_files import read_cohort, write_cohort
from services.outcomes.evaluation.cost_and_effect import DRAWS
from services.outcomes.evaluation.evaluating import Question, evaluate
from services.outcomes.evaluation.made_up_trial import Truth, made_up_trial
from services.outcomes.evaluation.report import report
from services.outcomes.jobs import evaluation_work, return_work
from services.outcomes.jobs.evaluation_records import EvaluationAsked, evaluation_asked
from services.outcomes.jobs.return_records import ReturnAsked, return_asked
from tests.bench.outcomes_on_record import COUNCIL, FIRST_MONDAY, WEEKS, put_on_record
from tests.ledger.test_council_guard import url_of
from tests.outcomes.made_up_council import made_up_council
from tests.real_parts.databases import FreshDatabases, test_postgres

T = TypeVar("T")
PEOPLE = 20_000
SECONDS_MOST = 60


def run(*, people: int = PEOPLE) -> None:
    """Print seconds of one core, and the clock's beside them."""
    with TemporaryDirectory() as folder:
        _extract(people, Path(folder))
        _evaluation(people, Path(folder))
        asyncio.run(_on_record(people, Path(folder)))
    print(f"  largest memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB")


def _extract(people: int, folder: Path) -> None:
    specification = release_2()
    period = specification.period_ending(date(2025, 6, 30))
    persons, events = made_up_council(specification, people, seed=1)
    print(f"Return of {people:,} people, {len(events):,} events in three years (promise: under {SECONDS_MOST} s)")
    found = _timed("made", lambda: list(rows(specification, "503", period, persons, events)))
    _timed("checked", lambda: pre_flight(specification, found))
    _timed("written", lambda: write_return(specification, found, folder / "return.csv"))
    print(f"  {len(found):,} rows, {(folder / 'return.csv').stat().st_size / 1e6:.1f} MB")


def _evaluation(people: int, folder: Path) -> None:
    trial = made_up_trial(Truth(people=(people // 2, people - people // 2)), seed=1)
    write_cohort(trial, folder / "people.csv")
    print(f"Evaluation of {people:,} people, three measures, {DRAWS:,} draws each (promise: under {SECONDS_MOST} s)")
    cohort = _timed("read", lambda: read_cohort(folder / "people.csv"))
    evaluation = _timed("evaluated", lambda: evaluate(cohort, Question()))
    _timed("reported", lambda: report(cohort, evaluation))


async def _on_record(people: int, folder: Path) -> None:
    """The same from what is on record, read as the application's role; what the database does is not our core time."""
    with test_postgres(folder) as postgres:
        databases = await FreshDatabases(postgres.admin_url()).copy()
        definition = definition_of("outcomes")
        settings = ServiceSettings(environment="test", database=databases.settings_of(definition.name))
        print(f"On record: {people:,} people (promise: each under {SECONDS_MOST} s by the clock)")
        begun = perf_counter()
        await put_on_record(url_of(databases, definition.name, "superuser"), people)
        print(f"  put there: {perf_counter() - begun:.1f} s by the clock")
        runtime = ServiceRuntime(definition, settings)
        try:
            async with runtime.units.for_council(COUNCIL) as work:
                asked = await _read("return", return_asked(work, date(2026, 3, 31), "503"))
                answer = _timed("made, checked and written", lambda: return_work.worked_out(asked, _nobody))
                print(f"  {answer.results and answer.results['rows']:,} rows")
                for name, with_file in (("before and after", b""), ("beside a file", _comparison(people, folder))):
                    evaluated = await _read(name, evaluation_asked(work, _question(with_file), with_file))
                    answer = _timed("evaluated, reported", partial(evaluation_work.worked_out, evaluated, _nobody))
                    print(f"  {answer.results and answer.results['people']}")
        finally:
            await runtime.close()


async def _read(what: str, asked: Awaitable[ReturnAsked | EvaluationAsked]) -> bytes:
    wall, core = perf_counter(), process_time()
    written = (await asked).written()
    print(
        f"  {what} read: {process_time() - core:.1f} s of one core, {perf_counter() - wall:.1f} s by the clock,"
        f" {len(written) / 1e6:.1f} MB"
    )
    return written


def _question(comparison: bytes) -> dict[str, Any]:
    weeks = {"weeks_from": FIRST_MONDAY.isoformat(), "weeks_to": (FIRST_MONDAY + timedelta(7 * WEEKS - 1)).isoformat()}
    compare = "arms" if comparison else "before_and_after"
    others: dict[str, Any] = {"measures": None, "draws": DRAWS, "seed": 1, "pounds_a_point": 200, "licensed": []}
    return {"compare": compare, **weeks, **others}


def _comparison(people: int, folder: Path) -> bytes:
    """A file of a tenth as many people without a budget, with their costs."""
    write_cohort(made_up_trial(Truth(people=(0, people // 10)), seed=2), folder / "others.csv")
    return (folder / "others.csv").read_bytes()


def _nobody(_done: int, _of: int) -> None:
    """Nobody looks how far it is."""


def _timed(what: str, work: Callable[[], T]) -> T:
    wall, core = perf_counter(), process_time()
    done = work()
    print(f"  {what}: {process_time() - core:.1f} s of one core, {perf_counter() - wall:.1f} s by the clock")
    return done
