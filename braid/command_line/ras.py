"""`braid ras`: fit an allocation table to past people, try it on everybody, publish it. Needs the extra `analysis`."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer

from braid.command_line.progress import progress
from services.ras.domain.protection import YEARS_MOST, Phasing, ShareOf
from services.ras.simulation.protection_rule import PaidBy, Protection

app = typer.Typer(no_args_is_help=True)

#: What the commands below import and a service never does.
ANALYSIS = ("matplotlib", "numpy", "polars", "rich", "scipy", "sklearn", "statsmodels")

Table = Annotated[str, typer.Option(help="A released table as id:version, or the path of a table's file.")]
PeopleFile = Annotated[Path, typer.Option(help="People as .csv or .parquet; docs/calibration.md tells the columns.")]
Out = Annotated[Path, typer.Option(help="Folder to write to.")]


class Format(StrEnum):
    """In what form rows are written."""

    PARQUET = "parquet"
    CSV = "csv"


def _exact(text: str | Fraction) -> Fraction:
    """Read an exact number of zero or more, such as 0.10 or 1/3."""
    try:
        number = Fraction(text)
    except (ValueError, ZeroDivisionError) as error:
        raise typer.BadParameter(f"{text} is no number") from error
    if number < 0:
        raise typer.BadParameter(f"{text} is below 0")
    return number


@app.callback()
def ras() -> None:
    """Allocation tables: calibrate, simulate, publish."""
    if missing := [name for name in ANALYSIS if find_spec(name) is None]:
        typer.echo(f"This needs {', '.join(missing)}: run make analysis.", err=True)
        raise typer.Exit(1)


@app.command()
def population(
    people: Annotated[int, typer.Option(min=1, max=5_000_000)] = 3000,
    seed: Annotated[int, typer.Option(min=0)] = 1,
    table: Table = "example-council:1",
    out: Out = Path("synthetic-population"),
    form: Annotated[Format, typer.Option("--format")] = Format.PARQUET,
    unseen: Annotated[
        float, typer.Option(min=0, max=2, help="Spread of cost that no answer explains, log scale.")
    ] = 0.6,
) -> None:
    """Make people up for tests and demonstrations; every row says that they are synthetic."""
    from services.ras.population.people_files import write_people
    from services.ras.population.synthetic import Noise, synthetic_people

    with _told():
        named = _named(table)
        rates = {code: int(rate.pence_per_hour) for code, rate in named.table.rate_card.rates.items()}
        made_up = synthetic_people(named.table.scoring, rates, people, seed, Noise(unseen=unseen))
    out.mkdir(parents=True, exist_ok=True)
    file = out / f"synthetic-people.{form}"
    write_people(made_up, file)
    made = {"synthetic": True, "people": people, "seed": seed, "unseen": unseen, "answers_to": named.name}
    _write(out / "synthetic-people.about.json", made)
    typer.echo(f"wrote {file}")


@app.command()
def calibrate(
    people: PeopleFile,
    table: Table,
    out: Out = Path("calibration"),
    folds: Annotated[int, typer.Option(min=2, help="As many as people leaves one out at a time.")] = 5,
    seed: Annotated[int, typer.Option(min=0)] = 1,
    bands: Annotated[
        str, typer.Option(help="First score of each band, such as 0,16,31; as many people each if left out.")
    ] = "",
    top_slice: Annotated[float, typer.Option(min=0, max=0.5, help="Share of spending held back.")] = 0.0,
    tolerance: Annotated[float, typer.Option(min=0, max=1, help="Departure that nobody has to settle.")] = 0.05,
    user_group: Annotated[str, typer.Option(help="Fit to one user group alone.")] = "",
    costed_lines: Annotated[
        bool, typer.Option(help="Price specialist support line by line, beside the points.")
    ] = True,
    choose: Annotated[str, typer.Option(help="Way to write as a new version; none is written if left out.")] = "",
    version: Annotated[int, typer.Option(min=0, help="Of the new table; one more than the old if 0.")] = 0,
    in_force_from: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])] = None,
    why: Annotated[str, typer.Option(help="Why the table changes, in plain words; shown with every figure.")] = "",
) -> None:
    """Fit every way of making a table to past people, report how well each does, and write the one that is chosen."""
    from services.ras.calibration.comparison import compare
    from services.ras.calibration.methods import METHODS, Settings
    from services.ras.calibration.new_version import Release, as_new_version
    from services.ras.calibration.past_people import past_people
    from services.ras.calibration.report import as_data, best, report
    from services.ras.population.people_files import read_people

    if choose and choose not in METHODS:
        raise typer.BadParameter(f"choose one of {', '.join(METHODS)}")
    if choose and (in_force_from is None or not why):
        raise typer.BadParameter("a new version needs --in-force-from and --why")
    settings = Settings(_starts(bands), seed)
    with _told(), progress(len(METHODS), "ways") as done:
        named = _named(table)
        past = past_people(read_people(people), named.table)
        if user_group:
            past = past.chosen(past.user_group == user_group)
        compared = compare(
            past if costed_lines else past.without_lines(),
            settings,
            folds,
            top_slice,
            tolerance,
            progress=lambda _: done(1),
        )
        shown = next((one for one in compared.judged if one.method.code == choose), None) or best(compared)
        out.mkdir(parents=True, exist_ok=True)
        (out / "fit.html").write_text(report(compared, shown))
        _write(out / "fit.json", as_data(compared, shown))
        if choose and in_force_from is not None:
            release = Release(version or named.table.version + 1, in_force_from.date(), why)
            made = as_new_version(named, compared, shown, release)
            (out / f"{release.version}.yaml").write_text(made.text)
    for warning in compared.warnings:
        typer.echo(f"Warning: {warning}", err=True)
    typer.echo(f"wrote {out / 'fit.html'}")


@app.command()
def simulate(
    people: PeopleFile,
    table: Table,
    against: Annotated[str, typer.Option(help="Table to compare with; what packages cost now if left out.")] = "",
    prices: Annotated[
        Fraction, typer.Option(parser=_exact, help="Every sum of the table is multiplied by this, such as 1.0157.")
    ] = Fraction(1),
    most_lost_a_year: Annotated[
        Fraction | None, typer.Option(parser=_exact, help="Protection: largest share lost in a year, such as 0.10.")
    ] = None,
    share_of: Annotated[ShareOf, typer.Option(help="Protection: share of this sum.")] = ShareOf.STARTING,
    floor: Annotated[
        Fraction, typer.Option(parser=_exact, help="Protection: nobody falls below this share of their starting sum.")
    ] = Fraction(0),
    years: Annotated[int, typer.Option(min=1, max=YEARS_MOST, help="Protection: for how long.")] = 4,
    paid_by: Annotated[PaidBy, typer.Option(help="Protection: who pays.")] = PaidBy.COUNCIL,
    budget: Annotated[int | None, typer.Option(min=0, help="Pounds a year.")] = None,
    out: Out = Path("simulation"),
    form: Annotated[Format, typer.Option("--format")] = Format.PARQUET,
) -> None:
    """Try a table, prices or a protection rule on everybody: who wins, who loses, what it costs. Changes nothing."""
    from services.ras.population.people_files import read_people
    from services.ras.simulation import report, results
    from services.ras.simulation.scenario import Question
    from services.ras.simulation.scenario import simulate as worked_out

    with _told():
        everybody = read_people(people)
        rule = None
        if most_lost_a_year is not None:
            rule = Protection(Phasing(most_lost_a_year, share_of, years, floor), paid_by)
        question = Question(
            table=_named(table).table,
            before=_named(against).table if against else None,
            uplift=prices,
            protection=rule,
            budget_pence_per_year=None if budget is None else budget * 100,
        )
        with progress(len(everybody), "people") as done:
            scenario = worked_out(everybody, question, done)
    out.mkdir(parents=True, exist_ok=True)
    (out / "simulation.html").write_text(report.report(everybody, scenario))
    _write(out / "simulation.json", results.as_data(everybody, scenario))
    rows = results.by_person(everybody, scenario)
    rows.write_parquet(out / "people.parquet") if form is Format.PARQUET else rows.write_csv(out / "people.csv")
    for warning in results.warnings(everybody, scenario):
        typer.echo(f"Warning: {warning}", err=True)
    typer.echo(f"wrote {out / 'simulation.html'}")


@app.command()
def publish(
    table: Table,
    fit: Annotated[Path | None, typer.Option(help="fit.json of braid ras calibrate.")] = None,
    people: Annotated[Path | None, typer.Option(help="People, for figures by group.")] = None,
    about: Annotated[Path | None, typer.Option(help="YAML: what the council tells about itself.")] = None,
    out: Out = Path("openness"),
) -> None:
    """Write everything that a council publishes about its table: a page, and files for computers."""
    from services.ras.openness.pack import openness_pack
    from services.ras.openness.transparency_record import read_about
    from services.ras.population.people_files import read_people

    with _told():
        pack = openness_pack(
            _named(table),
            json.loads(fit.read_text()) if fit else None,
            read_people(people) if people else None,
            read_about(about.read_text()) if about else {},
        )
    pack.write(out)
    for field in pack.untold:
        typer.echo(f"The council has still to tell: {field}", err=True)
    typer.echo(f"wrote {out / 'index.html'}")


def _named(name: str) -> Any:
    from services.ras.named_tables import named_table

    return named_table(name)


def _starts(bands: str) -> tuple[int, ...]:
    parts = bands.split(",") if bands else []
    if not all(part.isdecimal() for part in parts):
        raise typer.BadParameter("bands are whole scores with commas between them")
    starts = tuple(map(int, parts))
    if starts and (starts[0] != 0 or list(starts) != sorted(set(starts))):
        raise typer.BadParameter("bands begin at 0 and rise")
    return starts


def _write(file: Path, data: dict[str, Any]) -> None:
    file.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n")


@contextmanager
def _told() -> Iterator[None]:
    """Say what is wrong with what was given, without a trace: it is the caller's to mend."""
    from services.ras.calibration.errors import CalibrationError
    from services.ras.domain.errors import DomainError
    from services.ras.openness.transparency_record import AboutRefused
    from services.ras.population.people_files import PeopleRefused
    from services.ras.simulation.scenario import NothingToCompare
    from services.ras.table_files import TableRefused

    told = (
        AboutRefused,
        CalibrationError,
        DomainError,
        NothingToCompare,
        PeopleRefused,
        TableRefused,
    )
    try:
        yield
    except (*told, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
