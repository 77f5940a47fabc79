"""What the other services tell of one person's journey: the committed examples, with days that are easily counted."""

import json
from collections.abc import Sequence
from itertools import groupby
from typing import Any, TypeVar
from uuid import UUID, uuid4, uuid5

from braid.contracts.allocation import AllocationSettled, IndicativeAllocationCalculated
from braid.contracts.assessment import AssessmentAgreed, AssessmentSubmitted, CarerAssessed, CaseOpened
from braid.contracts.award import AwardDecided
from braid.contracts.budget import BudgetOpened
from braid.contracts.catalogue import example_file
from braid.contracts.event import Event
from braid.contracts.payment import PaymentRunApproved, PaymentSettled
from braid.contracts.plan import HoldingChanged, PlanApproved
from braid.contracts.review import ReviewCompleted

E = TypeVar("E", bound=Event)

PLAN_ID = "0b6f2b9e-0e57-4d0b-8d0a-6f7a2c1d4e01"
#: The plan's one item: £145 a week for 52 weeks to a personal assistant.
ITEM = json.loads(example_file(PlanApproved).read_bytes())["items"][0] | {
    "starts_on": "2026-02-23",
    "ends_on": "2027-02-21",
    "shares": [],
}
PLAN_DAYS = {
    "approved_on": "2026-02-20",
    "effective_from": "2026-02-23",
    "starts_on": "2026-02-23",
    "ends_on": "2027-02-21",
}


def told(event: type[E], council: str, person_id: UUID, **changes: Any) -> E:
    """The committed example of an event, about a person of a council."""
    example = json.loads(example_file(event).read_bytes())
    return event.model_validate(example | {"council": council, "person_id": str(person_id)} | changes)


def journey(council: str, person_id: UUID, *, group: str = "older_people") -> list[Event]:
    """A whole journey: 10 days to the self-assessment, 20 to the agreement, 20 to the plan, 10 to the first payment."""
    payment = {"payment_id": str(uuid4())}
    assessment_id = str(uuid5(person_id, "assessment"))
    assessment = {"assessment_id": assessment_id}
    agreed_on = "2026-01-31"
    made: Sequence[tuple[type[Event], dict[str, Any]]] = (
        (CaseOpened, {"user_group": group, "opened_on": "2026-01-01"}),
        (AssessmentSubmitted, assessment | {"submitted_on": "2026-01-11"}),
        (AssessmentAgreed, assessment | {"agreed_on": agreed_on, "user_group": group}),
        (CarerAssessed, {"carer_id": str(uuid5(person_id, "carer")), "assessed_on": "2026-02-01"}),
        (IndicativeAllocationCalculated, assessment | {"as_of": agreed_on, "pence_per_year": 1_000_000}),
        (
            AllocationSettled,
            assessment
            | {"decided_on": "2026-02-05", "indicative_pence_per_year": 1_000_000, "pence_per_year": 1_100_000},
        ),
        (AwardDecided, assessment | an_award(status="indicative", version=1)),
        (AwardDecided, assessment | an_award(version=2)),
        (BudgetOpened, {"opened_on": agreed_on}),
        (PlanApproved, {**PLAN_DAYS, "items": [ITEM]}),
        (HoldingChanged, held_by_the_council("2026-06-01", number=1)),
        (HoldingChanged, held_by_the_council("2026-06-01", number=2, way="trust")),
        (PaymentRunApproved, payment | {"pay_on": "2026-03-02"}),
        (PaymentSettled, payment),
        (ReviewCompleted, {"review_id": str(uuid5(person_id, "review")), "held_on": "2026-05-20"}),
    )
    return [told(event, council, person_id, **changes) for event, changes in made]


def an_award(**changes: Any) -> dict[str, Any]:
    """£10,000 of adult social care for a year, decided on the day of the agreement."""
    return {
        "stream": "adult_social_care",
        "version": 1,
        "status": "confirmed",
        "rules_as_of": "2026-01-31",
        "starts_on": "2026-01-31",
        "ends_on": "2027-01-30",
        "amount_pence": 1_000_000,
        "cadence": "four_weekly_in_advance",
        **changes,
    }


def held_by_the_council(effective_from: str, *, number: int, way: str = "council_managed") -> dict[str, Any]:
    """The plan's one item in another way of holding, from a day on."""
    example = json.loads(example_file(PlanApproved).read_bytes())["holdings"][0]
    return {
        "plan_id": PLAN_ID,
        "effective_from": effective_from,
        "number": number,
        "holdings": [example | {"holding_id": "other", "way": way}],
        "held": [{"item_id": ITEM["item_id"], "parts": [{"holding_id": "other", "pence": ITEM["pence"]}]}],
    }


def by_topic(events: Sequence[Event]) -> list[list[Event]]:
    """Events of each topic, in their order there."""
    return [
        list(of_topic) for _, of_topic in groupby(sorted(events, key=lambda one: one.topic), key=lambda one: one.topic)
    ]
