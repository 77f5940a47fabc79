"""Transitional protection over a whole population: everybody's sum in each year, its cost, and what may not fall.

A sum does not fall at all until the person's needs have been assessed again; protection only phases what may.

Source:
    Care Act 2014 s.27 and care and support statutory guidance, chapter 13: a plan is revised after a review and a
    reassessment, not because a table changed. Local Government and Social Care Ombudsman, Oxfordshire (17 001 855).
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from services.ras.population.people import Flags, Whole
from services.ras.simulation.protection_rule import Against, PaidBy, Protection


class ReductionRefused(Exception):
    """A sum would fall without a recorded reassessment of the person's needs. Phasing does not make it lawful."""


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


def must_be_reassessed(starting_pence: int, target_pence: int, *, reassessed: bool) -> None:
    """Refuse to lower one person's sum without a reassessment.

    Raises:
        ReductionRefused: the sum would fall and no reassessment is recorded.
    """
    if target_pence < starting_pence and not reassessed:
        raise ReductionRefused(
            f"the sum may not fall from {starting_pence} to {target_pence} pence: no reassessment is recorded"
        )


def lawful_targets(starting: Whole, target: Whole, reassessed: Flags) -> tuple[Whole, Flags]:
    """Hold everybody at their sum whose sum would fall without a reassessment.

    Returns:
        The targets that may be applied, and whose reduction was refused.
    """
    refused = (target < starting) & ~reassessed
    return np.where(refused, starting, target), refused


def sums_by_year(starting: Whole, target: Whole, rule: Protection) -> list[Whole]:
    """Everybody's sum in each year, pence, until all are at their target or the protection ends.

    The year after the last protected one is included: there, everybody has their target. Each year's allowed loss is
    rounded to the penny, a half upwards, because each year's sum is money that is paid.
    """
    floor = _share(starting, rule.floor)
    year, sums = starting, []
    for _ in range(rule.years):
        base = starting if rule.against is Against.STARTING else year
        kept = np.maximum(year - _share(base, rule.most_lost_a_year), floor)
        year = np.where(target < starting, np.maximum(target, kept), target)
        sums.append(_paid_from_gains(starting, target, year) if rule.paid_by is PaidBy.GAINS else year)
        if np.array_equal(year, target):
            return sums
    return [*sums, target]


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


def _share(sums: Whole, share: Fraction) -> Whole:
    return (2 * sums * share.numerator + share.denominator) // (2 * share.denominator)


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
