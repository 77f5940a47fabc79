"""Storage rows of the resource allocation system."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
    text,
)
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
    user_group: str | None = Field(default=None, sa_type=Text)
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


class ScenarioRow(RasRow, table=True):
    """What somebody asked to try on a population, and how far it is.

    A run shows that it is alive; one that has been silent for long is anybody's to take up again, as the next attempt.
    """

    __tablename__ = "scenario"
    __table_args__ = (
        CheckConstraint("status IN ('waiting', 'running', 'done', 'failed')", name="status_known"),
        CheckConstraint("(status = 'done') = (results IS NOT NULL)", name="done_has_results"),
        CheckConstraint("(status = 'failed') = (problem IS NOT NULL)", name="failed_has_a_problem"),
        Index("ix_scenario_by_time", "council", text("recorded_at DESC"), text("scenario_id DESC")),
    )

    scenario_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text)
    asked_by: str = Field(sa_type=Text)
    question: dict[str, Any] = Field(sa_type=JSONB)
    people_form: str = Field(sa_type=Text)
    status: str = Field(default="waiting", sa_type=Text)
    attempt: int = Field(default=0, sa_type=BigInteger)
    alive_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    people_done: int = Field(default=0, sa_type=BigInteger)
    people: int | None = Field(default=None, sa_type=BigInteger)
    results: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    problem: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    recorded_at: datetime = recorded_at()


class ScenarioFileRow(RasRow, table=True):
    """The people of a scenario: as they were given, until it is worked out; and with its results, afterwards."""

    __tablename__ = "scenario_file"
    __table_args__ = (PrimaryKeyConstraint("scenario_id", "name"),)

    scenario_id: UUID = Field(foreign_key="scenario.scenario_id")
    name: str = Field(sa_type=Text)
    council: str = Field(sa_type=Text)
    content: bytes = Field(sa_type=LargeBinary)
