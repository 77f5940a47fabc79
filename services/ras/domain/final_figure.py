"""From the indicative figure to the final one: a departure has a reason, and a rise in need that moves nothing shows.

Source:
    R (Savva) v Kensington and Chelsea [2010] EWCA Civ 1209: the indicative figure is a starting point, and whoever
    departs from it says why.
"""

from dataclasses import dataclass
from fractions import Fraction

from services.ras.domain.errors import ReasonMissing
from services.ras.domain.sums import plain_number


@dataclass(frozen=True)
class FinalFigure:
    """A final figure beside the indicative one. Both sums are pence for the same period.

    Raises:
        ReasonMissing: the two differ and no reason is given.
    """

    points: Fraction
    indicative_pence: int
    final_pence: int
    reason: str = ""

    def __post_init__(self) -> None:
        if self.departure_pence and not self.reason.strip():
            raise ReasonMissing(f"{self.final_pence} pence is not {self.indicative_pence} pence")

    @property
    def departure_pence(self) -> int:
        """How much the final figure is above the indicative one; below nothing where it is under it."""
        return self.final_pence - self.indicative_pence

    @property
    def ratio(self) -> Fraction | None:
        """The final figure over the indicative one; None where the indicative one is nothing."""
        return Fraction(self.final_pence, self.indicative_pence) if self.indicative_pence else None

    def flags_since(self, before: "FinalFigure") -> tuple[str, ...]:
        """Say what a reader would ask about when this figure follows an earlier one."""
        rise = self.points - before.points
        if rise > 0 and self.final_pence <= before.final_pence:
            moved = "is unchanged" if self.final_pence == before.final_pence else "fell"
            return (f"the score rose by {plain_number(rise)} and the final figure {moved}",)
        return ()
