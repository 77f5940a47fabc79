"""Challenges of decisions. They go with the person's progress, and so with the person.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSONB

from braid.kit.roles import Roles
from braid.kit.row_level_security import guard_by_council

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ROLES = Roles("support_planning")


def upgrade() -> None:
    op.create_table(
        "challenge",
        sa.Column("challenge_id", sa.Uuid(), nullable=False),
        sa.Column("council", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=True),
        sa.Column("plan_id", sa.Uuid(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("wants", sa.Text(), nullable=True),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("answer", JSONB, nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, server_default=func.now()),
        sa.PrimaryKeyConstraint("challenge_id", name="pk_challenge"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["progress.person_id"], name="fk_challenge_person_id_progress", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_challenge_person", "challenge", ["person_id"])
    op.create_index(
        "ix_challenge_unanswered", "challenge", ["council", "recorded_at"], postgresql_where=sa.text("answer IS NULL")
    )
    for statement in guard_by_council("challenge", ROLES.app):
        op.execute(statement)
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON challenge TO {ROLES.app}")


def downgrade() -> None:
    op.drop_table("challenge")
