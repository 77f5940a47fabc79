"""Transitional protection of one person: how fast a sum may fall to a lower one, year by year; gains come at once.

Source:
    No schedule for English adults was found in public; the share is each council's own, in its table.
"""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from services.ras.domain.errors import TableNotSound
from services.ras.domain.sums import rounded_product

#: As far ahead as a protection that ends can be set: beyond it, nobody can say what prices and needs will be.
YEARS_MOST = 20


class ShareOf(StrEnum):
    """Of what sum the yearly loss is a share."""

    STARTING = "starting"
    CURRENT = "current"


@dataclass(frozen=True)
class Phasing:
    """The largest share of a sum that may be lost in a year.

    Args:
        most_lost_a_year: 0 holds everybody harmless, and needs an end.
        years: for how many years; afterwards the lower sum applies. None lasts until the lower sum is reached.
        floor: while it lasts, nobody falls below this share of the starting sum; above 0 it needs an end.

    Raises:
        TableNotSound: a share is not from 0 to 1, the years are none or too many, or nothing would ever arrive.
    """

    most_lost_a_year: Fraction
    share_of: ShareOf = ShareOf.STARTING
    years: int | None = None
    floor: Fraction = Fraction(0)

    def __post_init__(self) -> None:
        if any(not 0 <= share <= 1 for share in (self.most_lost_a_year, self.floor)):
            raise TableNotSound(["a share that may be lost, or that is kept, is from 0 to 1"])
        if self.years is None and (not self.most_lost_a_year or self.floor):
            raise TableNotSound(["the share that may be lost in a year is above 0 and nothing is kept, or it ends"])
        if self.years is not None and not 1 <= self.years <= YEARS_MOST:
            raise TableNotSound([f"protection lasts from 1 to {YEARS_MOST} years, not {self.years}"])

    def kept(self, year: int) -> Fraction:
        """The share of the starting sum that a year may not fall below; 0 after the end.

        Args:
            year: 1 is the first after the change.
        """
        if self.years is not None and year > self.years:
            return Fraction(0)
        left = 1 - self.most_lost_a_year
        falling = left**year if self.share_of is ShareOf.CURRENT else 1 - year * self.most_lost_a_year
        return max(falling, self.floor)

    def protected(self, starting_pence: int, year: int) -> int:
        """The sum that a year may not fall below, pence: rounded once, from the starting sum, a half upwards."""
        return rounded_product(starting_pence, self.kept(year))


def phased(starting_pence: int, target_pence: int, rule: Phasing) -> tuple[int, ...]:
    """Return the sum of each year, from the first after the change until the target is reached.

    Args:
        starting_pence: before the change; both sums are pence for the same period.
    """
    sums: list[int] = []
    while not sums or sums[-1] > target_pence:
        sum_ = max(target_pence, rule.protected(starting_pence, len(sums) + 1))
        # The last pennies of a compounding share never fall by one: they fall away at once.
        stalled = rule.years is None and sums and sum_ == sums[-1]
        sums.append(target_pence if stalled else sum_)
    return tuple(sums)
