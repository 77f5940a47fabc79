"""The ledger's hot paths beside the raw limits of the same database in the same minute; see ``docs/benchmarks.md``.

A transfer is a balanced entry of two legs. Commits wait for the disk. Each batch is a transaction with one outbox row.
Where a ratio is told, both its figures are medians of rounds that took turns.
"""

import asyncio
import json
import random
import statistics
import subprocess
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import uuid4

import asyncpg

from braid.kit.processes import collect_seldom
from services.ledger.posting.columns import POST_ENTRIES, Posting
from tests.bench import ledger_callers, ledger_reading
from tests.bench.core_time import core_seconds
from tests.bench.ledger_books import Books, ledger_databases
from tests.bench.raw_limits import Reached, one_row_commits, rows_in_statements_of_1000

COUNCIL, OTHER_COUNCIL = "E10000001", "E10000002"
SEED = 20_261_122
ROUNDS = 5
BATCHES_A_ROUND = 15
HORDAK = Path(__file__).with_name("hordak_rule.py")

_OUTBOX = (
    "INSERT INTO outbox (event_id, council, topic, key, headers, value)"
    " VALUES ($1, $2, 'braid.budget.v1', $3, '{\"ce_type\": \"a block was recorded\"}', $4)"
)


def run(*, entries: int, hordak: str = "") -> None:
    """Print the figures.

    Args:
        entries: how many entries the journal grows to.
        hordak: an interpreter that has django-hordak, to compare with; none to leave it out.
    """
    collect_seldom()
    with ledger_databases() as databases:
        books = Books(databases, COUNCIL, random.Random(SEED))
        asyncio.run(_run(books, entries))
        if hordak:
            _beside_hordak(books, hordak)


async def _run(books: Books, entries: int) -> None:
    await books.open()
    async with books.connection() as db:
        await _warm_up(books, db)
        at_start = await _batches(books, db)
        await _two_councils(books, db)
        await ledger_callers.one_by_one(books, await one_row_commits(books.url("owner"), 16))
        await ledger_callers.gathered(books)
        await ledger_reading.sizes(books, db, _posted)
        print(f"growing the journal to {entries:,} entries", flush=True)
        await _grow(books, db, entries)
        await ledger_reading.balances(books, db)
        await ledger_reading.proof(books)
        now = await _batches(books, db)
    clock, core = now.clock / at_start.clock - 1, now.core / at_start.core - 1
    print(f"with {entries:,} entries a transfer costs, in raw rows, {clock:+.0%}   (under +20%); by core {core:+.0%}")


async def _warm_up(books: Books, db: asyncpg.Connection) -> None:
    for size in (1, 10, 1_000, 1_000, 1_000):
        await db.fetchrow(POST_ENTRIES, *books.ready(books.batch(size, books.a_spend)))


@dataclass(frozen=True)
class _InRawRows:
    """What a transfer costs, in raw rows: by the clock, and by the database's core."""

    clock: float
    core: float


async def _batches(books: Books, db: asyncpg.Connection) -> _InRawRows:
    """Print what batches reach; returns what a transfer costs."""
    commitments: list[Posting] = []

    def reserve(fund: Any) -> Posting:
        commitments.append(books.a_commitment(fund))
        return commitments[-1]

    def settle(_fund: Any) -> Posting:
        return books.a_settlement(commitments.pop())

    def one_in_100_too_dear(fund: Any) -> Posting:
        return books.a_spend(fund, 10**13 if books.chance.random() < 0.01 else 5)

    known = books.batch(500, books.a_spend)
    await db.fetchrow(POST_ENTRIES, *books.ready(known))

    def one_in_100_known(fund: Any) -> Posting:
        return books.chance.choice(known) if books.chance.random() < 0.01 else books.a_spend(fund)

    kinds: dict[str, Callable[[], Awaitable[Reached]]] = {
        "R2": lambda: rows_in_statements_of_1000(books.url("owner")),
        "1,000": lambda: _posted(books, db, 1_000, books.a_spend),
        "hot": lambda: _posted(books, db, 1_000, books.an_instalment),
        "5,000": lambda: _imported(books, db),
        "reserve": lambda: _posted(books, db, 1_000, reserve),
        "settle": lambda: _posted(books, db, 1_000, settle),
        "refused": lambda: _posted(books, db, 1_000, one_in_100_too_dear),
        "known": lambda: _posted(books, db, 1_000, one_in_100_known),
    }
    measured: dict[str, list[Reached]] = {name: [] for name in kinds}
    for _ in range(ROUNDS):
        for name, measure in kinds.items():
            measured[name].append(await measure())
    a_second = {name: statistics.median(one.a_second for one in rounds) for name, rounds in measured.items()}
    core_us = {name: statistics.median(one.core_us for one in rounds) for name, rounds in measured.items()}
    base, raw = a_second["1,000"], a_second["R2"]
    # A transfer that is reserved and then settled is two entries; it is counted once.
    both = 1 / (1 / a_second["reserve"] + 1 / a_second["settle"])
    print(f"R2: rows, 1,000 a statement            {raw:10,.0f} a second")
    for name, reached, promise in (
        ("posting, batches of 1,000", base, f"{base / raw:.3f} of R2   (30,000; 0.12)"),
        ("import from Python, 5,000", a_second["5,000"], "(40,000)"),
        ("one hot council account, 1,000", a_second["hot"], f"{a_second['hot'] / base:.2f} of random accounts   (1)"),
        ("reserve and then settle, 1,000", both, f"{both / base:.2f} of posting once   (0.5)"),
        ("1% refused, 1,000", a_second["refused"], f"costs {1 - a_second['refused'] / base:.0%}   (a third)"),
        ("1% posted before, 1,000", a_second["known"], f"costs {1 - a_second['known'] / base:.0%}   (a tenth)"),
    ):
        print(f"{name:38} {reached:10,.0f} a second   {promise}", flush=True)
    in_rows = _InRawRows(raw / base, core_us["1,000"] / core_us["R2"])
    print(
        f"core of the database                   {core_us['1,000']:10.1f} us a transfer   {in_rows.core:.0f} raw rows"
    )
    return in_rows


async def _two_councils(books: Books, db: asyncpg.Connection) -> None:
    """Print what a council and another reach at once: each has a chain of its own, and the server two cores."""
    other = Books(books.databases, OTHER_COUNCIL, random.Random(SEED + 1))
    await other.open()
    async with other.connection() as beside:
        await _warm_up(other, beside)
        alone, both = list[float](), list[float]()
        for _ in range(ROUNDS):
            alone.append((await _posted(books, db, 1_000, books.a_spend)).a_second)
            reached = await asyncio.gather(
                _posted(books, db, 1_000, books.a_spend), _posted(other, beside, 1_000, other.a_spend)
            )
            both.append(sum(one.a_second for one in reached))
    told = statistics.median(both)
    print(
        f"two councils at once, 1,000            {told:10,.0f} a second   {told / statistics.median(alone):.2f} of one"
    )


async def _posted(
    books: Books, db: asyncpg.Connection, size: int, make: Callable[[Any], Posting], batches: int = BATCHES_A_ROUND
) -> Reached:
    """Transfers of batches that are ready, each with its outbox row."""
    ready = [books.ready(books.batch(size, make)) for _ in range(batches)]
    return await _one_after_the_other(books, db, size, ready)


async def _imported(books: Books, db: asyncpg.Connection, batches: int = 3) -> Reached:
    """Entries at hand in Python, 5,000 a call."""
    wanted = [books.batch(5_000, books.a_spend) for _ in range(batches)]
    return await _one_after_the_other(books, db, 5_000, (books.ready(batch) for batch in wanted))


async def _one_after_the_other(
    books: Books, db: asyncpg.Connection, size: int, batches: Iterable[Sequence[object]]
) -> Reached:
    worked, started, transfers = await core_seconds(db), perf_counter(), 0
    for columns in batches:
        await _post(books, db, columns)
        transfers += size
    took = perf_counter() - started
    return Reached(transfers / took, (await core_seconds(db) - worked) / transfers * 1e6)


async def _post(books: Books, db: asyncpg.Connection, columns: Sequence[object]) -> None:
    async with db.transaction():
        await db.fetchrow(POST_ENTRIES, *columns)
        await db.execute(_OUTBOX, uuid4(), books.council, books.council.encode(), b"{}")


async def _grow(books: Books, db: asyncpg.Connection, entries: int) -> None:
    """Post until the journal has so many entries: half on the hot account, half on random funds."""

    def next_batch() -> Sequence[object]:
        return books.ready(books.batch(2_500, books.an_instalment) + books.batch(2_500, books.a_spend))

    there = await db.fetchval("SELECT sequence FROM chain_head")
    ready = next_batch()
    while there < entries:
        # The next is made while the database works on this one.
        ready, _ = await asyncio.gather(asyncio.to_thread(next_batch), _post(books, db, ready))
        there += 5_000


def _beside_hordak(books: Books, python: str, transfers: int = 300) -> None:
    admin = books.databases.admin_url
    asyncio.run(_database(admin))
    url = admin.rsplit("/", 1)[0] + "/hordak"
    done = subprocess.run([python, HORDAK, url, str(transfers)], capture_output=True, text=True, check=True)
    told = json.loads(done.stdout.splitlines()[-1])
    print(f"django-hordak {told['version']}, one by one          {told['a_second']:10,.0f} a second")


async def _database(admin: str) -> None:
    db = await asyncpg.connect(admin)
    await db.execute("CREATE DATABASE hordak")
    await db.close()
