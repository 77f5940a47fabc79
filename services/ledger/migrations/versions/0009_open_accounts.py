"""Opening accounts looks up again what was missing, and nothing else.

Revision ID: 0009
Revises: 0008
"""

from importlib import resources

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SQL = resources.files("services.ledger.migrations") / "sql"


def upgrade() -> None:
    op.execute((SQL / "0009_open_accounts.sql").read_text())


def downgrade() -> None:
    """Take back the function of 0002, which stands between its own comment and the next function's."""
    accounts = (SQL / "0002_accounts.sql").read_text()
    function = accounts[accounts.index("CREATE FUNCTION open_accounts(") :]
    function = function[: function.index("END $$;") + len("END $$;")]
    op.execute(function.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1))
