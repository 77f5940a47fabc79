"""The days that a payment covers, and the cycle of weeks or months that they follow."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

ONE_DAY = timedelta(days=1)
#: Nobody is paid over more periods than a weekly payment for twenty years has.
PERIODS_MOST = 1_044


class PeriodOutOfRange(Exception):
    """A period ends before it starts, or there are more of them than anybody can mean."""


class Every(StrEnum):
    """How often a payment comes round."""

    WEEK = "week"
    FOUR_WEEKS = "four_weeks"
    MONTH = "month"


@dataclass(frozen=True, order=True)
class Period:
    """Days from the first to the last, both included."""

    from_on: date
    to_on: date

    def __post_init__(self) -> None:
        """Refuse a period of no days.

        Raises:
            PeriodOutOfRange: it ends before it starts.
        """
        if self.to_on < self.from_on:
            raise PeriodOutOfRange(f"it would run from {self.from_on.isoformat()} to {self.to_on.isoformat()}")

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.to_on - self.from_on).days + 1

    def shared_with(self, other: "Period") -> "Period | None":
        """The days that two periods have in common, if any."""
        first, last = max(self.from_on, other.from_on), min(self.to_on, other.to_on)
        return Period(first, last) if first <= last else None

    def without(self, other: "Period") -> tuple["Period", ...]:
        """What is left of it when the days of another are taken out."""
        if self.shared_with(other) is None:
            return (self,)
        left = []
        if self.from_on < other.from_on:
            left.append(Period(self.from_on, other.from_on - ONE_DAY))
        if other.to_on < self.to_on:
            left.append(Period(other.to_on + ONE_DAY, self.to_on))
        return tuple(left)


@dataclass(frozen=True)
class Turn:
    """One turn of a cycle, as far as it falls into the time that is paid for.

    Args:
        period: the days that are paid for.
        share: which part of a whole turn they are.
    """

    period: Period
    share: Fraction


def turns(whole: Period, every: Every, *, cycle_on: date | None = None) -> tuple[Turn, ...]:
    """Cut the time that is paid for into the turns of a cycle; the first and the last may be part of a turn.

    Args:
        whole: the time that is paid for.
        every: how often a turn begins.
        cycle_on: a day on which some turn begins, such as the Monday of a council's pay run; without one the cycle
            begins with the first day. Months begin on its day of the month, or on the last day of a shorter month.

    Raises:
        PeriodOutOfRange: there are more turns than ``PERIODS_MOST``.
    """
    found: list[Turn] = []
    for turn in _cycle(whole.from_on, every, cycle_on or whole.from_on):
        days = turn.shared_with(whole)
        if days is None:
            break
        found.append(Turn(days, Fraction(days.days, turn.days)))
        if len(found) > PERIODS_MOST:
            raise PeriodOutOfRange(f"there would be more than {PERIODS_MOST} payments")
    return tuple(found)


def first_days(first_day: date, every: Every, count: int) -> list[date]:
    """The first days of so many turns, from a day on."""
    return [_start(number, every, first_day) for number in range(count)]


def _cycle(first_day: date, every: Every, cycle_on: date) -> Iterator[Period]:
    """Whole turns without end, from the one that holds a day."""
    number = _number_of_turn(first_day, every, cycle_on)
    while True:
        yield Period(_start(number, every, cycle_on), _start(number + 1, every, cycle_on) - ONE_DAY)
        number += 1


def _number_of_turn(day: date, every: Every, cycle_on: date) -> int:
    if every is Every.MONTH:
        months = (day.year - cycle_on.year) * 12 + day.month - cycle_on.month
        return months if _start(months, every, cycle_on) <= day else months - 1
    return (day - cycle_on).days // _DAYS[every]


def _start(number: int, every: Every, cycle_on: date) -> date:
    if every is not Every.MONTH:
        return cycle_on + timedelta(days=number * _DAYS[every])
    year, month = divmod(cycle_on.year * 12 + cycle_on.month - 1 + number, 12)
    return date(year, month + 1, min(cycle_on.day, monthrange(year, month + 1)[1]))


_DAYS = {Every.WEEK: 7, Every.FOUR_WEEKS: 28}
