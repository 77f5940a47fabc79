"""What moving a council to another installation needs: accounts keep in the chain the numbers that they were opened by.

Revision ID: 0016
Revises: 0015
"""

from importlib import resources

from alembic import op

from braid.kit.moving_migration import create_moving_v1, drop_moving_v1, taken_away_by_moving_v1
from braid.kit.roles import Roles

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None
oldest_code = "0014"

ROLES = Roles("ledger")
takes_away = taken_away_by_moving_v1(ROLES)

SQL = resources.files("services.ledger.migrations") / "sql"
#: The one place where the posting function hashes the number of an account, as it was and as it is.
_HASHED = "leg_bytes(coalesce(accounts[l.account], 0)"
_HASHED_AS_KEPT = "leg_bytes(coalesce(accounts[l.account] - head.accounts_from, 0)"
_REPLACED = {"0002_deciding.sql": "reversed_digest", "0002_recording.sql": "accounts_opened"}


def upgrade() -> None:
    create_moving_v1(ROLES)
    for statement in (SQL / "0016_account_numbers.sql").read_text().split(";\n\n"):
        op.execute(statement)
    posting = _as_it_was("0002_post_entries.sql", "post_entries")
    if posting.count(_HASHED) != 1:
        raise AssertionError("the posting function hashes accounts elsewhere too")
    op.execute(posting.replace(_HASHED, _HASHED_AS_KEPT))


def downgrade() -> None:
    op.execute(_as_it_was("0002_post_entries.sql", "post_entries"))
    for file, function in _REPLACED.items():
        op.execute(_as_it_was(file, function))
    op.drop_column("chain_head", "accounts_from")
    drop_moving_v1()


def _as_it_was(file: str, function: str) -> str:
    """The statement that puts a function back as an earlier migration made it."""
    text = (SQL / file).read_text()
    begins = text.index(f"CREATE FUNCTION {function}(")
    ends = text.find("\n\n-- ", begins)
    statement = text[begins : ends if ends > 0 else None]
    return statement.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)
