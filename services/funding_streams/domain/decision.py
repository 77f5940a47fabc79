"""What a stream decides, field by field as the award event carries it; the edge adds the ids."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Stream(StrEnum):
    """Streams whose rules are here; named as in the contract."""

    ADULT_SOCIAL_CARE = "adult_social_care"
    SUPPORTING_PEOPLE = "supporting_people"
    INDEPENDENT_LIVING_FUND = "independent_living_fund"


class Status(StrEnum):
    """How far a stream's decision has got."""

    CONFIRMED = "confirmed"
    INDICATIVE = "indicative"
    NOT_ELIGIBLE = "not_eligible"
    UNDECIDED = "undecided"


class Cadence(StrEnum):
    """When a stream pays."""

    FOUR_WEEKLY_IN_ADVANCE = "four_weekly_in_advance"
    FOUR_WEEKLY = "four_weekly"
    ARREARS_ON_RECEIPTS = "arrears_on_receipts"
    ON_COMPLETION = "on_completion"


class Outcome(StrEnum):
    """How one step of the working came out."""

    PASSED = "passed"
    FAILED = "failed"
    WORKED_OUT = "worked_out"
    MISSING = "missing"
    NOTED = "noted"


@dataclass(frozen=True)
class FigureUsed:
    """A figure of law, guidance or local choice that a step rests on."""

    name: str
    value: str
    citation: str
    unconfirmed: bool


@dataclass(frozen=True)
class TraceStep:
    """One test or sum of a decision, in the order in which a person can follow it."""

    code: str
    outcome: Outcome
    text: str
    figures: tuple[FigureUsed, ...]


@dataclass(frozen=True)
class PermittedUse:
    """A use that the award may pay for, with its condition in words where there is one."""

    use: str
    condition: str | None


@dataclass(frozen=True)
class Decision:
    """One stream's decision on one person.

    ``amount_pence`` is the whole award from ``starts_on`` to ``ends_on``; ``contribution_pence`` is the person's own
    share of it. ``pence_per_week`` is for display, rounded half up.
    """

    stream: Stream
    status: Status
    decided_by: str
    rules_as_of: date
    starts_on: date
    ends_on: date
    pence_per_week: int
    amount_pence: int
    contribution_pence: int
    cadence: Cadence
    permitted_uses: tuple[PermittedUse, ...]
    conditions: tuple[str, ...]
    missing_facts: tuple[str, ...]
    trace: tuple[TraceStep, ...]

    @property
    def days(self) -> int:
        """Days that the money covers, the first and the last included."""
        return (self.ends_on - self.starts_on).days + 1

    def step(self, code: str) -> TraceStep | None:
        """Return the first step with this code, if there is one."""
        return next((step for step in self.trace if step.code == code), None)
