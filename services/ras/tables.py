"""Storage rows of the resource allocation system."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Column, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from braid.kit.service_tables import recorded_at, service_metadata


class RasRow(SQLModel):
    """Base of the service's rows."""

    metadata = service_metadata()


metadata = RasRow.metadata


class AllocationRow(RasRow, table=True):
    """An indicative allocation with its working; a new assessment makes a new version, none is ever changed."""

    __tablename__ = "allocation"
    __table_args__ = (
        UniqueConstraint("person_id", "version"),
        CheckConstraint("pence_per_year >= 0", name="not_below_zero"),
        CheckConstraint("outcome IN ('calculated', 'needs_a_person')", name="outcome_known"),
        Index("ix_allocation_assessment", "assessment_id", "assessment_version", unique=True),
    )

    allocation_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text)
    person_id: UUID
    version: int = Field(sa_type=BigInteger)
    assessment_id: UUID
    assessment_version: int = Field(sa_type=BigInteger)
    outcome: str = Field(sa_type=Text)
    table_id: str = Field(sa_type=Text)
    table_version: int = Field(sa_type=BigInteger)
    as_of: date
    points_thousandths: int = Field(sa_type=BigInteger)
    pence_per_year: int = Field(sa_type=BigInteger)
    lines: list[dict[str, Any]] = Field(sa_type=JSONB)
    points_explanation: list[dict[str, Any]] = Field(sa_type=JSONB)
    notes: list[str] = Field(sa_type=JSONB)
    need: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    days: list[dict[str, Any]] | None = Field(default=None, sa_type=JSONB)
    costed_hours: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    recorded_at: datetime = recorded_at()


class SettlementRow(RasRow, table=True):
    """A final figure with its lines, its author and the reason; a later one comes beside it, none is ever changed.

    ``indicative_pence_per_year`` is null where the table had no figure.
    """

    __tablename__ = "settlement"
    __table_args__ = (
        UniqueConstraint("person_id", "version"),
        CheckConstraint("pence_per_year >= 0", name="not_below_zero"),
        CheckConstraint(
            "pence_per_year IS NOT DISTINCT FROM indicative_pence_per_year OR btrim(reason) <> ''",
            name="departure_has_a_reason",
        ),
        CheckConstraint("decided_by IN ('practitioner', 'approver')", name="decided_by_known"),
    )

    settlement_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text)
    person_id: UUID
    version: int = Field(sa_type=BigInteger)
    allocation_id: UUID = Field(foreign_key="allocation.allocation_id")
    assessment_id: UUID
    assessment_version: int = Field(sa_type=BigInteger)
    points_thousandths: int = Field(sa_type=BigInteger)
    indicative_pence_per_year: int | None = Field(default=None, sa_type=BigInteger)
    pence_per_year: int = Field(sa_type=BigInteger)
    decided_on: date
    decided_by: str = Field(sa_type=Text)
    author: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    grounds: str | None = Field(default=None, sa_type=Text)
    carer_hours: list[dict[str, Any]] = Field(sa_type=JSONB)
    lines: list[dict[str, Any]] = Field(sa_type=JSONB)
    flags: list[str] = Field(sa_type=JSONB)
    yearly_pence: list[int] = Field(sa_column=Column(ARRAY(BigInteger), nullable=False))
    recorded_at: datetime = recorded_at()
