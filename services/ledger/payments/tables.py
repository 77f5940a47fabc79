"""Storage rows of payments. What was decided is kept for ever: versions, steps, results and receipts are added only."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, CheckConstraint, DateTime, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from braid.kit.service_tables import recorded_at
from services.ledger.tables import LedgerRow

_NOTHING = text("0")
_NO_WORDS = text("'[]'")


class PayeeRow(LedgerRow, table=True):
    """Somebody who is paid, and the latest version of their account."""

    __tablename__ = "payee"
    __table_args__ = (
        CheckConstraint("payee_kind IN ('holder', 'third_party', 'provider')", name="kind_known"),
        Index("ix_payee_budget", "budget_id"),
    )

    payee_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text)
    budget_id: UUID | None = None
    payee_kind: str = Field(sa_type=Text)
    version: int = Field(sa_type=BigInteger)
    holder_reference: str | None = Field(default=None, sa_type=Text)
    recorded_at: datetime = recorded_at()


class PayeeAccountRow(LedgerRow, table=True):
    """One version of a payee's account; it is confirmed once, by somebody other than whoever wrote it down."""

    __tablename__ = "payee_account"
    __table_args__ = (
        CheckConstraint("sort_code ~ '^[0-9]{6}$'", name="sort_code_of_six_digits"),
        CheckConstraint("account_number ~ '^[0-9]{8}$'", name="account_number_of_eight_digits"),
        CheckConstraint("confirmed_by <> written_by", name="two_pairs_of_eyes"),
    )

    payee_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    council: str = Field(sa_type=Text)
    sort_code: str = Field(sa_type=Text)
    account_number: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    modulus: str = Field(sa_type=Text)
    written_by: str = Field(sa_type=Text)
    confirmed_by: str | None = Field(default=None, sa_type=Text)
    confirmed_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    recorded_at: datetime = recorded_at()


class PaymentScheduleRow(LedgerRow, table=True):
    """One version of how a fund is paid out to a payee; with a way of holding the money where it follows the plan."""

    __tablename__ = "payment_schedule"
    __table_args__ = (Index("ix_payment_schedule_budget", "budget_id"),)

    schedule_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    council: str = Field(sa_type=Text)
    budget_id: UUID
    person_id: UUID
    payee_id: UUID
    fund_id: UUID
    stream: str = Field(sa_type=Text)
    use: str | None = Field(default=None, sa_type=Text)
    terms: dict[str, Any] = Field(sa_type=JSONB)
    reason: str = Field(sa_type=Text)
    written_by: str = Field(sa_type=Text)
    recoverable_pence: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": _NOTHING})
    way: str | None = Field(default=None, sa_type=Text)
    holder_reference: str | None = Field(default=None, sa_type=Text)
    recorded_at: datetime = recorded_at()


class PaymentDueRow(LedgerRow, table=True):
    """What is to be paid once, for some days. ``taken``: a run has it; ``withdrawn``: it is not due any more."""

    __tablename__ = "payment_due"
    __table_args__ = (
        CheckConstraint("due_kind IN ('schedule', 'back_pay', 'receipt', 'stage', 'invoice')", name="kind_known"),
        CheckConstraint("state IN ('open', 'taken', 'withdrawn')", name="state_known"),
        CheckConstraint("period_to >= period_from", name="ends_after_start"),
        CheckConstraint("kept_pence >= 0 AND kept_pence <= gross_pence", name="kept_within_gross"),
        Index("ix_payment_due_budget", "budget_id", "period_from"),
        Index("ix_payment_due_schedule", "schedule_id"),
        Index("ix_payment_due_open", "council", "due_on", postgresql_where=text("state = 'open'")),
    )

    due_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text)
    budget_id: UUID
    person_id: UUID
    payee_id: UUID
    due_kind: str = Field(sa_type=Text)
    mark: str | None = Field(default=None, sa_type=Text)
    schedule_id: UUID | None = None
    schedule_version: int | None = Field(default=None, sa_type=BigInteger)
    fund_id: UUID
    period_from: date
    period_to: date
    due_on: date
    value_on: date
    gross_pence: int = Field(sa_type=BigInteger)
    contribution_pence: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": _NOTHING})
    kept_pence: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": _NOTHING})
    reference: str = Field(sa_type=Text)
    working: list[str] = Field(sa_type=JSONB)
    state: str = Field(default="open", sa_type=Text, sa_column_kwargs={"server_default": "open"})
    refused_version: int | None = Field(default=None, sa_type=BigInteger)
    let_go: list[dict[str, str]] = Field(
        default_factory=list, sa_type=JSONB, sa_column_kwargs={"server_default": _NO_WORDS}
    )
    recorded_at: datetime = recorded_at()


class PaymentPartRow(LedgerRow, table=True):
    """One fund's part of what is due; the parts add up to its gross sum."""

    __tablename__ = "payment_part"
    __table_args__ = (
        CheckConstraint("pence > 0", name="pence_above_zero"),
        Index("ix_payment_part_fund", "fund_id"),
    )

    due_id: UUID = Field(
        primary_key=True, sa_column_args=(ForeignKey("payment_due.due_id", name="fk_payment_part_due_id_payment_due"),)
    )
    number: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    council: str = Field(sa_type=Text)
    fund_id: UUID
    stream: str = Field(sa_type=Text)
    use: str | None = Field(default=None, sa_type=Text)
    pence: int = Field(sa_type=BigInteger)


class PaymentRunRow(LedgerRow, table=True):
    """A payment run, with what its file is made from: the same content makes the same bytes."""

    __tablename__ = "payment_run"
    __table_args__ = (
        UniqueConstraint("council", "due_by", "number"),
        CheckConstraint(
            "state IN ('built', 'checked', 'approved', 'filed', 'sent', 'done', 'cancelled')", name="state_known"
        ),
        Index("ix_payment_run_message", "council", "message_id", unique=True),
    )

    run_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text)
    due_by: date
    number: int = Field(sa_type=BigInteger)
    pay_on: date
    most_pence: int = Field(sa_type=BigInteger)
    state: str = Field(default="built", sa_type=Text, sa_column_kwargs={"server_default": "built"})
    message_id: str | None = Field(default=None, sa_type=Text)
    file_format: str | None = Field(default=None, sa_type=Text)
    file_created_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    payer: dict[str, str] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    file_sha256: str | None = Field(default=None, sa_type=Text)
    file_payments: int | None = Field(default=None, sa_type=BigInteger)
    file_pence: int | None = Field(default=None, sa_type=BigInteger)
    recorded_at: datetime = recorded_at()


class PaymentRunStepRow(LedgerRow, table=True):
    """A step that somebody took with a run."""

    __tablename__ = "payment_run_step"

    run_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    council: str = Field(sa_type=Text)
    step: str = Field(sa_type=Text)
    actor: str = Field(sa_type=Text)
    taken_at: datetime = Field(sa_type=DateTime(timezone=True))


class PaymentItemRow(LedgerRow, table=True):
    """One attempt of one run at paying what is due. The database itself lets nothing be under way or paid twice."""

    __tablename__ = "payment_item"
    __table_args__ = (
        CheckConstraint(
            "state IN ('going', 'held', 'withdrawn', 'settled', 'rejected', 'returned')", name="state_known"
        ),
        UniqueConstraint("run_id", "due_id"),
        Index(
            "uq_payment_item_due_under_way_once",
            "due_id",
            unique=True,
            postgresql_where=text("state IN ('going', 'settled')"),
        ),
        Index("ix_payment_item_due", "due_id"),
    )

    payment_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text)
    run_id: UUID = Field(sa_column_args=(ForeignKey("payment_run.run_id", name="fk_payment_item_run_id_payment_run"),))
    due_id: UUID = Field(sa_column_args=(ForeignKey("payment_due.due_id", name="fk_payment_item_due_id_payment_due"),))
    payee_id: UUID
    sent_pence: int = Field(sa_type=BigInteger)
    account_version: int | None = Field(default=None, sa_type=BigInteger)
    state: str = Field(default="going", sa_type=Text, sa_column_kwargs={"server_default": "going"})
    reasons: list[dict[str, str]] = Field(
        default_factory=list, sa_type=JSONB, sa_column_kwargs={"server_default": _NO_WORDS}
    )
    recorded_at: datetime = recorded_at()


class PaymentResultRow(LedgerRow, table=True):
    """What the bank said about one payment in one answer, and what followed."""

    __tablename__ = "payment_result"
    __table_args__ = (Index("ix_payment_result_for_a_person", "council", postgresql_where=text("for_a_person")),)

    council: str = Field(primary_key=True, sa_type=Text)
    answer_id: str = Field(primary_key=True, sa_type=Text)
    end_to_end_id: str = Field(primary_key=True, sa_type=Text)
    run_id: UUID | None = None
    word: str = Field(sa_type=Text)
    pence: int | None = Field(default=None, sa_type=BigInteger)
    reason_code: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    consequence: str = Field(sa_type=Text)
    for_a_person: bool = Field(sa_type=Boolean)
    recorded_at: datetime = recorded_at()


class PaymentStopRow(LedgerRow, table=True):
    """A death, or a decision to suspend payments; lifted once, by a decision with a reason."""

    __tablename__ = "payment_stop"
    __table_args__ = (
        CheckConstraint("stop_kind IN ('death', 'suspension')", name="kind_known"),
        CheckConstraint("to_on >= from_on", name="ends_after_start"),
        CheckConstraint("(lifted_by IS NULL) = (lifted_because IS NULL)", name="lifted_with_a_reason"),
        Index("ix_payment_stop_budget", "budget_id", postgresql_where=text("lifted_by IS NULL")),
    )

    stop_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text)
    budget_id: UUID
    stop_kind: str = Field(sa_type=Text)
    from_on: date
    to_on: date | None = None
    reason: str = Field(sa_type=Text)
    recorded_by: str = Field(sa_type=Text)
    lifted_by: str | None = Field(default=None, sa_type=Text)
    lifted_because: str | None = Field(default=None, sa_type=Text)
    recorded_at: datetime = recorded_at()


class RecoveryRow(LedgerRow, table=True):
    """Money that a recorded decision asks back."""

    __tablename__ = "recovery"
    __table_args__ = (
        CheckConstraint("state IN ('proposed', 'decided', 'appealed', 'ended')", name="state_known"),
        CheckConstraint("decided_by <> author", name="two_pairs_of_eyes"),
        CheckConstraint(
            "received_pence >= 0 AND let_off_pence >= 0 AND received_pence + let_off_pence <= pence",
            name="never_more_than_is_owed",
        ),
        Index("ix_recovery_budget", "budget_id"),
    )

    recovery_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text)
    budget_id: UUID
    person_id: UUID
    fund_id: UUID
    stream: str = Field(sa_type=Text)
    pence: int = Field(sa_type=BigInteger)
    plan: dict[str, Any] = Field(sa_type=JSONB)
    reason: str = Field(sa_type=Text)
    author: str = Field(sa_type=Text)
    state: str = Field(default="proposed", sa_type=Text, sa_column_kwargs={"server_default": "proposed"})
    decided_by: str | None = Field(default=None, sa_type=Text)
    decided_on: date | None = None
    appeals: list[dict[str, Any]] = Field(
        default_factory=list, sa_type=JSONB, sa_column_kwargs={"server_default": _NO_WORDS}
    )
    received_pence: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": _NOTHING})
    let_off_pence: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": _NOTHING})
    recorded_at: datetime = recorded_at()


class RecoveryStepRow(LedgerRow, table=True):
    """What happened to a recovery, in order: proposed, decided, appealed, heard, received, let off."""

    __tablename__ = "recovery_step"

    recovery_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    council: str = Field(sa_type=Text)
    step: str = Field(sa_type=Text)
    pence: int = Field(sa_type=BigInteger)
    taken_on: date
    actor: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    recorded_at: datetime = recorded_at()
