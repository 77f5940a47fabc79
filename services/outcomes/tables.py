"""Storage rows of the outcomes service."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from braid.kit.service_tables import recorded_at, service_metadata
from services.outcomes.domain.instruments import Respondent

_RESPONDENTS = ", ".join(f"'{one.value}'" for one in Respondent)


class OutcomesRow(SQLModel):
    """Base of the service's rows."""

    metadata = service_metadata()


metadata = OutcomesRow.metadata


class PersonRow(OutcomesRow, table=True):
    """Somebody with a case, as events tell of them."""

    __tablename__ = "person"

    person_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text)
    # Null until an event that tells it was heard.
    user_group: str | None = Field(default=None, sa_type=Text)
    died_on: date | None = None


class CarerRow(OutcomesRow, table=True):
    """Somebody who helps a person, and has an assessment of their own."""

    __tablename__ = "carer"
    __table_args__ = (Index("ix_carer_person", "person_id"),)

    carer_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text)
    person_id: UUID


class ToldRow(OutcomesRow, table=True):
    """A thing that another service told of a person, under its own name; told again, it takes its own place."""

    __tablename__ = "told"
    __table_args__ = (Index("ix_told_council", "council", "person_id"),)

    person_id: UUID = Field(primary_key=True)
    # The field of `domain.told.Told` that it belongs to.
    kind: str = Field(primary_key=True, sa_type=Text)
    name: str = Field(primary_key=True, sa_type=Text)
    council: str = Field(sa_type=Text)
    record: dict[str, Any] = Field(sa_type=JSONB)


class PaymentRow(OutcomesRow, table=True):
    """One attempt at paying: its day, and whether the bank paid it or did not; it may do both."""

    __tablename__ = "payment"
    __table_args__ = (Index("ix_payment_person", "person_id"), Index("ix_payment_council", "council", "person_id"))

    payment_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text)
    person_id: UUID
    # Null until the approval of its run was heard.
    pay_on: date | None = None
    is_settled: bool = False
    is_rejected: bool = False


class ResponseRow(OutcomesRow, table=True):
    """What somebody answered about a person's life, or about a carer's; taken back with a reason, never changed."""

    __tablename__ = "response"
    __table_args__ = (
        CheckConstraint(f"respondent IN ({_RESPONDENTS})", name="respondent_known"),
        CheckConstraint(
            "(taken_back_at IS NULL) = (taken_back_by IS NULL)"
            " AND (taken_back_at IS NULL) = (taken_back_because IS NULL)",
            name="taken_back_whole",
        ),
        Index("ix_response_person", "person_id"),
        Index(
            "uq_response_wave",
            "person_id",
            "carer_id",
            "instrument_id",
            "wave",
            "number",
            unique=True,
            postgresql_where=text("taken_back_at IS NULL"),
            postgresql_nulls_not_distinct=True,
        ),
    )

    response_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text)
    person_id: UUID
    # Null where it is about the person themselves.
    carer_id: UUID | None = None
    instrument_id: str = Field(sa_type=Text)
    version: int = Field(sa_type=BigInteger)
    respondent: str = Field(sa_type=Text)
    wave: str = Field(sa_type=Text)
    number: int = Field(sa_type=BigInteger)
    answered_on: date
    answers: dict[str, int] = Field(sa_type=JSONB)
    recorded_by: str = Field(sa_type=Text)
    recorded_at: datetime = recorded_at()
    taken_back_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    taken_back_by: str | None = Field(default=None, sa_type=Text)
    taken_back_because: str | None = Field(default=None, sa_type=Text)


class LicenceStatementRow(OutcomesRow, table=True):
    """What a council has stated about its licences of one instrument; the latest holds whole, none is ever changed."""

    __tablename__ = "licence_statement"

    council: str = Field(primary_key=True, sa_type=Text)
    instrument_id: str = Field(primary_key=True, sa_type=Text)
    version: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    licences: list[dict[str, Any]] = Field(sa_type=JSONB)
    wordings: list[dict[str, Any]] = Field(sa_type=JSONB)
    reason: str = Field(sa_type=Text)
    stated_by: str = Field(sa_type=Text)
    recorded_at: datetime = recorded_at()


class SpendingWeekRow(OutcomesRow, table=True):
    """What one stream paid for one use in a week of somebody's budget, as the ledger told it last.

    ``use`` is empty where the ledger tells none; ``told_sequence`` is the ledger's, and a higher one replaces the sum.
    """

    __tablename__ = "spending_week"
    __table_args__ = (
        CheckConstraint("extract(isodow FROM week) = 1", name="week_starts_on_a_monday"),
        Index("ix_spending_week_person", "person_id"),
    )

    council: str = Field(primary_key=True, sa_type=Text)
    # The Monday. Weeks come before people: tellings of a time lie together, and so do the weeks of a range.
    week: date = Field(primary_key=True)
    person_id: UUID = Field(primary_key=True)
    stream: str = Field(primary_key=True, sa_type=Text)
    use: str = Field(primary_key=True, sa_type=Text)
    budget_id: UUID
    pence: int = Field(sa_type=BigInteger)
    told_sequence: int = Field(sa_type=BigInteger)
