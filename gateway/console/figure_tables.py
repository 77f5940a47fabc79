"""Figures as pages show them: a table, and a picture of some of its columns beside it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.console import wording

Cell = str | int | float | None
#: Widest bar of a picture, in per cent of its width.
WIDEST = 100


@dataclass(frozen=True)
class FigureTable:
    """A table as it is read.

    Args:
        columns: the first one names the rows.
        numbers: places of the columns that hold numbers.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int]


@dataclass(frozen=True)
class Bar:
    """One bar.

    Args:
        series: which column it is of, from 0.
        width: in per cent of the picture's.
        value: in words.
    """

    series: int
    width: str
    value: str


@dataclass(frozen=True)
class Picture:
    """Bars beneath each row's name; the table beside it holds the same figures.

    Args:
        series: names of the columns that are drawn.
    """

    in_words: str
    series: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Bar, ...]], ...]


def shown(cell: Cell) -> str:
    """A cell as people read it: thousands apart, a dash for what is not known or is not there."""
    if cell is None:
        return "–"
    if isinstance(cell, str):
        return row_name(cell)
    return f"{cell:,}" if isinstance(cell, int) else f"{cell:,.2f}".removesuffix(".00")


def row_name(code: str) -> str:
    """What a row is about, in words."""
    known = {**wording.USER_GROUPS, **wording.STREAMS}
    return known.get(code) or wording.sentence(code.replace("_", " "))


def table_of(caption: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> FigureTable:
    """A table of figures; a column without a single number is one of words."""
    told = [tuple(row) for row in rows]
    numbers = {place for row in told for place, cell in enumerate(row) if place and isinstance(cell, int | float)}
    return FigureTable(
        caption,
        tuple(wording.sentence(name) for name in columns),
        tuple(tuple(shown(cell) for cell in row) for row in told),
        frozenset(numbers),
    )


def picture_of(columns: Sequence[str], rows: Iterable[Sequence[Cell]], drawn: Sequence[str]) -> Picture | None:
    """A picture of the rows whose drawn figures are all known; None where there is none.

    What is kept back, or not known, is no bar of nothing.
    """
    places = [columns.index(name) for name in drawn]
    told: list[tuple[str, list[float]]] = []
    for row in rows:
        values = [row[place] for place in places]
        figures = [float(value) for value in values if isinstance(value, int | float)]
        if len(figures) == len(places):
            told.append((shown(row[0]), figures))
    most = max((abs(value) for _, values in told for value in values), default=0.0)
    if not most:
        return None
    series = tuple(wording.sentence(name) for name in drawn)
    first, figures = max(told, key=lambda row: row[1][0])
    return Picture(
        f"{wording.listed(list(series))}, for each {columns[0].replace('_', ' ')}."
        f" {series[0]} is highest for {wording.inside(first)}: {shown(_as_told(figures[0]))}.",
        series,
        tuple((name, tuple(_bar(place, value, most) for place, value in enumerate(row))) for name, row in told),
    )


def _bar(series: int, value: float, most: float) -> Bar:
    # A bar of less than nothing is drawn as nothing; its figure is beside it.
    return Bar(series, f"{WIDEST * max(value, 0) / most:.2f}", shown(_as_told(value)))


def _as_told(value: float) -> Cell:
    return int(value) if value == int(value) else value
