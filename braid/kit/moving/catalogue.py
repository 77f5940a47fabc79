"""The tables of a database as they move: which they are, with which columns, and in which order they can arrive.

All of it is read from the database itself, so that a table that a later migration adds moves as well.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter

import asyncpg

from braid.kit.moving.archive import NotMoved
from braid.kit.moving.declared import Moving, Translated

_TABLES = """
SELECT
    c.relname AS name,
    EXISTS (
        SELECT FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attname = 'council' AND NOT a.attisdropped
    ) AS of_a_council,
    c.relrowsecurity AND NOT EXISTS (
        SELECT FROM pg_policies AS p
        WHERE p.schemaname = 'public' AND p.tablename = c.relname AND p.cmd = 'ALL' AND current_user = ANY (p.roles)
    ) AND NOT (SELECT r.rolsuper FROM pg_roles AS r WHERE r.rolname = current_user) AS is_out_of_sight,
    ARRAY(
        SELECT DISTINCT f.confrelid::regclass::text FROM pg_constraint AS f
        WHERE f.conrelid = c.oid AND f.contype = 'f' AND f.confrelid <> c.oid
    ) AS refers_to,
    ARRAY(
        SELECT a.attname::text FROM pg_constraint AS k
        CROSS JOIN LATERAL unnest(k.conkey) WITH ORDINALITY AS u (number, place)
        INNER JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = u.number
        WHERE k.conrelid = c.oid AND k.contype = 'p' ORDER BY u.place
    ) AS key
FROM pg_class AS c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
ORDER BY c.relname
"""
_COLUMNS = """
SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS kind, a.attidentity <> '' AS is_numbered
FROM pg_attribute AS a
WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
ORDER BY a.attnum
"""


class NotDeclared(NotMoved):
    """Nobody has said whether a table without a council moves, or something is said of a table that is not there."""


@dataclass(frozen=True)
class MovedColumn:
    """A column of a table that moves.

    Args:
        name: its name, here and in the archive.
        kind: its type in the archive.
        leaves: what the archive holds, of a row ``t``.
        arrives: what the column holds where it arrives, of the archive's row ``t``.
    """

    name: str
    kind: str
    leaves: str
    arrives: str


@dataclass(frozen=True)
class MovedTable:
    """A table whose rows move with their council."""

    name: str
    columns: Sequence[MovedColumn]
    order: Sequence[str]

    @property
    def rows_that_leave(self) -> str:
        """The query for what the archive holds of the council ``$1``, in its order."""
        columns = ", ".join(f'{column.leaves} AS "{column.name}"' for column in self.columns)
        # By bytes, whatever the database's own order of texts is: the same rows make the same file everywhere.
        order = ", ".join(f't."{name}"{self._by_bytes(name)}' for name in self.order)
        return f'SELECT {columns} FROM "{self.name}" AS t WHERE t.council = $1 ORDER BY {order}'  # noqa: S608 (names)

    def _by_bytes(self, column: str) -> str:
        return next((' COLLATE "C"' for each in self.columns if each.name == column and each.kind == "text"), "")


async def tables_that_move(db: asyncpg.Connection, moving: Moving) -> list[MovedTable]:
    """The tables that move, each after those that its rows need.

    Raises:
        NotDeclared: a table has no council and is not named as staying, what is named is not there, or the role may not
            act for a council on a table, whose rows would be left behind unseen.
    """
    found = {row["name"]: row for row in await db.fetch(_TABLES)}
    stays = moving.all_that_stays
    unnamed = sorted(name for name, row in found.items() if not row["of_a_council"] and name not in stays)
    if unnamed:
        raise NotDeclared(f"nobody has said whether these tables move with a council: {', '.join(unnamed)}")
    named = {*stays, *moving.after, *moving.order, *moving.made_ready, *(each.table for each in moving.translated)}
    if gone := sorted(named - set(found)):
        raise NotDeclared(f"these tables are not there: {', '.join(gone)}")
    moved = {name: row for name, row in found.items() if name not in stays}
    if unseen := sorted(name for name, row in moved.items() if row["is_out_of_sight"]):
        raise NotDeclared(f"the owner may not act for a council on these tables: {', '.join(unseen)}")
    needs = {name: {*row["refers_to"], *moving.after.get(name, ())} & set(moved) for name, row in moved.items()}
    sorter = TopologicalSorter({name: sorted(needs[name]) for name in sorted(needs)})
    return [
        MovedTable(name, await _columns(db, name, moving), moving.order.get(name) or moved[name]["key"])
        for name in sorter.static_order()
    ]


async def _columns(db: asyncpg.Connection, table: str, moving: Moving) -> list[MovedColumn]:
    translated: Mapping[str, Translated] = {each.column: each for each in moving.translated if each.table == table}
    columns = []
    for row in await db.fetch(_COLUMNS, table):
        name, kind = row["name"], row["kind"]
        if name in translated:
            told = translated[name]
            columns.append(MovedColumn(name, told.kind or kind, told.leaves, told.arrives))
        elif not row["is_numbered"]:
            columns.append(MovedColumn(name, kind, f't."{name}"', f't."{name}"'))
    return columns
