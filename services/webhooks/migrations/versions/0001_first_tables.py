"""Subscriptions, deliveries and attempts, beside what every service has.

Revision ID: 0001
Revises:
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

from braid.kit.access_record_migration import create_access_records_v1, drop_access_records_v1
from braid.kit.forgetting_migration import create_forget_person, create_forgetting_v1, drop_forgetting_v1
from braid.kit.messaging_migration import create_messaging_tables_v1
from braid.kit.roles import Roles
from braid.kit.row_level_security import guard_by_council, let_owner_act

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ROLES = Roles("webhooks")
SQL = Path(__file__).parent.parent / "sql"
#: What the application may do with each table; it deletes nothing.
RIGHTS = {
    "subscription": "SELECT, INSERT, UPDATE",
    "delivery": "SELECT, INSERT, UPDATE",
    "attempt": "SELECT, INSERT, UPDATE (outcome, status, took_ms)",
}
#: What operations may count: no person, no address, no content.
COUNTED = {
    "subscription": "subscription_id, is_enabled, disabled_because, ended_at",
    "delivery": "subscription_id, state, recorded_at, due_at",
}
FUNCTIONS = {"councils_with_webhooks_due": "timestamptz", "councils_with_webhooks": ""}


def upgrade() -> None:
    create_messaging_tables_v1(ROLES)
    op.execute(f"GRANT SELECT ON alembic_version TO {ROLES.app}, {ROLES.ops}")
    _create_subscription()
    _create_delivery()
    _create_attempt()
    for table, rights in RIGHTS.items():
        for statement in guard_by_council(table, ROLES.app):
            op.execute(statement)
        op.execute(f"GRANT {rights} ON {table} TO {ROLES.app}")
    for table, columns in COUNTED.items():
        op.execute(f"GRANT SELECT ({columns}) ON {table} TO {ROLES.ops}")
        # For the owner, whose functions name councils.
        op.execute(f"CREATE POLICY counted ON {table} FOR SELECT TO {ROLES.ops}, {ROLES.owner} USING (true)")
    create_access_records_v1(ROLES)
    create_forgetting_v1(ROLES)
    op.execute(let_owner_act("delivery", ROLES.app, ROLES.owner))
    create_forget_person(ROLES, (SQL / "0001_forget_person.sql").read_text())
    for statement in (SQL / "0001_councils.sql").read_text().split(";\n"):
        op.execute(statement)
    for function, arguments in FUNCTIONS.items():
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function}({arguments}) TO {ROLES.app}")


def _moment(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _recorded_at() -> sa.Column[object]:
    return sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()"))


def _create_subscription() -> None:
    op.create_table(
        "subscription",
        sa.Column("subscription_id", sa.Uuid, nullable=False),
        sa.Column("council", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("event_types", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("agency", sa.Text),
        sa.Column("streams", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("secret", sa.LargeBinary),
        sa.Column("old_secret", sa.LargeBinary),
        _moment("old_secret_until"),
        sa.Column("is_enabled", sa.Boolean, nullable=False),
        sa.Column("disabled_because", sa.Text),
        _moment("failing_since"),
        _moment("not_before"),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        _moment("ended_at"),
        _recorded_at(),
        sa.PrimaryKeyConstraint("subscription_id", name="pk_subscription"),
        sa.CheckConstraint(
            "ended_at IS NULL OR (url = '' AND secret IS NULL AND NOT is_enabled)",
            name="ck_subscription_ended_is_empty",
        ),
        sa.CheckConstraint("(old_secret IS NULL) = (old_secret_until IS NULL)", name="ck_subscription_old_secret_ends"),
    )
    op.create_index("ix_subscription_council", "subscription", ["council"])


def _create_delivery() -> None:
    op.create_table(
        "delivery",
        sa.Column("delivery_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("council", sa.Text, nullable=False),
        sa.Column("subscription_id", sa.Uuid, nullable=False),
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("event_type", sa.Text, nullable=False),
        sa.Column("person_id", sa.Uuid),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary),
        _moment("due_at", nullable=False),
        sa.Column("attempts", sa.BigInteger, nullable=False),
        sa.Column("tries", sa.BigInteger, nullable=False),
        sa.Column("lease", sa.Uuid),
        _moment("leased_until"),
        _moment("ended_at"),
        _recorded_at(),
        sa.PrimaryKeyConstraint("delivery_id", name="pk_delivery"),
        sa.UniqueConstraint("subscription_id", "event_id", name="uq_delivery_subscription_id_event_id"),
        sa.CheckConstraint(
            "state IN ('delivered', 'waiting', 'given_up', 'withdrawn', 'expired')", name="ck_delivery_state_known"
        ),
        sa.CheckConstraint("state <> 'waiting' OR body IS NOT NULL", name="ck_delivery_waiting_has_body"),
    )
    waiting = sa.text("state = 'waiting'")
    op.create_index("ix_delivery_due", "delivery", ["council", "due_at"], postgresql_where=waiting)
    op.create_index(
        "ix_delivery_line", "delivery", ["subscription_id", "person_id", "number"], postgresql_where=waiting
    )
    op.create_index("ix_delivery_listed", "delivery", ["subscription_id", "number"])
    op.create_index("ix_delivery_person", "delivery", ["person_id"])


def _create_attempt() -> None:
    op.create_table(
        "attempt",
        sa.Column("delivery_id", sa.Uuid, nullable=False),
        sa.Column("attempt", sa.BigInteger, nullable=False),
        sa.Column("council", sa.Text, nullable=False),
        _moment("begun_at", nullable=False),
        sa.Column("outcome", sa.Text),
        sa.Column("status", sa.BigInteger),
        sa.Column("took_ms", sa.BigInteger),
        sa.PrimaryKeyConstraint("delivery_id", "attempt", name="pk_attempt"),
    )


def downgrade() -> None:
    for function in ("councils_with_webhooks_due", "councils_with_webhooks", "forget_person"):
        op.execute(f"DROP FUNCTION {function}")
    drop_forgetting_v1()
    drop_access_records_v1()
    for table in (
        *RIGHTS,
        "idempotency_key",
        "parked_key",
        "dead_letter",
        "inbox",
        "outbox",
    ):
        op.drop_table(table)
