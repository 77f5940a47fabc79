"""`braid outcomes`: whether budgets work, for whom and at what cost; and the statutory return, checked.

What compares people needs the extra `analysis`; what checks a return does not.
"""

import csv
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from braid.command_line.progress import progress

app = typer.Typer(no_args_is_help=True)

ANALYSIS = ("matplotlib", "numpy", "polars", "rich", "scipy", "statsmodels")


FAULTS_SHOWN = 20
DAY = ["%Y-%m-%d"]


class Compared(StrEnum):
    """What is compared with what."""

    BETWEEN_ARMS = "between_arms"
    BEFORE_AND_AFTER = "before_and_after"


@app.callback()
def outcomes() -> None:
    """Outcomes: does it work, for whom, at what cost."""


def _need_analysis() -> None:
    if missing := [name for name in ANALYSIS if find_spec(name) is None]:
        typer.echo(f"This needs {', '.join(missing)}: run make analysis.", err=True)
        raise typer.Exit(1)


@app.command("made-up-trial")
def made_up(
    seed: Annotated[int, typer.Option(min=0)] = 1,
    with_budget: Annotated[int, typer.Option(min=1, max=1_000_000)] = 510,
    without: Annotated[int, typer.Option(min=0, max=1_000_000)] = 449,
    out: Annotated[Path, typer.Option(help="The file to write.")] = Path("made-up-trial.csv"),
) -> None:
    """Make people up to try an evaluation on; every row says that they are synthetic."""
    _need_analysis()
    from services.outcomes.evaluation.cohort_files import write_cohort
    from services.outcomes.evaluation.made_up_trial import Truth, made_up_trial

    write_cohort(made_up_trial(Truth(people=(with_budget, without)), seed), out)
    typer.echo(f"wrote {out}")


@app.command()
def evaluate(
    people: Annotated[
        Path | None, typer.Option(help="People as .csv or .parquet; docs/outcomes.md tells the columns.")
    ] = None,
    council: Annotated[str, typer.Option(help="The people of a council, from the service's database.")] = "",
    from_day: Annotated[datetime | None, typer.Option("--from", formats=DAY, help="With a council: the first day.")] = (
        None
    ),
    to_day: Annotated[datetime | None, typer.Option("--to", formats=DAY, help="With a council: the last day.")] = None,
    compare: Annotated[Compared, typer.Option()] = Compared.BETWEEN_ARMS,
    draws: Annotated[int, typer.Option(min=100, max=100_000)] = 2000,
    pounds_a_point: Annotated[
        int, typer.Option(min=1, max=100_000, help="The most that a point, held for a week, may be worth.")
    ] = 200,
    seed: Annotated[int, typer.Option(min=0)] = 1,
    licensed: Annotated[
        list[str] | None, typer.Option(help="An instrument that the council has a licence for, such as ascot-sct4.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder to write to.")] = Path("evaluation"),
) -> None:
    """Compare costs and outcomes, and write a report with its warnings. Ranks nobody.

    Of a file of people; or of a council's recorded people, by the settings OUTCOMES_, between two days. Then people in
    the file, if there is one, have no budget, and are those to compare with.
    """
    _need_analysis()
    if council:
        if from_day is None or to_day is None:
            raise typer.BadParameter("a council's people are compared between two days", param_hint="--from, --to")
        from braid.command_line.outcomes_of_council import EvaluationOf, evaluate_council

        asked = EvaluationOf(
            council, from_day.date(), to_day.date(), compare.value, draws, seed, pounds_a_point, tuple(licensed or ())
        )
        evaluate_council(asked, people, out)
        return
    if people is None:
        raise typer.BadParameter("name a file of people, or a council", param_hint="--people, --council")
    from services.outcomes.evaluation.cohort_files import read_cohort
    from services.outcomes.evaluation.differences import Design
    from services.outcomes.evaluation.evaluating import Question
    from services.outcomes.evaluation.evaluating import evaluate as worked_out
    from services.outcomes.evaluation.report import report
    from services.outcomes.evaluation.results import as_data

    with _told():
        cohort = read_cohort(people, licensed or ())
        worths = tuple(pounds_a_point * 10 * step for step in range(11))
        question = Question(Design(compare), draws, worths, seed)
        with progress(draws * len(cohort.outcomes), "draws") as done:
            evaluation = worked_out(cohort, question, done)
    out.mkdir(parents=True, exist_ok=True)
    (out / "evaluation.html").write_text(report(cohort, evaluation))
    (out / "evaluation.json").write_text(json.dumps(as_data(evaluation), indent=2, ensure_ascii=False) + "\n")
    for warning in evaluation.warnings:
        typer.echo(f"Warning: {warning}", err=True)
    typer.echo(f"wrote {out / 'evaluation.html'}")


@app.command()
def extract(
    council: Annotated[str, typer.Option(help="Whose return, from the service's database.")],
    quarter_ends_on: Annotated[datetime, typer.Option(formats=DAY, help="The last day of a quarter.")],
    la_code: Annotated[str, typer.Option(help="The Department's code of the council, three digits.")] = "",
    out: Annotated[Path, typer.Option(help="The file to write.")] = Path("return.csv"),
    faults: Annotated[Path | None, typer.Option(help="Write every fault there as CSV.")] = None,
) -> None:
    """Make a council's client-level data return from its records, and check it. Sends nothing.

    It reads the database by the settings OUTCOMES_. Exit code 1: something does not pass.
    """
    from braid.command_line.outcomes_of_council import extract_return

    if not extract_return(council, quarter_ends_on.date(), la_code, out, faults):
        raise typer.Exit(1)


@app.command("check-return")
def check_return(
    file: Annotated[Path, typer.Argument(help="A client-level data file, Release 2, as CSV.")],
    faults: Annotated[Path | None, typer.Option(help="Write every fault there as CSV.")] = None,
) -> None:
    """Make the Department's checks before a return is sent; fails where one does. Sends nothing."""
    from services.outcomes.client_level_data.return_files import ReturnRefused, read_return
    from services.outcomes.client_level_data.specification_files import release_2
    from services.outcomes.domain.client_level_data.checks import pre_flight

    try:
        rows = read_return(release_2(), file)
    except (ReturnRefused, OSError, UnicodeDecodeError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    with progress(len(rows), "rows") as done:
        found = pre_flight(release_2(), rows, done)
    for field, counts in found.counts.items():
        failed = {validity: count for validity, count in counts.items() if not validity.startswith("Passed")}
        for validity, count in failed.items():
            typer.echo(f"{field}: {count} {validity}")
    for fault in found.faults[:FAULTS_SHOWN]:
        typer.echo(f"row {fault.row}, {fault.field}: {fault.validity}: {fault.reason}", err=True)
    if faults is not None:
        with faults.open("w", newline="", encoding="utf-8") as target:
            writer = csv.writer(target)
            writer.writerow(("row", "field", "check", "reason"))
            writer.writerows((one.row, one.field, one.validity.value, one.reason) for one in found.faults)
    typer.echo(f"{found.rows} rows, {len(found.faults)} to mend")
    if not found.may_be_sent:
        raise typer.Exit(1)


@contextmanager
def _told() -> Iterator[None]:
    """Say what is wrong with what was given, without a trace: it is the caller's to mend."""
    from services.outcomes.evaluation.errors import EvaluationError

    try:
        yield
    except (EvaluationError, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
