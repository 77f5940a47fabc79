"""Sums of money: exact inside a rule, whole pence where they leave it, by a named rounding rule."""

from collections.abc import Iterable
from fractions import Fraction
from math import lcm

DAYS_PER_WEEK = 7
WEEKS_PER_AWARD = 52
DAYS_PER_AWARD = WEEKS_PER_AWARD * DAYS_PER_WEEK


#: Pence, exact: a whole number wherever it is one, since sums of those are many times faster than of fractions.
Exact = int | Fraction


def exact(numerator: int, denominator: int) -> Exact:
    """Return an exact sum: a whole number where it is one."""
    whole, left = divmod(numerator, denominator)
    return Fraction(numerator, denominator) if left else whole


def percent_of(pence: Exact, percent: int) -> Exact:
    """Return so many hundredths of a sum, exact."""
    above, below = pence.as_integer_ratio()
    return exact(above * percent, below * 100)


def in_proportion(pence: Exact, part: Exact, whole: Exact) -> Exact:
    """Return the share of a sum that a part has in a whole, exact."""
    (above, below), (part_above, part_below) = pence.as_integer_ratio(), part.as_integer_ratio()
    whole_above, whole_below = whole.as_integer_ratio()
    return exact(above * part_above * whole_below, below * part_below * whole_above)


def total(sums: Iterable[Exact]) -> Exact:
    """Add sums up: the whole ones first, and the others over one denominator."""
    whole, parts = 0, list[tuple[int, int]]()
    for one in sums:
        if type(one) is int:
            whole += one
        else:
            parts.append(one.as_integer_ratio())
    if not parts:
        return whole
    below = lcm(*[part_below for _, part_below in parts])
    return whole + exact(sum([part_above * (below // part_below) for part_above, part_below in parts]), below)


def half_up_a_week(pence: int, days: int) -> int:
    """Return the weekly rate that gives a sum over a number of days, rounded to whole pence; half a penny goes up."""
    return _half_up(pence * DAYS_PER_WEEK, days)


def half_up(pence: Exact) -> int:
    """Round a sum of zero or more to whole pence; half a penny goes up."""
    if type(pence) is int:
        assert pence >= 0
        return pence
    above, below = pence.as_integer_ratio()
    return _half_up(above, below)


def half_up_over_days(pence_per_week: Exact, days: int) -> int:
    """Return the sum of a weekly rate over a number of days, rounded to whole pence; half a penny goes up."""
    above, below = pence_per_week.as_integer_ratio()
    return _half_up(above * days, below * DAYS_PER_WEEK)


def _half_up(above: int, below: int) -> int:
    assert above >= 0
    return (2 * above + below) // (2 * below)


def over_days(pence_per_week: Exact, days: int) -> Exact:
    """Return the sum of a weekly rate over a number of days, in pence, exact: a day is a seventh of a week."""
    above, below = pence_per_week.as_integer_ratio()
    return exact(above * days, below * DAYS_PER_WEEK)


def a_week(pence: int, days: int) -> Exact:
    """Return the weekly rate, in pence, exact, that gives a sum over a number of days."""
    return exact(pence * DAYS_PER_WEEK, days)


def in_pounds(pence: Exact) -> str:
    """Write a sum in pounds; fractions of a penny are shown as far as four places, without idle noughts."""
    if type(pence) is int and pence >= 0:
        return f"£{pence // 100:,}.{pence % 100:02}"
    above, below = pence.as_integer_ratio()
    sign, above = ("-", -above) if above < 0 else ("", above)
    if below == 1:
        return f"{sign}£{above // 100:,}.{above % 100:02}"
    hundredths = _half_up(above * 100, below)
    parts = f"{hundredths % 10_000:04}"
    return f"{sign}£{hundredths // 10_000:,}.{parts[:2]}{parts[2:].rstrip('0')}"
