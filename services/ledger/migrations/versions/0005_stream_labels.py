"""A stream's name as its award says it, kept with each version; none with those that came before.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("fund_version", sa.Column("stream_label", sa.Text()))


def downgrade() -> None:
    op.drop_column("fund_version", "stream_label")
