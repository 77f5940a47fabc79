"""Sums and days as people read them."""

from datetime import date


def pounds(pence: int) -> str:
    """Write a sum with its sign and pound sign: £1,234.50, and -£12.50 below nothing."""
    sign = "-" if pence < 0 else ""
    return f"{sign}£{abs(pence) // 100:,}.{abs(pence) % 100:02}"


def day(on: date) -> str:
    """Write a day in full: 1 June 2009."""
    return f"{on.day} {on:%B %Y}"


def days(first: date, last: date) -> str:
    """Write a period by its first and last day."""
    return day(first) if first == last else f"{day(first)} to {day(last)}"


def together(words: list[str]) -> str:
    """Join words as a sentence does: a, b and c."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""
