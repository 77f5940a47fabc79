"""Pictures of figures, each with the same figures as a table: who cannot see the one reads the other."""

import io
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

Cell = str | int | float | None

#: Told apart by people who are colour-blind too; shapes and order carry the same difference.
COLOURS = ("#14343b", "#c8553d", "#588b8b", "#d9a441")
POINTS_DRAWN_MOST = 3000
SIZE = (7.5, 4.2)


@dataclass(frozen=True)
class Table:
    """Rows under column names. Numbers are shown as they are; None is shown as a dash."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Picture:
    """A picture and its table; ``alt`` says what is to be seen."""

    alt: str
    svg: str
    table: Table

    @property
    def address(self) -> str:
        """The picture as an address that needs no file."""
        return f"data:image/svg+xml;base64,{b64encode(self.svg.encode()).decode()}"


def lines(title: str, alt: str, x: str, y: str, table: Table, columns_drawn: int | None = None) -> Picture:
    """Lines over the table's first column, one for each other column, or for as many as are to be drawn."""
    figure, axes = _axes(title, x, y)
    across = _numbers(table, 0)
    for place, name in enumerate(table.columns[1:][:columns_drawn], 1):
        colour = COLOURS[(place - 1) % len(COLOURS)]
        axes.plot(across, _numbers(table, place), color=colour, label=name, marker=".")
    axes.legend(frameon=False)
    return Picture(alt, _svg(figure), table)


def bars(title: str, alt: str, y: str, table: Table) -> Picture:
    """Bars beside each other for each row of a table: its first column names them."""
    figure, axes = _axes(title, "", y)
    place = np.arange(len(table.rows))
    width = 0.8 / (len(table.columns) - 1)
    for number, name in enumerate(table.columns[1:]):
        colour = COLOURS[number % len(COLOURS)]
        axes.bar(place + number * width, _numbers(table, number + 1), width, label=name, color=colour)
    axes.set_xticks(
        place + 0.4 - width / 2, [str(row[0]).replace("_", " ") for row in table.rows], rotation=20, ha="right"
    )
    axes.axhline(0, color="black", linewidth=0.6)
    axes.legend(frameon=False)
    return Picture(alt, _svg(figure), table)


def cloud(
    title: str, alt: str, labels: tuple[str, str], places: tuple[NDArray[np.float64], NDArray[np.float64]], table: Table
) -> Picture:
    """People as dots, and the table's second column as a line over its first.

    Args:
        places: where the people are; of many, evenly spaced ones are drawn.
    """
    figure, axes = _axes(title, *labels)
    step = max(1, len(places[0]) // POINTS_DRAWN_MOST)
    axes.scatter(places[0][::step], places[1][::step], s=5, alpha=0.25, color=COLOURS[2], label="people", linewidths=0)
    axes.plot(_numbers(table, 0), _numbers(table, 1), color=COLOURS[1], label=table.columns[1])
    axes.set_ylim(0, float(np.quantile(places[1], 0.99)) * 1.1)
    axes.legend(frameon=False)
    return Picture(f"{alt} Sums above the 99th percentile are not drawn; the measures count them.", _svg(figure), table)


def intervals(title: str, alt: str, x: str, table: Table) -> Picture:
    """Estimates with their intervals, one under the other: a table of name, estimate, least and most.

    A row without an estimate keeps its place and its name, and nothing is drawn in it.
    """
    figure, axes = _axes(title, x, "")
    for place, (_, value, low, high) in enumerate(row[:4] for row in table.rows):
        if isinstance(value, float) and isinstance(low, float) and isinstance(high, float):
            axes.plot([low, high], [place, place], color=COLOURS[0])
            axes.plot(value, place, color=COLOURS[1], marker="s")
    axes.axvline(0, color="black", linewidth=0.6)
    axes.set_yticks(range(len(table.rows)), [str(row[0]).replace("_", " ") for row in table.rows])
    axes.set_ylim(len(table.rows) - 0.5, -0.5)
    return Picture(alt, _svg(figure), table)


def plane(
    title: str, alt: str, labels: tuple[str, str], places: tuple[NDArray[np.float64], NDArray[np.float64]], table: Table
) -> Picture:
    """Draws as dots around two axes that cross at nothing."""
    figure, axes = _axes(title, *labels)
    step = max(1, len(places[0]) // POINTS_DRAWN_MOST)
    axes.scatter(places[0][::step], places[1][::step], s=5, alpha=0.4, color=COLOURS[2], linewidths=0)
    axes.plot(places[0].mean(), places[1].mean(), color=COLOURS[1], marker="s")
    axes.axhline(0, color="black", linewidth=0.6)
    axes.axvline(0, color="black", linewidth=0.6)
    return Picture(alt, _svg(figure), table)


def _numbers(table: Table, column: int) -> list[float]:
    return [float(row[column] or 0) for row in table.rows]


def _axes(title: str, x: str, y: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=SIZE, layout="constrained")
    axes = figure.subplots()
    axes.set(title=title, xlabel=x, ylabel=y)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _svg(figure: Figure) -> str:
    file = io.StringIO()
    # The same figures make the same file: no date, and ids that follow from the content alone.
    settings: Mapping[str, str] = {"svg.hashsalt": "braid", "svg.fonttype": "none"}
    with mpl.rc_context(dict(settings)):  # type: ignore[arg-type]
        figure.savefig(file, format="svg", metadata={"Date": None})
    return file.getvalue()
