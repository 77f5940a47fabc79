"""Forgetting a person: plans' words at once, and the words around their money when its own period has run out.

Revision ID: 0008
Revises: 0007
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

from braid.kit.forgetting_migration import create_forget_person, create_forgetting_v1, drop_forgetting_v1
from braid.kit.roles import Roles
from braid.kit.row_level_security import guard_by_council, let_owner_act

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ROLES = Roles("ledger")
SQL = Path(__file__).parent.parent / "sql"
#: What the functions look at or empty; the fund's tables are open to the owner's functions already.
TOUCHED = (
    "budget",
    "payee",
    "payee_account",
    "payment_schedule",
    "payment_due",
    "payment_item",
    "payment_result",
    "payment_stop",
    "recovery",
    "recovery_step",
    "planned_item",
    "approved_plan",
    "plan_holding",
    "payment_matter",
    "spend",
    "spend_query",
    "spend_query_step",
    "budget_alert",
    "forgotten_budget",
)


def upgrade() -> None:
    create_forgetting_v1(ROLES)
    op.create_table(
        "forgotten_budget",
        sa.Column("budget_id", sa.Uuid(), nullable=False),
        sa.Column("council", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("erased_on", sa.Date(), nullable=False),
        sa.Column("words_gone_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.PrimaryKeyConstraint("budget_id", name="pk_forgotten_budget"),
    )
    op.create_index(
        "ix_forgotten_budget_waiting",
        "forgotten_budget",
        ["council", "budget_id"],
        postgresql_where=sa.text("words_gone_on IS NULL"),
    )
    for statement in guard_by_council("forgotten_budget", ROLES.app):
        op.execute(statement)
    op.execute(f"GRANT SELECT, INSERT, UPDATE (words_gone_on) ON forgotten_budget TO {ROLES.app}")
    for table in TOUCHED:
        op.execute(let_owner_act(table, ROLES.app, ROLES.owner))
    create_forget_person(ROLES, (SQL / "0008_forget_person.sql").read_text())
    op.execute((SQL / "0008_forget_money_words.sql").read_text())
    op.execute("REVOKE ALL ON FUNCTION forget_money_words FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION forget_money_words TO {ROLES.app}")


def downgrade() -> None:
    op.execute("DROP FUNCTION forget_money_words")
    op.execute("DROP FUNCTION forget_person")
    op.drop_table("forgotten_budget")
    for table in TOUCHED:
        if table != "forgotten_budget":
            op.execute(f"ALTER POLICY own_council ON {table} TO {ROLES.app}")
    drop_forgetting_v1()
