"""Storage rows of the support-planning service."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from braid.kit.service_tables import recorded_at, service_metadata
from services.support_planning.domain.lifecycle import State


class SupportPlanningRow(SQLModel):
    """Base of the service's rows."""

    metadata = service_metadata()


metadata = SupportPlanningRow.metadata

_STATES = ", ".join(f"'{state.value}'" for state in State)


class ProgressRow(SupportPlanningRow, table=True):
    """Where one person's budget has got to, and since when."""

    __tablename__ = "progress"
    __table_args__ = (
        Index("ix_progress_waiting", "council", "stage", "since", "person_id"),
        Index("ix_progress_of_group", "council", "user_group", "stage", "since", "person_id"),
    )

    person_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text)
    stage: str = Field(sa_type=Text)
    # Null until an event that tells it was heard.
    user_group: str | None = Field(default=None, sa_type=Text)
    # Milestones with their times, the latest decision of each stream, and the latest plan.
    state: dict[str, Any] = Field(sa_type=JSONB)
    since: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


class AwardRow(SupportPlanningRow, table=True):
    """The latest decision of each stream, as far as plans and reviews look at it."""

    __tablename__ = "award"
    __table_args__ = (Index("ix_award_of_person", "person_id", "stream"),)

    award_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text)
    person_id: UUID
    version: int = Field(sa_type=BigInteger)
    stream: str = Field(sa_type=Text)
    status: str = Field(sa_type=Text)
    amount_pence: int = Field(sa_type=BigInteger)
    starts_on: date
    ends_on: date
    review_on: date | None = None


class AgreedNeedsRow(SupportPlanningRow, table=True):
    """What an agreed assessment tells of needs; never changed."""

    __tablename__ = "agreed_needs"
    __table_args__ = (Index("ix_agreed_needs_person", "person_id"),)

    assessment_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text)
    person_id: UUID
    agreed_on: date
    needs: dict[str, Any] = Field(sa_type=JSONB)
    recorded_at: datetime = recorded_at()


class PlanRow(SupportPlanningRow, table=True):
    """A plan as it stands; its version rises with each change."""

    __tablename__ = "plan"
    __table_args__ = (
        CheckConstraint(f"state IN ({_STATES})", name="state_known"),
        UniqueConstraint("person_id", "number"),
        # The order in which plans wait to be decided on.
        Index(
            "ix_plan_submitted",
            "council",
            text("(submission ->> 'submitted_on')"),
            text("(- ((submission ->> 'pence_in_a_year'))::bigint)"),
            "plan_id",
            postgresql_where=text("state = 'submitted'"),
        ),
    )

    plan_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text)
    person_id: UUID
    number: int = Field(sa_type=BigInteger)
    version: int = Field(sa_type=BigInteger)
    state: str = Field(sa_type=Text)
    content: dict[str, Any] = Field(sa_type=JSONB)
    # How it was handed in: the check, its findings, the route; and how it was decided.
    submission: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    decision: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    effective_from: date | None = None
    recorded_at: datetime = recorded_at()


class PlanChangeRow(SupportPlanningRow, table=True):
    """What each version of a plan was, who made it so and why; never changed."""

    __tablename__ = "plan_change"
    # A council's own, without what the plans say: how long people wait is worked out from these alone.
    __table_args__ = (
        Index("ix_plan_change_times", "council", "plan_id", "version", postgresql_include=["state", "changed_at"]),
    )

    plan_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    council: str = Field(sa_type=Text)
    step: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    content: dict[str, Any] = Field(sa_type=JSONB)
    reason: str = Field(sa_type=Text)
    changed_by: str = Field(sa_type=Text)
    changed_at: datetime = Field(sa_type=DateTime(timezone=True))


class PlanItemRow(SupportPlanningRow, table=True):
    """Whose an item is: the ledger keeps items by their ids, so that no two people may have one of the same."""

    __tablename__ = "plan_item"

    item_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text)
    person_id: UUID


class HoldingChangeRow(SupportPlanningRow, table=True):
    """How the money of an approved plan is held from a day on; the latest for a day holds, none is ever changed."""

    __tablename__ = "holding_change"

    plan_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    council: str = Field(sa_type=Text)
    effective_from: date
    holdings: list[dict[str, Any]] = Field(sa_type=JSONB)
    held: dict[str, Any] = Field(sa_type=JSONB)
    reason: str = Field(sa_type=Text)
    changed_by: str = Field(sa_type=Text)
    recorded_at: datetime = recorded_at()


class InvolvementRow(SupportPlanningRow, table=True):
    """That a member of staff is involved with a person beyond their work; ended, never deleted."""

    __tablename__ = "involvement"

    person_id: UUID = Field(primary_key=True)
    subject: str = Field(primary_key=True, sa_type=Text)
    kind: str = Field(primary_key=True, sa_type=Text)
    council: str = Field(sa_type=Text)
    is_ended: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    recorded_by: str = Field(sa_type=Text)
    recorded_at: datetime = recorded_at()


class ReviewRow(SupportPlanningRow, table=True):
    """A review that is to be held, or was."""

    __tablename__ = "review"
    __table_args__ = (Index("ix_review_person", "person_id"),)

    review_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text)
    person_id: UUID
    plan_id: UUID | None = None
    kind: str = Field(sa_type=Text)
    stream: str | None = Field(default=None, sa_type=Text)
    reason: str = Field(sa_type=Text)
    due_on: date
    reminded_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    held_on: date | None = None
    result: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    version: int = Field(sa_type=BigInteger)
    recorded_at: datetime = recorded_at()


class ChallengeRow(SupportPlanningRow, table=True):
    """A decision that somebody challenges, with the answer once there is one; it goes with the person's progress."""

    __tablename__ = "challenge"
    __table_args__ = (
        Index("ix_challenge_person", "person_id"),
        Index("ix_challenge_unanswered", "council", "recorded_at", postgresql_where=text("answer IS NULL")),
    )

    challenge_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text)
    person_id: UUID = Field(foreign_key="progress.person_id", ondelete="CASCADE")
    about: str = Field(sa_type=Text)
    stream: str | None = Field(default=None, sa_type=Text)
    plan_id: UUID | None = None
    words: str = Field(sa_type=Text)
    wants: str | None = Field(default=None, sa_type=Text)
    made_on: date
    made_by: str = Field(sa_type=Text)
    # What waits for its answer is looked for by it, so none is SQL's and not JSON's.
    answer: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    version: int = Field(sa_type=BigInteger)
    recorded_at: datetime = recorded_at()


class CouncilChoiceRow(SupportPlanningRow, table=True):
    """What a council has chosen from a day on, such as its prices or its limits; none is ever changed."""

    __tablename__ = "council_choice"

    council: str = Field(primary_key=True, sa_type=Text)
    name: str = Field(primary_key=True, sa_type=Text)
    version: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    starts_on: date
    content: dict[str, Any] = Field(sa_type=JSONB)
    reason: str = Field(sa_type=Text)
    chosen_by: str = Field(sa_type=Text)
    recorded_at: datetime = recorded_at()


class TimerRow(SupportPlanningRow, table=True):
    """Something to be done when its time has come; kept until it was done, whatever happens in between."""

    __tablename__ = "timer"
    __table_args__ = (Index("ix_timer_due", "council", "due_at", postgresql_where=text("done_at IS NULL")),)

    timer_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text)
    person_id: UUID
    kind: str = Field(sa_type=Text)
    about: dict[str, Any] = Field(sa_type=JSONB)
    due_at: datetime = Field(sa_type=DateTime(timezone=True))
    done_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


class TimedCouncilRow(SupportPlanningRow, table=True):
    """Councils that have timers: whoever looks for what is due asks for one council after the other."""

    __tablename__ = "timed_council"

    council: str = Field(primary_key=True, sa_type=Text)
