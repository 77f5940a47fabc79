"""Payments follow the plan: approved plans, how their money is held, what is missing for paying.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from braid.kit.roles import Roles
from braid.kit.row_level_security import guard_by_council

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ROLES = Roles("ledger")

#: Each table with the columns that may change.
MAY_CHANGE = {"approved_plan": None, "plan_holding": None, "payment_matter": "words, cleared_at"}


def upgrade() -> None:
    op.add_column("payee", sa.Column("holder_reference", sa.Text()))
    op.add_column("payment_schedule", sa.Column("way", sa.Text()))
    op.add_column("payment_schedule", sa.Column("holder_reference", sa.Text()))
    op.create_table(
        "approved_plan",
        sa.Column("plan_id", sa.Uuid(), primary_key=True),
        sa.Column("council", sa.Text(), nullable=False),
        sa.Column("budget_id", sa.Uuid(), nullable=False),
        sa.Column("approved_on", sa.Date(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("items", JSONB(), nullable=False),
        sa.Column("holdings", JSONB(), nullable=False),
        _recorded_at(),
    )
    op.create_index("ix_approved_plan_budget", "approved_plan", ["budget_id"])
    op.create_table(
        "plan_holding",
        sa.Column("plan_id", sa.Uuid(), primary_key=True),
        sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("council", sa.Text(), nullable=False),
        sa.Column("budget_id", sa.Uuid(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("held", JSONB(), nullable=False),
        sa.Column("holdings", JSONB(), nullable=False),
        _recorded_at(),
    )
    op.create_index("ix_plan_holding_budget", "plan_holding", ["budget_id"])
    op.create_table(
        "payment_matter",
        sa.Column("matter_id", sa.Uuid(), primary_key=True),
        sa.Column("council", sa.Text(), nullable=False),
        sa.Column("budget_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True)),
        _recorded_at(),
    )
    is_open = sa.text("cleared_at IS NULL")
    op.create_index(
        "uq_payment_matter_open",
        "payment_matter",
        ["budget_id", "code", "about"],
        unique=True,
        postgresql_where=is_open,
    )
    op.create_index("ix_payment_matter_council", "payment_matter", ["council", "matter_id"], postgresql_where=is_open)
    for table, columns in MAY_CHANGE.items():
        for statement in guard_by_council(table, ROLES.app):
            op.execute(statement)
        op.execute(f"GRANT SELECT, INSERT ON {table} TO {ROLES.app}")
        if columns:
            op.execute(f"GRANT UPDATE ({columns}) ON {table} TO {ROLES.app}")


def downgrade() -> None:
    for table in reversed(MAY_CHANGE):
        op.drop_table(table)
    op.drop_column("payment_schedule", "holder_reference")
    op.drop_column("payment_schedule", "way")
    op.drop_column("payee", "holder_reference")


def _recorded_at() -> sa.Column[object]:
    return sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)
