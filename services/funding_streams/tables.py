"""Storage rows of the funding streams: what is known of a person, what was decided, partners' and councils' words."""

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
    """The latest agreed assessment, allocation and final figure of a person, as far as streams decide on them."""

    __tablename__ = "case_facts"

    person_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text)
    assessment_id: UUID | None = None
    assessment_version: int = Field(default=0, sa_type=BigInteger)
    agreed_on: date | None = None
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    allocation: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    settlement: dict[str, Any] | None = Field(default=None, sa_type=JSONB)


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


class PartnerDecisionRow(FundingStreamsRow, table=True):
    """One version of one decision of a partner agency, as it was told; never changed."""

    __tablename__ = "partner_decision"
    __table_args__ = (
        CheckConstraint("version >= 1", name="version_from_one"),
        Index("ix_partner_decision_person", "person_id"),
    )

    council: str = Field(primary_key=True, sa_type=Text)
    agency: str = Field(primary_key=True, sa_type=Text)
    reference: str = Field(primary_key=True, sa_type=Text)
    version: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    person_id: UUID
    stream: str = Field(sa_type=Text)
    decision: dict[str, Any] = Field(sa_type=JSONB)
    recorded_at: datetime = recorded_at()


class CouncilSettingRow(FundingStreamsRow, table=True):
    """One choice of a council of what the law leaves to it, from a day on; never changed, a later one comes beside it.

    ``choice`` is ``{"value": ...}``, since no value at all is a choice for some settings.
    """

    __tablename__ = "council_setting"
    __table_args__ = (CheckConstraint("version >= 1", name="version_from_one"),)

    council: str = Field(primary_key=True, sa_type=Text)
    name: str = Field(primary_key=True, sa_type=Text)
    version: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    starts_on: date
    choice: dict[str, Any] = Field(sa_type=JSONB)
    reason: str = Field(sa_type=Text)
    chosen_by: str = Field(sa_type=Text)
    recorded_at: datetime = recorded_at()
