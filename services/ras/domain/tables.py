"""The money side of an allocation table: from points to pounds, exactly, and never beyond the last row.

Above the last row there is no figure and so no cap: somebody looks at the person's needs. A cap would be an arbitrary
limit, which guidance forbids.

Source:
    Care and support statutory guidance, paragraph 10.27 (no arbitrary limits); Local Government and Social Care
    Ombudsman, Sefton (2020) and Bromley (19 007 855).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from math import lcm
from typing import NamedTuple, Protocol, Self

from services.ras.domain.errors import TableNotSound
from services.ras.domain.sums import plain_number


class MoneyTable(Protocol):
    """What every kind of table can do. Sums are pence a year, exact."""

    @property
    def points_max(self) -> Fraction:
        """The last score that the table has a row for."""

    def exact_pence_per_year(self, points: Fraction) -> Fraction | None:
        """The sum for a score, not rounded; None above the last row."""

    def uprated(self, factor: Fraction) -> Self:
        """The same table with every sum multiplied, exactly: nothing drifts by rounding twice."""


@dataclass(frozen=True)
class Knot:
    """A score whose sum was set."""

    points: Fraction
    pence_per_year: Fraction


@dataclass(frozen=True)
class LinearBetweenKnots:
    """Straight lines between scores whose sums were set."""

    knots: tuple[Knot, ...]

    def __post_init__(self) -> None:
        _must_be_sound(_knot_reasons(self.knots))

    @property
    def points_max(self) -> Fraction:
        return self.knots[-1].points

    def exact_pence_per_year(self, points: Fraction) -> Fraction | None:
        numerator, denominator = points.numerator, points.denominator
        for piece in self._pieces:
            if numerator * piece.ends_at.denominator <= piece.ends_at.numerator * denominator:
                return Fraction(piece.rise * numerator + piece.at_zero * denominator, piece.unit * denominator)
        return None

    @cached_property
    def _pieces(self) -> tuple["_Piece", ...]:
        return tuple(_piece(lower, upper) for lower, upper in pairwise(self.knots))

    def uprated(self, factor: Fraction) -> Self:
        knots = (replace(knot, pence_per_year=knot.pence_per_year * factor) for knot in self.knots)
        return replace(self, knots=tuple(knots))


class _Piece(NamedTuple):
    """One straight line, in whole parts of a penny: ``rise`` for a point, and ``at_zero`` where it would meet 0 points.

    A penny has ``unit`` such parts.
    """

    ends_at: Fraction
    rise: int
    at_zero: int
    unit: int


def _piece(lower: Knot, upper: Knot) -> _Piece:
    slope = (upper.pence_per_year - lower.pence_per_year) / (upper.points - lower.points)
    at_zero = lower.pence_per_year - slope * lower.points
    unit = lcm(slope.denominator, at_zero.denominator)
    return _Piece(upper.points, int(slope * unit), int(at_zero * unit), unit)


@dataclass(frozen=True)
class Band:
    """One sum for a run of whole scores, both ends included."""

    points_from: int
    points_to: int
    pence_per_year: Fraction


@dataclass(frozen=True)
class Bands:
    """One sum for each run of scores. A score between two bands, such as 69.5, is in the lower one.

    Args:
        begins_at: the first score that the table has a row for, where that is said; below it there is no figure.
    """

    bands: tuple[Band, ...]
    begins_at: int = 0

    def __post_init__(self) -> None:
        _must_be_sound(_band_reasons(self.bands, self.begins_at))

    @property
    def points_max(self) -> Fraction:
        return Fraction(self.bands[-1].points_to)

    def exact_pence_per_year(self, points: Fraction) -> Fraction | None:
        if points > self.points_max:
            return None
        reached = [band for band in self.bands if band.points_from <= points]
        return reached[-1].pence_per_year if reached else None

    def uprated(self, factor: Fraction) -> Self:
        bands = (replace(band, pence_per_year=band.pence_per_year * factor) for band in self.bands)
        return replace(self, bands=tuple(bands))


@dataclass(frozen=True)
class PricePerPoint:
    """The same sum for every point, up to the last score that the price was fitted for."""

    pence_per_point_per_year: Fraction
    points_max: Fraction

    def __post_init__(self) -> None:
        _must_be_sound(
            [
                *(["a point cannot cost less than nothing"] if self.pence_per_point_per_year < 0 else []),
                *(["the last score must be above 0"] if self.points_max <= 0 else []),
            ]
        )

    def exact_pence_per_year(self, points: Fraction) -> Fraction | None:
        return None if points > self.points_max else points * self.pence_per_point_per_year

    def uprated(self, factor: Fraction) -> Self:
        return replace(self, pence_per_point_per_year=self.pence_per_point_per_year * factor)


@dataclass(frozen=True)
class SquareOfASum:
    """The square of a sum: of a base and the points, which here are coefficients times answers.

    One more point is worth more to somebody with many than to somebody with few.

    Args:
        base: what everybody begins with, before any answer.
        pence_per_square: what one unit of the square is worth a year; 100 where the square is in pounds.

    Source:
        Florida Administrative Code 65G-4.0214, iBudget algorithm, model 5b.
    """

    base: Fraction
    points_max: Fraction
    pence_per_square: Fraction = Fraction(100)

    def __post_init__(self) -> None:
        fallen = self.base < 0 or self.pence_per_square < 0
        _must_be_sound(
            [
                *(["the sum falls: base and price must not be below nothing"] if fallen else []),
                *(["the last score must be above 0"] if self.points_max <= 0 else []),
            ]
        )

    def exact_pence_per_year(self, points: Fraction) -> Fraction | None:
        return None if points > self.points_max else (self.base + points) ** 2 * self.pence_per_square

    def uprated(self, factor: Fraction) -> Self:
        return replace(self, pence_per_square=self.pence_per_square * factor)


def _must_be_sound(reasons: Sequence[str]) -> None:
    if reasons:
        raise TableNotSound(reasons)


def _knot_reasons(knots: Sequence[Knot]) -> list[str]:
    if len(knots) <= 1 or knots[0].points != 0:
        return ["the table needs a knot at 0 points and another: else some scores have no row"]
    reasons = ["no sum may be below nothing"] if knots[0].pence_per_year < 0 else []
    for lower, upper in pairwise(knots):
        if upper.points <= lower.points:
            reasons.append(f"two rows for {plain_number(upper.points)} points, or rows out of order")
        reasons += _fall(upper.points, lower.pence_per_year, upper.pence_per_year)
    return reasons


def _band_reasons(bands: Sequence[Band], begins_at: int) -> list[str]:
    if not bands or bands[0].points_from != begins_at:
        return [f"no row for {begins_at} points"]
    reasons = ["no sum may be below nothing"] if bands[0].pence_per_year < 0 else []
    reasons += [f"the band from {band.points_from} ends before it begins" for band in bands if _is_empty(band)]
    for lower, upper in pairwise(bands):
        if upper.points_from > lower.points_to + 1:
            reasons.append(f"no row for {lower.points_to + 1} points: a gap between two bands")
        if upper.points_from <= lower.points_to:
            reasons.append(f"two rows for {upper.points_from} points: bands overlap")
        reasons += _fall(Fraction(upper.points_from), lower.pence_per_year, upper.pence_per_year)
    return reasons


def _is_empty(band: Band) -> bool:
    return band.points_to < band.points_from


def _fall(points: Fraction, before: Fraction, after: Fraction) -> list[str]:
    if after >= before:
        return []
    return [f"the sum falls at {plain_number(points)} points: more need would mean less money"]
