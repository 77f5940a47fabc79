"""Storage rows of long jobs: evaluations and statutory returns that a council asked for."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from braid.kit.service_tables import recorded_at
from services.outcomes.tables import OutcomesRow


class _JobColumns(OutcomesRow):
    """What every job has (`braid.kit.jobs.rows`): how far it is, and how it ended."""

    council: str = Field(sa_type=Text)
    asked_by: str = Field(sa_type=Text)
    status: str = Field(default="waiting", sa_type=Text)
    attempt: int = Field(default=0, sa_type=BigInteger)
    alive_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    done: int = Field(default=0, sa_type=BigInteger)
    of_all: int | None = Field(default=None, sa_type=BigInteger)
    results: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    problem: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))


def _job_checks() -> tuple[CheckConstraint, ...]:
    return (
        CheckConstraint("status IN ('waiting', 'running', 'done', 'failed')", name="status_known"),
        CheckConstraint("(status = 'done') = (results IS NOT NULL)", name="done_has_results"),
        CheckConstraint("(status = 'failed') = (problem IS NOT NULL)", name="failed_has_a_problem"),
    )


class EvaluationRow(_JobColumns, table=True):
    """An evaluation that was asked for, and how far it is; what it found tells of nobody alone."""

    __tablename__ = "evaluation"
    __table_args__ = (
        *_job_checks(),
        Index("ix_evaluation_by_time", "council", text("recorded_at DESC"), text("evaluation_id DESC")),
    )

    evaluation_id: UUID = Field(primary_key=True)
    question: dict[str, Any] = Field(sa_type=JSONB)
    recorded_at: datetime = recorded_at()


class EvaluationFileRow(OutcomesRow, table=True):
    """A file of an evaluation: people to compare with, until it has ended; its report, afterwards."""

    __tablename__ = "evaluation_file"
    __table_args__ = (PrimaryKeyConstraint("evaluation_id", "name"),)

    evaluation_id: UUID = Field(foreign_key="evaluation.evaluation_id")
    name: str = Field(sa_type=Text)
    council: str = Field(sa_type=Text)
    content: bytes = Field(sa_type=LargeBinary)


class StatutoryReturnRow(_JobColumns, table=True):
    """A return that was asked for, and how far it is; its rows are kept by person, until a day."""

    __tablename__ = "statutory_return"
    __table_args__ = (
        *_job_checks(),
        CheckConstraint("la_code ~ '^([0-9]{3})?$'", name="la_code_is_three_digits"),
        Index("ix_statutory_return_by_time", "council", text("recorded_at DESC"), text("return_id DESC")),
    )

    return_id: UUID = Field(primary_key=True)
    quarter_ends_on: date
    # The Department's code of the council; empty where nobody told it.
    la_code: str = Field(sa_type=Text)
    kept_until: date
    recorded_at: datetime = recorded_at()


class StatutoryReturnPersonRow(OutcomesRow, table=True):
    """One person's rows of a return, as lines of its file, and what is wrong in them; they go when the person does."""

    __tablename__ = "statutory_return_person"
    __table_args__ = (PrimaryKeyConstraint("return_id", "place"), Index("ix_statutory_return_person", "person_id"))

    return_id: UUID = Field(foreign_key="statutory_return.return_id")
    # Among the people of the file.
    place: int = Field(sa_type=BigInteger)
    council: str = Field(sa_type=Text)
    person_id: UUID
    # How many lines there are.
    rows: int = Field(sa_type=BigInteger)
    lines: str = Field(sa_type=Text)
    # Each with its row among the person's own, its field, how it fared and why.
    faults: list[dict[str, Any]] = Field(sa_type=JSONB)
