"""Outcome instruments: what is asked, at which levels, when, of whom, and how answers become a score.

The wording of some instruments belongs to somebody. Such an instrument has its structure and its scoring here and not
one word of its questions, and is off until a council states its licence.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction


class Respondent(StrEnum):
    """Who gave the answers. Somebody who only reads out or writes down is no proxy: the person answered."""

    SELF = "self"
    PROXY = "proxy"
    PRACTITIONER = "practitioner"


class Subject(StrEnum):
    """Whose life the answers are about."""

    BUDGET_HOLDER = "budget_holder"
    CARER = "carer"


@dataclass(frozen=True)
class Item:
    """One question.

    Args:
        levels: the text of each answer by its level; empty texts where the wording is licensed.
        text: the question; empty where the wording is licensed.
    """

    item_id: str
    domain: str
    levels: Mapping[int, str]
    text: str = ""


@dataclass(frozen=True)
class Scoring:
    """One score: ``constant`` + ``multiplier`` x the sum of the points of the items that it names.

    Args:
        points: by item, the points of each level.
        unconfirmed: why the figures are not confirmed in a source; empty where they are.
    """

    scoring_id: str
    label: str
    higher_is_better: bool
    points: Mapping[str, Mapping[int, Fraction]]
    constant: Fraction
    multiplier: Fraction
    source: str
    unconfirmed: str

    @property
    def lowest(self) -> Fraction:
        """The least that can be scored."""
        return min(self._ends())

    @property
    def highest(self) -> Fraction:
        """The most that can be scored."""
        return max(self._ends())

    def _ends(self) -> tuple[Fraction, Fraction]:
        least = sum((min(points.values()) for points in self.points.values()), Fraction(0))
        most = sum((max(points.values()) for points in self.points.values()), Fraction(0))
        return self.constant + self.multiplier * least, self.constant + self.multiplier * most


@dataclass(frozen=True)
class WaveKind:
    """When the instrument is asked.

    Args:
        months: after the baseline; the baseline itself has 0.
        is_repeated: asked again after every so many months.
        window_days: how far from its day a response still counts as on time.
    """

    code: str
    months: int
    is_repeated: bool
    window_days: int

    @property
    def is_baseline(self) -> bool:
        """Whether changes are measured from it."""
        return self.months == 0


@dataclass(frozen=True)
class Licence:
    """Whose the wording is; ``is_needed`` keeps the instrument off until the council states that it has one."""

    holder: str
    is_needed: bool
    note: str


@dataclass(frozen=True)
class StatedLicence:
    """A council's statement that it may use an instrument."""

    instrument_id: str
    reference: str
    from_day: date
    to_day: date | None = None

    def covers(self, instrument_id: str, on: date) -> bool:
        """Whether it holds for an instrument on a day."""
        return (
            self.instrument_id == instrument_id
            and self.from_day <= on
            and (self.to_day is None or on <= self.to_day)
            and bool(self.reference.strip())
        )


@dataclass(frozen=True)
class Instrument:
    """A released version of an instrument. ``items`` and ``scorings`` are by id, in the order they are asked in."""

    instrument_id: str
    version: int
    title: str
    licence: Licence
    answered_by: frozenset[Respondent]
    about: frozenset[Subject]
    waves: Mapping[str, WaveKind]
    items: Mapping[str, Item]
    scorings: Mapping[str, Scoring]

    def may_be_used(self, licences: Collection[StatedLicence], on: date) -> bool:
        """Whether a council with these licences may use it on a day."""
        return not self.licence.is_needed or any(stated.covers(self.instrument_id, on) for stated in licences)
