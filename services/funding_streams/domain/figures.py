"""Figures of law and guidance: dated values, each with its own citation, looked up by an explicit day."""

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import cached_property, wraps
from typing import TypeVar, TypeVarTuple

from services.funding_streams.domain.decision import FigureUsed, PayeeBar, PermittedUse, TermKind
from services.funding_streams.domain.errors import NoValueInForce, UnknownFigure, WrongUnit
from services.funding_streams.domain.money import Exact, exact

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

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
    def pence(self) -> Exact:
        """The value in pence, exact."""
        above, below = self._number(Unit.PENCE).as_integer_ratio()
        return exact(above, below)

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


class SameFigures:
    """What is known of the days between two changes of any figure, on all of which the same values are in force."""

    def __init__(self) -> None:
        self.values: dict[str, Dated] = {}
        self.if_any: dict[str, Dated | None] = {}
        self.worked_out: dict[object, object] = {}


class FiguresOfTheDay(dict[str, Dated]):
    """Values in force on one day by name: rules ask for the same few for every person of a bulk evaluation.

    Reading a name raises `UnknownFigure` where no rule file holds it, and `NoValueInForce` where it has no value then.

    Attributes:
        all: the figures of every day.
        day: the day.
        worked_out: what rules that are asked once for all such days gave, by rule and what it was given.
    """

    def __init__(self, figures: "Figures", day: date, same: SameFigures) -> None:
        super().__init__(same.values)
        self.all, self.day, self._same = figures, day, same
        self.worked_out = same.worked_out

    def __missing__(self, name: str) -> Dated:
        self[name] = self._same.values[name] = found = self._figure(name).at(self.day)
        return found

    def if_any(self, name: str) -> Dated | None:
        """Return a value, or None where there is none on the day.

        Raises:
            UnknownFigure: no rule file holds ``name``.
        """
        known = self._same.if_any
        if name not in known:
            known[name] = self._figure(name).at_if_any(self.day)
        return known[name]

    def _figure(self, name: str) -> Figure:
        figure = self.all.by_name.get(name)
        if figure is None:
            raise UnknownFigure(name)
        return figure


def once_while_in_force(rule: Callable[[FiguresOfTheDay, *Ts], T]) -> Callable[[FiguresOfTheDay, *Ts], T]:
    """Ask a rule once for all days on which the same figures are in force, and keep what it gives.

    For a rule that gives the same for everybody with the same few codes or choices of a council: a table of rates, say.
    It must not look at the day itself, nor at anything but the figures and what else it is given, which is hashable.
    """

    @wraps(rule)
    def kept(figures: FiguresOfTheDay, *given: *Ts) -> T:
        key = (rule, given)
        try:
            return figures.worked_out[key]  # type: ignore[return-value]  # only the line below puts anything there
        except KeyError:
            figures.worked_out[key] = found = rule(figures, *given)
            return found

    return kept


@dataclass(frozen=True)
class Figures:
    """All figures and permitted uses that the rule files hold."""

    by_name: Mapping[str, Figure]
    uses_by_stream: Mapping[str, tuple[DatedUses, ...]]
    profiles: Mapping[str, StreamProfile] = field(default_factory=dict)
    added_terms: Mapping[str, tuple[AddedTerms, ...]] = field(default_factory=dict)
    _days: dict[date, "FiguresOfTheDay"] = field(default_factory=dict, init=False, compare=False, repr=False)
    _same: dict[int, SameFigures] = field(default_factory=dict, init=False, compare=False, repr=False)

    def on(self, day: date) -> "FiguresOfTheDay":
        """Return the figures in force on ``day``, each looked up once."""
        known = self._days.get(day)
        if known is None:
            if len(self._days) >= DAYS_KEPT:
                self._days.clear()
            same = self._same.setdefault(bisect_right(self.days_of_change, day), SameFigures())
            self._days[day] = known = FiguresOfTheDay(self, day, same)
        return known

    @cached_property
    def days_of_change(self) -> tuple[date, ...]:
        """Every day on which a figure or a rule over uses begins, or ends, in order."""
        of_figures = {value.start for figure in self.by_name.values() for value in figure.values}
        of_uses = {uses.start for listed in self.uses_by_stream.values() for uses in listed}
        return tuple(sorted(of_figures | of_uses))

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
