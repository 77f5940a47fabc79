"""Transitional protection of one person: how fast a sum may fall to a lower one, year by year; gains come at once.

Source:
    No schedule for English adults was found in public; the share is each council's own, in its table.
"""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from services.ras.domain.errors import TableNotSound
from services.ras.domain.sums import rounded_half_up


class ShareOf(StrEnum):
    """Of what sum the yearly loss is a share."""

    STARTING = "starting"
    CURRENT = "current"


@dataclass(frozen=True)
class Phasing:
    """The largest share of a sum that may be lost in a year.

    Raises:
        TableNotSound: the share is not above 0 and at most 1: nothing would ever arrive.
    """

    most_lost_a_year: Fraction
    share_of: ShareOf = ShareOf.STARTING

    def __post_init__(self) -> None:
        if not 0 < self.most_lost_a_year <= 1:
            raise TableNotSound(["the share that may be lost in a year is above 0 and at most 1"])


def phased(starting_pence: int, target_pence: int, rule: Phasing) -> tuple[int, ...]:
    """Return the sum of each year, from the first after the change until the target is reached.

    Args:
        starting_pence: before the change; both sums are pence for the same period.
    """
    sums: list[int] = []
    current = Fraction(starting_pence)
    while not sums or sums[-1] != target_pence:
        against = Fraction(starting_pence) if rule.share_of is ShareOf.STARTING else current
        current = max(Fraction(target_pence), current - against * rule.most_lost_a_year)
        rounded = max(target_pence, rounded_half_up(current))
        if sums and rounded == sums[-1]:  # pennies of a compounding share: the rest falls away at once
            rounded = target_pence
        sums.append(rounded)
    return tuple(sums)
