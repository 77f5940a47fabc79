"""Dead letters by council, which the council's operations mend.

Revision ID: 0014
Revises: 0013
"""

from braid.kit.dead_letter_migration import create_dead_letters_by_council_v1, drop_dead_letters_by_council_v1
from braid.kit.roles import Roles

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_dead_letters_by_council_v1(Roles("ledger"))


def downgrade() -> None:
    drop_dead_letters_by_council_v1(Roles("ledger"))
