"""Storage rows of spending, watching and council settings. Versions, parts and steps are added and never changed."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Boolean, CheckConstraint, Column, Identity, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from braid.kit.service_tables import recorded_at
from services.ledger.tables import LedgerRow


def _words() -> Any:
    return Field(sa_column=Column(ARRAY(Text), nullable=False))


def _numbered() -> Any:
    return Field(default=None, primary_key=True, sa_type=BigInteger, sa_column_args=[Identity(always=True)])


class PlannedItemRow(LedgerRow, table=True):
    """One version of a costed item of the plan; the latest holds."""

    __tablename__ = "planned_item"
    __table_args__ = (
        CheckConstraint("pence > 0", name="pence_above_zero"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        Index("ix_planned_item_budget", "budget_id"),
    )

    council: str = Field(primary_key=True, sa_type=Text)
    item_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    budget_id: UUID
    text: str = Field(sa_type=Text)
    use: str = Field(sa_type=Text)
    pence: int = Field(sa_type=BigInteger)
    cadence: str = Field(sa_type=Text)
    starts_on: date
    ends_on: date
    payees: list[str] = _words()
    reference_words: list[str] = _words()
    payee_facts: dict[str, Any] = Field(sa_type=JSONB)
    is_withdrawn: bool = Field(sa_type=Boolean)
    recorded_by: str = Field(sa_type=Text)
    recorded_at: datetime = recorded_at()


class SpendRow(LedgerRow, table=True):
    """A line that was taken in, once, as it was told; a later version of it comes beside it when a person takes it."""

    __tablename__ = "spend"
    __table_args__ = (
        CheckConstraint("pence <> 0", name="pence_not_nothing"),
        CheckConstraint("state IN ('attributed', 'asked', 'set_aside', 'paid_in')", name="state_known"),
        CheckConstraint(
            "source IN ('bank_statement', 'card_feed', 'provider_invoice')",
            name="source_known",
        ),
        Index("ix_spend_budget", "budget_id", "value_date", "spend_id"),
        Index("ix_spend_document", "budget_id", "document", postgresql_where=text("document <> ''")),
    )

    council: str = Field(primary_key=True, sa_type=Text)
    spend_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    budget_id: UUID
    source: str = Field(sa_type=Text)
    account: str = Field(sa_type=Text)
    value_date: date
    pence: int = Field(sa_type=BigInteger)
    payee: str = Field(sa_type=Text)
    reference: str = Field(sa_type=Text)
    document: str = Field(sa_type=Text)
    line: dict[str, Any] = Field(sa_type=JSONB)
    state: str = Field(sa_type=Text)
    imported_by: str = Field(sa_type=Text)
    recorded_at: datetime = recorded_at()


class SpendPartRow(LedgerRow, table=True):
    """What one account of one fund paid of a spend, or got back; below zero where it got back."""

    __tablename__ = "spend_part"
    __table_args__ = (
        CheckConstraint("pence <> 0", name="pence_not_nothing"),
        Index("ix_spend_part_spend", "spend_id"),
        Index("ix_spend_part_budget", "budget_id"),
        Index("ix_spend_part_entry", "council", "entry_id"),
    )

    part_id: int | None = Field(
        default=None, primary_key=True, sa_type=BigInteger, sa_column_args=[Identity(always=True)]
    )
    council: str = Field(sa_type=Text)
    budget_id: UUID
    spend_id: UUID
    of_spend_id: UUID
    entry_id: UUID
    fund_id: UUID
    stream: str = Field(sa_type=Text)
    account: str = Field(sa_type=Text)
    item_id: UUID | None = None
    use: str | None = Field(default=None, sa_type=Text)
    pence: int = Field(sa_type=BigInteger)
    recorded_at: datetime = recorded_at()


class SpendQueryRow(LedgerRow, table=True):
    """A question about a spend."""

    __tablename__ = "spend_query"
    __table_args__ = (
        CheckConstraint("pence > 0", name="pence_above_zero"),
        CheckConstraint("(answer IS NULL) = (answered_on IS NULL)", name="answered_on_a_day"),
        Index("ix_spend_query_budget", "budget_id"),
        Index("ix_spend_query_open", "council", "due_on", "query_id", postgresql_where=text("answer IS NULL")),
    )

    council: str = Field(primary_key=True, sa_type=Text)
    query_id: UUID = Field(primary_key=True)
    budget_id: UUID
    spend_id: UUID
    kind: str = Field(sa_type=Text)
    pence: int = Field(sa_type=BigInteger)
    reasons: list[str] = _words()
    owner: str = Field(sa_type=Text)
    raised_on: date
    due_on: date
    answer: str | None = Field(default=None, sa_type=Text)
    answered_on: date | None = None
    changed_line: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    recorded_at: datetime = recorded_at()


class SpendQueryStepRow(LedgerRow, table=True):
    """One thing that happened to a query; added only."""

    __tablename__ = "spend_query_step"

    council: str = Field(primary_key=True, sa_type=Text)
    query_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    happened_on: date
    by: str = Field(sa_type=Text)
    words: str = Field(sa_type=Text)
    recorded_at: datetime = recorded_at()


class BudgetAlertRow(LedgerRow, table=True):
    """An alert to a person; there is one open alert for each cause at most."""

    __tablename__ = "budget_alert"
    __table_args__ = (
        CheckConstraint("cleared_on >= raised_on", name="cleared_after_it_was_raised"),
        Index(
            "uq_budget_alert_open",
            "budget_id",
            "kind",
            "about",
            unique=True,
            postgresql_where=text("cleared_on IS NULL"),
        ),
        Index("ix_budget_alert_council", "council", "raised_on", "alert_id"),
    )

    alert_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text)
    budget_id: UUID
    kind: str = Field(sa_type=Text)
    about: UUID
    text: str = Field(sa_type=Text)
    pence: int = Field(sa_type=BigInteger)
    raised_on: date
    cleared_on: date | None = None
    recorded_at: datetime = recorded_at()


class SpentWeekRow(LedgerRow, table=True):
    """What one stream paid for one use in a week of a budget, as far as the journal was read for telling it.

    ``use`` is empty where entries tell none.
    """

    __tablename__ = "spent_week"
    __table_args__ = (CheckConstraint("extract(isodow FROM week_starts_on) = 1", name="starts_on_a_monday"),)

    budget_id: UUID = Field(primary_key=True)
    week_starts_on: date = Field(primary_key=True)
    stream: str = Field(primary_key=True, sa_type=Text)
    use: str = Field(primary_key=True, sa_type=Text)
    council: str = Field(sa_type=Text)
    pence: int = Field(sa_type=BigInteger)


class SpendingToldRow(LedgerRow, table=True):
    """How far a council's journal was read for telling what was spent: every entry up to ``sequence`` is told."""

    __tablename__ = "spending_told"

    council: str = Field(primary_key=True, sa_type=Text)
    sequence: int = Field(sa_type=BigInteger)


class CouncilFigureRow(LedgerRow, table=True):
    """A figure that a council set, such as ``spending.answer_days``; the latest holds."""

    __tablename__ = "council_figure"
    __table_args__ = (Index("ix_council_figure_name", "council", "name", "figure_id"),)

    figure_id: int | None = Field(
        default=None, primary_key=True, sa_type=BigInteger, sa_column_args=[Identity(always=True)]
    )
    council: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    figure: int = Field(sa_type=BigInteger)
    set_by: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    recorded_at: datetime = recorded_at()


class CodeMappingRow(LedgerRow, table=True):
    """One version of the mapping to a council's general ledger; the latest holds."""

    __tablename__ = "code_mapping"

    council: str = Field(primary_key=True, sa_type=Text)
    version: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    mapping: str = Field(sa_type=Text)
    set_by: str = Field(sa_type=Text)
    recorded_at: datetime = recorded_at()
