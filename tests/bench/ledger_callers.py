"""Callers that post one entry each: every one by itself, and gathered by whoever waits."""

import asyncio
import random
from time import perf_counter

import asyncpg

from services.ledger.posting.columns import POST_ENTRIES
from services.ledger.posting.gatherer import Gatherer
from tests.bench.figures import percentile
from tests.bench.ledger_books import Books

SECONDS = 4


async def one_by_one(books: Books, raw: float) -> None:
    """Print how many single calls a second the function takes from 16 connections: one council's, and sixteen's.

    Args:
        books: the first council's.
        raw: R1, commits of one row a second at 16 clients.
    """
    print(f"R1: commits of one row, 16 clients     {raw:10,.0f} a second")
    for connections in (8, 16):
        reached = await _one_by_one([books] * connections)
        print(f"one by one, {connections:2} connections        {reached:10,.0f} a second   {reached / raw:.2f} of R1")
    others = [Books(books.databases, f"E1000010{number}", random.Random(number)) for number in range(10, 26)]
    for other in others:
        await other.open(funds=200)
    reached = await _one_by_one(others)
    print(f"one by one, 16 connections, 16 councils{reached:10,.0f} a second   {reached / raw:.2f} of R1   (a third)")


async def _one_by_one(all_books: list[Books]) -> float:
    """Calls a second, one connection for each of the books."""
    ends = perf_counter() + SECONDS

    async def call(books: Books) -> int:
        count = 0
        async with books.connection() as db:
            while perf_counter() < ends:
                await db.fetchrow(POST_ENTRIES, *books.ready([books.a_spend(books.random_fund())]))
                count += 1
        return count

    started = perf_counter()
    counts = await asyncio.gather(*(call(books) for books in all_books))
    return sum(counts) / (perf_counter() - started)


async def gathered(books: Books) -> None:
    """Print what many callers reach that wait together, and how long each waits."""
    async with Gatherer(lambda: asyncpg.connect(books.url())) as gatherer:
        for callers, promise in ((100, "(15,000; under 20)"), (1_000, "(25,000; under 100)")):
            reached, waits = await _gathered(books, gatherer, callers)
            high = 1000 * percentile(waits, 0.99)
            print(
                f"{callers:5,} callers, gathered             {reached:10,.0f} a second   p99 {high:.0f} ms   {promise}",
                flush=True,
            )


async def _gathered(books: Books, gatherer: Gatherer, callers: int) -> tuple[float, list[float]]:
    # Making an entry is the callers' own work, which a service does for one request at a time.
    ready = [books.batch(300, books.a_spend) for _ in range(callers)]
    ends = perf_counter() + SECONDS
    waits: list[float] = []

    async def call(mine: list[object]) -> None:
        while mine and perf_counter() < ends:
            posting = mine.pop()
            started = perf_counter()
            (answer,) = await gatherer.post(books.council, posting)  # type: ignore[arg-type]
            waits.append(perf_counter() - started)
            assert answer.refusal is None

    started = perf_counter()
    await asyncio.gather(*(call(list(mine)) for mine in ready))
    return len(waits) / (perf_counter() - started), waits
