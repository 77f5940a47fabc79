"""Reads and writes people as CSV or Parquet, strictly: every fault names its row, its column and its reason.

The columns are told in docs/calibration.md.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import polars as pl

from braid.contracts.codes import UserGroup
from services.ras.domain.good_and_bad_days import BAD, DAYS_IN_WEEK, GOOD
from services.ras.domain.points import HELP_CODES
from services.ras.domain.sums import WEEKS_PER_YEAR
from services.ras.population.people import KINDS_OF_DAY, Coded, People, Whole
from services.ras.table_files import UNKNOWN_KEY

#: How the columns begin that tell the answers of a kind of day.
ANSWERS_BY_DAY = {kind: f"{kind}_day_answer_" for kind in (GOOD, BAD)}
PREFIXES = (*ANSWERS_BY_DAY.values(), "points_", "answer_", "help_", "specialist_minutes_", "equality_")
SUMS = ("pence_per_week", "pence_per_year")
DAYS = {kind: f"days_{kind}" for kind in KINDS_OF_DAY}
SINGLE_COLUMNS = ("person", "user_group", *SUMS, "willing_and_able", *DAYS.values(), "reassessed", "synthetic")
WILLING = ("yes", "no", "not_asked")
YES_OR_NO = ("yes", "no")
CODES = r"^([a-z][a-z0-9_]*(;[a-z][a-z0-9_]*)*)?$"

#: Far above any package of support, and far below where 64-bit sums over a population could overflow.
PENCE_PER_WEEK_MOST = 100_000_000
POINTS_MOST = 100_000
MINUTES_PER_DAY_MOST = 24 * 60 * 4
THOUSANDTHS = 1000
FAULTS_SHOWN = 20
#: Of what a cell holds, in letters: a whole book in a cell must not become a whole book in a refusal.
CELL_SHOWN = 60
#: The group of people whose group nobody wrote down.
NOT_RECORDED = "not_recorded"
#: The first line of a spreadsheet has the names of the columns, and it counts from 1.
FIRST_ROW = 2


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

    def __init__(self, name: str, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        more = f"; and {len(faults) - FAULTS_SHOWN} more" if len(faults) > FAULTS_SHOWN else ""
        super().__init__(f"{name}: {'; '.join(map(str, faults[:FAULTS_SHOWN]))}{more}")


def read_people(file: Path) -> People:
    """Read people from a ``.csv`` or ``.parquet`` file.

    Raises:
        PeopleRefused: a column is missing or not known, or a row holds what its column cannot; with every fault.
    """
    read = people_of_parquet if file.suffix == ".parquet" else people_of_csv
    return read(file.read_bytes(), file.name)


def people_of_csv(content: bytes, name: str = "people", rows_most: int | None = None) -> People:
    """Read people from the bytes of a CSV file; `read_people` says what is refused.

    Args:
        name: what to call it in a refusal.
        rows_most: more rows are refused.
    """
    # Everything is read as text first: a guess at types would turn a misspelt sum into an empty one.
    return _people(_scanned(lambda: pl.scan_csv(BytesIO(content), infer_schema=False), name, rows_most), name)


def people_of_parquet(content: bytes, name: str = "people", rows_most: int | None = None) -> People:
    """Read people from the bytes of a Parquet file, as `people_of_csv` does."""
    return _people(_scanned(lambda: pl.scan_parquet(BytesIO(content)), name, rows_most), name)


def people_of_rows(rows: Sequence[Mapping[str, str | int | float]], name: str = "people") -> People:
    """Read people from rows that name their columns; a column that a row leaves out is empty there."""
    columns = dict.fromkeys(column for row in rows for column in row)
    texts = {column: [_text(row.get(column)) for row in rows] for column in columns}
    return _people(pl.DataFrame(texts, schema=dict.fromkeys(columns, pl.String)), name)


def write_people(people: People, file: Path) -> None:
    """Write people so that `read_people` reads the same again; Parquet or CSV by the file's ending."""
    columns: dict[str, pl.Series] = {"person": _words(people.person), "user_group": _words(people.user_group)}
    if people.pence_per_week is not None:
        columns["pence_per_week"] = pl.Series(people.pence_per_week)
    if people.told_pence_per_year is not None:
        columns["pence_per_year"] = pl.Series(people.told_pence_per_year)
    columns |= {f"answer_{name}": _words(column) for name, column in people.answers.items()}
    for kind, told in people.answers_by_day.items():
        columns |= {ANSWERS_BY_DAY[kind] + name: _words(column) for name, column in told.items()}
    columns |= {f"help_{name}": _words(column) for name, column in people.informal_help.items()}
    columns["willing_and_able"] = _words(people.willing_and_able)
    for name, points in people.points_thousandths.items():
        columns[f"points_{name}"] = pl.Series(points / THOUSANDTHS)
    for code, minutes in people.specialist_minutes_per_day.items():
        columns[f"specialist_minutes_{code}"] = pl.Series(minutes)
    columns |= {DAYS[kind]: pl.Series(days) for kind, days in people.days_per_week.items()}
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


def _scanned(scan: Callable[[], pl.LazyFrame], name: str, rows_most: int | None) -> pl.DataFrame:
    try:
        found = scan()
        if rows_most is not None and (rows := found.select(pl.len()).collect().item()) > rows_most:
            raise PeopleRefused(name, [Fault(None, "file", f"has {rows:,} people; at most {rows_most:,} at once")])
        return found.collect()
    except pl.exceptions.PolarsError as error:
        raise PeopleRefused(name, [Fault(None, "file", str(error).splitlines()[0])]) from error


def _text(cell: str | int | float | None) -> str:
    return "" if cell is None else str(cell)


def _shortened(cell: object) -> object:
    return f"{cell[:CELL_SHOWN]}…" if isinstance(cell, str) and len(cell) > CELL_SHOWN else cell


def _people(frame: pl.DataFrame, name: str) -> People:
    if faults := [*_column_faults(frame.columns), *_empty_faults(frame)]:
        raise PeopleRefused(name, faults)
    reading = _Reading(frame)
    people = reading.people()
    if reading.faults:
        raise PeopleRefused(name, sorted(reading.faults, key=lambda fault: (fault.row or 0, fault.column)))
    return people


def _column_faults(columns: Sequence[str]) -> Iterator[Fault]:
    for name in ("person", "user_group"):
        if name not in columns:
            yield Fault(None, name, "this column is missing")
    if not any(name.startswith(("points_", "answer_")) for name in columns):
        yield Fault(None, "points_… or answer_…", "people need points by domain, or answers")
    if set(SUMS) <= set(columns):
        yield Fault(None, " and ".join(SUMS), "a sum is told by the week or by the year, not both")
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
            user_group=self._one_of("user_group", (*UserGroup, NOT_RECORDED)),
            pence_per_week=self._sum("pence_per_week", PENCE_PER_WEEK_MOST),
            points_thousandths={name: self._thousandths(f"points_{name}") for name in self._named("points_")},
            answers=self._answers("answer_"),
            informal_help={name: self._one_of(f"help_{name}", HELP_CODES, "none") for name in self._named("help_")},
            willing_and_able=self._one_of("willing_and_able", WILLING, "not_asked"),
            specialist_minutes_per_day={
                name: self._whole(f"specialist_minutes_{name}", MINUTES_PER_DAY_MOST)
                for name in self._named("specialist_minutes_")
            },
            days_per_week=self._days(),
            reassessed=self._one_of("reassessed", YES_OR_NO, "no").is_word("yes"),
            equality={
                name: self._words(f"equality_{name}", r"^.*$", "is no text") for name in self._named("equality_")
            },
            synthetic=synthetic.values[synthetic.codes[0]] == "yes",
            told_pence_per_year=self._sum("pence_per_year", PENCE_PER_WEEK_MOST * WEEKS_PER_YEAR),
            answers_by_day={kind: self._answers(prefix) for kind, prefix in ANSWERS_BY_DAY.items()},
        )

    def _answers(self, prefix: str) -> Mapping[str, Coded]:
        return {name: self._words(prefix + name, CODES, "is no code") for name in self._named(prefix)}

    def _sum(self, column: str, most: int) -> Whole | None:
        return self._whole(column, most) if self._has(column) else None

    def _days(self) -> Mapping[str, Whole]:
        told = [column for column in DAYS.values() if self._has(column)]
        if not told:
            return {}
        none = np.zeros(len(self.frame), np.int64)
        days = {kind: self._whole(column, DAYS_IN_WEEK) if column in told else none for kind, column in DAYS.items()}
        week = np.sum(list(days.values()), axis=0)
        bad = pl.Series((week != 0) & (week != DAYS_IN_WEEK))
        reason = f"days are no week: together the kinds of day make {DAYS_IN_WEEK}, or 0 where nobody told"
        self._refuse(", ".join(told), pl.Series(week), bad, reason)
        return days

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
        rows = bad.arg_true().to_list()
        self.faults += [Fault(row + FIRST_ROW, column, f"{_shortened(text[row])!r} {reason}") for row in rows]
