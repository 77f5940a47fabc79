"""What the journal costs on disk, how fast a balance is told for any date, and how fast the journal is proved."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any

import asyncpg

from services.ledger.proof import prove_on
from tests.bench.figures import milliseconds, percentile
from tests.bench.ledger_books import DAY, Books

TRANSFERS = 100_000
TIMES = 200

_DISK = (
    "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class AS c"
    " WHERE c.relname IN ('journal_entry', 'journal_leg', 'journal_block', 'account', 'account_day', 'chain_head')"
)


async def sizes(books: Books, db: asyncpg.Connection, post: Callable[..., Awaitable[object]]) -> None:
    """Print bytes of disk and of write-ahead log a transfer, in batches of 1,000."""
    disk = await db.fetchval(_DISK)
    log = await db.fetchval("SELECT pg_current_wal_insert_lsn()")
    await post(books, db, 1_000, books.a_spend, TRANSFERS // 1_000)
    more = await db.fetchval(_DISK) - disk
    written = await db.fetchval("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), $1)", log)
    print(f"disk   {more / TRANSFERS:6.0f} bytes a transfer   (400)")
    print(f"log    {float(written) / TRANSFERS:6.0f} bytes a transfer   (800)", flush=True)


async def balances(books: Books, db: asyncpg.Connection) -> None:
    """Print how long the hot account's balance takes, now, for any date, and as known at any moment."""
    account = await db.fetchval("SELECT account_id FROM account WHERE code = 'council.bank'")
    legs = await db.fetchval("SELECT max(number) FROM journal_leg WHERE account_id = $1", account)
    now = datetime.now(UTC)
    begun = await db.fetchval("SELECT min(recorded_at) FROM journal_block")
    half_way = begun + (now - begun) / 2
    asked: dict[str, Callable[[], Awaitable[Any]]] = {
        "now": lambda: db.fetchval(
            "SELECT balance_pence FROM journal_leg WHERE account_id = $1 ORDER BY number DESC LIMIT 1", account
        ),
        "for a date": lambda: db.fetchval("SELECT balance_as_of($1, $2, $3)", account, DAY, now),
        "for a date, as known within a day": lambda: db.fetchval(
            "SELECT balance_as_of($1, $2, $3)", account, DAY, half_way
        ),
        "for a date, as known yesterday": lambda: db.fetchval(
            "SELECT balance_as_of($1, $2, $3)", account, DAY, begun - timedelta(days=1)
        ),
    }
    for what, ask in asked.items():
        print(f"balance of {legs:,} legs {what}: {milliseconds(await _times(ask))}   (under 1)", flush=True)
    before = DAY - timedelta(days=1)
    took = await _times(lambda: db.fetchval("SELECT balance_as_of($1, $2, $3)", account, before, half_way), times=5)
    print(f"  the same where others are valued later: {1000 * percentile(took, 0.5):.1f} ms, all the day's legs summed")


async def _times(ask: Callable[[], Awaitable[Any]], times: int = TIMES) -> list[float]:
    took = []
    for _ in range(times):
        started = perf_counter()
        await ask()
        took.append(perf_counter() - started)
    return took


async def proof(books: Books) -> None:
    """Print how many entries a second are proved."""
    started = perf_counter()
    proved = await prove_on(lambda: asyncpg.connect(books.url()), books.council)
    seconds = perf_counter() - started
    assert proved.holds, proved
    print(f"proof of {proved.entries:,} entries  {proved.entries / seconds:10,.0f} a second   (500,000)", flush=True)
