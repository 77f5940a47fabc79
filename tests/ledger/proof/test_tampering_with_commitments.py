"""A superuser changes what a commitment is for, until when it holds, or what became of it: the proof says so."""

from datetime import timedelta
from uuid import uuid4

import pytest

from services.ledger.domain import postings
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.postings import Part
from services.ledger.posting.columns import Posting
from tests.ledger.builders import FIRST_DAY, about
from tests.ledger.ledger_under_test import LedgerUnderTest

#: As the first entry of the commitments is, after the award.
PLACED = 2
CHANGES = {
    "commitment_id": "gen_random_uuid()",
    "amount_pence": "amount_pence + 1, settled_pence = settled_pence + 1",
    "settled_pence": "settled_pence + 1, released_pence = released_pence - 1",
    "released_pence": "released_pence + 1, amount_pence = amount_pence + 1",
    "budget_id": "gen_random_uuid()",
    "item_id": "gen_random_uuid()",
    "no item_id": "NULL",
    "expires_on": "expires_on + 1",
    "no expires_on": "NULL",
    "is_expired": "NOT is_expired",
    "use": "'respite.community'",
    "no use": "NULL",
}


async def some_commitments(ledger: LedgerUnderTest) -> None:
    """One that was settled in part and then ran out, and one that nobody touched since, for no item and for ever."""
    fund = await ledger.open_fund()
    budget, last = fund.fund.budget_id, FIRST_DAY + timedelta(days=9)
    ran_out, for_ever, item = uuid4(), uuid4(), uuid4()

    def part(pence: int) -> list[Part]:
        return [Part(fund.fund_id, fund.fund.stream, pence)]

    await ledger.post(
        Posting(postings.committed(about(budget=budget, subject_id=ran_out), part(1_000)), None, last, item),
        postings.paid_to_provider(about(budget=budget, subject_id=ran_out), part(300), source=Account.FUND_COMMITTED),
        postings.released(about(budget=budget, subject_id=ran_out), part(100)),
        postings.released(about(budget=budget, subject_id=ran_out), part(600), expired=True),
        postings.committed(about(budget=budget, subject_id=for_ever), part(500)),
    )


@pytest.mark.parametrize("change", CHANGES)
async def test_a_commitment_that_was_changed_is_found(ledger: LedgerUnderTest, change: str) -> None:
    await some_commitments(ledger)
    assert (await ledger.proof()).holds

    column = change.removeprefix("no ")
    await ledger.forge(f"UPDATE commitment SET {column} = {CHANGES[change]} WHERE council = $1 AND item_id IS NOT NULL")

    proof = await ledger.proof()
    assert (proof.holds, proof.difference) == (False, "a commitment is not what its entries say")
    assert proof.broken_at in (1, PLACED)


@pytest.mark.parametrize("column", ["expires_on = CURRENT_DATE", "item_id = gen_random_uuid()"])
async def test_a_commitment_for_ever_is_not_given_an_end_or_an_item(ledger: LedgerUnderTest, column: str) -> None:
    await some_commitments(ledger)

    await ledger.forge(f"UPDATE commitment SET {column} WHERE council = $1 AND item_id IS NULL")

    assert not (await ledger.proof()).holds


@pytest.mark.parametrize("column", ["expires_on = expires_on + 1", "item_id = NULL", "expires_on = NULL"])
async def test_nor_is_it_changed_together_with_its_entry(ledger: LedgerUnderTest, column: str) -> None:
    await some_commitments(ledger)

    await ledger.forge(
        f"UPDATE commitment SET {column} WHERE council = $1 AND item_id IS NOT NULL",
        f"UPDATE journal_entry SET {column} WHERE council = $1 AND sequence = {PLACED}",
    )

    proof = await ledger.proof()
    assert (proof.broken_at, proof.difference) == (PLACED, "the entry is not as it was written")
