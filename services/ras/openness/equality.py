"""Figures by user group and equality attribute, with small groups kept back so that nobody can be picked out.

Source:
    Equality Act 2010 s.149 (due regard); Office for National Statistics practice of keeping back small counts. Which
    number is small is the publisher's choice; ours is below.
"""

from collections.abc import Iterator

import numpy as np

from braid.kit.reports.pictures import Cell, Table
from services.ras.domain.allocation import AllocationTable
from services.ras.domain.sums import WEEKS_PER_YEAR
from services.ras.population.people import Coded, People
from services.ras.simulation.scenario import in_chunks

#: Groups with fewer people are kept back, and where only one is, the next smallest too: else it could be worked out.
PUBLISHED_PEOPLE_MIN = 10
PENCE = 100
COLUMNS = (
    "attribute",
    "group",
    "people",
    "no figure: a person looks",
    "mean figure £/week",
    "mean cost £/week",
    "figure covers the cost, %",
)


def equality_figures(table: AllocationTable, people: People) -> Table:
    """Mean figures and costs of each group."""
    attributes = {"user group": people.user_group, **people.equality}
    figures = in_chunks(table, people)
    weekly = figures.pence_per_year / WEEKS_PER_YEAR / PENCE
    costs = None if people.pence_per_week is None else people.pence_per_week / PENCE
    rows = [
        (attribute.replace("_", " "), *row)
        for attribute, column in attributes.items()
        for row in _rows(column, figures.calculated, weekly, costs)
    ]
    return Table("Figures by group", COLUMNS, tuple(rows))


def _rows(
    column: Coded,
    calculated: np.ndarray[tuple[int], np.dtype[np.bool_]],
    weekly: np.ndarray[tuple[int], np.dtype[np.float64]],
    costs: np.ndarray[tuple[int], np.dtype[np.float64]] | None,
) -> Iterator[tuple[Cell, ...]]:
    counts = np.bincount(column.codes, minlength=len(column.values))
    hidden = kept_back(counts.tolist())
    few = f"fewer than {PUBLISHED_PEOPLE_MIN}, or kept back"
    for code, group in enumerate(column.values):
        who = (column.codes == code) & calculated
        if code in hidden or who.sum() < PUBLISHED_PEOPLE_MIN:
            yield (group or "not told", few, None, None, None, None)
            continue
        without = int(counts[code] - who.sum())
        yield (
            group or "not told",
            int(counts[code]),
            without if not 0 < without < PUBLISHED_PEOPLE_MIN else few,
            float(weekly[who].mean()),
            None if costs is None else float(costs[who].mean()),
            None if costs is None else 100 * float((weekly[who] >= costs[who]).mean()),
        )


def kept_back(counts: list[int]) -> set[int]:
    """Which groups are not published, by place."""
    small = {place for place, count in enumerate(counts) if 0 < count < PUBLISHED_PEOPLE_MIN}
    others = sorted((count, place) for place, count in enumerate(counts) if count and place not in small)
    if len(small) == 1 and others:
        small.add(others[0][1])
    return small
