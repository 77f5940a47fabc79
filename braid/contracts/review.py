"""Events of support planning about reviews: that one is due, and what came of it."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from braid.contracts.codes import StreamCode
from braid.contracts.event import Event

REVIEW_TOPIC = "braid.review.v1"


class ReviewKind(StrEnum):
    """Why there is a review."""

    FIRST = "first"
    YEARLY = "yearly"
    STREAM = "stream"
    REQUESTED = "requested"
    TRIGGERED = "triggered"


class ReviewOutcome(StrEnum):
    """What came of a review."""

    CARRIES_ON = "carries_on"
    PLAN_CHANGES = "plan_changes"
    REASSESS = "reassess"
    MORE_MONEY = "more_money"
    LESS_MONEY = "less_money"
    ENDS = "ends"


class ReviewDue(Event):
    """A reminder: the day of a review is near, or has come."""

    TYPE: ClassVar[str] = "uk.braid.review.due.v1"
    TOPIC: ClassVar[str] = REVIEW_TOPIC

    review_id: UUID
    kind: ReviewKind
    stream: Annotated[StreamCode | None, Field(description="Whose review it is, where a stream asks for its own.")]
    due_on: date


class ReviewCompleted(Event):
    """A review was held; what was said stays with the review."""

    TYPE: ClassVar[str] = "uk.braid.review.completed.v1"
    TOPIC: ClassVar[str] = REVIEW_TOPIC

    review_id: UUID
    kind: ReviewKind
    outcome: ReviewOutcome
    held_on: date
    outcomes_met: Annotated[int, Field(ge=0, description="Outcomes of the plan that are met.")]
    outcomes_partly_met: Annotated[int, Field(ge=0)]
    outcomes_not_met: Annotated[int, Field(ge=0)]
