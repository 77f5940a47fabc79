"""Scenarios over whole populations; and the user group of each allocation, by which they are compared.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from braid.kit.roles import Roles
from braid.kit.row_level_security import guard_by_council

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ROLES = Roles("ras")


def upgrade() -> None:
    # Empty for allocations from before: a scenario counts those people as a group of their own.
    op.add_column("allocation", sa.Column("user_group", sa.Text(), nullable=True))
    op.create_table(
        "scenario",
        sa.Column("scenario_id", sa.Uuid(), nullable=False),
        sa.Column("council", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("question", JSONB, nullable=False),
        sa.Column("people_form", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column("alive_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("people_done", sa.BigInteger(), nullable=False),
        sa.Column("people", sa.BigInteger(), nullable=True),
        sa.Column("results", JSONB, nullable=True),
        sa.Column("problem", JSONB, nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("status IN ('waiting', 'running', 'done', 'failed')", name="ck_scenario_status_known"),
        sa.CheckConstraint("(status = 'done') = (results IS NOT NULL)", name="ck_scenario_done_has_results"),
        sa.CheckConstraint("(status = 'failed') = (problem IS NOT NULL)", name="ck_scenario_failed_has_a_problem"),
        sa.PrimaryKeyConstraint("scenario_id", name="pk_scenario"),
    )
    op.create_table(
        "scenario_file",
        sa.Column("scenario_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("council", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["scenario_id"], ["scenario.scenario_id"], name="fk_scenario_file_scenario_id_scenario"
        ),
        sa.PrimaryKeyConstraint("scenario_id", "name", name="pk_scenario_file"),
    )
    for table in ("scenario", "scenario_file"):
        for statement in guard_by_council(table, ROLES.app):
            op.execute(statement)
    # What was asked never changes; how far it is does. People as they were given go when they are worked out.
    moving = "status, attempt, alive_at, people_done, people, results, problem"
    op.execute(f"GRANT SELECT, INSERT, UPDATE ({moving}) ON scenario TO {ROLES.app}")
    op.execute(f"GRANT SELECT, INSERT, DELETE ON scenario_file TO {ROLES.app}")


def downgrade() -> None:
    op.drop_table("scenario_file")
    op.drop_table("scenario")
    op.drop_column("allocation", "user_group")
