"""An index in whose order a stream's funds are read for a return.

Revision ID: 0011
Revises: 0010
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_fund_stream", "fund", ["council", "stream", "fund_id"])


def downgrade() -> None:
    op.drop_index("ix_fund_stream", "fund")
