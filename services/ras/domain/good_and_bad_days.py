"""Good and bad days: each kind of day has its own sum, and the sums are averaged - not the points.

Where a table rises faster at the top, averaging the points first would hide what the bad days cost.

Source:
    Care and Support (Assessment) Regulations 2014 reg. 3 and SCIE on fluctuating needs: needs are looked at over a
    period that is long enough to see how they change.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from services.ras.domain.errors import NotAWeek, TableNotSound
from services.ras.domain.tables import MoneyTable

DAYS_IN_WEEK = 7
GOOD, USUAL, BAD = "good", "other", "bad"


@dataclass(frozen=True)
class DayProfile:
    """How often a kind of day comes; days a week."""

    kind: str
    days_per_week: int


@dataclass(frozen=True)
class DayRule:
    """By how much a day of each kind needs more or less than the usual day that the answers are of.

    Args:
        multipliers: of the points, by good, other and bad. The answers are of an ``other`` day: 1.

    Raises:
        TableNotSound: a good day would count for more than a usual one, or a bad day for less.
    """

    multipliers: Mapping[str, Fraction]

    def __post_init__(self) -> None:
        if set(self.multipliers) != {GOOD, USUAL, BAD}:
            raise TableNotSound([f"days need a multiplier for {GOOD}, {USUAL} and {BAD}"])
        if not 0 <= self.multipliers[GOOD] <= self.multipliers[USUAL] == 1 <= self.multipliers[BAD]:
            raise TableNotSound(["a good day counts for 1 or less, a usual day for 1, a bad day for 1 or more"])

    def points_by_kind(self, points: Fraction) -> Mapping[str, Fraction]:
        """The points of a day of each kind, from those of a usual day."""
        return {kind: points * multiplier for kind, multiplier in self.multipliers.items()}

    def average(self, days: Sequence[DayProfile], leaving_out: Container[str] = ()) -> Fraction:
        """Return the multiplier of the average day, for what has no curve, such as hours; 1 where no days were told.

        Args:
            leaving_out: kinds of day that are counted apart: their days add nothing here.
        """
        if not days:
            return Fraction(1)
        _must_make_a_week(days, self.multipliers)
        return _weighed((self.multipliers[day.kind], day.days_per_week) for day in days if day.kind not in leaving_out)


@dataclass(frozen=True)
class DayFigure:
    """One kind of day: what the sum would be if every day were such; pence a year, exact."""

    kind: str
    days_per_week: int
    points: Fraction
    exact_pence_per_year: Fraction


@dataclass(frozen=True)
class WeighedDays:
    """What the days come to.

    Args:
        exact_pence_per_year: the sums of the kinds of day, weighed by their days. This is the allocation.
        figures: each kind of day.
    """

    exact_pence_per_year: Fraction
    figures: tuple[DayFigure, ...]

    @property
    def average_points(self) -> Fraction:
        """The points, weighed by their days: shown beside, and no sum is made of them."""
        return _weighed((figure.points, figure.days_per_week) for figure in self.figures)


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
    _must_make_a_week(days, points_by_kind)
    figures = []
    for day in days:
        if not day.days_per_week:
            continue  # A day that never comes has no sum, and sends nobody to a person.
        exact = money.exact_pence_per_year(points_by_kind[day.kind])
        if exact is None:
            return None
        figures.append(DayFigure(day.kind, day.days_per_week, points_by_kind[day.kind], exact))
    weighed = _weighed((figure.exact_pence_per_year, figure.days_per_week) for figure in figures)
    return WeighedDays(weighed, tuple(figures))


def _weighed(values: Iterable[tuple[Fraction, int]]) -> Fraction:
    weights = tuple(values)
    unit = lcm(*(value.denominator for value, _ in weights))
    in_units = sum(value.numerator * (unit // value.denominator) * days_per_week for value, days_per_week in weights)
    return Fraction(in_units, unit * DAYS_IN_WEEK)


def _must_make_a_week(days: Sequence[DayProfile], by_kind: Mapping[str, Fraction]) -> None:
    if sum(day.days_per_week for day in days) != DAYS_IN_WEEK or any(day.kind not in by_kind for day in days):
        raise NotAWeek(f"{[(day.kind, day.days_per_week) for day in days]} is no week of seven days")
