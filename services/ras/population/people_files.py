"""Reads and writes people as CSV or Parquet, strictly: every fault names its row, its column and its reason.

The columns are told in docs/calibration.md.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from braid.contracts.codes import UserGroup
from services.ras.domain.points import HELP_CODES
from services.ras.population.people import Coded, People, Whole
from services.ras.table_files import UNKNOWN_KEY

PREFIXES = ("points_", "answer_", "help_", "specialist_minutes_", "equality_")
SINGLE_COLUMNS = ("person", "user_group", "pence_per_week", "willing_and_able", "reassessed", "synthetic")
WILLING = ("yes", "no", "not_asked")
YES_OR_NO = ("yes", "no")
CODES = r"^([a-z][a-z0-9_]*(;[a-z][a-z0-9_]*)*)?$"

#: Far above any package of support, and far below where 64-bit sums over a population could overflow.
PENCE_PER_WEEK_MOST = 100_000_000
POINTS_MOST = 100_000
MINUTES_PER_DAY_MOST = 24 * 60 * 4
THOUSANDTHS = 1000
FAULTS_SHOWN = 20


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong; ``row`` is the line in a spreadsheet, whose first line has the names of the columns."""

    row: int | None
    column: str
    reason: str

    def __str__(self) -> str:
        return f"{'' if self.row is None else f'row {self.row}, '}{self.column}: {self.reason}"


class PeopleRefused(Exception):
    """A file of people cannot be used; ``faults`` say why, each with its row."""

    def __init__(self, file: Path, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        more = f"; and {len(faults) - FAULTS_SHOWN} more" if len(faults) > FAULTS_SHOWN else ""
        super().__init__(f"{file.name}: {'; '.join(map(str, faults[:FAULTS_SHOWN]))}{more}")


def read_people(file: Path) -> People:
    """Read people from a ``.csv`` or ``.parquet`` file.

    Raises:
        PeopleRefused: a column is missing or not known, or a row holds what its column cannot; with every fault.
    """
    frame = _frame(file)
    if faults := [*_column_faults(frame.columns), *_empty_faults(frame)]:
        raise PeopleRefused(file, faults)
    reading = _Reading(frame)
    people = reading.people()
    if reading.faults:
        raise PeopleRefused(file, sorted(reading.faults, key=lambda fault: (fault.row or 0, fault.column)))
    return people


def write_people(people: People, file: Path) -> None:
    """Write people so that `read_people` reads the same again; Parquet or CSV by the file's ending."""
    columns: dict[str, pl.Series] = {"person": _words(people.person), "user_group": _words(people.user_group)}
    if people.pence_per_week is not None:
        columns["pence_per_week"] = pl.Series(people.pence_per_week)
    columns |= {f"answer_{name}": _words(column) for name, column in people.answers.items()}
    columns |= {f"help_{name}": _words(column) for name, column in people.informal_help.items()}
    columns["willing_and_able"] = _words(people.willing_and_able)
    for name, points in people.points_thousandths.items():
        columns[f"points_{name}"] = pl.Series(points / THOUSANDTHS)
    for code, minutes in people.specialist_minutes_per_day.items():
        columns[f"specialist_minutes_{code}"] = pl.Series(minutes)
    columns["reassessed"] = pl.Series(np.where(people.reassessed, "yes", "no"))
    columns |= {f"equality_{name}": _words(column) for name, column in people.equality.items()}
    synthetic = "yes" if people.synthetic else "no"
    columns["synthetic"] = pl.repeat(synthetic, len(people), eager=True)
    frame = pl.DataFrame(columns)
    if file.suffix == ".parquet":
        frame.write_parquet(file, metadata={"synthetic": synthetic})
    else:
        frame.write_csv(file)


def _words(column: Coded) -> pl.Series:
    return pl.Series(list(column.values), dtype=pl.String).gather(column.codes)


def _frame(file: Path) -> pl.DataFrame:
    try:
        if file.suffix == ".parquet":
            return pl.read_parquet(file)
        # Everything is read as text first: a guess at types would turn a misspelt sum into an empty one.
        return pl.read_csv(file, infer_schema=False)
    except pl.exceptions.PolarsError as error:
        raise PeopleRefused(file, [Fault(None, "file", str(error).splitlines()[0])]) from error


def _column_faults(columns: Sequence[str]) -> Iterator[Fault]:
    for name in ("person", "user_group"):
        if name not in columns:
            yield Fault(None, name, "this column is missing")
    if not any(name.startswith(("points_", "answer_")) for name in columns):
        yield Fault(None, "points_… or answer_…", "people need points by domain, or answers")
    for name in columns:
        if name not in SINGLE_COLUMNS and not name.startswith(PREFIXES):
            yield Fault(None, name, UNKNOWN_KEY)


def _empty_faults(frame: pl.DataFrame) -> Iterator[Fault]:
    if frame.is_empty():
        yield Fault(None, "file", "there is nobody in it")


class _Reading:
    """One reading of a frame: columns, and the faults found on the way."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame
        self.faults: list[Fault] = []

    def people(self) -> People:
        person = self._words("person", r"^\S.*$", "must name somebody")
        synthetic = self._one_of("synthetic", YES_OR_NO, "no")
        if len({synthetic.values[code] for code in np.unique(synthetic.codes)}) > 1:
            self.faults.append(Fault(None, "synthetic", "a file holds synthetic people or real ones, never both"))
        return People(
            person=person,
            user_group=self._one_of("user_group", tuple(UserGroup)),
            pence_per_week=self._whole("pence_per_week", PENCE_PER_WEEK_MOST) if self._has("pence_per_week") else None,
            points_thousandths={name: self._thousandths(f"points_{name}") for name in self._named("points_")},
            answers={name: self._words(f"answer_{name}", CODES, "is no code") for name in self._named("answer_")},
            informal_help={name: self._one_of(f"help_{name}", HELP_CODES, "none") for name in self._named("help_")},
            willing_and_able=self._one_of("willing_and_able", WILLING, "not_asked"),
            specialist_minutes_per_day={
                name: self._whole(f"specialist_minutes_{name}", MINUTES_PER_DAY_MOST)
                for name in self._named("specialist_minutes_")
            },
            reassessed=self._one_of("reassessed", YES_OR_NO, "no").words() == "yes",
            equality={
                name: self._words(f"equality_{name}", r"^.*$", "is no text") for name in self._named("equality_")
            },
            synthetic=synthetic.values[synthetic.codes[0]] == "yes",
        )

    def _has(self, column: str) -> bool:
        return column in self.frame.columns

    def _named(self, prefix: str) -> list[str]:
        return [name.removeprefix(prefix) for name in self.frame.columns if name.startswith(prefix)]

    def _text(self, column: str) -> pl.Series:
        return self.frame[column].cast(pl.String).fill_null("")

    def _words(self, column: str, pattern: str, reason: str) -> Coded:
        text = self._text(column)
        values = text.unique().sort()
        self._refuse(column, text, text.is_in(values.filter(~values.str.contains(pattern)).implode()), reason)
        return Coded(text.cast(pl.Enum(values)).to_physical().cast(pl.Int32).to_numpy(), tuple(values))

    def _one_of(self, column: str, known: Sequence[str], otherwise: str | None = None) -> Coded:
        if not self._has(column):
            assert otherwise is not None, "columns without another value are checked before"
            return Coded.of_one(otherwise, len(self.frame))
        return self._words(column, f"^({'|'.join(known)})$", f"must be one of {', '.join(known)}")

    def _whole(self, column: str, most: int) -> Whole:
        text = self._text(column)
        numbers = text.cast(pl.Int64, strict=False)
        bad = numbers.is_null() | ~numbers.fill_null(0).is_between(0, most)
        self._refuse(column, text, bad, f"must be a whole number from 0 to {most}")
        return numbers.fill_null(0).to_numpy()

    def _thousandths(self, column: str) -> Whole:
        text = self._text(column)
        written = text.str.contains(r"^\d{1,6}(\.\d+)?$")
        numbers = pl.select(pl.when(written).then(text).otherwise(pl.lit("0")).cast(pl.Float64)).to_series()
        thousandths = (numbers * THOUSANDTHS).round().cast(pl.Int64)
        exact = (numbers * THOUSANDTHS - thousandths).abs() < 1e-6  # noqa: PLR2004 - the error of a 64-bit float
        bad = ~written | ~exact | (numbers > POINTS_MOST)
        self._refuse(column, text, bad, f"must be points from 0 to {POINTS_MOST} with 3 decimals at most")
        return thousandths.to_numpy()

    def _refuse(self, column: str, text: pl.Series, bad: pl.Series, reason: str) -> None:
        # The first line of a spreadsheet has the names, and it counts from 1.
        self.faults += [Fault(int(row) + 2, column, f"{text[int(row)]!r} {reason}") for row in bad.arg_true()]
