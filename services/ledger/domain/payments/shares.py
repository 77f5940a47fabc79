"""Splitting a sum so that nothing is lost: largest remainders, and among equal ones the earlier first."""

from collections.abc import Sequence
from fractions import Fraction


class NothingToShareBy(Exception):
    """A sum cannot be split: it is below zero, or its weights are, or they are all nothing."""


def split(pence: int, weights: Sequence[int | Fraction]) -> tuple[int, ...]:
    """Split a sum by weights to the penny.

    Each part is its exact share rounded down; the pence that are left go, one each, to the parts with the largest
    remainders, and among equal remainders to those that stand first. So three equal parts of 100.00 are 33.34, 33.33
    and 33.33.

    Raises:
        NothingToShareBy: the sum or a weight is below zero, or no weight is above it.
    """
    whole = sum(weights, Fraction(0))
    if pence < 0 or whole <= 0 or any(weight < 0 for weight in weights):
        raise NothingToShareBy(f"{pence} pence by {len(weights)} weights that add up to {whole}")
    exact = [pence * Fraction(weight) / whole for weight in weights]
    parts = [share.numerator // share.denominator for share in exact]
    by_remainder = sorted(range(len(parts)), key=lambda place: (parts[place] - exact[place], place))
    for place in by_remainder[: pence - sum(parts)]:
        parts[place] += 1
    return tuple(parts)


def shared_out(rows: Sequence[int], columns: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """Whole pence of each row by column, so that rows and columns both come to what is asked.

    Each row in its turn is split by what is left of the columns: taken alone, later rows come out the same.

    Args:
        rows: sums in order, none below zero.
        columns: sums that together are no less than the rows' are.
    """
    left = list(columns)
    found = []
    for pence in rows:
        parts = split(pence, left) if pence else (0,) * len(left)
        left = [column - part for column, part in zip(left, parts, strict=True)]
        found.append(parts)
    return tuple(found)


def rounded_half_up(pence: Fraction) -> int:
    """An exact sum above zero as whole pence."""
    return (2 * pence.numerator + pence.denominator) // (2 * pence.denominator)
