"""An archive's rows taken into a database where other councils live, in one transaction and whole."""

from pathlib import Path

import asyncpg

from braid.kit.moving.archive import Manifest, NotMoved
from braid.kit.moving.catalogue import MovedTable, tables_that_move
from braid.kit.moving.declared import KeptNumbers, Moving
from braid.kit.moving.moves_recorded import Mover, record_move
from braid.kit.moving.told import act_for, tell

#: Two imports of one council are one after the other, and the second is refused.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('braid.moving.' || $1, 0))"
_INTEGER_MOST = 2**31 - 1


async def import_council(owner_url: str, *, service: str, moving: Moving, folder: Path, mover: Mover) -> Manifest:
    """Take an archive's rows in. All of it is there afterwards as the archive tells it, or nothing is.

    Before the commit the rows are told once more, as an archive would hold them, and compared with it byte by byte.

    Args:
        owner_url: address of the service's database as its owner.
        service: name of the service.
        moving: how its tables move.
        folder: the archive.
        mover: who takes it in, and why.

    Raises:
        NotMoved: the archive is damaged, another service's or another migration's; or the council has rows here.
    """
    manifest = Manifest.read(folder)
    if manifest.service != service:
        raise NotMoved(f"{folder} is of {manifest.service}, and not of {service}")
    db = await asyncpg.connect(owner_url)
    try:
        async with db.transaction():
            await act_for(db, manifest.council)
            await db.execute(_LOCK, manifest.council)
            await _refuse_another_schema(db, manifest)
            tables = await tables_that_move(db, moving)
            _refuse_other_columns(tables, manifest)
            await _refuse_if_there(db, tables, manifest.council)
            await _take_in(db, owner_url, tables, moving, manifest, folder)
            for table in tables:
                if await tell(db, table, manifest.council) != manifest.tables[table.name]:
                    raise NotMoved(f"{table.name} would not be as the archive tells it")
            await record_move(db, manifest.council, "import", mover)
    except asyncpg.UniqueViolationError as error:
        raise NotMoved(f"{error.table_name}: a row is here already, under another council") from error
    except asyncpg.PostgresError as error:
        # Its detail would show a person's row.
        raise NotMoved(f"the database takes it not: {type(error).__name__}: {error.args[0]}") from None
    finally:
        await db.close()
    return manifest


async def _refuse_another_schema(db: asyncpg.Connection, manifest: Manifest) -> None:
    here = await db.fetchval("SELECT version_num FROM alembic_version")
    if manifest.revision != here:
        raise NotMoved(f"the archive was taken at migration {manifest.revision}, and this database is at {here}")


def _refuse_other_columns(tables: list[MovedTable], manifest: Manifest) -> None:
    here = {table.name: [column.name for column in table.columns] for table in tables}
    there = {name: table.columns for name, table in manifest.tables.items()}
    if other := sorted(name for name in {*here, *there} if here.get(name) != there.get(name)):
        raise NotMoved(f"the archive has other tables or columns than this database: {', '.join(other)}")


async def _refuse_if_there(db: asyncpg.Connection, tables: list[MovedTable], council: str) -> None:
    for table in tables:
        if await db.fetchval(f'SELECT EXISTS (SELECT FROM "{table.name}" WHERE council = $1)', council):  # noqa: S608
            raise NotMoved(f"{council} is here already: {table.name} has rows of it, and nothing is ever merged")


async def _take_in(
    db: asyncpg.Connection, owner_url: str, tables: list[MovedTable], moving: Moving, manifest: Manifest, folder: Path
) -> None:
    distance = 0
    for table in tables:
        await _bring(db, table, folder / f"{table.name}.csv")
        foreign = await db.fetchval("SELECT count(*) FROM arriving WHERE council IS DISTINCT FROM $1", manifest.council)
        if foreign:
            raise NotMoved(f"{table.name}.csv has {foreign} rows of another council")
        if moving.kept_numbers and table.name == moving.kept_numbers.table:
            distance = await _numbers_set_aside(db, owner_url, moving.kept_numbers)
        if table.name in moving.made_ready:
            await db.execute(moving.made_ready[table.name])
        names = ", ".join(f'"{column.name}"' for column in table.columns)
        values = ", ".join(column.arrives.format(distance=distance) for column in table.columns)
        await db.execute(
            f'INSERT INTO "{table.name}" ({names}) OVERRIDING SYSTEM VALUE'  # noqa: S608 (names of the catalogue)
            f" SELECT {values} FROM arriving AS t ORDER BY t.its_line"
        )
        await db.execute("DROP TABLE arriving")


async def _bring(db: asyncpg.Connection, table: MovedTable, file: Path) -> None:
    """The rows as the archive has them, beside the database's own tables, with the number of their line."""
    columns = ", ".join(f'"{column.name}" {column.kind}' for column in table.columns)
    await db.execute(
        f"CREATE TEMPORARY TABLE arriving (its_line bigint GENERATED ALWAYS AS IDENTITY, {columns}) ON COMMIT DROP"
    )
    names = [column.name for column in table.columns]
    await db.copy_to_table("arriving", source=file, columns=names, format="csv", header=True)


async def _numbers_set_aside(db: asyncpg.Connection, owner_url: str, kept: KeptNumbers) -> int:
    """How far the council's numbers come to lie above the archive's, where nobody else has or will have any.

    On a connection of its own, which ends at once: while the import runs, other councils go on being given numbers. An
    import that fails leaves a gap, as every transaction that fails does.
    """
    highest = await db.fetchval(f'SELECT max("{kept.column}") FROM arriving') or 0  # noqa: S608 (names)
    aside = await asyncpg.connect(owner_url)
    try:
        async with aside.transaction():
            await aside.execute("SET LOCAL lock_timeout = '10s'")
            # Whoever is being given a number holds the table less closely, and is waited for.
            await aside.execute(f'LOCK TABLE "{kept.table}" IN EXCLUSIVE MODE')
            sequence = await aside.fetchval("SELECT pg_get_serial_sequence($1, $2)", kept.table, kept.column)
            last = await aside.fetchval("SELECT nextval($1::regclass)", sequence)
            if last + highest > _INTEGER_MOST:
                raise NotMoved(f"{kept.table} has not so many numbers left")
            await aside.execute("SELECT setval($1::regclass, $2)", sequence, last + highest)
    finally:
        await aside.close()
    return int(last)
