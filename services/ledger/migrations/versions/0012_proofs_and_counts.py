"""How each proof of a journal ended, and what operations may count.

Operations see of budgets and funds what is counted by and no more: no id, no person, no sum.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

from braid.kit.roles import Roles
from braid.kit.row_level_security import guard_by_council

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ROLES = Roles("ledger")
#: Columns that operations may read, by table.
COUNTED = {"budget": "council", "fund": "council, stream, closed_on"}


def upgrade() -> None:
    op.create_table(
        "journal_proof",
        sa.Column("proof_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("council", sa.Text(), nullable=False),
        sa.Column("proved_to", sa.BigInteger(), nullable=False),
        sa.Column("apart_pence", sa.BigInteger(), nullable=False),
        sa.Column("is_whole", sa.Boolean(), nullable=False),
        sa.Column("proved_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.PrimaryKeyConstraint("proof_id", name="pk_journal_proof"),
    )
    op.create_index("ix_journal_proof_latest", "journal_proof", ["council", "proved_at"])
    for statement in guard_by_council("journal_proof", ROLES.app):
        op.execute(statement)
    op.execute(f"GRANT INSERT (council, proved_to, apart_pence, is_whole) ON journal_proof TO {ROLES.app}")
    op.execute(f"GRANT SELECT ON journal_proof TO {ROLES.ops}")
    op.execute(f"CREATE POLICY told ON journal_proof FOR SELECT TO {ROLES.ops} USING (true)")
    for table, columns in COUNTED.items():
        op.execute(f"GRANT SELECT ({columns}) ON {table} TO {ROLES.ops}")
        op.execute(f"CREATE POLICY counted ON {table} FOR SELECT TO {ROLES.ops} USING (true)")


def downgrade() -> None:
    for table in COUNTED:
        op.execute(f"DROP POLICY counted ON {table}")
        op.execute(f"REVOKE ALL ON {table} FROM {ROLES.ops}")
    op.drop_table("journal_proof")
