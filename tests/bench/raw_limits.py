"""What the database and the disk could do at most, measured beside the ledger in the same minute."""

import asyncio
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import asyncpg

from tests.bench.core_time import core_seconds

ROW = "(id bigint PRIMARY KEY, account bigint, pence bigint, day date, note text)"
NOTE = "Personal care in June"


@dataclass(frozen=True)
class Reached:
    """What one connection reached.

    Args:
        a_second: rows or transfers a second, by the clock.
        core_us: microseconds of the database's core that one took.
    """

    a_second: float
    core_us: float


async def rows_in_statements_of_1000(url: str, statements: int = 60) -> Reached:
    """R2: rows of five columns and one index, a thousand a statement, on one connection.

    Args:
        url: the database, as its owner.
        statements: how many.
    """
    db = await asyncpg.connect(url)
    try:
        await db.execute(f"DROP TABLE IF EXISTS raw_row; CREATE TABLE raw_row {ROW}")
        worked = await core_seconds(db)
        started = perf_counter()
        for number in range(statements):
            await db.execute(
                f"INSERT INTO raw_row SELECT n, n % 5000, 5, '2026-06-01', '{NOTE}'"
                " FROM generate_series($1::bigint, $1::bigint + 999) AS n",
                number * 1_000,
            )
        rows, took = statements * 1_000, perf_counter() - started
        return Reached(rows / took, (await core_seconds(db) - worked) / rows * 1e6)
    finally:
        await db.execute("DROP TABLE raw_row")
        await db.close()


async def one_row_commits(url: str, clients: int, seconds: int = 4) -> float:
    """R1: commits of one row a second, by pgbench where it is there, else from Python.

    Args:
        url: the database, as its owner.
        clients: connections at once.
        seconds: how long.
    """
    db = await asyncpg.connect(url)
    try:
        await db.execute(
            "DROP TABLE IF EXISTS raw_commit;"
            "CREATE TABLE raw_commit (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, pence bigint, note text)"
        )
        pgbench = shutil.which("pgbench")
        if pgbench:
            return await asyncio.to_thread(_by_pgbench, pgbench, url, clients, seconds)
        return await _from_python(url, clients, seconds)
    finally:
        await db.execute("DROP TABLE raw_commit")
        await db.close()


def _by_pgbench(pgbench: str, url: str, clients: int, seconds: int) -> float:
    with TemporaryDirectory() as folder:
        script = Path(folder) / "one_row.sql"
        script.write_text(f"INSERT INTO raw_commit (pence, note) VALUES (5, '{NOTE}');\n")
        asked = ["-c", str(clients), "-j", "2", "-T", str(seconds), "-f", str(script), url]
        command = [pgbench, "-n", "-M", "prepared", *asked]
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ)
    match = re.search(r"tps = ([\d.]+)", done.stdout)
    assert match, done.stdout
    return float(match.group(1))


async def _from_python(url: str, clients: int, seconds: int) -> float:
    connections = [await asyncpg.connect(url) for _ in range(clients)]
    ends = perf_counter() + seconds

    async def commit(db: asyncpg.Connection) -> int:
        count = 0
        while perf_counter() < ends:
            await db.execute("INSERT INTO raw_commit (pence, note) VALUES ($1, $2)", 5, NOTE)
            count += 1
        return count

    counts = await asyncio.gather(*(commit(db) for db in connections))
    for db in connections:
        await db.close()
    return sum(counts) / seconds
