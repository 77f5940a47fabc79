"""Days on which banks move money: not at weekends, nor on bank holidays of England and Wales.

The usual bank holidays follow from the Banking and Financial Dealings Act 1971, schedule 1, with New Year's Day and the
first Monday of May, which are proclaimed each year. What was proclaimed for one year is told by whoever asks.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

_ONE_DAY = timedelta(days=1)
_MONDAY, _SATURDAY = 0, 5


@dataclass(frozen=True)
class Proclaimed:
    """A bank holiday of one year.

    Args:
        instead_of: the usual one that is none in that year; none where it is one more.
    """

    on: date
    instead_of: date | None = None


class Move(StrEnum):
    """Which working day takes the place of one that is none."""

    BEFORE = "before"
    AFTER = "after"


def is_working_day(day: date, bank_holidays: Collection[date]) -> bool:
    """Whether banks move money on a day."""
    return day.weekday() < _SATURDAY and day not in bank_holidays


def nearest_working_day(day: date, move: Move, bank_holidays: Collection[date]) -> date:
    """The day itself, or the working day before or after it."""
    step = -_ONE_DAY if move is Move.BEFORE else _ONE_DAY
    while not is_working_day(day, bank_holidays):
        day += step
    return day


def bank_holidays_of(year: int, proclaimed: Iterable[Proclaimed] = ()) -> frozenset[date]:
    """The bank holidays of England and Wales in a year; one at a weekend has the next free weekday besides."""
    easter = _easter_sunday(year)
    usual = {
        date(year, 1, 1),
        easter - 2 * _ONE_DAY,
        easter + _ONE_DAY,
        _first_monday_from(date(year, 5, 1)),
        _first_monday_from(date(year, 5, 25)),
        _first_monday_from(date(year, 8, 25)),
        date(year, 12, 25),
        date(year, 12, 26),
    }
    for day in sorted(usual):
        if day.weekday() >= _SATURDAY:
            usual.add(nearest_working_day(day, Move.AFTER, usual))
    of_year = [one for one in proclaimed if one.on.year == year]
    return frozenset(usual - {one.instead_of for one in of_year} | {one.on for one in of_year})


def _first_monday_from(day: date) -> date:
    return day + (_MONDAY - day.weekday()) % 7 * _ONE_DAY


def _easter_sunday(year: int) -> date:
    """By the Gregorian reckoning of Meeus, Jones and Butcher."""
    century, of_century = divmod(year, 100)
    golden = year % 19
    moon = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (of_century // 4) - moon - of_century % 4) % 7
    late = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)
