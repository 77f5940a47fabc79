"""First tables of the service, with the messaging tables, their grants and their guards.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from braid.kit.messaging_migration import create_messaging_tables_v1
from braid.kit.roles import Roles
from braid.kit.row_level_security import guard_by_council

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ROLES = Roles("assessment")


def upgrade() -> None:
    create_messaging_tables_v1(ROLES)
    _create_tables()
    _guard_and_grant()


def _create_tables() -> None:
    op.create_table(
        "assessment",
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("council", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("questionnaire", sa.Text(), nullable=False),
        sa.Column("questionnaire_version", sa.BigInteger(), nullable=False),
        sa.Column("answers", JSONB, nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("agreed_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("state IN ('drafted', 'submitted', 'agreed')", name="ck_assessment_state_known"),
        sa.PrimaryKeyConstraint("assessment_id", name="pk_assessment"),
    )
    op.create_index("ix_assessment_person", "assessment", ["person_id"], unique=False)
    op.create_table(
        "assessment_change",
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("council", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answers", JSONB, nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("assessment_id", "version", name="pk_assessment_change"),
    )
    op.create_table(
        "person",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("council", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("user_group", sa.Text(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_person"),
        sa.UniqueConstraint("council", "reference", name="uq_person_council_reference"),
    )


def _guard_and_grant() -> None:
    op.execute(f"GRANT SELECT ON alembic_version TO {ROLES.app}, {ROLES.ops}")
    for table in ("person", "assessment", "assessment_change"):
        for statement in guard_by_council(table, ROLES.app):
            op.execute(statement)
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON person, assessment TO {ROLES.app}")
    op.execute(f"GRANT SELECT, INSERT ON assessment_change TO {ROLES.app}")


def downgrade() -> None:
    op.drop_table("person")
    op.drop_table("assessment_change")
    op.drop_table("assessment")
    op.drop_table("idempotency_key")
    op.drop_table("parked_key")
    op.drop_table("dead_letter")
    op.drop_table("inbox")
    op.drop_table("outbox")
