"""Events of the funding streams: what each stream decided, on what grounds."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from braid.contracts.codes import Pence, StreamCode, Version
from braid.contracts.event import Event, Part
from braid.contracts.uses import PayeeBar, PermittedUse, Use

AWARD_TOPIC = "braid.award.v1"


class AwardStatus(StrEnum):
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
    """What a sum is for that awards share: once, or each week, four weeks, month or year from the rule's first day.

    ``week_on_average`` may be passed in one week and is kept over the year.
    """

    ONCE = "once"
    WEEK = "week"
    FOUR_WEEKS = "four_weeks"
    MONTH = "month"
    YEAR = "year"
    WEEK_ON_AVERAGE = "week_on_average"


class FigureUsed(Part):
    """A figure of law or guidance that a step rests on."""

    name: str
    value: Annotated[str, Field(description="As written in the rule file, with its unit.")]
    citation: str
    unconfirmed: Annotated[bool, Field(description="True: not yet confirmed in a source; the person is told.")]
    meaning: Annotated[str, Field(description="What the figure is, in a sentence.")] = ""


class TraceStep(Part):
    """One test or sum of a decision, in the order in which a person can follow it."""

    code: str
    outcome: Annotated[str, Field(description="passed, failed, worked_out, missing or noted.")]
    text: str
    figures: tuple[FigureUsed, ...]


class AwardLine(Part):
    """One line of an award; the lines add up to ``amount_pence``."""

    code: str
    text: str
    money: MoneyKind
    pence: Annotated[Pence, Field(description="For a week, a year or once, as ``money`` says.")]
    amount_pence: Annotated[Pence, Field(description="Over the whole award.")]
    use: Use | None = None


class Term(Part):
    """What holds for an award besides its money, with its source."""

    kind: TermKind
    text: str
    citation: str
    unconfirmed: bool
    due_on: date | None = None


class BesideOthers(Part):
    """A sum that this award's law sets over other streams' money; it holds from the award's first day to its last."""

    streams: Annotated[
        tuple[StreamCode, ...], Field(min_length=1, description="Whose money counts, whichever awards it is of.")
    ]
    pence: Annotated[Pence, Field(description="For each ``per``.")]
    per: LimitPer
    text: Annotated[str, Field(description="The same in words for people.")]
    citation: str
    unconfirmed: bool


class JointLimit(BesideOthers):
    """The most that this award and the streams named pay together."""


class MinimumBeforeUse(BesideOthers):
    """The least that the streams named must pay, or this award pays nothing."""


class AwardDecided(Event):
    """A stream decided on one person, or says why it cannot yet.

    ``amount_pence`` is the whole award from ``starts_on`` to ``ends_on``, the person's contribution included. An
    indicative award is shown and cannot be spent until its decision-maker confirms it; one in kind is a value, not
    money.
    """

    TYPE: ClassVar[str] = "uk.braid.award.decided.v1"
    TOPIC: ClassVar[str] = AWARD_TOPIC

    award_id: UUID
    version: Version
    stream: StreamCode
    status: AwardStatus
    decided_by: Annotated[str, Field(description="Whose decision it is: the council, or the partner by name.")]
    assessment_id: UUID
    assessment_version: Version
    rules_as_of: date
    starts_on: date
    ends_on: Annotated[date, Field(description="Last day that the money covers.")]
    pence_per_week: Annotated[int, Field(ge=0, description="Weekly rate, rounded half up to the penny; for display.")]
    amount_pence: Pence
    contribution_pence: Annotated[Pence, Field(description="The person's own share of amount_pence.")]
    cadence: Cadence
    permitted_uses: tuple[PermittedUse, ...]
    conditions: tuple[str, ...]
    missing_facts: tuple[str, ...]
    trace: tuple[TraceStep, ...]
    stream_label: Annotated[str, Field(description="Name of the stream as people say it.")]
    lines: tuple[AwardLine, ...]
    payee_bars: tuple[PayeeBar, ...]
    terms: tuple[Term, ...]
    unconfirmed: Annotated[
        tuple[str, ...], Field(description="Names of the figures that the decision rests on and no source confirms.")
    ]
    partner_decision: Annotated[
        str | None, Field(description="Reference of the partner's own decision that settled this, where one has.")
    ]
    joint_limits: Annotated[
        tuple[JointLimit, ...], Field(description="Limits that the award shares; none in what was told before them.")
    ] = ()
    minimums: Annotated[
        tuple[MinimumBeforeUse, ...], Field(description="What others must put in; none in what was told before them.")
    ] = ()
