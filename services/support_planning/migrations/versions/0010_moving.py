"""What moving a council to another installation needs: whose each inbox row is, and the owner bound to a council.

Revision ID: 0010
Revises: 0009
"""

from braid.kit.moving_migration import create_moving_v1, drop_moving_v1, taken_away_by_moving_v1
from braid.kit.roles import Roles

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None
oldest_code = "0009"

ROLES = Roles("support_planning")
takes_away = taken_away_by_moving_v1(ROLES)


def upgrade() -> None:
    create_moving_v1(ROLES)


def downgrade() -> None:
    drop_moving_v1()
