"""What an award says of other streams' money beside it, kept with each version; nothing with those that came before.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_COLUMNS = ("joint_limits", "minimums")


def upgrade() -> None:
    for name in _COLUMNS:
        op.add_column("fund_version", sa.Column(name, JSONB(), nullable=False, server_default=sa.text("'[]'")))


def downgrade() -> None:
    for name in _COLUMNS:
        op.drop_column("fund_version", name)
