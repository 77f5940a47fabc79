"""L2 to L6 of the ledger's scenarios: money held, settled and let go to the penny, and keys used again."""

import asyncio
from dataclasses import replace
from uuid import uuid4

from services.ledger.domain import postings
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.postings import Part
from services.ledger.domain.refusals import Refusal
from tests.ledger.builders import about
from tests.ledger.ledger_under_test import LedgerUnderTest


async def test_what_is_not_settled_of_a_commitment_is_let_go(ledger: LedgerUnderTest) -> None:
    """L2."""
    fund = await ledger.open_fund(amount_pence=520_000)
    said = about(budget=fund.fund.budget_id, subject_id=uuid4())

    def part(pence: int) -> list[Part]:
        return [Part(fund.fund_id, fund.fund.stream, pence)]

    await ledger.post(
        postings.committed(said, part(100_000)),
        postings.paid_to_provider(replace(said, entry_id=uuid4()), part(60_000), source=Account.FUND_COMMITTED),
        postings.released(replace(said, entry_id=uuid4()), part(40_000)),
    )

    trial = {account: pence for (_, account), pence in (await ledger.trial_balance()).items() if pence}
    assert (trial["fund.available"], trial["fund.paid"]) == (-460_000, -60_000)
    assert "fund.committed" not in trial


async def test_a_penny_more_than_was_committed_is_refused_and_so_is_a_key_with_another_sum(
    ledger: LedgerUnderTest,
) -> None:
    """L3, L5 and L6."""
    fund = await ledger.open_fund(amount_pence=520_000)
    said = about(budget=fund.fund.budget_id, subject_id=uuid4())
    placed = postings.committed(said, [Part(fund.fund_id, fund.fund.stream, 100_000)])
    other = postings.committed(said, [Part(fund.fund_id, fund.fund.stream, 100_001)])
    settled = [
        postings.paid_to_provider(
            replace(said, entry_id=uuid4()),
            [Part(fund.fund_id, fund.fund.stream, pence)],
            source=Account.FUND_COMMITTED,
        )
        for pence in (60_000, 40_000, 1)
    ]

    answers = await ledger.post(placed, placed, other, *settled)

    assert [answer.refusal for answer in answers] == [
        None,
        None,
        Refusal.ID_USED_FOR_SOMETHING_ELSE,
        None,
        None,
        Refusal.COMMITMENT_ALREADY_SETTLED,
    ]
    assert (answers[1].is_replay, answers[1].sequence) == (True, answers[0].sequence)
    assert (await ledger.trial_balance())[fund.fund.stream, "fund.available"] == -420_000


async def test_of_two_who_hold_more_than_there_is_between_them_one_succeeds(ledger: LedgerUnderTest) -> None:
    """L4."""
    fund = await ledger.open_fund(amount_pence=520_000)
    part = Part(fund.fund_id, fund.fund.stream, 300_000)
    asked = [postings.committed(about(budget=fund.fund.budget_id, subject_id=uuid4()), [part]) for _ in range(2)]

    answers = await asyncio.gather(*(ledger.post(entry) for entry in asked))

    refusals = [answer.refusal for (answer,) in answers]
    assert sorted(refusals, key=str) == sorted([None, Refusal.INSUFFICIENT], key=str)
    assert (await ledger.trial_balance())[fund.fund.stream, "fund.available"] == -220_000
