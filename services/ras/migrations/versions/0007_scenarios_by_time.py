"""A council's scenarios in the order in which they were asked for.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    columns = ["council", sa.text("recorded_at DESC"), sa.text("scenario_id DESC")]
    op.create_index("ix_scenario_by_time", "scenario", columns)


def downgrade() -> None:
    op.drop_index("ix_scenario_by_time", "scenario")
