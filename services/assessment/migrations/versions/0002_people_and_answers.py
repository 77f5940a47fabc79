"""Who gave each answer and on what authority; disputes; carers; identifiers, evidence, reads, holds and erasure.

Revision ID: 0002
Revises: 0001
"""

from pathlib import Path

from alembic import op

from braid.kit.roles import Roles
from braid.kit.row_level_security import guard_by_council

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ROLES = Roles("assessment")
SQL = Path(__file__).parent.parent / "sql" / "0002_people_and_answers.sql"

#: Each new table with the columns that may change; what was said and done is added only.
MAY_CHANGE = {
    "given_answer": None,
    "authority": "holder_subject, revoked_on, revoked_because, objected_on, objection, has_capacity",
    "carer": None,
    "carer_statement": None,
    "carer_assessment": None,
    "withdrawal": None,
    "evidence": None,
    "record_read": None,
    "legal_hold": "lifted_on, lifted_by",
    "erasure": None,
}
#: What an erasure takes away whole; the tombstone and the holds stay.
ERASABLE = (
    "person, assessment, assessment_change, given_answer, authority, carer, carer_statement, carer_assessment,"
    " withdrawal, evidence, record_read"
)


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
    op.execute(f"GRANT DELETE ON {ERASABLE} TO {ROLES.app}")


def downgrade() -> None:
    op.execute(f"REVOKE DELETE ON person, assessment, assessment_change FROM {ROLES.app}")
    for table in reversed(MAY_CHANGE):
        op.drop_table(table)
    op.execute("DELETE FROM assessment_change WHERE answers IS NULL")
    op.alter_column("assessment_change", "answers", nullable=False)
    op.drop_column("assessment_change", "told")
    op.execute("UPDATE assessment SET state = 'drafted' WHERE state = 'withdrawn'")
    op.execute("ALTER TABLE assessment DROP CONSTRAINT ck_assessment_state_known")
    op.execute(
        "ALTER TABLE assessment ADD CONSTRAINT ck_assessment_ck_assessment_state_known"
        " CHECK (state IN ('drafted', 'submitted', 'agreed'))"
    )
    for column in ("changed_on", "replaces", "to_confirm", "disputes"):
        op.drop_column("assessment", column)
    for index in ("ix_person_date_of_birth", "ix_person_nhs_number"):
        op.drop_index(index, "person")
    for column in (
        "withdrawn_on",
        "not_same_as",
        "postcode",
        "uprn",
        "date_of_birth",
        "nhs_number",
    ):
        op.drop_column("person", column)
