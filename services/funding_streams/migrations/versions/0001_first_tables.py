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

ROLES = Roles("funding_streams")


def upgrade() -> None:
    create_messaging_tables_v1(ROLES)
    _create_tables()
    _guard_and_grant()


def _create_tables() -> None:
    op.create_table(
        "award",
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("council", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("amount_pence", sa.BigInteger(), nullable=False),
        sa.Column("contribution_pence", sa.BigInteger(), nullable=False),
        sa.Column("rules_as_of", sa.Date(), nullable=False),
        sa.Column("decision", JSONB, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("amount_pence >= 0", name="ck_award_amount_not_below_zero"),
        sa.CheckConstraint("contribution_pence BETWEEN 0 AND amount_pence", name="ck_award_contribution_within_amount"),
        sa.PrimaryKeyConstraint("award_id", "version", name="pk_award"),
    )
    op.create_index("ix_award_person", "award", ["person_id", "stream"], unique=False)
    op.create_table(
        "case_facts",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("council", sa.Text(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=True),
        sa.Column("assessment_version", sa.BigInteger(), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=True),
        sa.Column("facts", JSONB, nullable=False),
        sa.Column("allocation", JSONB, nullable=True),
        sa.PrimaryKeyConstraint("person_id", name="pk_case_facts"),
    )


def _guard_and_grant() -> None:
    op.execute(f"GRANT SELECT ON alembic_version TO {ROLES.app}, {ROLES.ops}")
    for table in ("case_facts", "award"):
        for statement in guard_by_council(table, ROLES.app):
            op.execute(statement)
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON case_facts TO {ROLES.app}")
    op.execute(f"GRANT SELECT, INSERT ON award TO {ROLES.app}")


def downgrade() -> None:
    op.drop_table("case_facts")
    op.drop_table("award")
    op.drop_table("idempotency_key")
    op.drop_table("parked_key")
    op.drop_table("dead_letter")
    op.drop_table("inbox")
    op.drop_table("outbox")
