"""Events of the ledger about budgets and their funds."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import AfterValidator, Field

from braid.contracts.award import AwardStatus
from braid.contracts.codes import PENCE_MAX, Pence, StreamCode, Version
from braid.contracts.event import Event, Part

BUDGET_TOPIC = "braid.budget.v1"


class BudgetOpened(Event):
    """The ledger opened the person's one budget."""

    TYPE: ClassVar[str] = "uk.braid.budget.opened.v1"
    TOPIC: ClassVar[str] = BUDGET_TOPIC

    budget_id: UUID
    opened_on: date


class FundOpened(Event):
    """A ring-fenced fund for one version of one award was opened in the budget."""

    TYPE: ClassVar[str] = "uk.braid.budget.fund-opened.v1"
    TOPIC: ClassVar[str] = BUDGET_TOPIC

    budget_id: UUID
    fund_id: UUID
    award_id: UUID
    award_version: Version
    stream: StreamCode
    status: Annotated[
        AwardStatus, Field(description="confirmed or indicative; indicative money is not in the journal.")
    ]
    amount_pence: Pence
    starts_on: date
    ends_on: date


class FundClosed(Event):
    """A fund was closed because a later version of its award took its place or ended it."""

    TYPE: ClassVar[str] = "uk.braid.budget.fund-closed.v1"
    TOPIC: ClassVar[str] = BUDGET_TOPIC

    budget_id: UUID
    fund_id: UUID
    award_id: UUID
    award_version: Annotated[Version, Field(description="The version that closed it.")]
    stream: StreamCode
    closed_on: date


class DeathRecorded(Event):
    """The day of a person's death as it is recorded now, or that a death which was recorded was none."""

    TYPE: ClassVar[str] = "uk.braid.budget.death-recorded.v1"
    TOPIC: ClassVar[str] = BUDGET_TOPIC

    budget_id: UUID
    died_on: Annotated[date | None, Field(description="Null: a death that was recorded was taken back.")]


class AlertKind(StrEnum):
    """What a person should look at; nothing is stopped or taken back because of it."""

    OVERSPEND = "overspend"
    ITEM_OVERSPEND = "item_overspend"
    UNDERSPEND = "underspend"
    QUIET = "quiet"
    SURPLUS = "surplus"
    HELD_PAST_THE_END = "held_past_the_end"
    ENDS_SOON = "ends_soon"


class AlertRaised(Event):
    """Somebody should look at a budget: told once for each cause, in words that stay with the ledger."""

    TYPE: ClassVar[str] = "uk.braid.budget.alert-raised.v1"
    TOPIC: ClassVar[str] = BUDGET_TOPIC

    budget_id: UUID
    alert_id: UUID
    kind: AlertKind
    about: Annotated[UUID, Field(description="The fund, the item of the plan or the commitment that it is about.")]
    pence: Annotated[Pence, Field(description="How much it is about.")]
    raised_on: date


class AlertCleared(Event):
    """The cause of an alert has gone."""

    TYPE: ClassVar[str] = "uk.braid.budget.alert-cleared.v1"
    TOPIC: ClassVar[str] = BUDGET_TOPIC

    budget_id: UUID
    alert_id: UUID
    kind: AlertKind
    about: UUID
    cleared_on: date


def _a_monday(day: date) -> date:
    if day.isoweekday() != 1:
        raise ValueError("a week starts on a Monday")
    return day


class SpentLine(Part):
    """What one stream paid for one use in a week."""

    stream: StreamCode
    use: Annotated[
        str | None, Field(min_length=1, description="Its code in the taxonomy of uses; null where none was told.")
    ]
    pence: Annotated[
        int,
        Field(
            ge=-PENCE_MAX,
            le=PENCE_MAX,
            description="Whole pence, less what came back or was taken back; below zero where more came back.",
        ),
    ]


class WeekSpent(Event):
    """What a budget's streams paid in one week, as the journal has it up to one of its entries.

    It is told again whenever an entry changes the week, late ones and reversals too: what is told with a higher
    ``sequence`` takes the place of what was told before, line by line, and a reader never adds tellings up. A line that
    was told once is in every later telling of its week. A week holds what is dated in it, by the day that the money
    concerns (its value date), and not what was recorded in it. Spent is what a funder's return calls spent: money paid
    to the person counts when they account for it. The person's own contribution is within it.
    """

    TYPE: ClassVar[str] = "uk.braid.budget.week-spent.v1"
    TOPIC: ClassVar[str] = BUDGET_TOPIC

    budget_id: UUID
    week_starts_on: Annotated[
        date, AfterValidator(_a_monday), Field(description="The Monday of the week, the first of its seven days.")
    ]
    sequence: Annotated[
        int, Field(ge=1, description="The last entry of the council's journal that the sums may have in them.")
    ]
    spent: tuple[SpentLine, ...]
