"""Events of support planning about plans: what was approved, what was not, and how the money is held."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from braid.contracts.codes import Pence, StreamCode, Version
from braid.contracts.event import Event, Part
from braid.contracts.uses import SpendItem

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


class HeldPart(Part):
    """How much of an item is held in one way."""

    holding_id: str
    pence: Annotated[Pence, Field(description="Of what is due each time; the parts add up to the whole.")]


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
    spend: SpendItem
    shares: Annotated[
        dict[StreamCode, Pence],
        Field(description="By stream, the most that it pays of what is due each time, where that is not all."),
    ]
    held: tuple[HeldPart, ...]


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


class HoldingChanged(Event):
    """How the money of an approved plan is held from a day on."""

    TYPE: ClassVar[str] = "uk.braid.plan.holding-changed.v1"
    TOPIC: ClassVar[str] = PLAN_TOPIC

    plan_id: UUID
    effective_from: date
    holdings: tuple[Holding, ...]
    held: Annotated[
        dict[str, tuple[HeldPart, ...]], Field(description="By item id, the parts of what is due each time.")
    ]


class StepOverdue(Event):
    """Somebody has waited for a step of the journey longer than the council promises."""

    TYPE: ClassVar[str] = "uk.braid.plan.step-overdue.v1"
    TOPIC: ClassVar[str] = PLAN_TOPIC

    stage: Annotated[str, Field(description="Where the budget is, as its progress names it.")]
    since: date
    due_on: date
