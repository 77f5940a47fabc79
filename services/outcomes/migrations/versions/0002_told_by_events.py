"""What other services tell of people, and their payments; forgotten with the person.

Revision ID: 0002
Revises: 0001
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from braid.kit.roles import Roles
from braid.kit.row_level_security import guard_by_council, let_owner_act

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ROLES = Roles("outcomes")
SQL = Path(__file__).parent.parent / "sql"
#: What the application may do with each table; it deletes nothing.
RIGHTS = {
    "told": "SELECT, INSERT, UPDATE (record)",
    "payment": "SELECT, INSERT, UPDATE (pay_on, is_settled, is_rejected)",
}


def upgrade() -> None:
    op.create_table(
        "told",
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("council", sa.Text, nullable=False),
        sa.Column("record", JSONB, nullable=False),
        sa.PrimaryKeyConstraint("person_id", "kind", "name", name="pk_told"),
    )
    op.create_index("ix_told_council", "told", ["council", "person_id"])
    op.create_table(
        "payment",
        sa.Column("payment_id", sa.Uuid, nullable=False),
        sa.Column("council", sa.Text, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("pay_on", sa.Date),
        sa.Column("is_settled", sa.Boolean, nullable=False),
        sa.Column("is_rejected", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("payment_id", name="pk_payment"),
    )
    op.create_index("ix_payment_person", "payment", ["person_id"])
    op.create_index("ix_payment_council", "payment", ["council", "person_id"])
    for table, rights in RIGHTS.items():
        for statement in guard_by_council(table, ROLES.app):
            op.execute(statement)
        op.execute(f"GRANT {rights} ON {table} TO {ROLES.app}")
        op.execute(let_owner_act(table, ROLES.app, ROLES.owner))
    op.execute((SQL / "0002_forget_person.sql").read_text())


def downgrade() -> None:
    op.execute((SQL / "0001_forget_person.sql").read_text().replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1))
    for table in RIGHTS:
        op.drop_table(table)
