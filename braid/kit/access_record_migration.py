"""First version of the access records, as a migration of every service creates them.

Released migrations never change: a later change is a new function here and a new migration in each service.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import INET

from braid.kit.roles import Roles
from braid.kit.row_level_security import guard_by_council, let_owner_act

#: For the owner and the superuser too: a record may lose what tells of a forgotten person, and nothing else.
_KEEP = """
CREATE FUNCTION keep_access_record() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.reason IS NULL AND NEW.client IS NULL
            AND to_jsonb(NEW) - 'reason' - 'client' = to_jsonb(OLD) - 'reason' - 'client' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'access records are added to and never changed' USING ERRCODE = 'restrict_violation';
END $$
"""
_FORGET = """
CREATE FUNCTION forget_access_reasons(forgotten uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE access_record SET reason = NULL, client = NULL
    WHERE person_id = forgotten AND (reason IS NOT NULL OR client IS NOT NULL)
$$
"""


def create_access_records_v1(roles: Roles) -> None:
    """Create the access records, which are only ever added to, and the function that takes reasons out of them."""
    op.create_table(
        "access_record",
        sa.Column("record_id", sa.Uuid, nullable=False, server_default=sa.text("gen_random_uuid()")),
        sa.Column("council", sa.Text, nullable=False),
        sa.Column("person_id", sa.Uuid),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("roles", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("route", sa.Text, nullable=False),
        sa.Column("resource", sa.Text, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("is_repeat", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("client", INET),
        sa.Column("request_id", sa.Text, nullable=False),
        sa.Column("trace_id", sa.Text),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("record_id", name="pk_access_record"),
    )
    for name, columns in (("person", ["person_id"]), ("subject", ["council", "subject"]), ("day", ["council"])):
        op.create_index(f"ix_access_record_{name}", "access_record", [*columns, "recorded_at", "record_id"])
    for statement in (
        *guard_by_council("access_record", roles.app),
        let_owner_act("access_record", roles.app, roles.owner),
        f"GRANT SELECT, INSERT ON access_record TO {roles.app}",
        _KEEP,
        "CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON access_record"
        " FOR EACH ROW EXECUTE FUNCTION keep_access_record()",
        "CREATE TRIGGER keep_all BEFORE TRUNCATE ON access_record"
        " FOR EACH STATEMENT EXECUTE FUNCTION keep_access_record()",
        "REVOKE ALL ON FUNCTION keep_access_record FROM PUBLIC",
        _FORGET,
        "REVOKE ALL ON FUNCTION forget_access_reasons FROM PUBLIC",
        f"GRANT EXECUTE ON FUNCTION forget_access_reasons TO {roles.app}",
    ):
        op.execute(statement)


def drop_access_records_v1() -> None:
    """Undo ``create_access_records_v1``."""
    op.execute("DROP FUNCTION forget_access_reasons")
    op.drop_table("access_record")
    op.execute("DROP FUNCTION keep_access_record")
