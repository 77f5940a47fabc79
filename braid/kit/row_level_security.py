"""Row-level security by council: the database itself keeps one council's rows from another's requests.

Each transaction sets the council that it acts for; policies compare every row with it. The application's role owns
nothing and cannot bypass a policy.
"""

#: Transaction-local setting that holds the GSS code of the council acted for.
COUNCIL_SETTING = "braid.council"

SET_COUNCIL = f"SELECT set_config('{COUNCIL_SETTING}', :council, true)"


def guard_by_council(table: str, app_role: str) -> tuple[str, ...]:
    """Statements that let the application's role see and write only its own council's rows of a table.

    Args:
        table: a table with a ``council`` column.
        app_role: the role that requests and handlers run as.
    """
    own = f"council = current_setting('{COUNCIL_SETTING}', true)"
    return (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY own_council ON {table} TO {app_role} USING ({own}) WITH CHECK ({own})",
    )


def let_owner_act(table: str, app_role: str, owner_role: str) -> str:
    """The statement that lets functions of the owner act on a guarded table, for the acting council alone."""
    return f"ALTER POLICY own_council ON {table} TO {app_role}, {owner_role}"
