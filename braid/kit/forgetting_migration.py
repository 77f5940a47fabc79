"""First version of what forgetting needs in a database, as a migration of every service creates it.

Released migrations never change: a later change is a new function here and a new migration in each service.
"""

import sqlalchemy as sa
from alembic import op

from braid.kit.roles import Roles
from braid.kit.row_level_security import guard_by_council

#: Both run as the owner: operations may take away what is about the forgotten, and no other event or letter. The outbox
#: has no index by key, which would cost every event; it is read through once for each tombstone.
_FORGET_MESSAGES = """
CREATE FUNCTION forget_messages() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    sent bigint := 0;
    letters bigint;
BEGIN
    IF EXISTS (SELECT FROM forgotten_person WHERE messages_gone_at IS NULL) THEN
        DELETE FROM outbox AS o USING forgotten_person AS f
        WHERE f.messages_gone_at IS NULL AND o.key = convert_to(f.person_id::text, 'UTF8')
            AND o.published_at IS NOT NULL;
        GET DIAGNOSTICS sent = ROW_COUNT;
        UPDATE forgotten_person AS f SET messages_gone_at = clock_timestamp()
        WHERE f.messages_gone_at IS NULL
            AND NOT EXISTS (SELECT FROM outbox AS o WHERE o.key = convert_to(f.person_id::text, 'UTF8'));
    END IF;
    -- Letters may come at any time, from outside too, and unreadable ones with them.
    DELETE FROM dead_letter AS d USING forgotten_person AS f WHERE d.key = convert_to(f.person_id::text, 'UTF8');
    GET DIAGNOSTICS letters = ROW_COUNT;
    DELETE FROM parked_key AS p USING forgotten_person AS f WHERE p.key = convert_to(f.person_id::text, 'UTF8');
    RETURN sent + letters;
END $$
"""


def create_forgetting_v1(roles: Roles) -> None:
    """Create the tombstones, and the function by which operations take the messages of the forgotten away."""
    op.create_table(
        "forgotten_person",
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("council", sa.Text, nullable=False),
        sa.Column("forgotten_on", sa.Date, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("messages_gone_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("person_id", name="pk_forgotten_person"),
    )
    for statement in (
        *guard_by_council("forgotten_person", roles.app),
        f"GRANT SELECT, INSERT ON forgotten_person TO {roles.app}",
        f"CREATE POLICY every_council ON forgotten_person TO {roles.owner} USING (true)",
        f"CREATE POLICY forget ON outbox TO {roles.owner} USING (true)",
        _FORGET_MESSAGES,
        "REVOKE ALL ON FUNCTION forget_messages FROM PUBLIC",
        f"GRANT EXECUTE ON FUNCTION forget_messages TO {roles.ops}",
    ):
        op.execute(statement)


def drop_forgetting_v1() -> None:
    """Undo ``create_forgetting_v1``."""
    op.execute("DROP FUNCTION forget_messages")
    op.execute("DROP POLICY forget ON outbox")
    op.drop_table("forgotten_person")


def create_forget_person(roles: Roles, function: str) -> None:
    """Create a service's ``forget_person(uuid)``, which gives back the ids of what was the person's.

    Args:
        function: the statement; it runs as the owner, who sees the acting council's rows alone.
    """
    op.execute(function)
    op.execute("REVOKE ALL ON FUNCTION forget_person FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION forget_person TO {roles.app}")
