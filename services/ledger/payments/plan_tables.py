"""Storage rows of what payments follow: approved plans, how their money is held, and what is missing for paying."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from braid.kit.service_tables import recorded_at
from services.ledger.tables import LedgerRow


class ApprovedPlanRow(LedgerRow, table=True):
    """A plan as it was approved; it is never changed, a new one takes its place."""

    __tablename__ = "approved_plan"
    __table_args__ = (Index("ix_approved_plan_budget", "budget_id"),)

    plan_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text)
    budget_id: UUID
    approved_on: date
    effective_from: date
    items: list[dict[str, Any]] = Field(sa_type=JSONB)
    holdings: list[dict[str, Any]] = Field(sa_type=JSONB)
    recorded_at: datetime = recorded_at()


class PlanHoldingRow(LedgerRow, table=True):
    """A change of how the money of a plan is held, from a day on; it may come before its plan does."""

    __tablename__ = "plan_holding"
    __table_args__ = (Index("ix_plan_holding_budget", "budget_id"),)

    plan_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    council: str = Field(sa_type=Text)
    budget_id: UUID
    effective_from: date
    held: list[dict[str, Any]] = Field(sa_type=JSONB)
    holdings: list[dict[str, Any]] = Field(sa_type=JSONB)
    recorded_at: datetime = recorded_at()


class PaymentMatterRow(LedgerRow, table=True):
    """Something that is missing for paying as the plan says; open until it is there."""

    __tablename__ = "payment_matter"
    __table_args__ = (
        Index(
            "uq_payment_matter_open",
            "budget_id",
            "code",
            "about",
            unique=True,
            postgresql_where=text("cleared_at IS NULL"),
        ),
        Index("ix_payment_matter_council", "council", "matter_id", postgresql_where=text("cleared_at IS NULL")),
    )

    matter_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text)
    budget_id: UUID
    person_id: UUID
    code: str = Field(sa_type=Text)
    about: str = Field(sa_type=Text)
    words: str = Field(sa_type=Text)
    cleared_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    recorded_at: datetime = recorded_at()
