"""The days on which banks move no money, as the file beside tells them, and where what falls on one of them goes."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from braid.kit.strict_yaml import read_yaml
from services.ledger.domain.payments.working_days import (
    Move,
    Proclaimed,
    bank_holidays_of,
    nearest_working_day,
)


@cache
def _told() -> Mapping[str, Any]:
    told: Mapping[str, Any] = read_yaml((resources.files(__package__) / "bank_days.yaml").read_text())
    return told


@cache
def _of_year(year: int) -> frozenset[date]:
    return bank_holidays_of(year, [Proclaimed(one["day"], one["instead_of"]) for one in _told()["proclaimed"]])


def bank_holidays_around(day: date) -> frozenset[date]:
    """The bank holidays of a day's year and of those beside it, into which a payment may be moved."""
    return _of_year(day.year - 1) | _of_year(day.year) | _of_year(day.year + 1)


def due_on_working_day(day: date, *, in_advance: bool) -> date:
    """The day on which something is due that would be due on a day, by the rule for its schedule."""
    move = Move(_told()["moves"]["in_advance" if in_advance else "in_arrears"])
    return nearest_working_day(day, move, bank_holidays_around(day))


def processed_before(day: date) -> date:
    """The last processing day of Bacs whose money is in accounts by a day: it is there one working day later."""
    holidays = bank_holidays_around(day)
    there_on = nearest_working_day(day, Move.BEFORE, holidays)
    return nearest_working_day(date.fromordinal(there_on.toordinal() - 1), Move.BEFORE, holidays)
