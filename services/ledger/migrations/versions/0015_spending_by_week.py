"""What was spent in each week, as far as the journal was read for telling it to other services.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

from braid.kit.roles import Roles
from braid.kit.row_level_security import guard_by_council

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ROLES = Roles("ledger")
#: What the application may do with each table.
RIGHTS = {
    "spent_week": "SELECT, INSERT, UPDATE (pence)",
    "spending_told": "SELECT, INSERT, UPDATE (sequence)",
}


def upgrade() -> None:
    op.create_table(
        "spent_week",
        sa.Column("budget_id", sa.Uuid(), nullable=False),
        sa.Column("week_starts_on", sa.Date(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("use", sa.Text(), nullable=False),
        sa.Column("council", sa.Text(), nullable=False),
        sa.Column("pence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("budget_id", "week_starts_on", "stream", "use", name="pk_spent_week"),
        sa.CheckConstraint("extract(isodow FROM week_starts_on) = 1", name="ck_spent_week_starts_on_a_monday"),
    )
    op.create_table(
        "spending_told",
        sa.Column("council", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("council", name="pk_spending_told"),
    )
    for table, rights in RIGHTS.items():
        for statement in guard_by_council(table, ROLES.app):
            op.execute(statement)
        op.execute(f"GRANT {rights} ON {table} TO {ROLES.app}")


def downgrade() -> None:
    for table in RIGHTS:
        op.drop_table(table)
