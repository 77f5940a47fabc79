"""Plans with their history, how money is held, reviews, timers, awards as plans see them, and what councils choose.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSONB

from braid.kit.roles import Roles
from braid.kit.row_level_security import guard_by_council

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ROLES = Roles("support_planning")
STATES = ("draft", "submitted", "amendment_asked", "refused", "approved", "withdrawn")

#: Table -> what the application may do with its rows; history may be added to and never changed.
RIGHTS = {
    "award": "SELECT, INSERT, UPDATE",
    "plan": "SELECT, INSERT, UPDATE",
    "plan_change": "SELECT, INSERT",
    "plan_item": "SELECT, INSERT",
    "holding_change": "SELECT, INSERT",
    "involvement": "SELECT, INSERT, UPDATE",
    "review": "SELECT, INSERT, UPDATE",
    "council_choice": "SELECT, INSERT",
    "timer": "SELECT, INSERT, UPDATE",
}


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _big(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _uuid(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def _day(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Date(), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _json(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, JSONB, nullable=nullable)


def _recorded_at() -> sa.Column[object]:
    return sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, server_default=func.now())


def upgrade() -> None:
    _create_plans()
    _create_what_plans_rest_on()
    _create_reviews_and_timers()
    for table, rights in RIGHTS.items():
        for statement in guard_by_council(table, ROLES.app):
            op.execute(statement)
        op.execute(f"GRANT {rights} ON {table} TO {ROLES.app}")
    # It names councils and nobody: whoever looks for what is due must see all of them.
    op.execute(f"GRANT SELECT, INSERT ON timed_council TO {ROLES.app}")


def _create_plans() -> None:
    known = ", ".join(f"'{state}'" for state in STATES)
    op.create_table(
        "plan",
        _uuid("plan_id"),
        _text("council"),
        _uuid("person_id"),
        _big("number"),
        _big("version"),
        _text("state"),
        _json("content"),
        _json("submission", nullable=True),
        _json("decision", nullable=True),
        _day("effective_from", nullable=True),
        _recorded_at(),
        sa.PrimaryKeyConstraint("plan_id", name="pk_plan"),
        sa.UniqueConstraint("person_id", "number", name="uq_plan_person_id_number"),
        sa.CheckConstraint(f"state IN ({known})", name="ck_plan_state_known"),
    )
    op.create_table(
        "plan_change",
        _uuid("plan_id"),
        _big("version"),
        _text("council"),
        _text("step"),
        _text("state"),
        _json("content"),
        _text("reason"),
        _text("changed_by"),
        _moment("changed_at"),
        sa.PrimaryKeyConstraint("plan_id", "version", name="pk_plan_change"),
    )
    op.create_table(
        "plan_item",
        _uuid("item_id"),
        _text("council"),
        _uuid("person_id"),
        sa.PrimaryKeyConstraint("item_id", name="pk_plan_item"),
    )
    op.create_table(
        "holding_change",
        _uuid("plan_id"),
        _big("number"),
        _text("council"),
        _day("effective_from"),
        _json("holdings"),
        _json("held"),
        _text("reason"),
        _text("changed_by"),
        _recorded_at(),
        sa.PrimaryKeyConstraint("plan_id", "number", name="pk_holding_change"),
    )


def _create_what_plans_rest_on() -> None:
    op.create_table(
        "award",
        _uuid("award_id"),
        _text("council"),
        _uuid("person_id"),
        _big("version"),
        _text("stream"),
        _text("status"),
        _big("amount_pence"),
        _day("starts_on"),
        _day("ends_on"),
        _day("review_on", nullable=True),
        sa.PrimaryKeyConstraint("award_id", name="pk_award"),
    )
    op.create_table(
        "involvement",
        _uuid("person_id"),
        _text("subject"),
        _text("kind"),
        _text("council"),
        sa.Column("is_ended", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        _text("recorded_by"),
        _recorded_at(),
        sa.PrimaryKeyConstraint("person_id", "subject", "kind", name="pk_involvement"),
    )
    op.create_table(
        "council_choice",
        _text("council"),
        _text("name"),
        _big("version"),
        _day("starts_on"),
        _json("content"),
        _text("reason"),
        _text("chosen_by"),
        _recorded_at(),
        sa.PrimaryKeyConstraint("council", "name", "version", name="pk_council_choice"),
    )


def _create_reviews_and_timers() -> None:
    op.create_table(
        "review",
        _uuid("review_id"),
        _text("council"),
        _uuid("person_id"),
        _uuid("plan_id", nullable=True),
        _text("kind"),
        _text("stream", nullable=True),
        _text("reason"),
        _day("due_on"),
        _moment("reminded_at", nullable=True),
        _day("held_on", nullable=True),
        _json("result", nullable=True),
        _big("version"),
        _recorded_at(),
        sa.PrimaryKeyConstraint("review_id", name="pk_review"),
    )
    op.create_index("ix_review_person", "review", ["person_id"])
    op.create_table(
        "timer",
        _uuid("timer_id"),
        _text("council"),
        _uuid("person_id"),
        _text("kind"),
        _json("about"),
        _moment("due_at"),
        _moment("done_at", nullable=True),
        sa.PrimaryKeyConstraint("timer_id", name="pk_timer"),
    )
    op.create_index("ix_timer_due", "timer", ["council", "due_at"], postgresql_where=sa.text("done_at IS NULL"))
    op.create_table("timed_council", _text("council"), sa.PrimaryKeyConstraint("council", name="pk_timed_council"))


def downgrade() -> None:
    for table in (*RIGHTS, "timed_council"):
        op.drop_table(table)
