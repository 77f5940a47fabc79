"""When an item falls due, and so how often in a plan: weeks are counted on the calendar, never as a share of a year.

The ledger counts in the same way, so that a plan's total is the sum that the ledger is asked to pay.
"""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Cadence(StrEnum):
    """How often an item is due; the first time is its first day."""

    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    FOUR_WEEKLY = "four_weekly"
    MONTHLY = "monthly"
    YEARLY = "yearly"
    ONE_OFF = "one_off"


_DAYS = {Cadence.WEEKLY: 7, Cadence.FORTNIGHTLY: 14, Cadence.FOUR_WEEKLY: 28}
_MONTHS = {Cadence.MONTHLY: 1, Cadence.YEARLY: 12}


@dataclass(frozen=True)
class Span:
    """Days from a first to a last, both counted."""

    starts_on: date
    ends_on: date

    @property
    def days(self) -> int:
        """How many days there are."""
        return (self.ends_on - self.starts_on).days + 1

    def shared_with(self, other: "Span") -> "Span | None":
        """The days of both."""
        starts_on, ends_on = max(self.starts_on, other.starts_on), min(self.ends_on, other.ends_on)
        return Span(starts_on, ends_on) if starts_on <= ends_on else None


def times_due(cadence: Cadence, span: Span) -> int:
    """How often something is due in the days that it covers."""
    if cadence is Cadence.ONE_OFF:
        return 1
    if cadence in _DAYS:
        return (span.days - 1) // _DAYS[cadence] + 1
    months = (span.ends_on.year - span.starts_on.year) * 12 + span.ends_on.month - span.starts_on.month
    number = months // _MONTHS[cadence]
    return number + (_due(span.starts_on, number * _MONTHS[cadence]) <= span.ends_on)


def _due(first: date, months: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    # The 31st is the last day of a shorter month.
    return date(year, month + 1, min(first.day, calendar.monthrange(year, month + 1)[1]))


def plus_weeks(day: date, weeks: int) -> date:
    """The same weekday, some weeks later."""
    return day + timedelta(weeks=weeks)
