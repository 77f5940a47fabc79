"""Storage rows of the assessment service: the only place with names."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from braid.kit.service_tables import recorded_at, service_metadata


class AssessmentServiceRow(SQLModel):
    """Base of the assessment service's rows."""

    metadata = service_metadata()


metadata = AssessmentServiceRow.metadata


class PersonRow(AssessmentServiceRow, table=True):
    """A person whose case a council opened."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("council", "reference"),)

    person_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text)
    reference: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    user_group: str = Field(sa_type=Text)
    opened_on: date
    recorded_at: datetime = recorded_at()


class AssessmentRow(AssessmentServiceRow, table=True):
    """An assessment as it stands; its version rises with each change."""

    __tablename__ = "assessment"
    __table_args__ = (
        CheckConstraint("state IN ('drafted', 'submitted', 'agreed')", name="state_known"),
        Index("ix_assessment_person", "person_id"),
    )

    assessment_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text)
    person_id: UUID
    version: int = Field(sa_type=BigInteger)
    state: str = Field(sa_type=Text)
    questionnaire: str = Field(sa_type=Text)
    questionnaire_version: int = Field(sa_type=BigInteger)
    answers: dict[str, Any] = Field(sa_type=JSONB)
    submitted_on: date | None = None
    agreed_on: date | None = None
    recorded_at: datetime = recorded_at()


class AssessmentChangeRow(AssessmentServiceRow, table=True):
    """What each version of an assessment was, and who made it so; never changed."""

    __tablename__ = "assessment_change"

    assessment_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    council: str = Field(sa_type=Text)
    what: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    answers: dict[str, Any] = Field(sa_type=JSONB)
    changed_by: str = Field(sa_type=Text)
    recorded_at: datetime = recorded_at()
