"""What moving a council to another installation needs: whose each inbox row is, and the owner bound to a council.

Revision ID: 0009
Revises: 0008
"""

from braid.kit.moving_migration import create_moving_v1, drop_moving_v1, taken_away_by_moving_v1
from braid.kit.roles import Roles

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None
oldest_code = "0008"

ROLES = Roles("funding_streams")
takes_away = taken_away_by_moving_v1(ROLES)


def upgrade() -> None:
    create_moving_v1(ROLES)


def downgrade() -> None:
    drop_moving_v1()
