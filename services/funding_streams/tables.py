"""Storage rows of the funding streams: what is known of a person, and every version of every decision."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from braid.kit.service_tables import recorded_at, service_metadata


class FundingStreamsRow(SQLModel):
    """Base of the service's rows."""

    metadata = service_metadata()


metadata = FundingStreamsRow.metadata


class CaseRow(FundingStreamsRow, table=True):
    """The latest agreed assessment and allocation of a person, as far as streams decide on them."""

    __tablename__ = "case_facts"

    person_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text)
    assessment_id: UUID | None = None
    assessment_version: int = Field(default=0, sa_type=BigInteger)
    agreed_on: date | None = None
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    allocation: dict[str, Any] | None = Field(default=None, sa_type=JSONB)


class AwardRow(FundingStreamsRow, table=True):
    """One version of one stream's decision on one person; never changed."""

    __tablename__ = "award"
    __table_args__ = (
        CheckConstraint("amount_pence >= 0", name="amount_not_below_zero"),
        CheckConstraint("contribution_pence BETWEEN 0 AND amount_pence", name="contribution_within_amount"),
        Index("ix_award_person", "person_id", "stream"),
    )

    award_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    council: str = Field(sa_type=Text)
    person_id: UUID
    stream: str = Field(sa_type=Text)
    status: str = Field(sa_type=Text)
    amount_pence: int = Field(sa_type=BigInteger)
    contribution_pence: int = Field(sa_type=BigInteger)
    rules_as_of: date
    decision: dict[str, Any] = Field(sa_type=JSONB)
    recorded_at: datetime = recorded_at()
