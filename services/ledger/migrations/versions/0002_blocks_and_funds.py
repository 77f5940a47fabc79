"""The journal in blocks, posted by one function; one fund for each award, with its versions; commitments.

What the first tables hold is posted again into the new ones, with the same sequences, value dates and moments of
recording: legs on ``fund.awarded`` of the versions of an award become legs on ``fund.available`` of the award's one fund.
The chain that was kept entry by entry ends here; its last link is what the new chain's first block is chained to.

Revision ID: 0002
Revises: 0001
"""

from importlib import resources

from alembic import context, op
from sqlalchemy import text

from services.ledger.migrations.first_tables_converted import convert

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SUBJECTS = (
    "funds",
    "journal_tables",
    "hashing",
    "deciding",
    "commitments",
    "recording",
    "accounts",
    "post_entries",
    "asking",
    "guards",
    "rights",
)
#: What the first migration made and this one takes the place of.
REPLACED = ("fund", "journal_entry", "journal_leg", "chain_head")
KEPT_ASIDE = "before_blocks"


def upgrade() -> None:
    op.execute(f"CREATE SCHEMA {KEPT_ASIDE}")
    for table in REPLACED:
        # The owner, whom row-level security is forced upon, must see every council's rows for once.
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} SET SCHEMA {KEPT_ASIDE}")
    op.execute("ALTER TABLE budget NO FORCE ROW LEVEL SECURITY")
    for subject in SUBJECTS:
        run_script((resources.files("services.ledger.migrations") / "sql" / f"0002_{subject}.sql").read_text())
    convert(op.get_bind(), KEPT_ASIDE)
    op.execute("ALTER TABLE budget FORCE ROW LEVEL SECURITY")
    op.execute(f"DROP SCHEMA {KEPT_ASIDE} CASCADE")
    op.execute("DROP FUNCTION journal_must_balance")


def run_script(script: str) -> None:
    """Run many statements at once, which a prepared statement, SQLAlchemy's way, cannot."""
    op.get_bind().connection.dbapi_connection.run_async(lambda connection: connection.execute(script))


def downgrade() -> None:
    """Make the first tables again, empty: a journal cannot be taken back into them."""
    op.execute("DROP VIEW fund_rule")
    op.execute(
        "DROP TABLE commitment, period_lock, account_day, chain_head, journal_block, journal_leg, journal_entry,"
        " account, stream, fund_version, fund, budget, award_seen CASCADE"
    )
    op.execute("DROP TYPE reversible_entry CASCADE")
    for function in op.get_bind().execute(
        text("SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace")
    ):
        op.execute(f"DROP FUNCTION {function[0]} CASCADE")
    first = context.script.get_revision("0001").module
    first._create_tables()
    first._guard_and_grant()
