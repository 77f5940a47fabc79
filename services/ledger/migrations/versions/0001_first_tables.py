"""First tables of the service, with the messaging tables, their grants and their guards.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from braid.kit.messaging_migration import create_messaging_tables_v1
from braid.kit.roles import Roles
from braid.kit.row_level_security import guard_by_council

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ROLES = Roles("ledger")

# A statement over the transition table costs next to nothing; a deferred trigger a row costs half of all postings.
BALANCED = """
CREATE FUNCTION journal_must_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM brought GROUP BY council, sequence, stream HAVING sum(amount_pence) <> 0
    ) THEN
        RAISE EXCEPTION 'the legs of an entry do not balance within each stream' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM brought LEFT JOIN journal_entry entry USING (council, sequence) WHERE entry.sequence IS NULL
    ) THEN
        RAISE EXCEPTION 'a leg belongs to no entry' USING ERRCODE = 'foreign_key_violation';
    END IF;
    -- now() is the start of the transaction, and what an entry's own transaction recorded it with.
    IF EXISTS (
        SELECT FROM brought JOIN journal_entry entry USING (council, sequence) WHERE entry.recorded_at <> now()
    ) THEN
        RAISE EXCEPTION 'an entry takes no legs after it was recorded' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END $$
"""

APPEND_ONLY = """
CREATE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the journal is append-only: correct it by a reversal' USING ERRCODE = 'insufficient_privilege';
END $$
"""


def upgrade() -> None:
    create_messaging_tables_v1(ROLES)
    _create_tables()
    _guard_and_grant()


def _create_tables() -> None:
    op.create_table(
        "award_seen",
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("council", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("award_id", name="pk_award_seen"),
    )
    op.create_table(
        "budget",
        sa.Column("budget_id", sa.Uuid(), nullable=False),
        sa.Column("council", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("budget_id", name="pk_budget"),
        sa.UniqueConstraint("council", "person_id", name="uq_budget_council_person_id"),
    )
    op.create_table(
        "chain_head",
        sa.Column("council", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("link", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("council", name="pk_chain_head"),
    )
    op.create_table(
        "fund",
        sa.Column("fund_id", sa.Uuid(), nullable=False),
        sa.Column("council", sa.Text(), nullable=False),
        sa.Column("budget_id", sa.Uuid(), nullable=False),
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("award_version", sa.BigInteger(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("amount_pence", sa.BigInteger(), nullable=False),
        sa.Column("contribution_pence", sa.BigInteger(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("cadence", sa.Text(), nullable=False),
        sa.Column("permitted_uses", JSONB, nullable=False),
        sa.Column("conditions", JSONB, nullable=False),
        sa.Column("entry_sequence", sa.BigInteger(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closed_by_version", sa.BigInteger(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("status IN ('confirmed', 'indicative')", name="ck_fund_status_known"),
        sa.CheckConstraint("amount_pence > 0", name="ck_fund_amount_above_zero"),
        sa.CheckConstraint("contribution_pence BETWEEN 0 AND amount_pence", name="ck_fund_contribution_within_amount"),
        sa.CheckConstraint("ends_on >= starts_on", name="ck_fund_ends_after_start"),
        sa.PrimaryKeyConstraint("fund_id", name="pk_fund"),
        sa.UniqueConstraint("award_id", "award_version", name="uq_fund_award_id_award_version"),
    )
    op.create_index("ix_fund_budget", "fund", ["budget_id"], unique=False)
    op.create_table(
        "journal_entry",
        sa.Column("council", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value_date", sa.Date(), nullable=False),
        sa.Column("budget_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reverses", sa.BigInteger(), nullable=True),
        sa.Column("link", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(kind = 'reversal') = (reverses IS NOT NULL)", name="ck_journal_entry_reversal_names_entry"
        ),
        sa.CheckConstraint("kind IN ('award', 'reversal')", name="ck_journal_entry_kind_known"),
        # The chain begins at 1; an entry before it would be in no proof.
        sa.CheckConstraint("sequence > 0", name="ck_journal_entry_sequence_above_zero"),
        sa.PrimaryKeyConstraint("council", "sequence", name="pk_journal_entry"),
        sa.UniqueConstraint("council", "reverses", name="uq_journal_entry_council_reverses"),
    )
    op.create_index("ix_journal_entry_budget", "journal_entry", ["budget_id", "sequence"], unique=False)
    op.create_table(
        "journal_leg",
        sa.Column("council", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("leg", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("fund_id", sa.Uuid(), nullable=False),
        sa.Column("amount_pence", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "amount_pence <> 0 AND abs(amount_pence) < 9007199254740992", name="ck_journal_leg_amount_in_range"
        ),
        sa.PrimaryKeyConstraint("council", "sequence", "leg", name="pk_journal_leg"),
    )
    op.create_index("ix_journal_leg_fund", "journal_leg", ["fund_id", "account"], unique=False)


def _guard_and_grant() -> None:
    op.execute(f"GRANT SELECT ON alembic_version TO {ROLES.app}, {ROLES.ops}")
    for table in ("award_seen", "budget", "fund", "journal_entry", "journal_leg", "chain_head"):
        for statement in guard_by_council(table, ROLES.app):
            op.execute(statement)
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON award_seen, chain_head TO {ROLES.app}")
    op.execute(f"GRANT SELECT, INSERT ON budget, fund TO {ROLES.app}")
    op.execute(f"GRANT UPDATE (closed_on, closed_by_version) ON fund TO {ROLES.app}")
    # The journal is append-only: nobody but its owner could change it, and triggers refuse the owner too.
    op.execute(f"GRANT SELECT, INSERT ON journal_entry, journal_leg TO {ROLES.app}")
    op.execute(BALANCED)
    op.execute(
        "CREATE TRIGGER balanced AFTER INSERT ON journal_leg REFERENCING NEW TABLE AS brought"
        " FOR EACH STATEMENT EXECUTE FUNCTION journal_must_balance()"
    )
    op.execute(APPEND_ONLY)
    for table in ("journal_entry", "journal_leg"):
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only()"
        )


def downgrade() -> None:
    op.drop_table("journal_leg")
    op.drop_table("journal_entry")
    op.drop_table("fund")
    op.drop_table("chain_head")
    op.drop_table("budget")
    op.drop_table("award_seen")
    op.drop_table("idempotency_key")
    op.drop_table("parked_key")
    op.drop_table("dead_letter")
    op.drop_table("inbox")
    op.drop_table("outbox")
    op.execute("DROP FUNCTION journal_must_balance")
    op.execute("DROP FUNCTION journal_is_append_only")
