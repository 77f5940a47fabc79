"""Spending: the plan's items, spends with their parts and queries, alerts, and what a council sets about them.

Revision ID: 0004
Revises: 0003
"""

from pathlib import Path

from alembic import op

from braid.kit.roles import Roles
from braid.kit.row_level_security import guard_by_council

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ROLES = Roles("ledger")
SQL = Path(__file__).parent.parent / "sql" / "0004_spending.sql"

#: Each table with the columns that may change; what was said and done is added only.
MAY_CHANGE = {
    "planned_item": None,
    "spend": "state",
    "spend_part": None,
    "spend_query": "answer, answered_on",
    "spend_query_step": None,
    "budget_alert": "cleared_on",
    "council_figure": None,
    "code_mapping": None,
}


def upgrade() -> None:
    # A driver that prepares each statement takes one at a time; each ends its last line with a semicolon.
    for statement in SQL.read_text().split(";\n"):
        if statement.strip():
            op.execute(statement)
    for table, columns in MAY_CHANGE.items():
        for statement in guard_by_council(table, ROLES.app):
            op.execute(statement)
        op.execute(f"GRANT SELECT, INSERT ON {table} TO {ROLES.app}")
        if columns:
            op.execute(f"GRANT UPDATE ({columns}) ON {table} TO {ROLES.app}")


def downgrade() -> None:
    for table in reversed(MAY_CHANGE):
        op.drop_table(table)
