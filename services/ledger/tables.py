"""Storage rows of the ledger. The journal is append-only in the database itself: see the first migration."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from braid.kit.service_tables import recorded_at, service_metadata


class LedgerRow(SQLModel):
    """Base of the ledger's rows."""

    metadata = service_metadata()


metadata = LedgerRow.metadata


class BudgetRow(LedgerRow, table=True):
    """A person's one budget."""

    __tablename__ = "budget"
    __table_args__ = (UniqueConstraint("council", "person_id"),)

    budget_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text)
    person_id: UUID
    opened_on: date
    recorded_at: datetime = recorded_at()


class AwardSeenRow(LedgerRow, table=True):
    """The latest version of each award that the ledger has dealt with, whether or not it holds money."""

    __tablename__ = "award_seen"

    award_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text)
    person_id: UUID
    version: int = Field(sa_type=BigInteger)


class FundRow(LedgerRow, table=True):
    """A ring-fenced fund of one version of one award."""

    __tablename__ = "fund"
    __table_args__ = (
        UniqueConstraint("award_id", "award_version"),
        CheckConstraint("amount_pence > 0", name="amount_above_zero"),
        CheckConstraint("contribution_pence BETWEEN 0 AND amount_pence", name="contribution_within_amount"),
        CheckConstraint("status IN ('confirmed', 'indicative')", name="status_known"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        Index("ix_fund_budget", "budget_id"),
    )

    fund_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text)
    budget_id: UUID
    award_id: UUID
    award_version: int = Field(sa_type=BigInteger)
    stream: str = Field(sa_type=Text)
    status: str = Field(sa_type=Text)
    decided_by: str = Field(sa_type=Text)
    amount_pence: int = Field(sa_type=BigInteger)
    contribution_pence: int = Field(sa_type=BigInteger)
    starts_on: date
    ends_on: date
    cadence: str = Field(sa_type=Text)
    permitted_uses: list[dict[str, Any]] = Field(sa_type=JSONB)
    conditions: list[str] = Field(sa_type=JSONB)
    entry_sequence: int | None = Field(default=None, sa_type=BigInteger)
    closed_on: date | None = None
    closed_by_version: int | None = Field(default=None, sa_type=BigInteger)
    recorded_at: datetime = recorded_at()


class JournalEntryRow(LedgerRow, table=True):
    """An entry of the journal, in its place in the council's hash chain."""

    __tablename__ = "journal_entry"
    __table_args__ = (
        UniqueConstraint("council", "reverses"),
        CheckConstraint("kind IN ('award', 'reversal')", name="kind_known"),
        CheckConstraint("(kind = 'reversal') = (reverses IS NOT NULL)", name="reversal_names_entry"),
        CheckConstraint("sequence > 0", name="sequence_above_zero"),
        Index("ix_journal_entry_budget", "budget_id", "sequence"),
    )

    council: str = Field(primary_key=True, sa_type=Text)
    sequence: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    kind: str = Field(sa_type=Text)
    value_date: date
    budget_id: UUID
    reason: str = Field(sa_type=Text)
    reverses: int | None = Field(default=None, sa_type=BigInteger)
    link: bytes = Field(sa_type=LargeBinary)
    recorded_at: datetime = recorded_at()


class JournalLegRow(LedgerRow, table=True):
    """One leg of an entry: debits above zero, credits below."""

    __tablename__ = "journal_leg"
    __table_args__ = (
        CheckConstraint("amount_pence <> 0 AND abs(amount_pence) < 9007199254740992", name="amount_in_range"),
        Index("ix_journal_leg_fund", "fund_id", "account"),
    )

    council: str = Field(primary_key=True, sa_type=Text)
    sequence: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    leg: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    stream: str = Field(sa_type=Text)
    account: str = Field(sa_type=Text)
    fund_id: UUID
    amount_pence: int = Field(sa_type=BigInteger)


class ChainHeadRow(LedgerRow, table=True):
    """The end of each council's hash chain; its row lock lines up the council's postings."""

    __tablename__ = "chain_head"

    council: str = Field(primary_key=True, sa_type=Text)
    sequence: int = Field(sa_type=BigInteger)
    link: bytes = Field(sa_type=LargeBinary)
