"""A council's account with nothing valued later is told by its last leg, and not by summing the legs of a day.

Revision ID: 0013
Revises: 0012
"""

from importlib import resources

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

SQL = resources.files("services.ledger.migrations") / "sql"


def upgrade() -> None:
    op.execute((SQL / "0013_balance_as_of.sql").read_text())


def downgrade() -> None:
    """Take back the function of 0002, the last of its file."""
    asking = (SQL / "0002_asking.sql").read_text()
    function = asking[asking.index("CREATE FUNCTION balance_as_of(") :]
    op.execute(function.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1))
