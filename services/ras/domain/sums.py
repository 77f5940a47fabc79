"""Exact sums: rounded once, at the end; shared without losing a penny; written as people write them."""

from collections.abc import Mapping
from fractions import Fraction
from math import floor

from services.ras.domain.errors import NothingToShareBy

PENCE_PER_POUND = 100
WEEKS_PER_YEAR = 52
"""A year has 52 weeks here, 364 days, as in R (KM) v Cambridgeshire [2011] EWCA Civ 682; every explanation says so."""


def rounded_half_up(exact: Fraction) -> int:
    """Round a sum of zero or more to the whole number, a half upwards."""
    return floor(exact + Fraction(1, 2))


def shared(total_pence: int, weights: Mapping[str, Fraction]) -> dict[str, int]:
    """Share a sum by weights, to the penny.

    Largest-remainder method: round every share down, then give the pennies that are left to the largest remainders; a
    tie goes to the earlier name.

    Args:
        total_pence: zero or more.
        weights: zero or more each.

    Returns:
        Pence by name, in the order of the weights; they add up to ``total_pence`` exactly.

    Raises:
        NothingToShareBy: there is something to share and every weight is zero.
    """
    whole = sum(weights.values(), Fraction(0))
    if whole == 0:
        if total_pence:
            raise NothingToShareBy(sorted(weights))
        return dict.fromkeys(weights, 0)
    exact = {name: total_pence * weight / whole for name, weight in weights.items()}
    shares = {name: floor(share) for name, share in exact.items()}
    by_remainder = sorted(weights, key=lambda name: (shares[name] - exact[name], name))
    for name in by_remainder[: total_pence - sum(shares.values())]:
        shares[name] += 1
    assert sum(shares.values()) == total_pence
    return shares


def pounds(pence: Fraction | int) -> str:
    """Write a sum in pounds: £1,234.56; a part of a penny is rounded half up."""
    whole = rounded_half_up(Fraction(pence))
    return f"£{whole // PENCE_PER_POUND:,}.{whole % PENCE_PER_POUND:02}"


def plain_number(number: Fraction) -> str:
    """Write a number with as many decimals as it needs, three at most: 55, 33.6, 31.429."""
    thousandths = rounded_half_up(number * 1000)
    return f"{thousandths // 1000}.{thousandths % 1000:03}".rstrip("0").rstrip(".")
