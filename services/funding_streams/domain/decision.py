"""What a stream decides, field by field as the award event carries it; the edge adds the ids."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.funding_streams.domain.money import Exact, a_week
from services.funding_streams.domain.quick_values import made_quickly

#: Streams that other streams' law speaks of. A stream is otherwise known by the name of its folder alone.
ADULT_SOCIAL_CARE = "adult_social_care"
SUPPORTING_PEOPLE = "supporting_people"
INDEPENDENT_LIVING_FUND = "independent_living_fund"
ACCESS_TO_WORK = "access_to_work"
DISABLED_FACILITIES_GRANT = "disabled_facilities_grant"
COMMUNITY_EQUIPMENT = "community_equipment"


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
    IN_KIND = "in_kind"


class MoneyKind(StrEnum):
    """What sort of money a line of an award is."""

    WEEKLY = "weekly"
    YEARLY = "yearly"
    ONE_OFF = "one_off"
    REIMBURSABLE = "reimbursable"
    IN_KIND = "in_kind"


class TermKind(StrEnum):
    """What a term of an award tells."""

    TELLS_FUNDER = "tells_funder"
    DECISION_TIME_LIMIT = "decision_time_limit"
    REVIEW = "review"
    REPAYMENT = "repayment"
    CHALLENGE = "challenge"
    PAYMENT = "payment"
    RECORDS = "records"


class LimitPer(StrEnum):
    """What a sum is for that awards share; ``week_on_average`` may be passed in one week and is kept over the year."""

    ONCE = "once"
    WEEK = "week"
    FOUR_WEEKS = "four_weeks"
    MONTH = "month"
    YEAR = "year"
    WEEK_ON_AVERAGE = "week_on_average"


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
    meaning: str = ""


@dataclass(frozen=True)
class TraceStep:
    """One test or sum of a decision, in the order in which a person can follow it."""

    code: str
    outcome: Outcome
    text: str
    figures: tuple[FigureUsed, ...]


@made_quickly
@dataclass(frozen=True)
class AwardLine:
    """One line of an award.

    Args:
        code: what the line is for, in the stream's own terms.
        text: the same in words.
        money: what sort of money it is.
        pence: for a week, a year or once, as ``money`` says; rounded half up, for display.
        amount_pence: over the whole award; the lines of an award add up to its amount.
        use: the use of the shared taxonomy that it is for, where it is for one alone.
    """

    code: str
    text: str
    money: MoneyKind
    pence: int
    amount_pence: int
    use: str | None = None


@dataclass(frozen=True)
class Condition:
    """One circumstance that an item must have; codes and limits as in the contract of uses."""

    requirement: str
    limit: int = 0


@dataclass(frozen=True)
class PermittedUse:
    """A use that the award may pay for, with its condition in words and as circumstances to check."""

    use: str
    condition: str | None
    requires: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class PayeeBar:
    """Somebody who may not be paid, whatever for, unless the named decision is recorded."""

    relations: tuple[str, ...]
    only_in_same_household: bool
    unless: str | None
    text: str
    citation: str
    unconfirmed: bool = False


@dataclass(frozen=True)
class Term:
    """What holds for an award besides its money, with its source; ``due_on`` where the law sets a day."""

    kind: TermKind
    text: str
    citation: str
    unconfirmed: bool
    due_on: date | None = None


@dataclass(frozen=True)
class BesideOthers:
    """A sum that the award's law sets over other streams' money, from the award's first day to its last.

    Args:
        streams: whose money counts.
        pence: for each ``per``.
        text: the same in words for people.
    """

    streams: tuple[str, ...]
    pence: int
    per: LimitPer
    text: str
    citation: str
    unconfirmed: bool


@dataclass(frozen=True)
class JointLimit(BesideOthers):
    """The most that the award and the streams named pay together."""


@dataclass(frozen=True)
class MinimumBeforeUse(BesideOthers):
    """The least that the streams named must pay, or the award pays nothing."""


@made_quickly
@dataclass(frozen=True)
class Decision:
    """One stream's decision on one person.

    ``amount_pence`` is the whole award from ``starts_on`` to ``ends_on``; ``contribution_pence`` is the person's own
    share of it. ``pence_per_week`` is for display, rounded half up. ``unconfirmed`` names the figures that the decision
    rests on and no source confirms. ``trace`` is empty where it was not asked for.
    """

    stream: str
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
    stream_label: str = ""
    lines: tuple[AwardLine, ...] = ()
    payee_bars: tuple[PayeeBar, ...] = ()
    terms: tuple[Term, ...] = ()
    unconfirmed: tuple[str, ...] = ()
    partner_decision: str | None = None
    joint_limits: tuple[JointLimit, ...] = ()
    minimums: tuple[MinimumBeforeUse, ...] = ()

    @property
    def days(self) -> int:
        """Days that the money covers, the first and the last included."""
        return (self.ends_on - self.starts_on).days + 1

    @property
    def weekly_contribution(self) -> Exact:
        """The person's own share of the award as a weekly rate, in pence, exact."""
        return a_week(self.contribution_pence, self.days)

    def step(self, code: str) -> TraceStep | None:
        """Return the first step with this code, if there is one."""
        return next((step for step in self.trace if step.code == code), None)
