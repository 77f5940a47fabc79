"""Since when each budget waits, beside its state: who waits too long is then found without reading everybody.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

#: As `Progress.since` has it: the last of all the moments in a state.
SINCE = """
UPDATE progress SET since = (
    SELECT max(moment::timestamptz) FROM (
        SELECT value FROM jsonb_each_text(state -> 'reached')
        UNION ALL SELECT state #>> '{plan,at}'
        UNION ALL SELECT state ->> 'withdrew_at'
    ) AS moved (moment)
)
"""


def upgrade() -> None:
    op.add_column("progress", sa.Column("since", sa.DateTime(timezone=True), nullable=True))
    # The owner writes here for once, for every council.
    op.execute("ALTER TABLE progress NO FORCE ROW LEVEL SECURITY")
    op.execute(SINCE)
    op.execute("ALTER TABLE progress FORCE ROW LEVEL SECURITY")
    op.create_index("ix_progress_waiting", "progress", ["council", "stage", "since", "person_id"])


def downgrade() -> None:
    op.drop_index("ix_progress_waiting", "progress")
    op.drop_column("progress", "since")
