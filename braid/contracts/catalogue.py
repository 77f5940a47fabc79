"""Every event of the platform, and where its committed schema and example lie."""

from collections.abc import Mapping
from importlib import resources
from importlib.resources.abc import Traversable

from braid.contracts.allocation import AllocationSettled, IndicativeAllocationCalculated
from braid.contracts.assessment import (
    AssessmentAgreed,
    AssessmentSubmitted,
    CarerAssessed,
    CaseOpened,
    CircumstancesChanged,
    PersonErased,
    PersonWithdrew,
)
from braid.contracts.award import AwardDecided
from braid.contracts.budget import (
    AlertCleared,
    AlertRaised,
    BudgetOpened,
    DeathRecorded,
    FundClosed,
    FundOpened,
    WeekSpent,
)
from braid.contracts.challenge import ChallengeAnswered, DecisionChallenged
from braid.contracts.event import Event
from braid.contracts.partner import PartnerAwardDecided
from braid.contracts.payment import PaymentRejected, PaymentRunApproved, PaymentSettled
from braid.contracts.plan import HoldingChanged, PlanApproved, PlanReturned, StepOverdue
from braid.contracts.review import ReviewCompleted, ReviewDue

EVENTS: Mapping[str, type[Event]] = {
    event.TYPE: event
    for event in (
        CaseOpened,
        AssessmentSubmitted,
        AssessmentAgreed,
        CircumstancesChanged,
        PersonWithdrew,
        CarerAssessed,
        PersonErased,
        IndicativeAllocationCalculated,
        AllocationSettled,
        AwardDecided,
        BudgetOpened,
        FundOpened,
        FundClosed,
        DeathRecorded,
        AlertRaised,
        AlertCleared,
        WeekSpent,
        PaymentRunApproved,
        PaymentSettled,
        PaymentRejected,
        PlanApproved,
        PlanReturned,
        HoldingChanged,
        StepOverdue,
        ReviewDue,
        ReviewCompleted,
        DecisionChallenged,
        ChallengeAnswered,
        PartnerAwardDecided,
    )
}

#: Events that partner agencies tell, each on a topic of its own; the services tell all others.
PARTNER_EVENTS = frozenset({PartnerAwardDecided.TYPE})

#: Topics of the services. Beside them there is one for each partner agency; which those are, the streams say.
TOPICS: tuple[str, ...] = tuple(sorted({event.TOPIC for event in EVENTS.values() if event.TYPE not in PARTNER_EVENTS}))


def dead_letter_topic(topic: str) -> str:
    """Name of the topic that holds what a consumer of ``topic`` could not handle."""
    return f"{topic}.dlq"


def schema_file(event: type[Event]) -> Traversable:
    """The committed JSON Schema of an event."""
    return resources.files("braid.contracts") / "schemas" / f"{event.TYPE}.json"


def example_file(event: type[Event]) -> Traversable:
    """The committed example message of an event."""
    return resources.files("braid.contracts") / "examples" / f"{event.TYPE}.json"
