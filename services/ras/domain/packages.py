"""A package of support, line by line: how many units a week, of what, at what price; yearly sums of 52 weeks.

The unit is part of the price: 42 quarter-hours at 5.70 are not 10.5 hours at 22.79.
"""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from services.ras.domain.sums import WEEKS_PER_YEAR, plain_number, pounds, rounded_half_up


class Unit(StrEnum):
    """What a price is for one of."""

    QUARTER_HOUR = "quarter_hour"
    HOUR = "hour"
    NIGHT = "night"
    DAY = "day"
    SESSION = "session"
    JOURNEY = "journey"
    WEEK = "week"


@dataclass(frozen=True)
class PackageLine:
    """One service: exact units a week, and pence for each."""

    text: str
    units_per_week: Fraction
    unit: Unit
    pence_per_unit: Fraction

    @property
    def exact_pence_per_week(self) -> Fraction:
        return self.units_per_week * self.pence_per_unit

    @property
    def pence_per_year(self) -> int:
        """The line's sum, rounded once, half up."""
        return rounded_half_up(self.exact_pence_per_week * WEEKS_PER_YEAR)

    @property
    def working(self) -> str:
        """The line with its arithmetic."""
        unit = self.unit.replace("_", " ")
        return (
            f"{self.text}: {plain_number(self.units_per_week)} x {unit} a week at {pounds(self.pence_per_unit)} x"
            f" {WEEKS_PER_YEAR} weeks"
        )
