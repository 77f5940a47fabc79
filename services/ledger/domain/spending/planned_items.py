"""Items of the agreed plan, as far as spending and watching must know them: what is due when, to whom, for what."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID


class ItemCadence(StrEnum):
    """How often an item is due."""

    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    FOUR_WEEKLY = "four_weekly"
    MONTHLY = "monthly"
    YEARLY = "yearly"
    ONE_OFF = "one_off"


#: Days between two due days, for the cadences that count in days.
_DAYS = {ItemCadence.WEEKLY: 7, ItemCadence.FORTNIGHTLY: 14, ItemCadence.FOUR_WEEKLY: 28}
_MONTHS = {ItemCadence.MONTHLY: 1, ItemCadence.YEARLY: 12}


class ItemEndsBeforeItStarts(ValueError):
    """The last day of an item is before its first."""


@dataclass(frozen=True)
class PlannedItem:
    """One costed item of a plan.

    Args:
        item_id: its own id, the same in every version of the plan.
        text: what it is, as the person says it.
        use: its code in the taxonomy of uses.
        pence: what is due each time, above zero.
        cadence: how often; the first time is the first day.
        starts_on: first day.
        ends_on: last day.
        payees: names under which whoever is paid may appear on a statement.
        references: words that a payment for it carries, such as an invoice account number.
    """

    item_id: UUID
    text: str
    use: str
    pence: int
    cadence: ItemCadence
    starts_on: date
    ends_on: date
    payees: tuple[str, ...] = ()
    references: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a period that runs backwards.

        Raises:
            ItemEndsBeforeItStarts: it does.
        """
        if self.ends_on < self.starts_on:
            raise ItemEndsBeforeItStarts(f"{self.text}: {self.starts_on} to {self.ends_on}")

    def due_days(self, until: date) -> Iterator[date]:
        """The days on which it is due, up to and with ``until``."""
        last = min(until, self.ends_on)
        number, due = 0, self.starts_on
        while due <= last:
            yield due
            if self.cadence is ItemCadence.ONE_OFF:
                return
            number += 1
            due = self._due(number)

    def nearest_due_day(self, on: date) -> date:
        """The due day that is nearest to a day; the earlier of two."""
        around = self._number_around(on)
        numbers = range(max(around - 1, 0), max(around, 0) + 2)
        due = [self._due(number) for number in numbers] if self.cadence is not ItemCadence.ONE_OFF else []
        within = [one for one in due if one <= self.ends_on] or [self.starts_on]
        return min(within, key=lambda one: (abs((one - on).days), one))

    def planned_pence(self, first: date, last: date) -> int:
        """What is due from one day to another, both counted."""
        return self.pence * sum(1 for due in self.due_days(last) if due >= first)

    @property
    def days_between(self) -> int:
        """The fewest days from one due day to the next; none comes after a one-off."""
        if self.cadence is ItemCadence.ONE_OFF:
            return (self.ends_on - self.starts_on).days + 1
        return _DAYS.get(self.cadence) or 28 * _MONTHS[self.cadence]

    def _number_around(self, on: date) -> int:
        if self.cadence in _DAYS:
            last = (min(on, self.ends_on) - self.starts_on).days
            return last // _DAYS[self.cadence]
        until = min(on, self.ends_on)
        months = (until.year - self.starts_on.year) * 12 + until.month - self.starts_on.month
        return months // _MONTHS.get(self.cadence, 1)

    def _due(self, number: int) -> date:
        if self.cadence in _DAYS:
            return self.starts_on + timedelta(days=_DAYS[self.cadence] * number)
        months = self.starts_on.month - 1 + _MONTHS[self.cadence] * number
        year, month = self.starts_on.year + months // 12, months % 12 + 1
        # The 31st is the last day of a shorter month.
        return date(year, month, min(self.starts_on.day, calendar.monthrange(year, month)[1]))
