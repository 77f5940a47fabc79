"""People, carers, responses and stated licences, beside what every service has.

Revision ID: 0001
Revises:
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from braid.kit.access_record_migration import create_access_records_v1, drop_access_records_v1
from braid.kit.dead_letter_migration import create_dead_letters_by_council_v1, drop_dead_letters_by_council_v1
from braid.kit.forgetting_migration import create_forget_person, create_forgetting_v1, drop_forgetting_v1
from braid.kit.messaging_migration import create_messaging_tables_v1
from braid.kit.roles import Roles
from braid.kit.row_level_security import guard_by_council, let_owner_act

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ROLES = Roles("outcomes")
FUNCTION = Path(__file__).parent.parent / "sql" / "0001_forget_person.sql"
#: What the application may do with each table; it deletes nothing.
RIGHTS = {
    "person": "SELECT, INSERT, UPDATE (user_group, died_on)",
    "carer": "SELECT, INSERT",
    "response": "SELECT, INSERT, UPDATE (taken_back_at, taken_back_by, taken_back_because)",
    "licence_statement": "SELECT, INSERT",
}
#: What ``forget_person`` takes away.
FORGOTTEN = ("response", "carer", "person")


def upgrade() -> None:
    create_messaging_tables_v1(ROLES)
    op.execute(f"GRANT SELECT ON alembic_version TO {ROLES.app}, {ROLES.ops}")
    _create_people()
    _create_response()
    _create_licence_statement()
    for table, rights in RIGHTS.items():
        for statement in guard_by_council(table, ROLES.app):
            op.execute(statement)
        op.execute(f"GRANT {rights} ON {table} TO {ROLES.app}")
    create_access_records_v1(ROLES)
    create_forgetting_v1(ROLES)
    for table in FORGOTTEN:
        op.execute(let_owner_act(table, ROLES.app, ROLES.owner))
    create_forget_person(ROLES, FUNCTION.read_text())
    create_dead_letters_by_council_v1(ROLES)


def _create_people() -> None:
    op.create_table(
        "person",
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("council", sa.Text, nullable=False),
        sa.Column("user_group", sa.Text),
        sa.Column("died_on", sa.Date),
        sa.PrimaryKeyConstraint("person_id", name="pk_person"),
    )
    op.create_table(
        "carer",
        sa.Column("carer_id", sa.Uuid, nullable=False),
        sa.Column("council", sa.Text, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("carer_id", name="pk_carer"),
    )
    op.create_index("ix_carer_person", "carer", ["person_id"])


def _create_response() -> None:
    op.create_table(
        "response",
        sa.Column("response_id", sa.Uuid, nullable=False),
        sa.Column("council", sa.Text, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("carer_id", sa.Uuid),
        sa.Column("instrument_id", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("respondent", sa.Text, nullable=False),
        sa.Column("wave", sa.Text, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("answered_on", sa.Date, nullable=False),
        sa.Column("answers", JSONB, nullable=False),
        sa.Column("recorded_by", sa.Text, nullable=False),
        _recorded_at(),
        sa.Column("taken_back_at", sa.DateTime(timezone=True)),
        sa.Column("taken_back_by", sa.Text),
        sa.Column("taken_back_because", sa.Text),
        sa.PrimaryKeyConstraint("response_id", name="pk_response"),
        sa.CheckConstraint("respondent IN ('self', 'proxy', 'practitioner')", name="ck_response_respondent_known"),
        sa.CheckConstraint(
            "(taken_back_at IS NULL) = (taken_back_by IS NULL)"
            " AND (taken_back_at IS NULL) = (taken_back_because IS NULL)",
            name="ck_response_taken_back_whole",
        ),
    )
    op.create_index("ix_response_person", "response", ["person_id"])
    op.create_index(
        "uq_response_wave",
        "response",
        ["person_id", "carer_id", "instrument_id", "wave", "number"],
        unique=True,
        postgresql_where=sa.text("taken_back_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )


def _create_licence_statement() -> None:
    op.create_table(
        "licence_statement",
        sa.Column("council", sa.Text, nullable=False),
        sa.Column("instrument_id", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("licences", JSONB, nullable=False),
        sa.Column("wordings", JSONB, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("stated_by", sa.Text, nullable=False),
        _recorded_at(),
        sa.PrimaryKeyConstraint("council", "instrument_id", "version", name="pk_licence_statement"),
    )


def _recorded_at() -> sa.Column[object]:
    return sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()"))


def downgrade() -> None:
    drop_dead_letters_by_council_v1(ROLES)
    op.execute("DROP FUNCTION forget_person")
    drop_forgetting_v1()
    drop_access_records_v1()
    for table in (*RIGHTS, "idempotency_key", "parked_key", "dead_letter", "inbox", "outbox"):
        op.drop_table(table)
