"""Random batches, right and wrong: the posting function answers and leaves behind what a plain model says."""

import random
from datetime import timedelta
from uuid import UUID

import pytest

from services.ledger.domain.chart_of_accounts import Account, AccountName
from tests.ledger.builders import Stream
from tests.ledger.journal.histories import Asker
from tests.ledger.journal.model import Books, Fund
from tests.ledger.ledger_under_test import LedgerUnderTest

BATCHES = 80
PENCE = 5_000


async def some_funds(ledger: LedgerUnderTest, chance: random.Random) -> list[Fund]:
    """Two funds of one budget and stream's kind, one of another stream, and one of somebody else."""
    person, other, award = (UUID(int=chance.getrandbits(128)) for _ in range(3))
    for holder, stream in (
        (person, Stream.ADULT_SOCIAL_CARE),
        (person, Stream.INDEPENDENT_LIVING_FUND),
        (other, Stream.ADULT_SOCIAL_CARE),
    ):
        uses = [{"use": use, "condition": None} for use in ("care.personal", "respite.community")]
        await ledger.take(
            ledger.an_award_decided(holder, stream=stream, amount_pence=PENCE, others={"permitted_uses": uses})
        )
    second = ledger.an_award_decided(person, stream=Stream.ADULT_SOCIAL_CARE, amount_pence=PENCE)
    await ledger.take(second.model_copy(update={"award_id": award}))
    async with ledger.as_app() as db:
        rows = await db.fetch("SELECT * FROM fund_rule ORDER BY fund_id")
    return [
        Fund(
            row["fund_id"],
            row["budget_id"],
            row["stream"],
            row["opens_on"],
            row["ends_on"],
            frozenset(row["pays_only"]),
        )
        for row in rows
    ]


async def books_of(ledger: LedgerUnderTest, funds: list[Fund]) -> Books:
    """The model of what the awards posted."""
    books = Books({fund.fund_id: fund for fund in funds})
    books.balances = await balances(ledger)
    # What the awards posted has a place in the sequence, and no part in what follows.
    for number in range(len(funds)):
        books.entries[UUID(int=number)] = None  # type: ignore[assignment]
    return books


async def balances(ledger: LedgerUnderTest) -> dict[AccountName, int]:
    async with ledger.as_app() as db:
        rows = await db.fetch(
            "SELECT a.stream, a.code, a.fund_id, (SELECT l.balance_pence FROM journal_leg AS l"
            "  WHERE l.account_id = a.account_id ORDER BY l.number DESC LIMIT 1) AS pence FROM account AS a"
        )
    return {
        AccountName(row["stream"], Account(row["code"]), row["fund_id"]): row["pence"] for row in rows if row["pence"]
    }


async def commitments(ledger: LedgerUnderTest) -> dict[tuple[UUID, UUID], tuple[int, int, int, bool]]:
    async with ledger.as_app() as db:
        rows = await db.fetch("SELECT c.*, a.fund_id FROM commitment AS c INNER JOIN account AS a USING (account_id)")
    return {
        (row["commitment_id"], row["fund_id"]): (
            row["amount_pence"],
            row["settled_pence"],
            row["released_pence"],
            row["is_expired"],
        )
        for row in rows
        if row["amount_pence"]
    }


@pytest.mark.parametrize("seed", range(5))
async def test_every_answer_and_every_balance_is_the_models(ledger: LedgerUnderTest, seed: int) -> None:
    chance = random.Random(f"a posted journal {seed}")  # other tests' seeds give other ids: one server holds them all
    funds = await some_funds(ledger, chance)
    books = await books_of(ledger, funds)
    asker = Asker(chance, funds, books)
    told: set[str] = set()
    for number in range(BATCHES):
        if number == BATCHES * 3 // 4:
            books.locked_until = funds[0].opens_on + timedelta(days=30)
            await ledger.lock_period(books.locked_until)
        batch = asker.batch()

        expected = books.post(batch)
        answers = await ledger.post(*batch)

        found = [("replayed" if each.is_replay else (each.refusal or "posted"), each.sequence) for each in answers]
        assert found == expected, f"seed {seed}, batch {number}: {batch}"
        told |= {code for code, _ in expected}
    assert await balances(ledger) == {name: pence for name, pence in books.balances.items() if pence}
    assert await commitments(ledger) == {
        key: (held.amount, held.settled, held.released, held.is_expired)
        for key, held in books.commitments.items()
        if held.amount
    }
    proof = await ledger.proof()
    assert (proof.holds, proof.entries) == (True, len(books.entries)), proof
    assert len(told) > 15, f"the histories reach too little: {sorted(told)}"
