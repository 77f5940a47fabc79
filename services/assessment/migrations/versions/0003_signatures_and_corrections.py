"""Signatures of joint holders that wait for each other, and what was corrected in a person's record.

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

ROLES = Roles("assessment")
TABLES = ("joint_signature", "person_correction")


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _person() -> sa.Column[object]:
    # Whoever erases a person erases these with them.
    return sa.Column("person_id", sa.Uuid(), sa.ForeignKey("person.person_id", ondelete="CASCADE"), nullable=False)


def _recorded_at() -> sa.Column[object]:
    return sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, server_default=func.now())


def upgrade() -> None:
    op.create_table(
        "joint_signature",
        sa.Column("signature_id", sa.Uuid(), nullable=False),
        _text("council"),
        _person(),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        _text("act"),
        _text("paper"),
        sa.Column("signed_on", sa.Date(), nullable=False),
        _text("signed_by"),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        _recorded_at(),
        sa.PrimaryKeyConstraint("signature_id", name="pk_joint_signature"),
    )
    op.create_table(
        "person_correction",
        _person(),
        sa.Column("number", sa.BigInteger(), nullable=False, autoincrement=False),
        _text("council"),
        sa.Column("before", JSONB, nullable=False),
        sa.Column("after", JSONB, nullable=False),
        _text("reason"),
        _text("corrected_by"),
        _recorded_at(),
        sa.PrimaryKeyConstraint("person_id", "number", name="pk_person_correction"),
    )
    op.create_index("ix_joint_signature_person", "joint_signature", ["person_id"])
    for table in TABLES:
        for statement in guard_by_council(table, ROLES.app):
            op.execute(statement)
        op.execute(f"GRANT SELECT, INSERT ON {table} TO {ROLES.app}")
    op.execute(f"GRANT UPDATE (used_at) ON joint_signature TO {ROLES.app}")


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
