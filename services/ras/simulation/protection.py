"""Transitional protection over a whole population: everybody's sum in each year, its cost, and what may not fall.

How a sum falls is the domain's rule (`services.ras.domain.protection`), asked once for each different sum. A sum does
not fall at all until the person's needs have been assessed again; protection only phases what may.

Source:
    Care Act 2014 s.27 and care and support statutory guidance, chapter 13: a plan is revised after a review and a
    reassessment, not because a table changed. Local Government and Social Care Ombudsman, Oxfordshire (17 001 855).
"""

from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray

from services.ras.population.people import Flags, Whole
from services.ras.simulation.protection_rule import PaidBy, Protection


@dataclass(frozen=True)
class YearOfProtection:
    """What one year costs, for the period that the sums are in.

    Args:
        pence: everybody's sums in that year.
        cost_pence: by how much protected sums are above the table's figures, together.
        council_pence: what of that the council pays; where gains pay, what they did not cover.
        still_protected: how many are still above their figure.
    """

    year: int
    pence: int
    cost_pence: int
    council_pence: int
    still_protected: int


def lawful_targets(starting: Whole, target: Whole, reassessed: Flags) -> tuple[Whole, Flags]:
    """Hold everybody at their sum whose sum would fall without a reassessment.

    Returns:
        The targets that may be applied, and whose reduction was refused.
    """
    refused = (target < starting) & ~reassessed
    return np.where(refused, starting, target), refused


def sums_by_year(starting: Whole, target: Whole, rule: Protection) -> list[Whole]:
    """Everybody's sum in each year, pence, until all are at their target; what `domain.protection.phased` gives each.

    The year after the last protected one is included: there, everybody has their target.
    """
    distinct, place = np.unique(starting, return_inverse=True)
    sums: list[Whole] = []
    for number in count(1):
        protected = [rule.phasing.protected(sum_, number) for sum_ in distinct.tolist()]
        year = np.maximum(target, np.asarray(protected, np.int64)[place])
        sums.append(_paid_from_gains(starting, target, year) if rule.paid_by is PaidBy.GAINS else year)
        if np.array_equal(year, target):
            break
    return sums


def priced(starting: Whole, target: Whole, rule: Protection) -> list[YearOfProtection]:
    """What each year of a protection costs."""
    return [_priced(number, sums, target) for number, sums in enumerate(sums_by_year(starting, target, rule), 1)]


def _priced(number: int, sums: Whole, target: Whole) -> YearOfProtection:
    over = int(np.maximum(sums - target, 0).sum())
    held_back = int(np.maximum(target - sums, 0).sum())
    return YearOfProtection(
        year=number,
        pence=int(sums.sum()),
        cost_pence=over,
        council_pence=over - held_back,
        still_protected=int((sums > target).sum()),
    )


def _paid_from_gains(starting: Whole, target: Whole, year: Whole) -> Whole:
    """Hold back the same share of every gain, to the penny, until the protection is paid or no gain is left."""
    gains = np.maximum(target - starting, 0)
    owed = min(int(np.maximum(year - target, 0).sum()), int(gains.sum()))
    return year - _shared(owed, gains)


def _shared(total: int, weights: Whole) -> Whole:
    """Share by weights with the largest remainders, as `services.ras.domain.sums.shared` does for one person."""
    whole = int(weights.sum())
    if total == 0:
        return np.zeros_like(weights)
    exact = weights.astype(object) * total
    shares: NDArray[np.int64] = (exact // whole).astype(np.int64)
    left = total - int(shares.sum())
    by_remainder = np.argsort(-(exact % whole), kind="stable")
    shares[by_remainder[:left]] += 1
    return shares
