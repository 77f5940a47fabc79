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
from itertools import pairwise
from typing import Protocol, Self

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
        for lower, upper in pairwise(self.knots):
            if lower.points <= points <= upper.points:
                share = (points - lower.points) / (upper.points - lower.points)
                return lower.pence_per_year + share * (upper.pence_per_year - lower.pence_per_year)
        return None

    def uprated(self, factor: Fraction) -> Self:
        knots = (replace(knot, pence_per_year=knot.pence_per_year * factor) for knot in self.knots)
        return replace(self, knots=tuple(knots))


@dataclass(frozen=True)
class Band:
    """One sum for a run of whole scores, both ends included."""

    points_from: int
    points_to: int
    pence_per_year: Fraction


@dataclass(frozen=True)
class Bands:
    """One sum for each run of scores. A score between two bands, such as 69.5, is in the lower one."""

    bands: tuple[Band, ...]

    def __post_init__(self) -> None:
        _must_be_sound(_band_reasons(self.bands))

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


def _band_reasons(bands: Sequence[Band]) -> list[str]:
    if not bands or bands[0].points_from != 0:
        return ["no row for 0 points"]
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
