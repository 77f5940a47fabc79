"""What partner agencies decided, kept as they told it.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from braid.kit.roles import Roles
from braid.kit.row_level_security import guard_by_council

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ROLES = Roles("funding_streams")


def upgrade() -> None:
    op.create_table(
        "partner_decision",
        sa.Column("council", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("decision", JSONB, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("version >= 1", name="ck_partner_decision_version_from_one"),
        sa.PrimaryKeyConstraint("council", "agency", "reference", "version", name="pk_partner_decision"),
    )
    op.create_index("ix_partner_decision_person", "partner_decision", ["person_id"], unique=False)
    for statement in guard_by_council("partner_decision", ROLES.app):
        op.execute(statement)
    # Neither UPDATE nor DELETE: what an agency said once stays as it was said.
    op.execute(f"GRANT SELECT, INSERT ON partner_decision TO {ROLES.app}")


def downgrade() -> None:
    op.drop_table("partner_decision")
