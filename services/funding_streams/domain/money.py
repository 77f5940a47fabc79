"""Sums of money: exact inside a rule, whole pence where they leave it, by a named rounding rule."""

from fractions import Fraction

DAYS_PER_WEEK = 7
WEEKS_PER_AWARD = 52
DAYS_PER_AWARD = WEEKS_PER_AWARD * DAYS_PER_WEEK


def half_up(pence: Fraction | int) -> int:
    """Round a sum of zero or more to whole pence; half a penny goes up."""
    assert pence >= 0
    return (2 * pence.numerator + pence.denominator) // (2 * pence.denominator)


def over_days(pence_per_week: Fraction, days: int) -> Fraction:
    """Return the sum of a weekly rate over a number of days, in pence, exact: a day is a seventh of a week."""
    return pence_per_week * days / DAYS_PER_WEEK


def a_week(pence: int, days: int) -> Fraction:
    """Return the weekly rate, in pence, exact, that gives a sum over a number of days."""
    return Fraction(pence * DAYS_PER_WEEK, days)


def in_pounds(pence: Fraction | int) -> str:
    """Write a sum in pounds; fractions of a penny are shown as far as four places, without idle noughts."""
    exact = Fraction(pence)
    sign, exact = ("-", -exact) if exact < 0 else ("", exact)
    if exact.denominator == 1:
        return f"{sign}£{exact.numerator // 100:,}.{exact.numerator % 100:02}"
    hundredths = half_up(exact * 100)
    parts = f"{hundredths % 10_000:04}"
    return f"{sign}£{hundredths // 10_000:,}.{parts[:2]}{parts[2:].rstrip('0')}"
