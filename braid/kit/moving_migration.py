"""What moving a council needs in a database, as a migration of every service creates it.

Released migrations never change: a later change is a new function here and a new migration in each service.
"""

import sqlalchemy as sa
from alembic import op

from braid.kit.roles import Roles

#: The council that the transaction acts for; what was handled before this column was there has none.
COUNCIL_ACTED_FOR = "COALESCE(current_setting('braid.council', true), '')"

#: The owner moves a council's rows and is bound to the acting council, as the application is.
_LET_OWNER_ACT = """
DO $$
DECLARE
    guarded text;
BEGIN
    FOR guarded IN
        SELECT tablename FROM pg_policies
        WHERE schemaname = 'public' AND policyname = 'own_council' AND cmd = 'ALL' AND NOT '{owner}' = ANY (roles)
        ORDER BY tablename
    LOOP
        EXECUTE format('ALTER POLICY own_council ON %I TO {app}, {owner}', guarded);
    END LOOP;
END $$
"""


def taken_away_by_moving_v1(roles: Roles) -> dict[str, str]:
    """What a migration that calls `create_moving_v1` states as its ``takes_away``."""
    why = "the code of every release writes its own council's inbox rows alone, and reads none"
    return {"table inbox": why, f"policy inbox.own_council for {roles.app}": why}


def create_moving_v1(roles: Roles) -> None:
    """Keep whose message each inbox row is, and let the owner act for one council on every guarded table there is."""
    op.add_column("inbox", sa.Column("council", sa.Text))
    for statement in (
        # By itself, so that the rows that are there stay as they are and none is written anew.
        f"ALTER TABLE inbox ALTER COLUMN council SET DEFAULT {COUNCIL_ACTED_FOR}",
        "ALTER TABLE inbox ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE inbox FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY own_council ON inbox FOR INSERT TO {roles.app} WITH CHECK (council = {COUNCIL_ACTED_FOR})",
        f"CREATE POLICY every_council ON inbox TO {roles.ops}, {roles.owner} USING (true) WITH CHECK (true)",
        _LET_OWNER_ACT.format(app=roles.app, owner=roles.owner),
    ):
        op.execute(statement)


def drop_moving_v1() -> None:
    """Undo ``create_moving_v1``, but for the owner's right, which binds it to a council and harms nobody."""
    for statement in (
        "DROP POLICY every_council ON inbox",
        "DROP POLICY own_council ON inbox",
        "ALTER TABLE inbox NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE inbox DISABLE ROW LEVEL SECURITY",
    ):
        op.execute(statement)
    op.drop_column("inbox", "council")
