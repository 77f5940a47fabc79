"""The commands as an operator runs them, and what is left where one is killed in the middle."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

from braid.kit.moving.archive import MANIFEST, sha256_of
from tests.ledger.ledger_under_test import connected
from tests.ledger.test_council_guard import url_of
from tests.moving.conftest import LEAVING
from tests.moving.installations import Installation, a_ledger
from tests.transports.rig import eventually

WHO = ["--by", "operations:jo", "--because", "The council changes its installation"]


def environment(installation: Installation) -> dict[str, str]:
    return {
        **os.environ,
        "LEDGER_ENVIRONMENT": "test",
        "LEDGER_DATABASE__OWNER_URL": installation.owner_url("ledger"),
    }


def braid(installation: Installation, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "braid", "council", *arguments],
        env=environment(installation),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


async def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    told, complained = await asyncio.to_thread(process.communicate)
    return process.returncode, told, complained


async def test_a_council_leaves_and_comes_by_two_commands(
    books: Path, source: Installation, target: Installation, tmp_path: Path
) -> None:
    out = tmp_path / "by-command"
    left = await ended(braid(source, "export", "ledger", "--council", LEAVING, "--out", str(out), *WHO))
    came = await ended(braid(target, "import", "ledger", "--in", str(out), *WHO))

    digest = sha256_of(out / "ledger" / MANIFEST)
    for (code, told, complained), way in ((left, "left"), (came, "came")):
        assert (code, complained) == (0, "")
        assert f"rows of {LEAVING} {way}, in" in told
        assert f"ledger: sha256 of the manifest {digest}" in told
    async with a_ledger(target, LEAVING) as ledger:
        assert (await ledger.proof()).holds


async def test_a_refusal_is_one_line_and_a_failure(books: Path, target: Installation, tmp_path: Path) -> None:
    code, told, complained = await ended(braid(target, "import", "ledger", "--in", str(tmp_path), *WHO))

    assert (code, told) == (1, "")
    assert complained.startswith("Not moved: ")
    assert len(complained.splitlines()) == 1


async def test_a_database_at_another_migration_is_left_alone(source: Installation, tmp_path: Path) -> None:
    async with connected(url_of(source.databases, "ledger", "superuser")) as db:
        await db.execute("UPDATE alembic_version SET version_num = '0003'")

    code, told, complained = await ended(
        braid(source, "export", "ledger", "--council", LEAVING, "--out", str(tmp_path / "out"), *WHO)
    )

    assert (code, told) == (1, "")
    assert complained.startswith("Not moved: the database is away, or not at migration ")


@pytest.mark.timeout(240)
async def test_an_import_that_is_killed_leaves_nothing_and_can_be_made_again(books: Path, target: Installation) -> None:
    async with connected(url_of(target.databases, "ledger", "superuser")) as db:
        async with db.transaction():
            # The end of the chain comes last; it may be looked at, and not be written to.
            await db.execute("LOCK TABLE chain_head IN SHARE MODE")
            importing = braid(target, "import", "ledger", "--in", str(books.parent), *WHO)
            await eventually(lambda: waits_to_write(db))
            importing.send_signal(signal.SIGKILL)
            await ended(importing)
        await eventually(lambda: is_gone(db))
        assert not any((await target.rows_of("ledger", LEAVING)).values())

    await target.take_in("ledger")

    async with a_ledger(target, LEAVING) as ledger:
        assert (await ledger.proof()).holds


async def waits_to_write(db: asyncpg.Connection) -> bool:
    return bool(
        await db.fetchval(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'chain_head'::regclass AND NOT granted)"
        )
    )


async def is_gone(db: asyncpg.Connection) -> bool:
    return not await db.fetchval(
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND usename = 'ledger_owner')"
    )
