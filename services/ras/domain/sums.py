"""Exact sums: rounded once, at the end; shared without losing a penny; written as people write them."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import floor, lcm

from services.ras.domain.errors import NothingToShareBy

PENCE_PER_POUND = 100
WEEKS_PER_YEAR = 52
"""A year has 52 weeks here, 364 days, as in R (KM) v Cambridgeshire [2011] EWCA Civ 682; every explanation says so."""


def rounded_half_up(exact: Fraction) -> int:
    """Round a sum of zero or more to the whole number, a half upwards."""
    # In whole numbers: the same as floor(exact + 1/2), and an explanation rounds a hundred times.
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)


def rounded_product(*factors: Fraction | int) -> int:
    """Round a product of numbers of zero or more, a half upwards, without making the fractions on the way to it."""
    numerator = denominator = 1
    for factor in factors:
        numerator *= factor.numerator
        denominator *= factor.denominator
    return (2 * numerator + denominator) // (2 * denominator)


def total(numbers: Iterable[Fraction]) -> Fraction:
    """Add up, exactly, over one common denominator: many times faster than one addition after the other."""
    added = tuple(numbers)
    if len(added) == 1:
        return added[0]
    unit = lcm(*(number.denominator for number in added))
    return Fraction(sum(number.numerator * (unit // number.denominator) for number in added), unit)


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
    unit = lcm(*(weight.denominator for weight in weights.values()))
    in_units = {name: weight.numerator * (unit // weight.denominator) for name, weight in weights.items()}
    whole = sum(in_units.values())
    if whole == 0:
        if total_pence:
            raise NothingToShareBy(sorted(weights))
        return dict.fromkeys(weights, 0)
    shares = {name: total_pence * weight // whole for name, weight in in_units.items()}
    by_remainder = sorted(weights, key=lambda name: (-(total_pence * in_units[name] % whole), name))
    for name in by_remainder[: total_pence - sum(shares.values())]:
        shares[name] += 1
    assert sum(shares.values()) == total_pence
    return shares


def rounded_whole(parts: Mapping[str, Fraction]) -> dict[str, int]:
    """Round parts to whole pence so that they still add up: parts may be below nothing, their total is whole.

    Largest-remainder method, as in `shared`.
    """
    rounded = {name: floor(part) for name, part in parts.items()}
    left = total(parts.values()) - sum(rounded.values())
    by_remainder = sorted(parts, key=lambda name: (rounded[name] - parts[name], name))
    for name in by_remainder[: rounded_half_up(left)]:
        rounded[name] += 1
    return rounded


def hundredths_of_percent(before: int, now: int) -> int | None:
    """Return a change in hundredths of a per cent of what was before, 3412 for 34.12%; None where that was nothing."""
    return round(Fraction(now - before, before) * 10_000) if before else None


def pounds(pence: Fraction | int) -> str:
    """Write a sum in pounds: £1,234.56, -£0.05; a part of a penny is rounded half up."""
    if pence < 0:
        return f"-{pounds(-pence)}"
    whole = rounded_half_up(Fraction(pence))
    return f"£{whole // PENCE_PER_POUND:,}.{whole % PENCE_PER_POUND:02}"


def thousandths(number: Fraction) -> int:
    """Return a number of zero or more in whole thousandths, a half upwards."""
    return rounded_product(number, 1000)


def plain_number(*factors: Fraction | int) -> str:
    """Write a number, or a product of numbers, with as many decimals as it needs, three at most: 55, 33.6, 31.429."""
    if len(factors) == 1 and factors[0].denominator == 1:  # Most points and hours.
        return str(factors[0].numerator)
    whole, part = divmod(rounded_product(*factors, 1000), 1000)
    return f"{whole}.{part:03}".rstrip("0") if part else str(whole)
