"""Files of figures: one figure a file, with its dated values, each with its own citation.

An unknown key, a value without a citation, dates that do not rise or a value that does not fit its unit is refused.
"""

import re
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.funding_streams.domain.figures import Citation, Dated, Figure, Period, Unit, Value

#: Key of what was not read in any source; a value that rests on it is unconfirmed.
FROM_MEMORY = "M"

_WHOLE_UNITS = (Unit.PENCE, Unit.PERCENT, Unit.COUNT, Unit.HOURS, Unit.MONTHS, Unit.YEARS)
_FRACTION_OF_PENCE = re.compile(r"^\d+(\.\d{1,4}|/[1-9]\d{0,3})$")
_CODE = re.compile(r"^[a-z][a-z0-9_]*$")


class Part(BaseModel):
    """A part of a rule file; an unknown key is a slip."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


Text = Annotated[str, Field(min_length=1, pattern=r"\S")]


class CitationPart(Part):
    """Where something was read."""

    title: Text
    pinpoint: Text
    key: Annotated[str, Field(pattern=r"^([SR]\d+[a-z]?|M|LOCAL)$")]
    href: Annotated[str, Field(pattern=r"^https?://\S+$")] | None = None

    def cite(self) -> Citation:
        """Return the domain's citation."""
        return Citation(self.title, self.pinpoint, self.key, self.href)


class CitedPart(Part):
    """Something with a source; what was read nowhere must say so."""

    citation: CitationPart
    unconfirmed: bool = False

    @model_validator(mode="after")
    def _memory_is_unconfirmed(self) -> Self:
        ends = getattr(self, "value", ...) is None
        if self.citation.key == FROM_MEMORY and not self.unconfirmed and not ends:
            raise ValueError("a value from memory must be marked unconfirmed: true")
        return self


class _ValuePart(CitedPart):
    start: date
    value: int | date | str | None
    note: Text | None = None


class FigureFile(Part):
    """``figures/<name>.yaml``."""

    description: Text
    unit: Annotated[Unit, Field(strict=False)]
    period: Annotated[Period, Field(strict=False)]
    values: Annotated[tuple[_ValuePart, ...], Field(min_length=1, strict=False)]

    @model_validator(mode="after")
    def _dates_rise(self) -> Self:
        require_rising([entry.start for entry in self.values])
        if self.values[0].value is None:
            raise ValueError("values.0.value: a figure cannot end before it has begun")
        for place, entry in enumerate(self.values):
            complaint = _complaint(entry.value, self.unit)
            if complaint:
                raise ValueError(f"values.{place}.value: {complaint}")
        return self

    def figure(self, name: str) -> Figure:
        """Return the figure under its full name."""
        values = tuple(
            Dated(
                name=name,
                start=entry.start,
                value=_value(entry.value, self.unit),
                unit=self.unit,
                period=self.period,
                citation=entry.citation.cite(),
                unconfirmed=entry.unconfirmed,
                note=entry.note,
                meaning=self.description,
            )
            for entry in self.values
        )
        return Figure(name, self.description, self.unit, self.period, values)


def require_rising(starts: list[date]) -> None:
    """Refuse days that do not rise.

    Raises:
        ValueError: naming the first that does not.
    """
    for place, (earlier, later) in enumerate(pairwise(starts), start=1):
        if later <= earlier:
            raise ValueError(f"values.{place}.start: {later} does not come after {earlier}")


def _complaint(value: int | date | str | None, unit: Unit) -> str | None:
    if value is None:
        return None
    if unit is Unit.DATE:
        return None if isinstance(value, date) else "must be a date"
    if unit is Unit.CODE:
        return None if isinstance(value, str) and _CODE.match(value) else "must be a code in small letters"
    if isinstance(value, str) and unit is Unit.PENCE and _FRACTION_OF_PENCE.match(value):
        return None
    if unit in _WHOLE_UNITS and isinstance(value, int) and value >= 0:
        return None
    return f"must be a whole number of {unit}, zero or more"


def _value(value: int | date | str | None, unit: Unit) -> Value:
    return Fraction(value) if isinstance(value, str) and unit is Unit.PENCE else value
