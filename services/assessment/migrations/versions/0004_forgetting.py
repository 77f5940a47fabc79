"""Messages of erased people are taken away, and lifted legal holds go with the record.

Revision ID: 0004
Revises: 0003
"""

from alembic import op

from braid.kit.forgetting_migration import create_forgetting_v1, drop_forgetting_v1
from braid.kit.roles import Roles

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ROLES = Roles("assessment")


def upgrade() -> None:
    create_forgetting_v1(ROLES)
    op.execute(f"GRANT DELETE ON legal_hold TO {ROLES.app}")


def downgrade() -> None:
    op.execute(f"REVOKE DELETE ON legal_hold FROM {ROLES.app}")
    drop_forgetting_v1()
