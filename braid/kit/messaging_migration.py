"""First version of the messaging tables, as every service's first migration creates them.

Released migrations never change: a later change to these tables is a new function here and a new migration in each
service.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from braid.kit.roles import Roles
from braid.kit.row_level_security import guard_by_council


def _recorded_at() -> sa.Column[object]:
    return sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now())


def create_messaging_tables_v1(roles: Roles) -> None:
    """Create outbox, inbox, dead letters, parked keys and idempotency keys, with their grants and policies."""
    _create_outbox()
    _create_inbox()
    _create_dead_letter()
    _create_parked_key()
    _create_idempotency_key()
    _grant(roles)


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("council", sa.Text),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("key", sa.LargeBinary),
        sa.Column("headers", JSONB, nullable=False),
        sa.Column("value", sa.LargeBinary),
        _recorded_at(),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("event_id", name="uq_outbox_event_id"),
    )
    op.create_index("ix_outbox_pending", "outbox", ["id"], postgresql_where=sa.text("published_at IS NULL"))


def _create_inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("consumer", sa.Text, nullable=False),
        sa.Column("event_id", sa.Uuid, nullable=False),
        _recorded_at(),
        sa.PrimaryKeyConstraint("consumer", "event_id", name="pk_inbox"),
    )


def _create_dead_letter() -> None:
    op.create_table(
        "dead_letter",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("consumer", sa.Text, nullable=False),
        sa.Column("position", sa.Text, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("key", sa.LargeBinary),
        sa.Column("headers", JSONB, nullable=False),
        sa.Column("value", sa.LargeBinary),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        _recorded_at(),
        sa.Column("resolved_at", sa.DateTime(timezone=True)),
        sa.Column("resolution", sa.Text),
        sa.Column("resolved_by", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_dead_letter"),
        sa.UniqueConstraint("consumer", "position", name="uq_dead_letter_consumer_position"),
    )
    op.create_index(
        "ix_dead_letter_open",
        "dead_letter",
        ["consumer", "topic", "key", "id"],
        postgresql_where=sa.text("resolved_at IS NULL"),
    )


def _create_parked_key() -> None:
    op.create_table(
        "parked_key",
        sa.Column("consumer", sa.Text, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("key", sa.LargeBinary, nullable=False),
        _recorded_at(),
        sa.PrimaryKeyConstraint("consumer", "topic", "key", name="pk_parked_key"),
    )


def _create_idempotency_key() -> None:
    op.create_table(
        "idempotency_key",
        sa.Column("council", sa.Text, nullable=False),
        sa.Column("caller", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.LargeBinary, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("headers", JSONB),
        sa.Column("body", sa.LargeBinary),
        _recorded_at(),
        sa.PrimaryKeyConstraint("council", "caller", "key", name="pk_idempotency_key"),
    )


def _grant(roles: Roles) -> None:
    app, ops = roles.app, roles.ops
    own = "council IS NULL OR council = current_setting('braid.council', true)"
    for statement in (
        # The application appends to the outbox and never reads it: it holds every council's events.
        f"GRANT INSERT ON outbox TO {app}",
        "ALTER TABLE outbox ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE outbox FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY own_council ON outbox FOR INSERT TO {app} WITH CHECK ({own})",
        f"CREATE POLICY relay ON outbox TO {ops} USING (true) WITH CHECK (true)",
        f"GRANT SELECT, DELETE ON outbox TO {ops}",
        f"GRANT UPDATE (published_at) ON outbox TO {ops}",
        f"GRANT INSERT ON inbox TO {app}",
        f"GRANT SELECT, DELETE ON inbox TO {ops}",
        f"GRANT INSERT ON dead_letter TO {app}",
        f"GRANT SELECT ON dead_letter TO {ops}",
        f"GRANT UPDATE (resolved_at, resolution, resolved_by) ON dead_letter TO {ops}",
        # A row lock needs the right to update something.
        f"GRANT SELECT, INSERT, UPDATE (recorded_at) ON parked_key TO {app}",
        f"GRANT SELECT, DELETE, UPDATE (recorded_at) ON parked_key TO {ops}",
        f"GRANT SELECT, INSERT ON idempotency_key TO {app}",
        f"GRANT UPDATE (status, headers, body) ON idempotency_key TO {app}",
        f"GRANT SELECT, DELETE ON idempotency_key TO {ops}",
        *guard_by_council("idempotency_key", app),
        f"CREATE POLICY prune ON idempotency_key FOR ALL TO {ops} USING (true)",
    ):
        op.execute(statement)
