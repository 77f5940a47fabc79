"""What operations may count of decisions: of each, how it stands; no person, no sum and no reason.

Revision ID: 0007
Revises: 0006
"""

from alembic import op

from braid.kit.roles import Roles

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ROLES = Roles("funding_streams")
COUNTED = "award_id, version, council, stream, status, recorded_at"


def upgrade() -> None:
    op.execute(f"GRANT SELECT ({COUNTED}) ON award TO {ROLES.ops}")
    op.execute(f"CREATE POLICY counted ON award FOR SELECT TO {ROLES.ops} USING (true)")


def downgrade() -> None:
    op.execute("DROP POLICY counted ON award")
    op.execute(f"REVOKE ALL ON award FROM {ROLES.ops}")
