"""Access records: who read or changed whose record.

Revision ID: 0010
Revises: 0009
"""

from braid.kit.access_record_migration import create_access_records_v1, drop_access_records_v1
from braid.kit.roles import Roles

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_access_records_v1(Roles("ledger"))


def downgrade() -> None:
    drop_access_records_v1()
