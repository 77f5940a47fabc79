"""Forgetting a person: plans with every version, how money was held, reviews, timers and progress.

Revision ID: 0004
Revises: 0003
"""

from pathlib import Path

from alembic import op

from braid.kit.forgetting_migration import create_forget_person, create_forgetting_v1, drop_forgetting_v1
from braid.kit.roles import Roles
from braid.kit.row_level_security import let_owner_act

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ROLES = Roles("support_planning")
FUNCTION = Path(__file__).parent.parent / "sql" / "0004_forget_person.sql"
#: What the function takes away.
FORGOTTEN = (
    "plan",
    "plan_change",
    "holding_change",
    "involvement",
    "review",
    "timer",
    "agreed_needs",
    "award",
    "progress",
)


def upgrade() -> None:
    create_forgetting_v1(ROLES)
    for table in FORGOTTEN:
        op.execute(let_owner_act(table, ROLES.app, ROLES.owner))
    create_forget_person(ROLES, FUNCTION.read_text())


def downgrade() -> None:
    op.execute("DROP FUNCTION forget_person")
    for table in FORGOTTEN:
        op.execute(f"ALTER POLICY own_council ON {table} TO {ROLES.app}")
    drop_forgetting_v1()
