"""A rule of transitional protection for everybody: how sums may fall, and who pays for that.

Protection is a council's choice; no schedule for English adults was found in public, so none is built in.
"""

from dataclasses import dataclass
from enum import StrEnum

from services.ras.domain.errors import TableNotSound
from services.ras.domain.protection import Phasing


class PaidBy(StrEnum):
    """Who pays for the protection."""

    COUNCIL = "council"
    GAINS = "gains"


@dataclass(frozen=True)
class Protection:
    """A rule of transitional protection.

    Args:
        phasing: how fast one person's sum may fall; it must end, or its cost has no last year.
        paid_by: the council; or those who gain, whose gains wait until the protection costs less.

    Raises:
        TableNotSound: it has no end.
    """

    phasing: Phasing
    paid_by: PaidBy = PaidBy.COUNCIL

    def __post_init__(self) -> None:
        if self.phasing.years is None:
            raise TableNotSound(["protection that is priced needs a number of years"])
