"""Events of support planning about plans: what was approved, what was not, and how the money is held."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from braid.contracts.codes import Pence, StreamCode, Version
from braid.contracts.event import Event, Part
from braid.contracts.uses import Relation, Requirement, SpendItem, Use

PLAN_TOPIC = "braid.plan.v1"


class ItemCadence(StrEnum):
    """How often an item of a plan is due."""

    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    FOUR_WEEKLY = "four_weekly"
    MONTHLY = "monthly"
    YEARLY = "yearly"
    ONE_OFF = "one_off"


class WayOfHolding(StrEnum):
    """Who holds the money: the five ways, of which a plan may use any mixture."""

    DIRECT_PAYMENT = "direct_payment"
    INDIRECT_PAYMENT = "indirect_payment"
    TRUST = "trust"
    PROVIDER_ACCOUNT = "provider_account"
    COUNCIL_MANAGED = "council_managed"


class PayrollBy(StrEnum):
    """Who runs the payroll of the people that the budget employs."""

    NOBODY_IS_EMPLOYED = "nobody_is_employed"
    EMPLOYER = "employer"
    PAYROLL_SERVICE = "payroll_service"
    COUNCIL = "council"
    HOLDER = "holder"


class Holding(Part):
    """Money of a plan that is held in one way."""

    holding_id: Annotated[str, Field(description="The plan's own name for it.")]
    way: WayOfHolding
    payroll_by: PayrollBy
    is_ready: Annotated[
        bool, Field(description="Whether everything that this way needs is signed: before that nothing is paid by it.")
    ]
    holder_reference: Annotated[
        str | None,
        Field(description="The council's code for whoever holds it, where that is not the person or the council."),
    ] = None
    still_to_sign: Annotated[tuple[str, ...], Field(description="By code, what this way needs and has not.")] = ()


class HeldPart(Part):
    """How much of an item is held in one way."""

    holding_id: str
    pence: Annotated[Pence, Field(description="Of what is due each time; the parts add up to the whole.")]


class CircumstanceTold(Part):
    """An answer that the rules of the money turn on: yes or no, or a number where the requirement has a limit."""

    requirement: Requirement
    answer: bool | int


class StreamShare(Part):
    """The most that a stream pays of what is due each time, where that is not all."""

    stream: StreamCode
    pence: Pence


class ApprovedItem(Part):
    """A costed item of an approved plan.

    ``label`` names its kind and never repeats what a person wrote: their own words stay with the plan.
    """

    item_id: UUID
    label: str
    pence: Annotated[Pence, Field(description="What is due each time; above zero.")]
    cadence: ItemCadence
    starts_on: date
    ends_on: date
    use: Use
    relation: Relation | None
    same_household: bool | None
    recorded_decisions: tuple[str, ...]
    circumstances: tuple[CircumstanceTold, ...]
    shares: tuple[StreamShare, ...]
    held: tuple[HeldPart, ...]
    is_used_over_its_days: Annotated[
        bool, Field(description="Of what is due once: whether it is used little by little, as needs come and go.")
    ] = False

    @property
    def spend(self) -> SpendItem:
        """What the rules of the money must know of it."""
        return SpendItem(
            use=self.use,
            relation=self.relation,
            same_household=self.same_household,
            recorded_decisions=frozenset(self.recorded_decisions),
            circumstances={one.requirement: one.answer for one in self.circumstances},
        )


class PlanApproved(Event):
    """Somebody who may do so approved a plan; until ``effective_from`` the plan before it goes on."""

    TYPE: ClassVar[str] = "uk.braid.plan.approved.v1"
    TOPIC: ClassVar[str] = PLAN_TOPIC

    plan_id: UUID
    version: Version
    approved_on: date
    effective_from: date
    starts_on: date
    ends_on: date
    total_pence: Annotated[Pence, Field(description="Of all items over the whole plan.")]
    items: tuple[ApprovedItem, ...]
    ended_items: Annotated[
        tuple[UUID, ...],
        Field(description="Items of the plan before it that this one no longer has; they end on the day before."),
    ]
    holdings: tuple[Holding, ...]


class ReturnedWith(StrEnum):
    """How a plan came back."""

    AMENDMENT_ASKED = "amendment_asked"
    REFUSED = "refused"


class PlanReturned(Event):
    """A plan was not approved as it is. The reasons are written, and stay with the plan."""

    TYPE: ClassVar[str] = "uk.braid.plan.returned.v1"
    TOPIC: ClassVar[str] = PLAN_TOPIC

    plan_id: UUID
    version: Version
    outcome: ReturnedWith
    returned_on: date


class HeldItem(Part):
    """How an item is held."""

    item_id: UUID
    parts: Annotated[tuple[HeldPart, ...], Field(description="Of what is due each time.")]


class HoldingChanged(Event):
    """How the money of an approved plan is held from a day on."""

    TYPE: ClassVar[str] = "uk.braid.plan.holding-changed.v1"
    TOPIC: ClassVar[str] = PLAN_TOPIC

    plan_id: UUID
    effective_from: date
    holdings: tuple[Holding, ...]
    held: Annotated[tuple[HeldItem, ...], Field(description="Every item of the plan that costs money.")]
    number: Annotated[
        int | None,
        Field(ge=1, description="Of the plan's changes, counted from 1; of two for one day the later holds."),
    ] = None


class StepOverdue(Event):
    """Somebody has waited for a step of the journey longer than the council promises."""

    TYPE: ClassVar[str] = "uk.braid.plan.step-overdue.v1"
    TOPIC: ClassVar[str] = PLAN_TOPIC

    stage: Annotated[str, Field(description="Where the budget is, as its progress names it.")]
    since: date
    due_on: date
