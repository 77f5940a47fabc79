"""A council's rows written to an archive, all of one moment, when nothing of the council's is under way."""

import shutil
from pathlib import Path

import asyncpg

from braid.kit.moving.archive import Manifest, NotMoved, owners_alone
from braid.kit.moving.catalogue import tables_that_move
from braid.kit.moving.declared import Moving, Waiting
from braid.kit.moving.moves_recorded import Mover, record_move
from braid.kit.moving.told import act_for, tell

#: What waits in every service.
_WAITS = (
    Waiting("events that wait to be told", "SELECT count(*) FROM outbox WHERE council = $1 AND published_at IS NULL"),
    Waiting("open dead letters", "SELECT count(*) FROM dead_letter WHERE council = $1 AND resolved_at IS NULL"),
    Waiting(
        "open dead letters whose council nobody can read",
        "SELECT count(*) FROM dead_letter WHERE council IS NULL AND resolved_at IS NULL AND $1::text IS NOT NULL",
    ),
)


async def export_council(
    owner_url: str, *, service: str, moving: Moving, council: str, folder: Path, mover: Mover
) -> Manifest:
    """Write a council's rows of one service to a new folder; it is there whole or not at all.

    That it was done is among the council's access records before anything is written, and so in the archive too.

    Args:
        owner_url: address of the service's database as its owner.
        service: name of the service.
        moving: how its tables move.
        council: whose rows.
        folder: where to; it must not be there.
        mover: who takes them, and why.

    Raises:
        NotMoved: something of the council's is under way, there is nothing of it, or the folder is there.
    """
    being_written = _new_folder_beside(folder)
    db = await asyncpg.connect(owner_url)
    try:
        async with db.transaction():
            await act_for(db, council)
            await _refuse_unless_quiet(db, service, moving, council)
            await _refuse_if_unknown(db, service, moving, council)
            await record_move(db, council, "export", mover)
        async with db.transaction(isolation="repeatable_read"):
            await act_for(db, council)
            await _refuse_unless_quiet(db, service, moving, council)
            manifest = await _write(db, service, moving, council, being_written, mover)
        being_written.rename(folder)
    finally:
        shutil.rmtree(being_written, ignore_errors=True)
        await db.close()
    return manifest


def _new_folder_beside(folder: Path) -> Path:
    """Where the archive is written until it is whole."""
    if folder.exists():
        raise NotMoved(f"{folder} is there already")
    beside = folder.with_name(f".{folder.name}.being-written")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(mode=0o700, parents=True)
    return beside


async def _write(
    db: asyncpg.Connection, service: str, moving: Moving, council: str, folder: Path, mover: Mover
) -> Manifest:
    tables = {}
    for table in await tables_that_move(db, moving):
        with owners_alone(folder / f"{table.name}.csv") as file:
            tables[table.name] = await tell(db, table, council, file.write)
    moment = await db.fetchval("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')")
    revision = await db.fetchval("SELECT version_num FROM alembic_version")
    manifest = Manifest(service, council, revision, moment, mover.name, tables)
    manifest.write(folder)
    return manifest


async def _refuse_unless_quiet(db: asyncpg.Connection, service: str, moving: Moving, council: str) -> None:
    found = [(await db.fetchval(each.query, council), each.what) for each in (*_WAITS, *moving.waits)]
    if waiting := [f"{number} {what}" for number, what in found if number]:
        raise NotMoved(f"{service}: {council} is not quiet: {'; '.join(waiting)}")


async def _refuse_if_unknown(db: asyncpg.Connection, service: str, moving: Moving, council: str) -> None:
    for table in await tables_that_move(db, moving):
        if await db.fetchval(f'SELECT EXISTS (SELECT FROM "{table.name}" WHERE council = $1)', council):  # noqa: S608
            return
    raise NotMoved(f"{service}: there is nothing of {council}")
