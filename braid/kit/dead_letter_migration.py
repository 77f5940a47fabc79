"""Dead letters by council, so that a council's operations can mend theirs over HTTP, as a migration creates it.

Released migrations never change: a later change is a new function here and a new migration in each service.
"""

import sqlalchemy as sa
from alembic import op

from braid.kit.roles import Roles
from braid.kit.row_level_security import COUNCIL_SETTING

#: What the column of the council is worked out by, from the letter's own bytes; nothing where they do not say it.
COUNCIL_OF_LETTER = "council_of_letter(value)"

_COUNCIL_OF_LETTER = """
CREATE FUNCTION council_of_letter(value bytea) RETURNS text
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    told text;
BEGIN
    told := convert_from(value, 'UTF8')::jsonb ->> 'council';
    RETURN CASE WHEN length(told) BETWEEN 1 AND 100 THEN told END;
EXCEPTION WHEN OTHERS THEN
    RETURN NULL;
END $$
"""
#: These two see letters of every council, and of none: a letter that nobody could read holds its key's others back too.
_LETTER_AHEAD = """
CREATE FUNCTION letter_ahead(letter bigint) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT min(ahead.id) FROM dead_letter AS this
    JOIN dead_letter AS ahead ON ahead.consumer = this.consumer AND ahead.topic = this.topic AND ahead.key = this.key
    WHERE this.id = letter AND ahead.id < this.id AND ahead.resolved_at IS NULL
$$
"""
_FREE_KEY = """
CREATE FUNCTION free_key(of_consumer text, of_topic text, which bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    -- Whoever buries a letter this moment waits for the answer.
    PERFORM FROM parked_key AS p WHERE p.consumer = of_consumer AND p.topic = of_topic AND p.key = which FOR UPDATE;
    IF EXISTS (
        SELECT FROM dead_letter AS d
        WHERE d.consumer = of_consumer AND d.topic = of_topic AND d.key = which AND d.resolved_at IS NULL
    ) THEN
        RETURN false;
    END IF;
    DELETE FROM parked_key AS p WHERE p.consumer = of_consumer AND p.topic = of_topic AND p.key = which;
    RETURN true;
END $$
"""


def create_dead_letters_by_council_v1(roles: Roles) -> None:
    """Work out each letter's council, and let the application see and resolve those of the council it acts for."""
    app, ops, owner = roles.app, roles.ops, roles.owner
    own = f"council = current_setting('{COUNCIL_SETTING}', true)"
    op.execute(_COUNCIL_OF_LETTER)
    op.add_column("dead_letter", sa.Column("council", sa.Text, sa.Computed(COUNCIL_OF_LETTER, persisted=True)))
    op.add_column("dead_letter", sa.Column("resolution_reason", sa.Text))
    for statement in (
        "ALTER TABLE dead_letter ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE dead_letter FORCE ROW LEVEL SECURITY",
        # A consumer buries what it could not read, so for whatever council.
        f"CREATE POLICY bury ON dead_letter FOR INSERT TO {app} WITH CHECK (true)",
        f"CREATE POLICY own_council ON dead_letter FOR SELECT TO {app} USING ({own})",
        f"CREATE POLICY resolve ON dead_letter FOR UPDATE TO {app} USING ({own}) WITH CHECK ({own})",
        f"CREATE POLICY every_council ON dead_letter TO {ops}, {owner} USING (true) WITH CHECK (true)",
        f"GRANT SELECT, UPDATE (resolved_at, resolution, resolution_reason, resolved_by) ON dead_letter TO {app}",
        f"GRANT UPDATE (resolution_reason) ON dead_letter TO {ops}",
        _LETTER_AHEAD,
        _FREE_KEY,
        "REVOKE ALL ON FUNCTION council_of_letter, letter_ahead, free_key FROM PUBLIC",
        f"GRANT EXECUTE ON FUNCTION council_of_letter TO {app}, {ops}",
        f"GRANT EXECUTE ON FUNCTION letter_ahead, free_key TO {app}",
    ):
        op.execute(statement)


def drop_dead_letters_by_council_v1(roles: Roles) -> None:
    """Undo ``create_dead_letters_by_council_v1``."""
    for statement in (
        "DROP FUNCTION free_key",
        "DROP FUNCTION letter_ahead",
        *(f"DROP POLICY {name} ON dead_letter" for name in ("every_council", "resolve", "own_council", "bury")),
        "ALTER TABLE dead_letter NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE dead_letter DISABLE ROW LEVEL SECURITY",
        f"REVOKE SELECT, UPDATE (resolved_at, resolution, resolved_by) ON dead_letter FROM {roles.app}",
    ):
        op.execute(statement)
    op.drop_column("dead_letter", "resolution_reason")
    op.drop_column("dead_letter", "council")
    op.execute("DROP FUNCTION council_of_letter")
