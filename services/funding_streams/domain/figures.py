"""Figures of law and guidance: dated values, each with its own citation, looked up by an explicit day."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import cached_property

from services.funding_streams.domain.decision import FigureUsed, PayeeBar, PermittedUse, TermKind
from services.funding_streams.domain.errors import NoValueInForce, UnknownFigure, WrongUnit

#: For how many days looked-up values are kept: a bulk evaluation asks for one day, a case for a few.
DAYS_KEPT = 400


class Unit(StrEnum):
    """What a figure counts."""

    PENCE = "pence"
    PERCENT = "percent"
    COUNT = "count"
    HOURS = "hours"
    MONTHS = "months"
    YEARS = "years"
    DATE = "date"
    CODE = "code"


class Period(StrEnum):
    """What stretch of time a figure is for."""

    WEEK = "week"
    YEAR = "year"
    NONE = "none"


@dataclass(frozen=True)
class Citation:
    """Where a value was read.

    Args:
        title: name of the source.
        pinpoint: place in it.
        key: key of the source in the project's list of sources.
        href: address, where there is one.
    """

    title: str
    pinpoint: str
    key: str
    href: str | None = None

    def __str__(self) -> str:
        return f"{self.title}, {self.pinpoint} ({self.key})"


#: Whole units, an exact fraction of a penny, a day, or a code; None ends a figure.
Value = int | Fraction | date | str | None


@dataclass(frozen=True)
class Dated:
    """One value of a figure, from a day on."""

    name: str
    start: date
    value: Value
    unit: Unit
    period: Period
    citation: Citation
    unconfirmed: bool = False
    note: str | None = None
    meaning: str = ""

    @cached_property
    def pence(self) -> Fraction:
        """The value in pence, exact."""
        return Fraction(self._number(Unit.PENCE))

    @cached_property
    def exact_pence(self) -> int | Fraction:
        """The value in pence, exact: a whole number where it is one, so that sums of such values are fast."""
        return self._number(Unit.PENCE)

    @cached_property
    def whole(self) -> int:
        """The value as a whole number: a count, a percentage, hours, months or years."""
        number = self._number(Unit.PERCENT, Unit.COUNT, Unit.HOURS, Unit.MONTHS, Unit.YEARS)
        assert isinstance(number, int)
        return number

    @property
    def day(self) -> date:
        """The value as a day."""
        if not isinstance(self.value, date):
            raise WrongUnit(self.name, self.unit, Unit.DATE)
        return self.value

    @property
    def code(self) -> str:
        """The value as a code."""
        if not isinstance(self.value, str):
            raise WrongUnit(self.name, self.unit, Unit.CODE)
        return self.value

    def used(self) -> FigureUsed:
        """Return this value as a step of a decision shows it."""
        span = "" if self.period is Period.NONE else f" a {self.period}"
        unit = "" if self.unit in (Unit.DATE, Unit.CODE) else f" {self.unit}"
        return FigureUsed(
            name=self.name,
            value=f"{self.value}{unit}{span}",
            citation=str(self.citation),
            unconfirmed=self.unconfirmed,
            meaning=self.meaning,
        )

    def _number(self, *units: Unit) -> int | Fraction:
        if self.unit not in units or not isinstance(self.value, int | Fraction):
            raise WrongUnit(self.name, self.unit, " or ".join(units))
        return self.value


@dataclass(frozen=True)
class Figure:
    """A figure with all its values, oldest first."""

    name: str
    description: str
    unit: Unit
    period: Period
    values: tuple[Dated, ...]

    def at(self, day: date) -> Dated:
        """Return the value in force on ``day``.

        Raises:
            NoValueInForce: ``day`` is before the first start or after the figure ended.
        """
        found = self.at_if_any(day)
        if found is None:
            raise NoValueInForce(self.name, day)
        return found

    def at_if_any(self, day: date) -> Dated | None:
        """Return the value in force on ``day``, or None where there is none."""
        place = bisect_right(self._starts, day)
        found = self.values[place - 1] if place else None
        return None if found is None or found.value is None else found

    @cached_property
    def _starts(self) -> list[date]:
        return [dated.start for dated in self.values]


@dataclass(frozen=True)
class DatedUses:
    """What a stream's money may be used for and whom it may not pay, from a day on; no uses end the list."""

    stream: str
    start: date
    uses: tuple[PermittedUse, ...]
    bars: tuple[PayeeBar, ...]
    citation: Citation
    unconfirmed: bool = False

    @property
    def name(self) -> str:
        """The rule's name as a step shows it."""
        return f"{self.stream}.permitted_uses"

    def used(self) -> FigureUsed:
        """Return the rule as a step of a decision shows it."""
        meaning = "What the money may be used for, and on which conditions."
        return FigureUsed(self.name, f"{len(self.uses)} uses", str(self.citation), self.unconfirmed, meaning)


@dataclass(frozen=True)
class Due:
    """When something is due: so much time after an event of the award.

    Args:
        count, unit: length of time; unit is ``days``, ``weeks``, ``months`` or ``years``.
        after: ``decision`` or ``start``, the days that a decision knows, or the name of a fact that is a day.
    """

    count: int
    unit: str
    after: str


@dataclass(frozen=True)
class DatedTerm:
    """A term of a stream's awards, in force from a day until another, that one left out."""

    kind: TermKind
    text: str
    start: date
    end: date | None
    citation: Citation
    unconfirmed: bool = False
    due: Due | None = None
    only_with: str | None = None

    def in_force(self, day: date) -> bool:
        """Whether the term holds for a decision on that day."""
        return self.start <= day and (self.end is None or day < self.end)


@dataclass(frozen=True)
class StreamProfile:
    """What is the same in every decision of a stream.

    Args:
        stream: its name: the name of its folder.
        label: its name as people say it.
        decided_by: whose decision it is.
        partner: code of the agency whose word settles the decision; None where the council's own does.
        place: where the stream is told among the others; lower is earlier.
        terms: what holds for its awards besides their money.
    """

    stream: str
    label: str
    decided_by: str
    partner: str | None
    place: int
    terms: tuple[DatedTerm, ...] = ()


@dataclass(frozen=True)
class AddedTerms:
    """Terms that a scheme adds to the decisions of the streams that it covers."""

    streams: tuple[str, ...]
    terms: tuple[DatedTerm, ...]


class FiguresOfTheDay(dict[str, Dated]):
    """Values in force on one day by name: rules ask for the same few for every person of a bulk evaluation.

    Reading a name raises `UnknownFigure` where no rule file holds it, and `NoValueInForce` where it has no value then.
    """

    def __init__(self, by_name: Mapping[str, Figure], day: date) -> None:
        super().__init__()
        self._by_name, self._day = by_name, day

    def __missing__(self, name: str) -> Dated:
        figure = self._by_name.get(name)
        if figure is None:
            raise UnknownFigure(name)
        self[name] = found = figure.at(self._day)
        return found


@dataclass(frozen=True)
class Figures:
    """All figures and permitted uses that the rule files hold."""

    by_name: Mapping[str, Figure]
    uses_by_stream: Mapping[str, tuple[DatedUses, ...]]
    profiles: Mapping[str, StreamProfile] = field(default_factory=dict)
    added_terms: Mapping[str, tuple[AddedTerms, ...]] = field(default_factory=dict)
    _days: dict[date, "FiguresOfTheDay"] = field(default_factory=dict, init=False, compare=False, repr=False)

    def on(self, day: date) -> "FiguresOfTheDay":
        """Return the figures in force on ``day``, each looked up once."""
        known = self._days.get(day)
        if known is None:
            if len(self._days) >= DAYS_KEPT:
                self._days.clear()
            self._days[day] = known = FiguresOfTheDay(self.by_name, day)
        return known

    def at(self, name: str, day: date) -> Dated:
        """Return the value of the figure ``name`` in force on ``day``.

        Raises:
            UnknownFigure: no rule file holds ``name``.
            NoValueInForce: ``day`` is before the first start or after the figure ended.
        """
        return self.on(day)[name]

    def uses(self, stream: str, day: date) -> DatedUses:
        """Return what the stream's money may be used for on ``day``.

        Raises:
            UnknownFigure: no rule file holds permitted uses of the stream.
            NoValueInForce: ``day`` is outside the dates of the stream.
        """
        name = f"{stream}.permitted_uses"
        listed = self.uses_by_stream.get(stream)
        if listed is None:
            raise UnknownFigure(name)
        place = bisect_right(listed, day, key=lambda dated: dated.start)
        if place == 0 or not listed[place - 1].uses:
            raise NoValueInForce(name, day)
        return listed[place - 1]
