"""From points to a sum, in the three forms that an allocation table can have; each knows why it may not be one.

Sums are pence a week. A form can be scaled, which keeps it sound, and written as the money part of a table's file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import Any, Protocol, Self

import numpy as np

from services.ras.calibration.past_people import Numbers
from services.ras.domain.sums import WEEKS_PER_YEAR, rounded_half_up

Written = Mapping[str, Any]
#: Finer than a penny over any score, and short enough to be read out.
DENOMINATOR_MOST = 1_000_000


class Curve(Protocol):
    """What every form can do."""

    def at(self, points: Numbers) -> Numbers:
        """Pence a week."""

    def faults(self, points_max: float) -> list[str]:
        """Why it may not become a table for scores up to ``points_max``; empty where it may."""

    def scaled(self, factor: float) -> Self:
        """The same form with every sum multiplied."""

    def written(self, points_max: Fraction, source: Mapping[str, str]) -> Written:
        """The money part of a table's file. Sums are pence a year, rounded once, a half upwards."""


@dataclass(frozen=True)
class Price:
    """The same sum for every point."""

    pence_per_point: Fraction

    def at(self, points: Numbers) -> Numbers:
        return points * float(self.pence_per_point)

    def faults(self, points_max: float) -> list[str]:  # noqa: ARG002
        return ["a point costs less than nothing"] if self.pence_per_point < 0 else []

    def scaled(self, factor: float) -> Self:
        return replace(
            self, pence_per_point=self.pence_per_point * Fraction(factor).limit_denominator(DENOMINATOR_MOST)
        )

    def written(self, points_max: Fraction, source: Mapping[str, str]) -> Written:
        return {
            "kind": "price_per_point",
            "pence_per_point_per_week": str(self.pence_per_point),
            "points_max": str(points_max),
            "source": dict(source),
        }


@dataclass(frozen=True)
class Line:
    """A straight line that need not go through nothing."""

    intercept: float
    slope: float

    def at(self, points: Numbers) -> Numbers:
        return self.intercept + self.slope * points

    def faults(self, points_max: float) -> list[str]:  # noqa: ARG002
        faults = [f"£{self.intercept / 100:,.2f} for no points: below nothing"] if self.intercept < 0 else []
        return [*faults, *(["the sum falls as points rise"] if self.slope < 0 else [])]

    def scaled(self, factor: float) -> Self:
        return replace(self, intercept=self.intercept * factor, slope=self.slope * factor)

    def written(self, points_max: Fraction, source: Mapping[str, str]) -> Written:
        ends = np.asarray([0.0, float(points_max)])
        return _knots_written([Fraction(0), points_max], self.at(ends), source)


@dataclass(frozen=True)
class Knots:
    """Straight lines between scores, and level beyond the last: a table has no row there, and a person looks."""

    points: tuple[float, ...]
    pence: tuple[float, ...]

    def at(self, points: Numbers) -> Numbers:
        return np.interp(points, self.points, self.pence)

    def faults(self, points_max: float) -> list[str]:  # noqa: ARG002
        return _falls(self.points, self.pence)

    def scaled(self, factor: float) -> Self:
        return replace(self, pence=tuple(sum_ * factor for sum_ in self.pence))

    def written(self, points_max: Fraction, source: Mapping[str, str]) -> Written:
        within = [
            (Fraction(str(at)), sum_) for at, sum_ in zip(self.points, self.pence, strict=True) if at < points_max
        ]
        knots = [*within, (points_max, float(self.at(np.asarray([float(points_max)]))[0]))]
        return _knots_written([at for at, _ in knots], np.asarray([sum_ for _, sum_ in knots]), source)


@dataclass(frozen=True)
class Steps:
    """One sum for each run of scores; a score between two bands is in the lower one."""

    starts: tuple[int, ...]
    pence: tuple[float, ...]

    def at(self, points: Numbers) -> Numbers:
        return np.asarray(self.pence)[np.searchsorted(self.starts, points, side="right") - 1]

    def faults(self, points_max: float) -> list[str]:  # noqa: ARG002
        return _falls(self.starts, self.pence)

    def scaled(self, factor: float) -> Self:
        return replace(self, pence=tuple(sum_ * factor for sum_ in self.pence))

    def written(self, points_max: Fraction, source: Mapping[str, str]) -> Written:
        ends = [*(start - 1 for start in self.starts[1:]), -int(-points_max // 1)]
        bands = [
            {"points_from": start, "points_to": end, "pence_per_year": _yearly(sum_), "source": dict(source)}
            for start, end, sum_ in zip(self.starts, ends, self.pence, strict=True)
        ]
        return {"kind": "bands", "bands": bands}


def _falls(at: Sequence[float], pence: Sequence[float]) -> list[str]:
    faults = ["a sum is below nothing"] if min(pence) < 0 else []
    for (_, before), (start, after) in pairwise(zip(at, pence, strict=True)):
        if after < before:
            faults.append(f"the sum falls at {start:g} points: more need would mean less money")
    return faults


def _knots_written(points: Sequence[Fraction], pence: Numbers, source: Mapping[str, str]) -> Written:
    knots = [
        {
            "points": int(at) if at.denominator == 1 else str(float(at)),
            "pence_per_year": _yearly(sum_),
            "source": dict(source),
        }
        for at, sum_ in zip(points, pence, strict=True)
    ]
    return {"kind": "linear_between_knots", "knots": knots}


def _yearly(pence_per_week: float) -> int:
    return rounded_half_up(Fraction(float(pence_per_week)) * WEEKS_PER_YEAR)
