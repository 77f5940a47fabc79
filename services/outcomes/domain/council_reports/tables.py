"""A report's table, and the numbers that go into one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from services.outcomes.domain.small_numbers import PUBLISHED_PEOPLE_MIN, kept_back

Cell = str | int | float | None

KEPT_BACK = "kept back"
PENCE = 100


@dataclass(frozen=True)
class CouncilTable:
    """A table of a report.

    Args:
        drawn: names of the columns that its picture shows, besides the first, which names the rows.
        unit: of what is drawn.
    """

    code: str
    title: str
    about: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    drawn: tuple[str, ...]
    unit: str
    warnings: tuple[str, ...] = ()


def quantile(values: Sequence[float], share: float) -> float | None:
    """The value below which a share of the values lies, between the two nearest in proportion; None of nothing."""
    if not values:
        return None
    ranked = sorted(values)
    place = share * (len(ranked) - 1)
    low = int(place)
    high = min(low + 1, len(ranked) - 1)
    return ranked[low] + (ranked[high] - ranked[low]) * (place - low)


def share(part: int, whole: int) -> float | None:
    """Per cent, to one decimal; None of nothing."""
    return round(100 * part / whole, 1) if whole else None


def pounds(pence: float | None) -> float | None:
    """Whole pence as pounds."""
    return None if pence is None else round(pence / PENCE, 2)


def small(*columns: Sequence[int]) -> frozenset[int]:
    """Rows that are kept back because one of the columns counts so few people there."""
    return frozenset(place for counts in columns for place in kept_back(counts))


def hidden_row(name: str, columns: Collection[str]) -> tuple[Cell, ...]:
    """The row of a group that is kept back."""
    return (name, KEPT_BACK, *(None for _ in range(len(columns) - 2)))


def told_of_hidden(hidden: Collection[int]) -> tuple[str, ...]:
    """What is said where rows are kept back."""
    if not hidden:
        return ()
    return (
        f"Groups of fewer than {PUBLISHED_PEOPLE_MIN} are kept back, and so many of the next smallest that nobody can"
        " be worked out.",
    )


def days(first: date, last: date) -> int:
    """Days from one day to another."""
    return (last - first).days
