"""What was spent by person, week, stream and use, as the ledger tells it.

Revision ID: 0003
Revises: 0002
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

from braid.kit.roles import Roles
from braid.kit.row_level_security import guard_by_council, let_owner_act

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ROLES = Roles("outcomes")
SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    op.create_table(
        "spending_week",
        sa.Column("council", sa.Text, nullable=False),
        sa.Column("week", sa.Date, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("stream", sa.Text, nullable=False),
        sa.Column("use", sa.Text, nullable=False),
        sa.Column("budget_id", sa.Uuid, nullable=False),
        sa.Column("pence", sa.BigInteger, nullable=False),
        sa.Column("told_sequence", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("council", "week", "person_id", "stream", "use", name="pk_spending_week"),
        sa.CheckConstraint("extract(isodow FROM week) = 1", name="ck_spending_week_week_starts_on_a_monday"),
    )
    op.create_index("ix_spending_week_person", "spending_week", ["person_id"])
    for statement in guard_by_council("spending_week", ROLES.app):
        op.execute(statement)
    op.execute(f"GRANT SELECT, INSERT, UPDATE (pence, told_sequence) ON spending_week TO {ROLES.app}")
    op.execute(let_owner_act("spending_week", ROLES.app, ROLES.owner))
    op.execute((SQL / "0003_forget_person.sql").read_text())


def downgrade() -> None:
    op.execute((SQL / "0002_forget_person.sql").read_text())
    op.drop_table("spending_week")
