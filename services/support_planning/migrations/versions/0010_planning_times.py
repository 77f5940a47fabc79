"""How long people wait between steps of planning is read from one council's versions of plans, and not from all.

Revision ID: 0010
Revises: 0009
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_plan_change_times",
        "plan_change",
        ["council", "plan_id", "version"],
        postgresql_include=["state", "changed_at"],
    )


def downgrade() -> None:
    op.drop_index("ix_plan_change_times", "plan_change")
