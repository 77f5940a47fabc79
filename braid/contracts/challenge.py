"""Events of support planning about challenges: that somebody challenges a decision, and what came of it."""

from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from braid.contracts.codes import StreamCode
from braid.contracts.event import Event
from braid.contracts.plan import PLAN_TOPIC


class Challenged(StrEnum):
    """Which decision is challenged."""

    ALLOCATION = "allocation"
    AWARD = "award"
    PLAN = "plan"


class ChallengeOutcome(StrEnum):
    """What came of a challenge; a decision that changes is taken anew by whoever takes it."""

    CHANGES = "changes"
    PARTLY_CHANGES = "partly_changes"
    STANDS = "stands"


class DecisionChallenged(Event):
    """A person challenges a decision; their words stay with the challenge, and nothing that is paid stops by it."""

    TYPE: ClassVar[str] = "uk.braid.plan.decision-challenged.v1"
    TOPIC: ClassVar[str] = PLAN_TOPIC

    challenge_id: UUID
    about: Challenged
    stream: Annotated[StreamCode | None, Field(description="Of an award: which stream decided.")]
    plan_id: Annotated[UUID | None, Field(description="Of a plan: which one was decided on.")]


class ChallengeAnswered(Event):
    """A challenge was answered with written reasons, which stay with it."""

    TYPE: ClassVar[str] = "uk.braid.plan.challenge-answered.v1"
    TOPIC: ClassVar[str] = PLAN_TOPIC

    challenge_id: UUID
    about: Challenged
    outcome: ChallengeOutcome
