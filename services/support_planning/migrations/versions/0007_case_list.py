"""The user group beside each budget's stage, and indexes by which a list of cases is filtered.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # No event that was heard before is kept: a case that is there already tells its group with its next assessment.
    op.add_column("progress", sa.Column("user_group", sa.Text(), nullable=True))
    op.create_index("ix_progress_of_group", "progress", ["council", "user_group", "stage", "since", "person_id"])
    op.create_index("ix_award_of_person", "award", ["person_id", "stream"])


def downgrade() -> None:
    op.drop_index("ix_award_of_person", "award")
    op.drop_index("ix_progress_of_group", "progress")
    op.drop_column("progress", "user_group")
