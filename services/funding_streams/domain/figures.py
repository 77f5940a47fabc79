"""Figures of law and guidance: dated values, each with its own citation, looked up by an explicit day."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from services.funding_streams.domain.decision import FigureUsed, PermittedUse
from services.funding_streams.domain.errors import NoValueInForce, UnknownFigure, WrongUnit


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

    @property
    def pence(self) -> Fraction:
        """The value in pence, exact."""
        return Fraction(self._number(Unit.PENCE))

    @property
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
        place = bisect_right(self.values, day, key=lambda dated: dated.start)
        if place == 0 or self.values[place - 1].value is None:
            raise NoValueInForce(self.name, day)
        return self.values[place - 1]


@dataclass(frozen=True)
class DatedUses:
    """What a stream's money may be used for, from a day on; no uses end the list."""

    start: date
    uses: tuple[PermittedUse, ...]
    citation: Citation
    unconfirmed: bool = False


@dataclass(frozen=True)
class Figures:
    """All figures and permitted uses that the rule files hold."""

    by_name: Mapping[str, Figure]
    uses_by_stream: Mapping[str, tuple[DatedUses, ...]]

    def at(self, name: str, day: date) -> Dated:
        """Return the value of the figure ``name`` in force on ``day``.

        Raises:
            UnknownFigure: no rule file holds ``name``.
            NoValueInForce: ``day`` is before the first start or after the figure ended.
        """
        figure = self.by_name.get(name)
        if figure is None:
            raise UnknownFigure(name)
        return figure.at(day)

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
