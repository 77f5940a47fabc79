"""`braid ras` from made-up people to a published table; and a service that starts without any of it."""

import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner, Result

from braid.command_line.main import app
from braid.command_line.ras import ANALYSIS


def braid(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["ras", *map(str, arguments)])


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("people")
    assert braid("population", "--people", "300", "--out", folder).exit_code == 0
    return folder / "synthetic-people.parquet"


def test_a_table_goes_from_people_to_publication(people: Path, tmp_path: Path) -> None:
    chosen = ["--choose", "few_knots", "--in-force-from", "2027-04-01", "--why", "Fitted anew."]
    fitted = braid(
        "calibrate",
        "--people",
        people,
        "--table",
        "example-council:1",
        "--folds",
        "3",
        *chosen,
        "--out",
        tmp_path / "fit",
    )
    assert fitted.exit_code == 0, fitted.output
    table = tmp_path / "fit" / "2.yaml"
    assert json.loads((tmp_path / "fit" / "fit.json").read_text())["shown"] == "few_knots"

    rule = ["--most-lost-a-year", "0.10", "--years", "2", "--budget", "100", "--format", "csv"]
    tried = braid("simulate", "--people", people, "--table", table, *rule, "--out", tmp_path / "tried")
    assert tried.exit_code == 0, tried.output
    assert "above the budget" in tried.output
    totals = json.loads((tmp_path / "tried" / "simulation.json").read_text())
    rows = pl.read_csv(tmp_path / "tried" / "people.csv")
    assert rows["after_pence_per_year"].sum() == totals["total_pence"]

    given: list[str | Path] = ["--fit", tmp_path / "fit" / "fit.json", "--people", people]
    published = braid("publish", "--table", table, *given, "--out", tmp_path / "open")
    assert published.exit_code == 0, published.output
    assert "The council has still to tell: 2.1.3 Senior responsible owner" in published.output
    assert (tmp_path / "open" / "allocation-table.yaml").read_text() == table.read_text()


def test_without_a_choice_no_table_is_written(people: Path, tmp_path: Path) -> None:
    done = braid(
        "calibrate",
        "--people",
        people,
        "--table",
        "example-council:1",
        "--folds",
        "2",
        "--bands",
        "0,10,20",
        "--out",
        tmp_path,
    )

    assert done.exit_code == 0, done.output
    assert sorted(file.name for file in tmp_path.iterdir()) == ["fit.html", "fit.json"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["calibrate", "--people", "nobody.csv", "--table", "example-council:1"], "nobody.csv"),
        (["calibrate", "--people", "nobody.csv", "--table", "example-council:99"], "is no released table"),
        (["calibrate", "--people", "nobody.csv", "--table", "example-council:1", "--choose", "guess"], "choose one of"),
        (["calibrate", "--people", "nobody.csv", "--table", "example-council:1", "--choose", "ridge"], "--why"),
        (["calibrate", "--people", "nobody.csv", "--table", "example-council:1", "--bands", "5,3"], "begin at 0"),
        (["simulate", "--people", "nobody.csv", "--table", "example-council:1", "--prices", "many"], "is no number"),
        (["simulate", "--people", "nobody.csv", "--table", "example-council:1", "--floor", "-1"], "is below 0"),
        (["publish", "--table", "example-council:1", "--fit", "nothing.json"], "nothing.json"),
    ],
)
def test_what_is_wrong_is_told_without_a_trace(arguments: list[str], words: str) -> None:
    done = braid(*arguments)

    assert done.exit_code in (1, 2)
    assert isinstance(done.exception, SystemExit)
    assert words in done.output


def test_a_bad_row_is_named_on_the_command_line(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("person,user_group,pence_per_week,points_home\na,older_people,lots,1\n")

    done = braid("simulate", "--people", file, "--table", "example-council:1")

    assert done.exit_code == 1
    assert "row 2, pence_per_week: 'lots' must be a whole number" in done.output


def test_services_and_the_other_commands_start_without_the_analysis_packages() -> None:
    code = (
        "import sys; import braid.command_line.main; from braid.command_line.services import all_definitions;"
        f" all_definitions(); print(sorted(set({ANALYSIS!r}) & set(sys.modules) - {{'rich'}}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
