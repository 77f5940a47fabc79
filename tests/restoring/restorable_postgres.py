"""A PostgreSQL whose write-ahead log is kept elsewhere, its base backup, and another one restored from both."""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import asyncpg
from sqlalchemy.engine import make_url

from braid.kit.private_postgres import PrivatePostgres, find_binaries, state_directory
from braid.kit.private_postgres.account import make_directory, server_account

#: As a server needs it from which a base backup is taken, and one that is restored from that.
REPLICATING = {"wal_level": "replica", "max_wal_senders": "4"}
#: What a folder has that a server of ours began.
_KEPT_BESIDE = ("password", "holder.lock")


@contextmanager
def restorable_postgres(directory: Path) -> Iterator["RestorablePostgres"]:
    """A server that copies its log to an archive, as one in service does."""
    place = state_directory(directory / "restorable")
    archive = place / "archive"
    archive.mkdir()
    _give_to_server(archive)
    options = REPLICATING | {
        "archive_mode": "on",
        "archive_command": f"test ! -f '{archive}/%f' && cp '%p' '{archive}/%f'",
    }
    with PrivatePostgres(place / "first", options=options) as server:
        yield RestorablePostgres(server, place, archive)
    shutil.rmtree(place, ignore_errors=True)


class RestorablePostgres:
    """A server with an archive.

    Args:
        server: it.
        place: folder of all that belongs to it.
        archive: folder with its finished pieces of log.
    """

    def __init__(self, server: PrivatePostgres, place: Path, archive: Path) -> None:
        self.server = server
        self._backup = place / "second" / "cluster"
        self._archive = archive

    def back_up(self) -> None:
        """Take a base backup while it works."""
        make_directory(self._backup.parent, server_account())
        command = [find_binaries() / "pg_basebackup", "-d", self.server.admin_url(), "-D", self._backup, "-c", "fast"]
        subprocess.run(list(map(str, command)), check=True, env={"LC_ALL": "C"})
        for name in _KEPT_BESIDE:
            shutil.copy2(self.server.data_dir / name, self._backup.parent / name)

    async def lose(self) -> None:
        """Have the piece of log in hand archived, and be gone from one moment to the next."""
        admin = await asyncpg.connect(self.server.admin_url())
        await admin.execute("CREATE TABLE IF NOT EXISTS last_piece (); DROP TABLE last_piece")
        piece = await admin.fetchval("SELECT pg_walfile_name(pg_switch_wal())")
        query = "SELECT last_archived_wal >= $1 FROM pg_stat_archiver"
        while not await admin.fetchval(query, piece):
            await admin.execute("SELECT pg_sleep(0.1)")
        await admin.close()
        self.server.kill()

    @contextmanager
    def restored_to(self, moment: datetime) -> Iterator[PrivatePostgres]:
        """Another server, with what was committed up to a moment."""
        (self._backup / "recovery.signal").touch()
        _give_to_server(self._backup)
        options = REPLICATING | {
            "restore_command": f"cp '{self._archive}/%f' '%p'",
            "recovery_target_time": moment.isoformat(),
            "recovery_target_action": "promote",
            # It answers when all is back, and not before.
            "hot_standby": "off",
        }
        with PrivatePostgres(self._backup.parent, options=options) as restored:
            yield restored


def _give_to_server(folder: Path) -> None:
    account = server_account()
    if account is None:
        return
    for path in (folder, *folder.rglob("*")):
        os.chown(path, account.uid, account.gid)


async def fingerprints(admin_url: str, database: str) -> dict[str, tuple[int, str]]:
    """Of each table of a database: how many rows it has, and a digest of all of them."""
    db = await asyncpg.connect(make_url(admin_url).set(database=database).render_as_string(hide_password=False))
    try:
        tables = await db.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        found = {}
        for (table,) in tables:
            rows = [row[0] for row in await db.fetch(f'SELECT t::text FROM "{table}" AS t ORDER BY 1')]
            found[table] = (len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest())
        return found
    finally:
        await db.close()
