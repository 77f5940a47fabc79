"""Evaluations and statutory returns that a council asks for, as jobs; a return's rows by person.

Revision ID: 0004
Revises: 0003
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from braid.kit.roles import Roles
from braid.kit.row_level_security import guard_by_council, let_owner_act

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ROLES = Roles("outcomes")
FUNCTIONS = Path(__file__).parent.parent / "sql"
#: What was asked never changes; how far it is does.
MOVING = "status, attempt, alive_at, done, of_all, results, problem"
RIGHTS = {
    "evaluation": f"SELECT, INSERT, UPDATE ({MOVING})",
    "evaluation_file": "SELECT, INSERT, DELETE",
    "statutory_return": f"SELECT, INSERT, UPDATE ({MOVING})",
    "statutory_return_person": "SELECT, INSERT, DELETE",
}


def upgrade() -> None:
    _create_evaluation()
    _create_statutory_return()
    for table, rights in RIGHTS.items():
        for statement in guard_by_council(table, ROLES.app):
            op.execute(statement)
        op.execute(f"GRANT {rights} ON {table} TO {ROLES.app}")
    op.execute(let_owner_act("statutory_return_person", ROLES.app, ROLES.owner))
    op.execute((FUNCTIONS / "0004_forget_person.sql").read_text())


def _create_evaluation() -> None:
    _create_job("evaluation", "evaluation_id", sa.Column("question", JSONB, nullable=False))
    op.create_table(
        "evaluation_file",
        sa.Column("evaluation_id", sa.Uuid, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("council", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["evaluation.evaluation_id"], name="fk_evaluation_file_evaluation_id_evaluation"
        ),
        sa.PrimaryKeyConstraint("evaluation_id", "name", name="pk_evaluation_file"),
    )


def _create_statutory_return() -> None:
    _create_job(
        "statutory_return",
        "return_id",
        sa.Column("quarter_ends_on", sa.Date, nullable=False),
        sa.Column("la_code", sa.Text, nullable=False),
        sa.Column("kept_until", sa.Date, nullable=False),
        sa.CheckConstraint("la_code ~ '^([0-9]{3})?$'", name="ck_statutory_return_la_code_is_three_digits"),
    )
    op.create_table(
        "statutory_return_person",
        sa.Column("return_id", sa.Uuid, nullable=False),
        sa.Column("place", sa.BigInteger, nullable=False),
        sa.Column("council", sa.Text, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("rows", sa.BigInteger, nullable=False),
        sa.Column("lines", sa.Text, nullable=False),
        sa.Column("faults", JSONB, nullable=False),
        sa.ForeignKeyConstraint(
            ["return_id"],
            ["statutory_return.return_id"],
            name="fk_statutory_return_person_return_id_statutory_return",
        ),
        sa.PrimaryKeyConstraint("return_id", "place", name="pk_statutory_return_person"),
    )
    op.create_index("ix_statutory_return_person", "statutory_return_person", ["person_id"])


def _create_job(table: str, its_id: str, *own: sa.schema.SchemaItem) -> None:
    op.create_table(
        table,
        sa.Column(its_id, sa.Uuid, nullable=False),
        sa.Column("council", sa.Text, nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("attempt", sa.BigInteger, nullable=False),
        sa.Column("alive_at", sa.DateTime(timezone=True)),
        sa.Column("done", sa.BigInteger, nullable=False),
        sa.Column("of_all", sa.BigInteger),
        sa.Column("results", JSONB),
        sa.Column("problem", JSONB),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        *own,
        sa.CheckConstraint("status IN ('waiting', 'running', 'done', 'failed')", name=f"ck_{table}_status_known"),
        sa.CheckConstraint("(status = 'done') = (results IS NOT NULL)", name=f"ck_{table}_done_has_results"),
        sa.CheckConstraint("(status = 'failed') = (problem IS NOT NULL)", name=f"ck_{table}_failed_has_a_problem"),
        sa.PrimaryKeyConstraint(its_id, name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_by_time", table, ["council", sa.text("recorded_at DESC"), sa.text(f"{its_id} DESC")])


def downgrade() -> None:
    op.execute((FUNCTIONS / "0003_forget_person.sql").read_text())
    for table in ("statutory_return_person", "statutory_return", "evaluation_file", "evaluation"):
        op.drop_table(table)
