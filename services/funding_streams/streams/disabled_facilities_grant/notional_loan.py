"""The loan that a weekly surplus could repay: what the person is asked to put towards the works.

Income above the applicable amount is cut into four bands, and each pound of a band stands for so much of a loan: over
ten years for an owner, over five for a tenant. It rises without a break.

Source:
    SI 1996/2890 reg. 12 as amended; the bands and multipliers in force are fitted or from memory, see their figures.
"""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from services.funding_streams.domain.errors import NoValueInForce
from services.funding_streams.domain.figures import Dated, Figures, FiguresOfTheDay, once_while_in_force
from services.funding_streams.domain.money import Exact, in_proportion
from services.funding_streams.domain.settling import MONTHS_PER_YEAR, months_after
from services.funding_streams.streams.disabled_facilities_grant.naming import figure_name

PENCE_PER_POUND = 100
BANDS = (1, 2, 3, 4)


@dataclass(frozen=True)
class LoanBands:
    """Bands of the weekly surplus.

    Args:
        tops: top of each band but the last, in pence a week, rising.
        pence_per_pound: contribution in pence for each pound a week, a band each.
    """

    tops: tuple[Exact, ...]
    pence_per_pound: tuple[Exact, ...]

    def parts(self, surplus: Exact) -> tuple[Exact, ...]:
        """Return how much of a weekly surplus falls into each band, in pence; nothing of a surplus below nothing."""
        surplus = max(0, surplus)
        edges = [0, *[min(top, surplus) for top in self.tops], surplus]
        return tuple([upper - lower for lower, upper in pairwise(edges)])

    def contribution(self, surplus: Exact) -> Exact:
        """Return the contribution for a weekly surplus, in pence, exact."""
        by_band = zip(self.parts(surplus), self.pence_per_pound, strict=True)
        return in_proportion(sum([part * rate for part, rate in by_band]), 1, PENCE_PER_POUND)


def loan_bands(figures: Figures, tenure: str, on: date) -> tuple[LoanBands, tuple[Dated, ...]]:
    """Return the bands for a tenure on a day, with the figures they come from.

    Raises:
        NoValueInForce: none are loaded for the day, or for somebody who neither owns nor rents.
    """
    return _loan_bands(figures.on(on), tenure)


@once_while_in_force
def _loan_bands(figures: FiguresOfTheDay, tenure: str) -> tuple[LoanBands, tuple[Dated, ...]]:
    tops = tuple(figures[figure_name(f"excess_band_{band}_to")] for band in BANDS[:-1])
    rates = tuple(for_tenure(figures.all, f"loan_{tenure}_band_{band}", figures.day) for band in BANDS)
    bands = LoanBands(tuple(top.pence for top in tops), tuple(rate.pence for rate in rates))
    return bands, (*tops, *rates)


def for_tenure(figures: Figures, short: str, on: date) -> Dated:
    """Return a figure that depends on the tenure.

    Raises:
        NoValueInForce: none is loaded for the day; no figure at all is loaded for somebody who neither owns nor rents.
    """
    name = figure_name(short)
    if name not in figures.by_name:
        raise NoValueInForce(name, on)
    return figures.at(name, on)


def less_earlier(contribution: Exact, earlier_pence: int, approved_on: date, applied_on: date, years: int) -> Exact:
    """Return a contribution less what was contributed to an earlier grant, where that is not too long ago.

    Args:
        contribution: assessed now, in pence.
        earlier_pence: contributed then.
        approved_on: day on which the earlier grant was approved.
        applied_on: day of the new application.
        years: how far back the law looks from that day; a grant approved just so long ago still counts.

    Source:
        S170 for owners, S169 for tenants.
    """
    if applied_on > months_after(approved_on, years * MONTHS_PER_YEAR):
        return contribution
    return max(0, contribution - earlier_pence)
