"""What an allocation was worked out from, so that it can be worked out again; and the final figures that were settled.

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

ROLES = Roles("ras")
#: Empty for allocations from before: their figures stand, what they were worked out from was not kept.
ADDED = ("need", "days", "costed_hours")


def upgrade() -> None:
    for name in ADDED:
        op.add_column("allocation", sa.Column(name, JSONB, nullable=True))
    op.create_table(
        "settlement",
        sa.Column("settlement_id", sa.Uuid(), nullable=False),
        sa.Column("council", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("allocation_id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("assessment_version", sa.BigInteger(), nullable=False),
        sa.Column("points_thousandths", sa.BigInteger(), nullable=False),
        sa.Column("indicative_pence_per_year", sa.BigInteger(), nullable=True),
        sa.Column("pence_per_year", sa.BigInteger(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("grounds", sa.Text(), nullable=True),
        sa.Column("carer_hours", JSONB, nullable=False),
        sa.Column("lines", JSONB, nullable=False),
        sa.Column("flags", JSONB, nullable=False),
        sa.Column("yearly_pence", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("pence_per_year >= 0", name="ck_settlement_not_below_zero"),
        sa.CheckConstraint(
            "pence_per_year IS NOT DISTINCT FROM indicative_pence_per_year OR btrim(reason) <> ''",
            name="ck_settlement_departure_has_a_reason",
        ),
        sa.CheckConstraint("decided_by IN ('practitioner', 'approver')", name="ck_settlement_decided_by_known"),
        sa.ForeignKeyConstraint(
            ["allocation_id"], ["allocation.allocation_id"], name="fk_settlement_allocation_id_allocation"
        ),
        sa.PrimaryKeyConstraint("settlement_id", name="pk_settlement"),
        sa.UniqueConstraint("person_id", "version", name="uq_settlement_person_id_version"),
    )
    for statement in guard_by_council("settlement", ROLES.app):
        op.execute(statement)
    # Neither UPDATE nor DELETE: a figure that was settled stays as it was settled.
    op.execute(f"GRANT SELECT, INSERT ON settlement TO {ROLES.app}")


def downgrade() -> None:
    op.drop_table("settlement")
    for name in ADDED:
        op.drop_column("allocation", name)
