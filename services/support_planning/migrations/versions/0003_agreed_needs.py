"""What agreed assessments tell of needs, for reviews to compare.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSONB

from braid.kit.roles import Roles
from braid.kit.row_level_security import guard_by_council

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ROLES = Roles("support_planning")


def upgrade() -> None:
    op.create_table(
        "agreed_needs",
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("council", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=False),
        sa.Column("needs", JSONB, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, server_default=func.now()),
        sa.PrimaryKeyConstraint("assessment_id", name="pk_agreed_needs"),
    )
    op.create_index("ix_agreed_needs_person", "agreed_needs", ["person_id"])
    for statement in guard_by_council("agreed_needs", ROLES.app):
        op.execute(statement)
    op.execute(f"GRANT SELECT, INSERT ON agreed_needs TO {ROLES.app}")


def downgrade() -> None:
    op.drop_table("agreed_needs")
