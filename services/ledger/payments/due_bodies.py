"""Bodies and answers of the routes about what is due."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from braid.contracts.codes import StreamCode
from braid.contracts.uses import Use
from services.ledger.domain.payments.due_kinds import DueKind
from services.ledger.domain.payments.holds import HoldCode
from services.ledger.domain.payments.payees import ModulusCheck, PayeeKind
from services.ledger.domain.payments.periods import Every
from services.ledger.domain.payments.schedules import ContributionPaid, Terms, WeeklyRate, WeeklyRates, WholeSum
from services.ledger.payments.matters import MatterCode
from services.ledger.payments.request_parts import Body, Day, Mark, PositivePence, Reference, SomePence, Words
from services.ledger.payments.stops import StopKind


class AccountIn(Body):
    """An account, as somebody writes it down."""

    sort_code: Annotated[str, Field(max_length=12)]
    account_number: Annotated[str, Field(max_length=14)]
    name: Annotated[str, Field(min_length=1, max_length=70, pattern=r"^[^\x00-\x1f]*$")]


class PayeeIn(AccountIn):
    """A new payee."""

    kind: PayeeKind
    holder_reference: Annotated[
        Mark | None,
        Field(description="Of a third party: the council's code, by which plans name whoever holds the money."),
    ] = None

    @model_validator(mode="after")
    def _is_of_a_third_party(self) -> "PayeeIn":
        if self.holder_reference is not None and self.kind is not PayeeKind.THIRD_PARTY:
            raise ValueError("only a third party holds money for somebody else")
        return self


class AccountOut(BaseModel):
    """A version of an account; of its number the last four digits are told."""

    payee_id: UUID
    kind: PayeeKind
    holder_reference: str | None = Field(description="The council's code for a third party.")
    version: int
    name: str
    sort_code: str
    account_ends_in: str
    modulus: ModulusCheck = Field(description="What the check digits say.")
    written_by: str
    confirmed_by: str | None = Field(description="Nothing is paid into an account that nobody has confirmed.")


class AccountsOut(BaseModel):
    """Payees of a budget, every version of each account."""

    accounts: list[AccountOut]


class RateIn(Body):
    """A weekly rate from a day on, the contribution included."""

    from_on: Day
    pence_per_week: SomePence
    contribution_pence_per_week: SomePence = 0


class TermsIn(Body):
    """How a fund is paid out: weekly rates, or one sum for the whole time."""

    starts_on: Day
    ends_on: Day
    every: Every
    in_advance: bool
    paid: ContributionPaid
    rates: Annotated[list[RateIn], Field(max_length=200, default_factory=list)]
    whole_pence: PositivePence | None = None
    whole_contribution_pence: SomePence = 0
    cycle_on: Annotated[Day, Field(description="A day on which some payment's days begin.")] | None = None

    @model_validator(mode="after")
    def _has_one_amount(self) -> "TermsIn":
        if bool(self.rates) == (self.whole_pence is not None):
            raise ValueError("give weekly rates, or one sum")
        return self

    def terms(self) -> Terms:
        """The same as the rules take it."""
        amount: WeeklyRates | WholeSum
        if self.whole_pence is None:
            amount = WeeklyRates(tuple(WeeklyRate(**rate.model_dump()) for rate in self.rates))
        else:
            amount = WholeSum(self.whole_pence, self.whole_contribution_pence)
        return Terms(
            self.starts_on, self.ends_on, self.every, self.in_advance, self.paid, amount, cycle_on=self.cycle_on
        )


class ScheduleIn(Body):
    """A new schedule."""

    name: Annotated[Mark, Field(description="Tells it from the budget's other schedules.")]
    fund_id: UUID
    payee_id: UUID
    use: Use | None = None
    reference: Reference
    terms: TermsIn
    reason: Words


class RevisionIn(Body):
    """New terms of a schedule, for its whole time."""

    payee_id: UUID
    terms: TermsIn
    reason: Words


class ScheduleOut(BaseModel):
    """A version of a schedule."""

    schedule_id: UUID
    version: int
    fund_id: UUID
    stream: StreamCode
    payee_id: UUID
    use: Use | None
    terms: dict[str, Any]
    reason: str
    written_by: str
    recoverable_pence: int = Field(description="Paid above these terms so far; for decision, and not taken by itself.")


class SchedulesOut(BaseModel):
    """Every version of every schedule of a budget."""

    schedules: list[ScheduleOut]


class ReceiptIn(Body):
    """Something that was bought and paid for."""

    reference: Mark
    dated: Day
    pence: PositivePence


class ClaimIn(Body):
    """Receipts that somebody hands in, to be paid back."""

    fund_id: UUID
    payee_id: UUID
    use: Use
    claimed_on: Day
    months_most: Annotated[int, Field(ge=1, le=60)] | None = None
    payment_reference: Reference
    receipts: Annotated[list[ReceiptIn], Field(min_length=1, max_length=500)]


class ClaimOut(BaseModel):
    """What becomes of each receipt."""

    payable_pence: int
    due: list[UUID]
    refused: dict[str, str] = Field(description="By receipt, the rule that keeps it out.")


class CertificateIn(Body):
    """A certificate of what was done of some works."""

    fund_id: UUID
    payee_id: UUID
    use: Use
    certified_on: Day
    stage: Annotated[int, Field(ge=1, le=20)]
    certified_pence: PositivePence
    grant_pence: PositivePence
    shares: Annotated[list[Annotated[int, Field(ge=1, le=1000)]], Field(min_length=1, max_length=20)]
    reference: Reference


class StageOut(BaseModel):
    """What a certificate pays."""

    due_id: UUID | None
    payable_pence: int
    held_back_pence: int
    left_pence: int
    reasons: list[str]


class PartIn(Body):
    """One fund's part, and what it is for."""

    fund_id: UUID
    use: Use
    pence: PositivePence


class InvoiceIn(Body):
    """An invoice over one fund or several."""

    number: Mark
    payee_id: UUID
    from_on: Day
    to_on: Day
    due_on: Day
    parts: Annotated[list[PartIn], Field(min_length=1, max_length=20)]
    reference: Reference
    why: Words


class DueOut(BaseModel):
    """Something that is due."""

    due_id: UUID
    gross_pence: int
    period_from: date
    period_to: date
    due_on: date


class PaymentOut(BaseModel):
    """A payment as the person sees it."""

    due_id: UUID
    due_kind: DueKind
    period_from: date
    period_to: date
    due_on: date
    gross_pence: int
    kept_pence: int = Field(description="The contribution that the person adds to the account.")
    reference: str
    working: list[str] = Field(description="How it was worked out.")
    parts: list[dict[str, Any]] = Field(description="Each fund's part, by stream.")
    status: str = Field(description="open, withdrawn, or how far the latest attempt has got.")
    pay_on: date | None
    reasons: list[dict[str, str]] = Field(description="Why it was not paid: code and words.")


class PaymentsOut(BaseModel):
    """Everything that is or was due to a person, in the order of the days."""

    payments: list[PaymentOut]


class MatterOut(BaseModel):
    """Something that is missing for paying as the plan says."""

    matter_id: UUID
    person_id: UUID
    code: MatterCode
    words: str
    recorded_at: datetime = Field(description="Since when it is open.")


class MattersOut(BaseModel):
    """What is missing for paying as plans say."""

    matters: list[MatterOut]
    next: UUID | None = Field(description="Give it as `after` for the next page; null at the end.")


class LetGoIn(Body):
    """A hold that somebody looked at and lets go."""

    code: HoldCode
    reason: Words


class StopIn(Body):
    """A death, or a decision to suspend payments."""

    kind: StopKind
    from_on: Day
    to_on: Day | None = None
    reason: Words


class LiftIn(Body):
    """Why something is lifted."""

    reason: Words


class StopOut(BaseModel):
    """What keeps payments out."""

    stop_id: UUID
    stop_kind: StopKind
    from_on: date
    to_on: date | None
    reason: str
    recorded_by: str
    recorded_at: datetime
    lifted_by: str | None
    lifted_because: str | None


class StopsOut(BaseModel):
    """Everything that keeps or kept payments out, and what was paid for days after a death."""

    stops: list[StopOut]
    recoverable_pence: int = Field(description="Paid for days after a death; for decision, and not taken by itself.")
    working: list[str]
