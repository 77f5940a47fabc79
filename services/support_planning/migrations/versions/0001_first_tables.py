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

ROLES = Roles("support_planning")


def upgrade() -> None:
    create_messaging_tables_v1(ROLES)
    _create_tables()
    _guard_and_grant()


def _create_tables() -> None:
    op.create_table(
        "progress",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("council", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("state", JSONB, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_progress"),
    )


def _guard_and_grant() -> None:
    op.execute(f"GRANT SELECT ON alembic_version TO {ROLES.app}, {ROLES.ops}")
    for statement in guard_by_council("progress", ROLES.app):
        op.execute(statement)
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON progress TO {ROLES.app}")


def downgrade() -> None:
    op.drop_table("progress")
    op.drop_table("idempotency_key")
    op.drop_table("parked_key")
    op.drop_table("dead_letter")
    op.drop_table("inbox")
    op.drop_table("outbox")
