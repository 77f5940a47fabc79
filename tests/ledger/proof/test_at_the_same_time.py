"""Many post at once, some twice, some cut off in the middle: afterwards every line stands once, and sums are right."""

import asyncio
import contextlib
import itertools
import random
from collections import Counter
from uuid import uuid4

from services.ledger.domain.journal import Entry, reversal_of
from tests.ledger.ledger_under_test import LedgerUnderTest, connected
from tests.ledger.proof.poster import LOST, Poster, a_payment, posters

WORKERS_ON_ONE_FUND = 64


async def test_64_at_once_spend_a_fund_to_the_last_penny_and_never_more(ledger: LedgerUnderTest) -> None:
    fund = await ledger.open_fund(amount_pence=10_000)
    chance = random.Random(64)

    async def drain(poster: Poster) -> int:
        spent, pence = 0, chance.randint(1, 100)
        while pence:
            (answer,) = await poster.post(a_payment(fund, pence))
            spent += pence if answer == "posted" else 0
            # Refused: less may still be there.
            pence = pence if answer == "posted" else pence // 2
        return spent

    async with posters(ledger.url("app"), ledger.council, WORKERS_ON_ONE_FUND) as workers:
        spent = await asyncio.gather(*(drain(worker) for worker in workers))

    assert sum(spent) == 10_000
    assert await below_nothing(ledger) == 0
    assert (await ledger.proof()).holds


async def test_batches_that_overlap_are_posted_once_whoever_is_cut_off(ledger: LedgerUnderTest) -> None:
    """Eight send the same entries in batches of their own; backends are ended and statements time out meanwhile."""
    funds = [await ledger.open_fund() for _ in range(3)]
    chance = random.Random(8)
    entries = [a_payment(chance.choice(funds), chance.randint(1, 50)) for _ in range(300)]
    told: Counter[str] = Counter()
    acknowledged: Counter[str] = Counter()

    async def send(poster: Poster) -> None:
        for _ in range(12):
            batch = chance.sample(entries, 30)
            try:
                answers = await poster.post(*batch)
                await poster.db.execute(f"SET statement_timeout = '{chance.choice((0, 0, 8))}ms'")  # type: ignore[union-attr]
            except LOST:
                told["lost"] += 1
                continue
            told.update(answers)
            acknowledged.update(
                str(each.entry_id) for each, answer in zip(batch, answers, strict=True) if answer == "posted"
            )

    async def cut(workers: asyncio.Future[list[None]]) -> None:
        async with connected(ledger.url("superuser")) as db:
            while not workers.done():
                await db.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                    " AND usename = 'ledger_app' AND query LIKE 'SELECT answers%' AND state = 'active'"
                    " ORDER BY random() LIMIT 1"
                )
                await asyncio.sleep(0.05)

    async with posters(ledger.url("app"), ledger.council, 8) as workers:
        sending = asyncio.gather(*(send(worker) for worker in workers))
        await asyncio.gather(sending, cut(sending))
        for worker in workers:
            with contextlib.suppress(*LOST):
                await worker.db.execute("SET statement_timeout = 0")  # type: ignore[union-attr]

    await must_stand_once(ledger, acknowledged, of=entries)
    assert told["lost"] > 0, told
    assert told["posted"] > 100, told
    assert told["replayed"] > 100, told


async def test_every_entry_reversed_twice_at_once_is_reversed_once(ledger: LedgerUnderTest) -> None:
    fund = await ledger.open_fund()
    entries = [a_payment(fund, 10) for _ in range(60)]
    await ledger.post(*entries)

    async def reverse_all(poster: Poster, seed: int) -> list[str]:
        in_any_order = random.Random(seed).sample(entries, len(entries))
        answers = []
        for start in range(0, len(entries), 5):
            batch = in_any_order[start : start + 5]
            answers += await poster.post(*(reversal_of(each, entry_id=uuid4(), reason="Twice") for each in batch))
        return answers

    async with posters(ledger.url("app"), ledger.council, 4) as workers:
        told = await asyncio.gather(*(reverse_all(worker, seed) for seed, worker in enumerate(workers)))

    assert Counter(itertools.chain(*told)) == {"posted": 60, "already_reversed": 180}
    assert (await ledger.proof()).entries == 1 + 60 + 60
    assert (await ledger.trial_balance())[fund.fund.stream, "fund.available"] == -520_000


async def below_nothing(ledger: LedgerUnderTest) -> int:
    """At how many places in the journal a fund's account was drawn below nothing."""
    async with ledger.as_app() as db:
        return int(
            await db.fetchval(
                "SELECT count(*) FROM journal_leg AS l INNER JOIN account AS a USING (account_id)"
                " WHERE a.code LIKE 'fund.%' AND l.balance_pence > 0"
            )
        )


async def must_stand_once(ledger: LedgerUnderTest, acknowledged: Counter[str], *, of: list[Entry]) -> None:
    """Each that somebody was told of is there and was told of once; each that is there was asked for, and is once."""
    async with ledger.as_app() as db:
        rows = await db.fetch("SELECT entry_id, sequence FROM journal_entry WHERE kind = 'payment' ORDER BY sequence")
        first, last, count = await db.fetchrow("SELECT min(sequence), max(sequence), count(*) FROM journal_entry")
    there = Counter(str(row["entry_id"]) for row in rows)
    assert set(there.values()) == set(acknowledged.values()) == {1}
    assert acknowledged.keys() <= there.keys() <= {str(entry.entry_id) for entry in of}
    assert (first, last) == (1, count)
    assert await below_nothing(ledger) == 0
    assert (await ledger.proof()).holds
