"""What councils chose of what the law leaves to them, from which day, by whom and why.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from braid.kit.roles import Roles
from braid.kit.row_level_security import guard_by_council

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ROLES = Roles("funding_streams")


def upgrade() -> None:
    op.create_table(
        "council_setting",
        sa.Column("council", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("choice", JSONB, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("chosen_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("version >= 1", name="ck_council_setting_version_from_one"),
        sa.PrimaryKeyConstraint("council", "name", "version", name="pk_council_setting"),
    )
    for statement in guard_by_council("council_setting", ROLES.app):
        op.execute(statement)
    # Neither UPDATE nor DELETE: what was chosen once stays in the history; a change of mind is a new version.
    op.execute(f"GRANT SELECT, INSERT ON council_setting TO {ROLES.app}")


def downgrade() -> None:
    op.drop_table("council_setting")
