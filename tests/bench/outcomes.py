"""A council of 20,000 people over three years: its return made, checked and written; an evaluation with its draws."""

import resource
from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import TypeVar

from services.outcomes.client_level_data.return_files import write_return
from services.outcomes.client_level_data.specification_files import release_2
from services.outcomes.domain.client_level_data.checks import pre_flight
from services.outcomes.domain.client_level_data.rows import rows
from services.outcomes.evaluation.cohort_files import read_cohort, write_cohort
from services.outcomes.evaluation.cost_and_effect import DRAWS
from services.outcomes.evaluation.evaluating import Question, evaluate
from services.outcomes.evaluation.made_up_trial import Truth, made_up_trial
from services.outcomes.evaluation.report import report
from tests.outcomes.made_up_council import made_up_council

T = TypeVar("T")
PEOPLE = 20_000
SECONDS_MOST = 60


def run(*, people: int = PEOPLE) -> None:
    """Print seconds of one core, and the clock's beside them."""
    with TemporaryDirectory() as folder:
        _extract(people, Path(folder))
        _evaluation(people, Path(folder))
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


def _timed(what: str, work: Callable[[], T]) -> T:
    wall, core = perf_counter(), process_time()
    done = work()
    print(f"  {what}: {process_time() - core:.1f} s of one core, {perf_counter() - wall:.1f} s by the clock")
    return done
