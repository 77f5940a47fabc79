"""A tail cut off by a superuser who mends the rest: found by an end that was kept where nobody could cut it."""

import pytest

from services.ledger.domain.hash_chain import Head, HeadMisread
from tests.ledger.ledger_under_test import LedgerUnderTest
from tests.ledger.proof.test_tampering import BLOCKS, a_journal

LAST = 2 * BLOCKS + 1


async def cut_and_mended(ledger: LedgerUnderTest, last: int) -> None:
    """Everything after a block, gone, and everything beside it set back."""
    await ledger.forge(
        f"DELETE FROM journal_leg WHERE council = $1 AND sequence > {last}",
        f"DELETE FROM journal_entry WHERE council = $1 AND sequence > {last}",
        f"DELETE FROM journal_block WHERE council = $1 AND last_sequence > {last}",
        "UPDATE chain_head AS h SET sequence = b.last_sequence, recorded_at = b.recorded_at, link = b.link"
        f" FROM journal_block AS b WHERE h.council = $1 AND b.council = $1 AND b.last_sequence = {last}",
        "DELETE FROM account_day WHERE council = $1",
        "INSERT INTO account_day (account_id, value_date, recorded_on, pence, council)"
        " SELECT l.account_id, l.value_date, (b.recorded_at AT TIME ZONE 'UTC')::date, sum(l.amount_pence), l.council"
        " FROM journal_leg AS l INNER JOIN account AS a USING (account_id) INNER JOIN journal_block AS b"
        "  ON b.council = l.council AND l.sequence BETWEEN b.first_sequence AND b.last_sequence"
        " WHERE l.council = $1 AND a.fund_id IS NULL GROUP BY 1, 2, 3, 5",
    )


@pytest.mark.parametrize("last", [1, 3, 5])
async def test_a_tail_cut_off_and_mended_is_found_by_the_end_that_was_kept(ledger: LedgerUnderTest, last: int) -> None:
    await a_journal(ledger)
    kept = (await ledger.proof()).head
    assert kept is not None
    assert kept.sequence == LAST

    await cut_and_mended(ledger, last)

    assert (await ledger.proof()).holds, "in itself it is whole"
    proof = await ledger.proof(kept)
    assert (proof.holds, proof.broken_at, proof.entries) == (False, last + 1, last)
    assert "end" in (proof.difference or "")


async def test_an_end_stays_true_whatever_is_posted_after_it(ledger: LedgerUnderTest) -> None:
    await a_journal(ledger)
    kept = (await ledger.proof()).head
    await a_journal(ledger)

    proof = await ledger.proof(kept)

    assert proof.holds
    assert proof.head is not None
    assert proof.head.sequence == 2 * LAST


async def test_a_tail_written_anew_is_found(ledger: LedgerUnderTest) -> None:
    await a_journal(ledger)
    kept = (await ledger.proof()).head
    await cut_and_mended(ledger, 1)
    await a_journal(ledger)

    assert (await ledger.proof()).holds
    assert not (await ledger.proof(kept)).holds


def test_an_end_is_told_and_read_alike() -> None:
    head = Head(1_041, bytes(range(32)))

    assert Head.read(f" {head}\n") == head


@pytest.mark.parametrize("told", ["", "7", "x:00", "-1:00", "7:0g", "²:00", f"{10**18}:00", "7:00:00"])
def test_what_is_no_end_is_refused(told: str) -> None:
    with pytest.raises(HeadMisread):
        Head.read(told)
