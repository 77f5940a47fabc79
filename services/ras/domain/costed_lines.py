"""Support that a points table was not fitted for, priced one line at a time: hours, rate and weeks, all shown.

Source:
    R (KM) v Cambridgeshire [2011] EWCA Civ 682 (the additions to the sum for 55 points) and [2012] UKSC 23: a figure
    must be explained by services, their assumed timings and their assumed cost.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import cached_property

from services.ras.domain.sums import PENCE_PER_POUND, plain_number, pounds, rounded_product

MINUTES_PER_HOUR = 60


class RoundTo(StrEnum):
    """To what a line is rounded, a half upwards."""

    PENCE = "pence"
    POUNDS = "pounds"


@dataclass(frozen=True)
class Rate:
    """The price of an hour of one kind of support.

    Args:
        pence_per_hour: exact.
        inferred: worked out from published sums, not published itself; the line says so.
        priced_on: the day of the price, where the card says it; the line prints it.
    """

    code: str
    pence_per_hour: Fraction
    inferred: bool
    priced_on: date | None = None

    @cached_property
    def told(self) -> str:
        """The price in words, with where and when it is from."""
        on = f", price of {self.priced_on.isoformat()}" if self.priced_on else ""
        inferred = " (a rate worked out from published sums)" if self.inferred else ""
        return f"{pounds(self.pence_per_hour)} an hour{on}{inferred}"


@dataclass(frozen=True)
class RateCard:
    """Rates by code, and the conventions that every line prints: days a week, weeks a year, rounding."""

    rates: Mapping[str, Rate]
    days_per_week: int
    weeks_per_year: int
    round_to: RoundTo

    def rounded(self, *factors: Fraction | int) -> int:
        """A line's sum in whole pence, rounded once, half up to what the card says.

        Args:
            factors: the exact sum in pence, or what it is the product of.
        """
        if self.round_to is RoundTo.PENCE:
            return rounded_product(*factors)
        return rounded_product(*factors, Fraction(1, PENCE_PER_POUND)) * PENCE_PER_POUND


@dataclass(frozen=True)
class SupportNeed:
    """Specialist support that the agreed assessment names; minutes a day."""

    code: str
    text: str
    minutes_per_day: int


@dataclass(frozen=True)
class CostedLine:
    """One priced line; pence a year."""

    code: str
    text: str
    pence_per_year: int


def costed_line(need: SupportNeed, card: RateCard) -> CostedLine | None:
    """Price one kind of support for a year.

    Returns:
        The line with its whole working in its text, or None where the card has no rate for it: a person sets the price.
    """
    rate = card.rates.get(need.code)
    if rate is None:
        return None
    hours_per_day = Fraction(need.minutes_per_day, MINUTES_PER_HOUR)
    hours_per_year = hours_per_day * card.days_per_week * card.weeks_per_year
    exact = hours_per_year * rate.pence_per_hour
    pence = card.rounded(exact)
    working = (
        f"{need.text}: {plain_number(hours_per_day)} hours a day x {card.days_per_week} days x"
        f" {card.weeks_per_year} weeks = {plain_number(hours_per_year)} hours at {rate.told}"
    )
    shown = f", rounded from {pounds(exact)} to the pound" if pence != exact and card.round_to is RoundTo.POUNDS else ""
    return CostedLine(need.code, f"{working}{shown}", pence)
