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

ROLES = Roles("ras")


def upgrade() -> None:
    create_messaging_tables_v1(ROLES)
    _create_tables()
    _guard_and_grant()


def _create_tables() -> None:
    op.create_table(
        "allocation",
        sa.Column("allocation_id", sa.Uuid(), nullable=False),
        sa.Column("council", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("assessment_version", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("table_id", sa.Text(), nullable=False),
        sa.Column("table_version", sa.BigInteger(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("points_thousandths", sa.BigInteger(), nullable=False),
        sa.Column("pence_per_year", sa.BigInteger(), nullable=False),
        sa.Column("lines", JSONB, nullable=False),
        sa.Column("points_explanation", JSONB, nullable=False),
        sa.Column("notes", JSONB, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("outcome IN ('calculated', 'needs_a_person')", name="ck_allocation_outcome_known"),
        sa.CheckConstraint("pence_per_year >= 0", name="ck_allocation_not_below_zero"),
        sa.PrimaryKeyConstraint("allocation_id", name="pk_allocation"),
        sa.UniqueConstraint("person_id", "version", name="uq_allocation_person_id_version"),
    )
    op.create_index("ix_allocation_assessment", "allocation", ["assessment_id", "assessment_version"], unique=True)


def _guard_and_grant() -> None:
    op.execute(f"GRANT SELECT ON alembic_version TO {ROLES.app}, {ROLES.ops}")
    for statement in guard_by_council("allocation", ROLES.app):
        op.execute(statement)
    op.execute(f"GRANT SELECT, INSERT ON allocation TO {ROLES.app}")


def downgrade() -> None:
    op.drop_table("allocation")
    op.drop_table("idempotency_key")
    op.drop_table("parked_key")
    op.drop_table("dead_letter")
    op.drop_table("inbox")
    op.drop_table("outbox")
