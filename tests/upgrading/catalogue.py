"""What code can rely on in a database, as its catalogue tells it, and what of that another state takes away.

A statement need not be understood for that: whatever a migration did shows in what is there afterwards.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import asyncpg

#: Kind of thing -> a query of its name, the table or column that it goes with, and what code relies on.
_QUERIES: Mapping[str, str] = {
    "table": """
        SELECT relname, relname, format('row security %s, forced %s', relrowsecurity, relforcerowsecurity)
        FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'p')""",
    "column": """
        SELECT attrelid::regclass || '.' || attname, attrelid::regclass::text,
               concat_ws(' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN 'NOT NULL' END,
                         'default ' || pg_get_expr(adbin, adrelid),
                         'identity ' || nullif(attidentity::text, ''), 'generated ' || nullif(attgenerated::text, ''))
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'p')
              AND attnum > 0 AND NOT attisdropped""",
    "constraint": """
        SELECT conrelid::regclass || '.' || conname, conrelid::regclass::text, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 0 AND contype <> 'n'""",
    "unique index": """
        SELECT indexrelid::regclass::text, indrelid::regclass::text, pg_get_indexdef(indexrelid)
        FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
        WHERE relnamespace = 'public'::regnamespace AND indisunique""",
    "trigger": """
        SELECT tgrelid::regclass || '.' || tgname, tgrelid::regclass::text,
               pg_get_triggerdef(oid) || ' ' || tgenabled::text
        FROM pg_trigger WHERE NOT tgisinternal""",
    "policy": """
        SELECT format('%s.%s for %s', tablename, policyname, role), tablename,
               concat_ws(' ', permissive, cmd, qual, with_check)
        FROM pg_policies, unnest(roles) AS role WHERE schemaname = 'public'""",
    "function": """
        SELECT format('%s(%s)', proname, pg_get_function_identity_arguments(oid)), NULL,
               format('returns %s, security definer %s', pg_get_function_result(oid), prosecdef)
        FROM pg_proc WHERE pronamespace = 'public'::regnamespace""",
    "type": """
        SELECT typname, NULL,
               (SELECT string_agg(enumlabel, ', ' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid)
        FROM pg_type AS t WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd')""",
    "right": """
        SELECT format('%s of %s on %s', privilege_type, pg_get_userbyid(grantee), relname), relname, ''
        FROM pg_class, aclexplode(relacl) WHERE relnamespace = 'public'::regnamespace
        UNION ALL
        SELECT format('%s of %s on %s.%s', privilege_type, pg_get_userbyid(grantee), relname, attname),
               relname || '.' || attname, ''
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid, aclexplode(attacl)
        WHERE relnamespace = 'public'::regnamespace
        UNION ALL
        SELECT format('%s of %s on %s(%s)', privilege_type, pg_get_userbyid(grantee), proname,
                      pg_get_function_identity_arguments(p.oid)), NULL, ''
        FROM pg_proc AS p, aclexplode(proacl) WHERE pronamespace = 'public'::regnamespace""",
}
#: Things that bind whoever writes a table: one that comes to a table that was there takes something away.
_BINDING = frozenset({"constraint", "unique index", "trigger", "policy"})


@dataclass(frozen=True)
class Thing:
    """Something in a database.

    Args:
        kind, name: which.
        on: the table or column that it goes with, if any.
        meaning: what code relies on.
    """

    kind: str
    name: str
    on: str | None
    meaning: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


Catalogue = Mapping[tuple[str, str], Thing]


async def catalogue_of(db: asyncpg.Connection) -> Catalogue:
    """Everything that code can rely on in a database."""
    things = [
        Thing(kind, name, on, meaning or "")
        for kind, query in _QUERIES.items()
        for name, on, meaning in await db.fetch(query)
        if on != "alembic_version"
    ]
    return {(each.kind, each.name): each for each in things}


def taken_away(before: Catalogue, after: Catalogue) -> list[str]:
    """What code that was written for one state can no longer rely on in another, each by its name."""
    return sorted({*_lost_or_changed(before, after), *_newly_bound(before, after)})


def _lost_or_changed(before: Catalogue, after: Catalogue) -> Iterator[str]:
    for key, thing in before.items():
        now = after.get(key)
        if now is None and (thing.kind == "table" or _is_there(thing.on, after)):
            yield str(thing)
        elif now is not None and now.meaning != thing.meaning:
            yield f"{thing}: was {thing.meaning}, is {now.meaning}"


def _is_there(on: str | None, after: Catalogue) -> bool:
    """What goes with a thing that is gone is not named beside it."""
    return on is None or ("table", on) in after or ("column", on) in after


def _newly_bound(before: Catalogue, after: Catalogue) -> Iterator[str]:
    for key, thing in after.items():
        if key in before or ("table", thing.on or "") not in before:
            continue
        if thing.kind in _BINDING and not _allows_alone(thing):
            yield f"{thing}: is new on a table that was there"
        if thing.kind == "column" and "NOT NULL" in thing.meaning and not _is_filled(thing):
            yield f"{thing}: is new and must be filled"


def _allows_alone(thing: Thing) -> bool:
    """Whether a policy lets migrations or operations do more, and says nothing of the role that code works as."""
    is_of_others = thing.name.endswith(("_owner", "_ops"))
    return thing.kind == "policy" and thing.meaning.startswith("PERMISSIVE ") and is_of_others


def _is_filled(column: Thing) -> bool:
    return any(word in column.meaning for word in (" default ", " identity ", " generated "))
