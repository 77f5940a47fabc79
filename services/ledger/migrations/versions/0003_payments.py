"""Payments: payees and their accounts, schedules, what is due, runs, results, stops and recoveries.

Revision ID: 0003
Revises: 0002
"""

from pathlib import Path

from alembic import op

from braid.kit.roles import Roles
from braid.kit.row_level_security import guard_by_council

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ROLES = Roles("ledger")
SQL = Path(__file__).parent.parent / "sql" / "0003_payments.sql"

#: Each table with the columns that may change; what was said and done is added only.
MAY_CHANGE = {
    "payee": "version",
    "payee_account": "confirmed_by, confirmed_at",
    "payment_schedule": None,
    "payment_due": "payee_id, schedule_version, period_to, due_on, value_on, gross_pence, contribution_pence,"
    " kept_pence, working, state, refused_version, let_go",
    "payment_part": "pence",
    "payment_run": "state, message_id, file_format, file_created_at, payer, file_sha256, file_payments, file_pence",
    "payment_run_step": None,
    "payment_item": "account_version, state, reasons",
    "payment_result": None,
    "payment_stop": "lifted_by, lifted_because",
    "recovery": "state, decided_by, decided_on, appeals, received_pence, let_off_pence",
    "recovery_step": None,
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
    op.execute("REVOKE ALL ON FUNCTION payment_id_of FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION payment_id_of TO {ROLES.app}")


def downgrade() -> None:
    for table in reversed(MAY_CHANGE):
        op.drop_table(table)
    op.execute("DROP FUNCTION payment_id_of")
