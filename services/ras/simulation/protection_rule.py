"""A rule of transitional protection: how fast a sum may fall to a new table's figure, and who pays for that.

Protection is a council's choice; no schedule for English adults was found in public, so none is built in.
"""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

#: As far ahead as a protection can be priced: beyond it, nobody can say what prices and needs will be.
YEARS_MOST = 20


class Against(StrEnum):
    """Of what sum the yearly loss is a share."""

    STARTING = "starting"
    CURRENT = "current"


class PaidBy(StrEnum):
    """Who pays for the protection."""

    COUNCIL = "council"
    GAINS = "gains"


class ProtectionRefused(Exception):
    """A rule of protection that makes no sense."""


@dataclass(frozen=True)
class Protection:
    """A rule of transitional protection.

    Args:
        most_lost_a_year: the largest share that a sum may lose in a year; 0 holds everybody harmless.
        against: the starting sum, or the sum of the year before (compounding).
        years: for how many years; afterwards the table's figure applies.
        floor: while it lasts, nobody falls below this share of their starting sum.
        paid_by: the council; or those who gain, whose gains wait until the protection costs less.

    Raises:
        ProtectionRefused: a share is not from 0 to 1, or the years are none or too many.
    """

    most_lost_a_year: Fraction
    years: int
    against: Against = Against.STARTING
    floor: Fraction = Fraction(0)
    paid_by: PaidBy = PaidBy.COUNCIL

    def __post_init__(self) -> None:
        for share in (self.most_lost_a_year, self.floor):
            if not 0 <= share <= 1:
                raise ProtectionRefused(f"{share} is not a share from 0 to 1")
        if not 1 <= self.years <= YEARS_MOST:
            raise ProtectionRefused(f"protection lasts from 1 to {YEARS_MOST} years, not {self.years}")
