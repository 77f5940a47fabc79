"""A support plan: outcomes in the person's words, and what is to be bought for them, costed to the penny.

A draft may be half filled: what is not said yet is None, and an item that lacks something has no cost yet.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from services.support_planning.domain.falling_due import Cadence, Span, times_due


class DayKind(StrEnum):
    """Kinds of day of a condition that comes and goes."""

    GOOD = "good"
    BAD = "bad"
    OTHER = "other"


class Weekday(StrEnum):
    """Days of the week."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class Unit(StrEnum):
    """What a price is for."""

    HOUR = "hour"
    NIGHT = "night"
    DAY = "day"
    WEEK = "week"
    SESSION = "session"
    JOURNEY = "journey"
    MILE = "mile"
    ITEM = "item"


class PayeeKind(StrEnum):
    """Who is paid; a personal assistant is employed by whoever holds the money."""

    PERSONAL_ASSISTANT = "personal_assistant"
    SELF_EMPLOYED = "self_employed"
    AGENCY = "agency"
    SUPPLIER = "supplier"
    CARE_HOME = "care_home"
    FAMILY_OR_FRIEND = "family_or_friend"
    COUNCIL = "council"


@dataclass(frozen=True)
class Outcome:
    """What the person wants of life, in their own words."""

    outcome_id: str
    text: str


@dataclass(frozen=True)
class Need:
    """A need that was found eligible, and how it is met where no money is asked for it."""

    need_id: str
    text: str
    met_without_money: str | None = None


@dataclass(frozen=True)
class Payee:
    """Who is paid.

    Args:
        reference: the council's own code for a supplier or worker, the same wherever they appear; never a name.
        relation: to the person, as the shared taxonomy has it; None while nobody has said.
        same_household: whether they live with the person.
    """

    kind: PayeeKind
    reference: str | None = None
    relation: str | None = None
    same_household: bool | None = None


@dataclass(frozen=True)
class DayVersion:
    """An item on one kind of day: on how many days of the plan it is used, and how much on each."""

    kind: DayKind
    days: int
    units_each_day: Decimal


@dataclass(frozen=True)
class Stay:
    """Nights in a care home, one after the other."""

    starts_on: date
    nights: int

    @property
    def ends_on(self) -> date:
        """The day of leaving."""
        return date.fromordinal(self.starts_on.toordinal() + self.nights)


@dataclass(frozen=True)
class HeldShare:
    """A part of an item that is held in one way, in whole per cent."""

    holding_id: str
    per_cent: int


@dataclass(frozen=True)
class Item:
    """Something to pay for.

    Args:
        use: its code in the shared taxonomy.
        unit_pence: price of one unit; 0 where nobody asks for money.
        units: how many each time it is due.
        versions: on good and on bad days, in place of ``units``; the whole sum may then be spent on any day it covers.
        days, hours_each_day: when in the week, where that is fixed; they must give ``units`` of hours in a week.
        price_id: entry of the council's catalogue that the price was taken from.
        shares: by stream, the most pence that it pays each time, where that is not all.
        circumstances: answers that the rules of the money turn on, by requirement.
        exceptions: recorded decisions that it needs, by name.
    """

    item_id: str
    text: str
    use: str | None = None
    unit: Unit | None = None
    unit_pence: int | None = None
    units: Decimal | None = None
    cadence: Cadence | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    versions: tuple[DayVersion, ...] = ()
    days: tuple[Weekday, ...] = ()
    hours_each_day: Decimal | None = None
    outcome_ids: tuple[str, ...] = ()
    need_ids: tuple[str, ...] = ()
    payee: Payee | None = None
    price_id: str | None = None
    stays: tuple[Stay, ...] = ()
    shares: Mapping[str, int] | None = None
    circumstances: Mapping[str, bool | int] | None = None
    exceptions: tuple[str, ...] = ()
    other_uses: tuple[str, ...] = ()
    held: tuple[HeldShare, ...] = ()

    @property
    def lacks(self) -> tuple[str, ...]:
        """What must be said before it has a cost."""
        said = {"use": self.use, "unit_pence": self.unit_pence, "cadence": self.cadence}
        missing = tuple(name for name, value in said.items() if value is None)
        is_counted = self.units is not None or self.versions or self.hours_each_day is not None
        return missing if is_counted else (*missing, "units")


@dataclass(frozen=True)
class CostedItem:
    """An item with its cost.

    Args:
        pence: what is due each time.
        times: how often it is due in the plan.
    """

    item: Item
    span: Span
    cadence: Cadence
    pence: int
    times: int

    @property
    def total_pence(self) -> int:
        """What it costs over the whole plan."""
        return self.pence * self.times

    @property
    def units_in_plan(self) -> Decimal:
        """Hours, nights or whatever its unit is, over the whole plan."""
        return units_each_time(self.item) * self.times


@dataclass(frozen=True)
class Plan:
    """What a person plans, from a first day to a last."""

    span: Span
    outcomes: tuple[Outcome, ...] = ()
    needs: tuple[Need, ...] = ()
    days_of_kind: Mapping[DayKind, int] | None = None
    items: tuple[Item, ...] = ()
    if_things_go_wrong: str | None = None
    area: str | None = None

    def costed(self) -> Iterator[CostedItem]:
        """The items that have a cost."""
        for item in self.items:
            if not item.lacks:
                yield costed(item, self.span)

    @property
    def total_pence(self) -> int:
        """What everything that has a cost comes to, over the whole plan."""
        return sum(one.total_pence for one in self.costed())


def costed(item: Item, plan: Span) -> CostedItem:
    """An item with its cost; where it names no days of its own, it has the plan's."""
    assert item.cadence is not None, f"{item.item_id} lacks {item.lacks}"
    assert item.unit_pence is not None, f"{item.item_id} lacks {item.lacks}"
    span = Span(item.starts_on or plan.starts_on, item.ends_on or plan.ends_on)
    pence = to_the_penny(units_each_time(item) * item.unit_pence)
    return CostedItem(item, span, item.cadence, pence, times_due(item.cadence, span))


def units_each_time(item: Item) -> Decimal:
    """How much of it is had each time it is due."""
    if item.versions:
        return sum((one.days * one.units_each_day for one in item.versions), Decimal(0))
    if item.units is None and item.hours_each_day is not None:
        return len(set(item.days)) * item.hours_each_day
    return item.units or Decimal(0)


def to_the_penny(pence: Decimal) -> int:
    """Whole pence, half a penny up."""
    return int(pence.quantize(Decimal(1), ROUND_HALF_UP))


#: Fifty-two weeks, a year, a leap year.
_DAYS_OF_A_YEAR = (364, 365, 366)


def pence_in_a_year(plan: Plan) -> int:
    """What a year of the plan costs, for limits that are set for a year: things bought once count whole.

    A plan of other than 364 to 366 days counts what comes again in proportion, and a broken penny up.
    """
    once = sum(one.total_pence for one in plan.costed() if one.cadence is Cadence.ONE_OFF and not one.item.versions)
    again = plan.total_pence - once
    if plan.span.days in _DAYS_OF_A_YEAR:
        return again + once
    return -(-again * 365 // plan.span.days) + once
