"""Read state: what a service keeps of what others have told, so that the topics could fill it again.

Tables that handlers alone fill can be worked out anew from the topics, and compared with what a service has, row by
row. What people and systems have done in a service itself is its own truth, and in none of these tables.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from braid.kit.messaging_tables import MessagingTables
from braid.kit.row_level_security import SET_COUNCIL

Key = tuple[Any, ...]
Rows = Mapping[Key, Mapping[str, Any]]


@dataclass(frozen=True)
class ReadTable:
    """A table that handlers alone fill, from what events say.

    Args:
        name: of the table; it has a column of the council.
        not_told: columns that tell when the service heard of it, which no event says.
        is_mended: whether its rows may be written from the topics. Not where the service's own truth rests on them.
    """

    name: str
    not_told: frozenset[str] = frozenset()
    is_mended: bool = True


class How(StrEnum):
    """How a row differs."""

    MISSING = "missing"
    BEYOND = "beyond what the topics tell"
    DIFFERENT = "different"


@dataclass(frozen=True)
class Difference:
    """A row that is not what the topics tell; by its ids alone, since what it holds is about a person.

    Args:
        table: the table's name.
        key: the row's primary key.
        how: in what it differs.
        columns: those that are different.
        told: the row as the topics tell it; None where they tell of none.
    """

    table: ReadTable
    key: Key
    how: How
    columns: tuple[str, ...] = ()
    told: Mapping[str, Any] | None = None

    def __str__(self) -> str:
        named = f" in {', '.join(self.columns)}" if self.columns else ""
        return f"{self.table.name} {'/'.join(map(str, self.key))}: {self.how}{named}"


class ReadState:
    """One council's read state in a service's database, with the application's role.

    Args:
        engine: of the application's role.
        tables: the service's messaging tables.
        read_tables: which of its tables are read state, those first that others refer to.
        council: whose.
    """

    def __init__(
        self, engine: AsyncEngine, tables: MessagingTables, read_tables: Sequence[ReadTable], council: str
    ) -> None:
        self._engine = engine
        self._metadata = tables.outbox.metadata
        self._forgotten = tables.forgotten_person
        self._read_tables = read_tables
        self._council = council

    async def differences(self, told: "ReadState") -> list[Difference]:
        """How this state differs from another, which was worked out from the topics.

        People whom this service has forgotten are left out of both.
        """
        here, there = await self._rows(), await told._rows(also_forgotten=await self._forgotten_people())
        return [
            difference
            for table in self._read_tables
            for difference in _compared(table, here[table.name], there[table.name])
        ]

    async def mend(self, differences: Sequence[Difference]) -> list[Difference]:
        """Write what is missing and what is different, in one transaction; returns what it has left alone.

        A row beyond what the topics tell stays: nobody but people can know whether the topics still tell everything.
        """
        left = [each for each in differences if each.told is None or not each.table.is_mended]
        async with self._engine.begin() as db:
            await db.execute(text(SET_COUNCIL), {"council": self._council})
            for each in differences:
                if each not in left:
                    await self._write(db, each)
        return left

    async def _write(self, db: AsyncConnection, difference: Difference) -> None:
        table, told = self._table(difference.table), dict(difference.told or {})
        if difference.how is How.MISSING:
            await db.execute(insert(table).values(told).inline())
        else:
            changed = {name: told[name] for name in difference.columns}
            await db.execute(update(table).where(_is(table, difference.key)).values(changed))

    async def _rows(self, also_forgotten: frozenset[Any] = frozenset()) -> Mapping[str, Rows]:
        forgotten = await self._forgotten_people() | also_forgotten
        async with self._engine.connect() as db:
            await db.execute(text(SET_COUNCIL), {"council": self._council})
            return {table.name: await self._rows_of(db, table, forgotten) for table in self._read_tables}

    async def _rows_of(self, db: AsyncConnection, read: ReadTable, forgotten: frozenset[Any]) -> Rows:
        table = self._table(read)
        columns = [column for column in table.columns if column.name not in read.not_told]
        found = await db.execute(select(*columns).where(table.c.council == self._council))
        keys = [column.name for column in table.primary_key.columns]
        return {
            tuple(row[key] for key in keys): dict(row)
            for row in found.mappings()
            if row.get("person_id") not in forgotten
        }

    async def _forgotten_people(self) -> frozenset[Any]:
        async with self._engine.connect() as db:
            await db.execute(text(SET_COUNCIL), {"council": self._council})
            return frozenset((await db.execute(select(self._forgotten.c.person_id))).scalars())

    def _table(self, read: ReadTable) -> Table:
        return self._metadata.tables[read.name]


def _compared(table: ReadTable, here: Rows, told: Rows) -> Iterator[Difference]:
    for key in sorted({*here, *told}, key=str):
        if key not in here:
            yield Difference(table, key, How.MISSING, told=told[key])
        elif key not in told:
            yield Difference(table, key, How.BEYOND)
        elif columns := tuple(name for name, value in told[key].items() if here[key][name] != value):
            yield Difference(table, key, How.DIFFERENT, columns, told[key])


def _is(table: Table, key: Key) -> ColumnElement[bool]:
    return and_(*(column == part for column, part in zip(table.primary_key.columns, key, strict=True)))
