"""What waits in one council is read in its order, and how long planning takes from that council's own versions of plans.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None
oldest_code = "0009"


def upgrade() -> None:
    op.create_index(
        "ix_plan_change_times",
        "plan_change",
        ["council", "plan_id", "version"],
        postgresql_include=["state", "changed_at"],
    )
    op.create_index(
        "ix_plan_submitted",
        "plan",
        [
            "council",
            sa.text("(submission ->> 'submitted_on')"),
            sa.text("(-(submission ->> 'pence_in_a_year')::bigint)"),
            "plan_id",
        ],
        postgresql_where=sa.text("state = 'submitted'"),
    )


def downgrade() -> None:
    op.drop_index("ix_plan_submitted", "plan")
    op.drop_index("ix_plan_change_times", "plan_change")
