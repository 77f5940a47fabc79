"""Events of the ledger about payments. Accounts and names are in none of them."""

from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from braid.contracts.codes import Pence, StreamCode
from braid.contracts.event import Event, Part

PAYMENT_TOPIC = "braid.payment.v1"


class PaymentPart(Part):
    """One fund's part of a payment."""

    fund_id: UUID
    stream: StreamCode
    pence: Pence


class _AboutPayment(Event):
    """What every event about a payment says."""

    TOPIC: ClassVar[str] = PAYMENT_TOPIC

    budget_id: UUID
    run_id: UUID
    payment_id: Annotated[UUID, Field(description="One attempt at paying; a new attempt has a new id.")]
    due_id: Annotated[UUID, Field(description="What is paid: the same for every attempt.")]
    sent_pence: Annotated[Pence, Field(description="What goes to the bank.")]
    kept_pence: Annotated[Pence, Field(description="The contribution that the person adds, where it is paid net.")]
    parts: Annotated[tuple[PaymentPart, ...], Field(description="They add up to what is sent and what is kept.")]


class PaymentRunApproved(_AboutPayment):
    """A payment of a run was approved by a second person, and its money is held."""

    TYPE: ClassVar[str] = "uk.braid.payment.run-approved.v1"

    period_from: date
    period_to: date
    pay_on: Annotated[date, Field(description="The bank's processing day.")]


class PaymentSettled(_AboutPayment):
    """The bank paid it."""

    TYPE: ClassVar[str] = "uk.braid.payment.settled.v1"


class PaymentRejected(_AboutPayment):
    """The bank did not pay it, or gave it back; it is to be paid still."""

    TYPE: ClassVar[str] = "uk.braid.payment.rejected.v1"

    reason_code: Annotated[str, Field(description="The bank's, such as AC04; empty where it gives none.")]
    came_back: Annotated[bool, Field(description="It had been paid, and the bank gave it back.")]
