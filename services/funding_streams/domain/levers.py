"""What a decision rests on as things that can be moved: facts, the indicative allocation, the day; and how far."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from services.funding_streams.domain.facts import FactValue

#: Names of what is moved where it is not a fact.
DAY = "day_of_the_decision"
ALLOCATION = "indicative_allocation"

#: Facts that nobody can change.
FIXED = frozenset({"date_of_birth"})

BIRTHDAYS_AHEAD = 25
#: How many years before the decision a day of an application or approval is tried.
YEARS_BACK = (0, 1, 2, 5, 10, 15)


@dataclass(frozen=True)
class Askable:
    """A fact as a search may change it: how it is written, its codes, and its largest plausible number."""

    name: str
    kind: str
    codes: tuple[str, ...] = ()
    most: int = 0


@dataclass(frozen=True)
class Situation:
    """What a decision rests on and a search may change."""

    facts: Mapping[str, FactValue]
    on: date
    allocation_pence: int | None

    def value(self, name: str) -> FactValue | None:
        """Return what a lever stands at."""
        if name == DAY:
            return self.on
        return self.allocation_pence if name == ALLOCATION else self.facts.get(name)

    def having(self, name: str, value: FactValue) -> "Situation":
        """Return the situation with one lever moved."""
        if name == DAY:
            assert isinstance(value, date)
            return replace(self, on=value)
        if name == ALLOCATION:
            assert isinstance(value, int)
            return replace(self, allocation_pence=value)
        return replace(self, facts={**self.facts, name: value})


@dataclass(frozen=True)
class Change:
    """One thing that would have to be otherwise: a fact by its name, `DAY` or `ALLOCATION`."""

    name: str
    before: FactValue | None
    after: FactValue


def others(fact: Askable, value: FactValue, on: date) -> Iterator[FactValue]:
    """Yield what a fact could be instead: the other answers, the ends of a number, days around the decision."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from numbers(value, fact.most)
    elif isinstance(value, tuple):
        yield from (tuple(line for line in value if line is not left_out) for left_out in value)
    elif fact.kind == "date":
        as_written = isinstance(value, str)
        for years in YEARS_BACK:
            day = on - timedelta(days=365 * years)
            yield day.isoformat() if as_written else day
    elif value in fact.codes:
        # The nearest first, for codes that rise or fall.
        place = fact.codes.index(value)
        yield from sorted(fact.codes, key=lambda code: abs(fact.codes.index(code) - place))


def numbers(value: int, most: int) -> Iterator[int]:
    """Yield the ends of a number, then the halves and doubles of what it is: a rule may want it between two bounds."""
    yield from (0, most)
    for times in (2, 4, 8):
        yield value // times
        yield min(value * times, most)


def number(value: FactValue | None) -> int | None:
    """Return a number or a day as a whole number; None for what has no way between."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int):
        return value
    day = _day(value)
    return day.toordinal() if day else None


def like(value: FactValue, number: int) -> FactValue:
    """Return a number written as ``value`` is written."""
    if isinstance(value, int):
        return number
    day = date.fromordinal(number)
    return day.isoformat() if isinstance(value, str) else day


def _day(value: FactValue) -> date | None:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def birthdays(born: str | date, on: date) -> list[date]:
    day = _day(born)
    if day is None:
        return []
    return [
        birthday
        for year in range(on.year, on.year + BIRTHDAYS_AHEAD)
        # Somebody born on 29 February is a year older from 1 March.
        if (birthday := _in_year(day, year)) > on
    ]


def _in_year(day: date, year: int) -> date:
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 3, 1)
