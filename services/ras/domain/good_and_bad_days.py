"""Good and bad days: each kind of day has its own sum, and the sums are averaged - not the points.

Where a table rises faster at the top, averaging the points first would hide what the bad days cost.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from services.ras.domain.errors import NotAWeek
from services.ras.domain.tables import MoneyTable

DAYS_IN_WEEK = 7


@dataclass(frozen=True)
class DayProfile:
    """How often a kind of day comes; days a week."""

    kind: str
    days_per_week: int


@dataclass(frozen=True)
class WeighedDays:
    """What the days come to; pence a year, exact.

    Args:
        exact_pence_per_year: the sums of the kinds of day, weighed by their days. This is the allocation.
        average_points: the points, weighed by their days.
        exact_pence_per_year_of_average: what the average points would have given; shown beside, never used. None where
            the table has no row for them.
    """

    exact_pence_per_year: Fraction
    average_points: Fraction
    exact_pence_per_year_of_average: Fraction | None


def weighed_days(
    money: MoneyTable, points_by_kind: Mapping[str, Fraction], days: Sequence[DayProfile]
) -> WeighedDays | None:
    """Weigh the sums of the kinds of day by how often they come.

    Args:
        points_by_kind: net points of a day of each kind.
        days: how often each kind comes; together a week.

    Returns:
        None where the points of some kind of day are above the table: a person looks.

    Raises:
        NotAWeek: the days do not make seven, or a kind of day has no points.
    """
    if sum(day.days_per_week for day in days) != DAYS_IN_WEEK or any(day.kind not in points_by_kind for day in days):
        raise NotAWeek(f"{[(day.kind, day.days_per_week) for day in days]}")
    weighed = Fraction(0)
    average = Fraction(0)
    for day in days:
        exact = money.exact_pence_per_year(points_by_kind[day.kind])
        if exact is None:
            return None
        weighed += exact * Fraction(day.days_per_week, DAYS_IN_WEEK)
        average += points_by_kind[day.kind] * Fraction(day.days_per_week, DAYS_IN_WEEK)
    return WeighedDays(weighed, average, money.exact_pence_per_year(average))
