"""Storage rows of the ledger. What holds for them in the database itself is in ``migrations/sql``."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy import DateTime as Timestamp
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from braid.kit.service_tables import recorded_at, service_metadata


class LedgerRow(SQLModel):
    """Base of the ledger's rows."""

    metadata = service_metadata()


metadata = LedgerRow.metadata


def _none_by_default() -> Any:
    return Field(default_factory=list, sa_type=JSONB, sa_column_kwargs={"server_default": text("'[]'")})


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
    """The ring-fenced fund of one award, through all its versions."""

    __tablename__ = "fund"
    __table_args__ = (
        UniqueConstraint("award_id"),
        Index("ix_fund_budget", "budget_id"),
        # The order in which returns are read, page by page.
        Index("ix_fund_stream", "council", "stream", "fund_id"),
    )

    fund_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text)
    budget_id: UUID
    award_id: UUID
    stream: str = Field(sa_type=Text)
    award_version: int = Field(sa_type=BigInteger)
    closed_on: date | None = None
    closed_by_version: int | None = Field(default=None, sa_type=BigInteger)
    recorded_at: datetime = recorded_at()


class FundVersionRow(LedgerRow, table=True):
    """What one version of a fund's award said; the posted sums are what it added to the journal."""

    __tablename__ = "fund_version"
    __table_args__ = (
        CheckConstraint("amount_pence >= 0", name="amount_not_below_zero"),
        CheckConstraint("contribution_pence BETWEEN 0 AND amount_pence", name="contribution_within_amount"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
    )

    fund_id: UUID = Field(primary_key=True)
    award_version: int = Field(
        sa_column=Column(BigInteger, primary_key=True, autoincrement=False),
    )
    council: str = Field(sa_type=Text)
    status: str = Field(sa_type=Text)
    decided_by: str = Field(sa_type=Text)
    amount_pence: int = Field(sa_type=BigInteger)
    contribution_pence: int = Field(sa_type=BigInteger)
    starts_on: date
    ends_on: date
    cadence: str = Field(sa_type=Text)
    permitted_uses: list[dict[str, Any]] = Field(sa_type=JSONB)
    payee_bars: list[dict[str, Any]] = Field(sa_type=JSONB)
    conditions: list[str] = Field(sa_type=JSONB)
    terms: list[dict[str, Any]] = Field(sa_type=JSONB)
    partner_decision: str | None = Field(default=None, sa_type=Text)
    posted_pence: int = Field(sa_type=BigInteger)
    posted_contribution_pence: int = Field(sa_type=BigInteger)
    stream_label: str | None = Field(default=None, sa_type=Text)
    joint_limits: list[dict[str, Any]] = _none_by_default()
    minimums: list[dict[str, Any]] = _none_by_default()
    recorded_at: datetime = recorded_at()


class StreamRow(LedgerRow, table=True):
    """A stream's number, which its legs carry."""

    __tablename__ = "stream"
    __table_args__ = (UniqueConstraint("code"),)

    stream_id: int = Field(sa_column=Column(SmallInteger, Identity(always=True), primary_key=True))
    code: str = Field(sa_type=Text)


class JournalProofRow(LedgerRow, table=True):
    """How one proof of a council's journal ended; written by the command that proves, never changed."""

    __tablename__ = "journal_proof"
    __table_args__ = (Index("ix_journal_proof_latest", "council", "proved_at"),)

    proof_id: int = Field(sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    council: str = Field(sa_type=Text)
    proved_to: int = Field(sa_type=BigInteger)
    apart_pence: int = Field(sa_type=BigInteger)
    is_whole: bool
    proved_at: datetime = recorded_at()


class AccountRow(LedgerRow, table=True):
    """An account: of one fund, or of the council for one stream."""

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("fund_id", "code", "stream", "council", postgresql_nulls_not_distinct=True),
        Index("ix_account_budget", "budget_id"),
    )

    account_id: int = Field(sa_column_args=[Identity(always=True)], primary_key=True)
    stream_id: int = Field(sa_type=SmallInteger)
    council: str = Field(sa_type=Text)
    stream: str = Field(sa_type=Text)
    code: str = Field(sa_type=Text)
    fund_id: UUID | None = None
    budget_id: UUID | None = None
    opens_on: date | None = None
    ends_on: date | None = None
    pays_only: str | None = Field(default=None, sa_type=Text)
    is_closed: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})


class JournalEntryRow(LedgerRow, table=True):
    """An entry of the journal, in its place in the council's sequence."""

    __tablename__ = "journal_entry"
    __table_args__ = (
        UniqueConstraint("entry_id", "council"),
        Index(
            "uq_journal_entry_council_reverses",
            "council",
            "reverses",
            unique=True,
            postgresql_where=text("reverses IS NOT NULL"),
        ),
    )

    sequence: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    entry_id: UUID
    budget_id: UUID
    subject_id: UUID | None = None
    reverses: UUID | None = None
    value_date: date
    council: str = Field(primary_key=True, sa_type=Text)
    kind: str = Field(sa_type=Text)
    use: str | None = Field(default=None, sa_type=Text)
    reason: str = Field(sa_type=Text)
    expires_on: date | None = None
    item_id: UUID | None = None
    digest: bytes = Field(sa_type=LargeBinary)


class JournalLegRow(LedgerRow, table=True):
    """One leg of an entry: debits above zero, credits below; and its account's balance after it."""

    __tablename__ = "journal_leg"
    __table_args__ = (
        Index(
            "ix_journal_leg_sequence",
            "sequence",
            postgresql_using="brin",
            postgresql_ops={"sequence": "int8_minmax_multi_ops"},
            postgresql_with={"pages_per_range": 8, "autosummarize": "on"},
        ),
    )

    sequence: int = Field(sa_type=BigInteger)
    amount_pence: int = Field(sa_type=BigInteger)
    balance_pence: int = Field(sa_type=BigInteger)
    account_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    value_date: date
    stream_id: int = Field(sa_type=SmallInteger)
    council: str = Field(sa_type=Text)


class JournalBlockRow(LedgerRow, table=True):
    """What one call of the posting function recorded, and its link in the council's chain."""

    __tablename__ = "journal_block"
    __table_args__ = (Index("ix_journal_block_recorded_at", "council", "recorded_at"),)

    council: str = Field(primary_key=True, sa_type=Text)
    first_sequence: int = Field(sa_type=BigInteger)
    last_sequence: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    recorded_at: datetime = Field(sa_type=Timestamp(timezone=True))
    link: bytes = Field(sa_type=LargeBinary)


class ChainHeadRow(LedgerRow, table=True):
    """The end of each council's hash chain; its row lock lines up the council's postings."""

    __tablename__ = "chain_head"

    council: str = Field(primary_key=True, sa_type=Text)
    sequence: int = Field(sa_type=BigInteger)
    recorded_at: datetime = Field(sa_type=Timestamp(timezone=True))
    link: bytes = Field(sa_type=LargeBinary)
    #: How far the ids of the council's accounts lie above the numbers that its chain knows them by.
    accounts_from: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})


class AccountDayRow(LedgerRow, table=True):
    """Sums of a council's own account by day of value and day of recording."""

    __tablename__ = "account_day"

    account_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    value_date: date = Field(primary_key=True)
    recorded_on: date = Field(primary_key=True)
    pence: int = Field(sa_type=BigInteger)
    council: str = Field(sa_type=Text)


class PeriodLockRow(LedgerRow, table=True):
    """Nothing is dated on or before ``locked_until`` any more; the council's latest row holds."""

    __tablename__ = "period_lock"
    __table_args__ = (Index("ix_period_lock_council", "council", "period_lock_id"),)

    period_lock_id: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True)
    )
    council: str = Field(sa_type=Text)
    locked_until: date
    locked_by: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    recorded_at: datetime = recorded_at()


class CommitmentRow(LedgerRow, table=True):
    """What is held of one fund for one item: never less than was settled and let go of it."""

    __tablename__ = "commitment"
    __table_args__ = (
        Index("ix_commitment_budget", "budget_id"),
        Index(
            "ix_commitment_expires_on",
            "council",
            "expires_on",
            postgresql_where=text("expires_on IS NOT NULL AND NOT is_expired"),
        ),
    )

    commitment_id: UUID = Field(primary_key=True)
    account_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    amount_pence: int = Field(sa_type=BigInteger)
    settled_pence: int = Field(sa_type=BigInteger, sa_column_kwargs={"server_default": text("0")})
    released_pence: int = Field(sa_type=BigInteger, sa_column_kwargs={"server_default": text("0")})
    budget_id: UUID
    item_id: UUID | None = None
    expires_on: date | None = None
    is_expired: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    use: str | None = Field(default=None, sa_type=Text)
    council: str = Field(sa_type=Text)


class ForgottenBudgetRow(LedgerRow, table=True):
    """A budget whose person was erased; the words around its money go when their own period has run out."""

    __tablename__ = "forgotten_budget"
    __table_args__ = (
        Index("ix_forgotten_budget_waiting", "council", "budget_id", postgresql_where=text("words_gone_on IS NULL")),
    )

    budget_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text)
    person_id: UUID
    erased_on: date
    words_gone_on: date | None = None
    recorded_at: datetime = recorded_at()
