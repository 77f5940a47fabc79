"""Facts of one agreed assessment, read by name and kind. What is read is remembered; what is absent has a name."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from services.funding_streams.domain.errors import MissingFact, WrongFact
from services.funding_streams.domain.quick_values import made_quickly


@made_quickly
@dataclass(frozen=True)
class Income:
    """One income of the person."""

    code: str
    pence_per_week: int


FactValue = bool | int | str | datetime.date | tuple[Income, ...]

#: Values that are taken as they come; made once, since every fact of a bulk evaluation is held against it.
_PLAIN = (str, int, datetime.date)


@dataclass
class Facts:
    """Typed access to facts by name.

    Every reader raises `MissingFact` when the fact is absent and `WrongFact` when it is written as another kind.
    ``read`` and ``missed`` remember the names that were asked for, in order, without repeats.

    A decision reads some twenty facts, so each reader looks for itself and asks `_fault` only once something is wrong.
    """

    values: Mapping[str, FactValue]
    read: dict[str, None] = field(default_factory=dict)
    missed: dict[str, None] = field(default_factory=dict)

    @classmethod
    def from_mapping(cls, values: Mapping[str, object]) -> Self:
        """Take the JSON values of an agreed assessment: dates as ISO strings, incomes as lists of objects.

        Raises:
            WrongFact: an income is not an object with a code and whole pence per week.
        """
        return cls({name: _value(name, value) for name, value in values.items()})

    def afresh(self) -> Self:
        """Return the same facts with nothing read yet."""
        return type(self)(self.values)

    def absent(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return those of ``names`` that the assessment does not hold, in their order."""
        return tuple([name for name in names if name not in self.values])

    def has(self, name: str) -> bool:
        """Whether the assessment holds the fact; asking this reads it."""
        self.read[name] = None
        return name in self.values

    def yes_no(self, name: str) -> bool:
        """Return a yes or no."""
        self.read[name] = None
        value = self.values.get(name)
        if value is True or value is False:
            return value
        raise self._fault(name, "true or false")

    def pence(self, name: str) -> int:
        """Return a sum in whole pence, zero or more; a weekly one where the fact's name ends so."""
        self.read[name] = None
        value = self.values.get(name)
        if type(value) is int and value >= 0:
            return value
        raise self._fault(name, "whole pence, zero or more")

    def pence_if_any(self, name: str) -> int | None:
        """Return a sum in whole pence, or None where there is none: for sums that not everybody has."""
        return self.pence(name) if self.has(name) else None

    def count(self, name: str) -> int:
        """Return a whole number, zero or more."""
        self.read[name] = None
        value = self.values.get(name)
        if type(value) is int and value >= 0:
            return value
        raise self._fault(name, "a whole number, zero or more")

    def date(self, name: str) -> datetime.date:
        """Return a day."""
        self.read[name] = None
        value = self.values.get(name)
        if type(value) is str:
            try:
                return datetime.date.fromisoformat(value)
            except ValueError:
                pass
        elif isinstance(value, datetime.date):
            return value
        raise self._fault(name, "a date such as 2009-06-01")

    def date_if_any(self, name: str) -> datetime.date | None:
        """Return a day, or None where there is none: for things that may not have happened."""
        return self.date(name) if self.has(name) else None

    def code(self, name: str) -> str:
        """Return a code."""
        self.read[name] = None
        value = self.values.get(name)
        if isinstance(value, str):
            return value
        raise self._fault(name, "a code")

    def incomes(self, name: str = "incomes") -> tuple[Income, ...]:
        """Return incomes by kind, in pence a week: the person's, unless another fact is named."""
        self.read[name] = None
        value = self.values.get(name)
        if isinstance(value, tuple):
            return value
        raise self._fault(name, "a list of incomes")

    def _fault(self, name: str, expected: str) -> MissingFact | WrongFact:
        """Return why a fact cannot be read: it is absent, or of another kind."""
        if name in self.values:
            return WrongFact(name, expected)
        self.missed[name] = None
        return MissingFact(name)


def _value(name: str, value: object) -> FactValue:
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, list | tuple | Sequence):
        return tuple([_income(name, line) for line in value])
    raise WrongFact(name, "a yes or no, a number, a text, a date or a list of incomes")


def _income(name: str, line: object) -> Income:
    if isinstance(line, Income):
        return line
    code: object
    pence: object
    if isinstance(line, dict | Mapping):
        code, pence = line.get("code"), line.get("pence_per_week")
    else:
        code, pence = getattr(line, "code", None), getattr(line, "pence_per_week", None)
    if not isinstance(code, str) or type(pence) is not int or pence < 0:
        raise WrongFact(name, "a list of incomes, each with a code and whole pence per week")
    return Income(code, pence)
