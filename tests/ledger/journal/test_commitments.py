"""What the journal keeps to about commitments: what they are for, until when, and when their award ends before them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.ledger.domain import postings
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.journal import Entry, reversal_of
from services.ledger.domain.postings import Part
from services.ledger.domain.refusals import Refusal
from services.ledger.posting.columns import Posting
from services.ledger.queries import FundNow
from tests.ledger.builders import FIRST_DAY, about
from tests.ledger.ledger_under_test import LedgerUnderTest

LAST, LATER = FIRST_DAY + timedelta(days=30), FIRST_DAY + timedelta(days=60)


def placing(fund: FundNow, commitment: UUID, pence: int = 1_000, **said: Any) -> Entry:
    placed = about(budget=fund.fund.budget_id, subject_id=commitment, **said)
    return postings.committed(placed, [Part(fund.fund_id, fund.fund.stream, pence)])


def paying(
    fund: FundNow, commitment: UUID, build: Callable[..., Entry] = postings.paid_to_provider, **said: Any
) -> Entry:
    paid = about(budget=fund.fund.budget_id, subject_id=commitment, **said)
    return build(paid, [Part(fund.fund_id, fund.fund.stream, 1_000)], source=Account.FUND_COMMITTED)


async def refusals(ledger: LedgerUnderTest, *asked: Entry | Posting) -> list[Refusal | None]:
    return [answer.refusal for answer in await ledger.post(*asked)]


@pytest.mark.parametrize(
    "changed",
    [
        {"expires_on": LATER},
        {"expires_on": None},
        {"item_id": UUID(int=7)},
        {"item_id": None},
    ],
    ids=["another last day", "no last day", "another item", "no item"],
)
async def test_a_repeat_of_a_commitment_that_says_something_else_is_no_repeat(
    ledger: LedgerUnderTest, changed: dict[str, Any]
) -> None:
    fund = await ledger.open_fund()
    placed = Posting(placing(fund, uuid4()), expires_on=LAST, item_id=UUID(int=6))
    (first,) = await ledger.post(placed)

    (again,) = await ledger.post(placed)
    otherwise, together = await ledger.post(replace(placed, **changed), placed)

    assert (again.is_replay, again.sequence) == (True, first.sequence)
    assert otherwise.refusal is Refusal.ID_USED_FOR_SOMETHING_ELSE
    assert together.is_replay
    assert (await ledger.proof()).holds


async def test_within_one_batch_too_a_repeat_says_the_same(ledger: LedgerUnderTest) -> None:
    fund = await ledger.open_fund()
    placed = Posting(placing(fund, uuid4()), expires_on=LAST)

    told = await refusals(ledger, placed, replace(placed, expires_on=LATER), placed)

    assert told == [None, Refusal.ID_USED_FOR_SOMETHING_ELSE, None]


@pytest.mark.parametrize(
    ("use", "expires_on", "item_id"),
    [("respite.community", LAST, None), ("care.personal", LATER, None), ("care.personal", LAST, UUID(int=6))],
    ids=["another use", "another last day", "another item"],
)
async def test_a_commitment_is_added_to_for_the_same_use_item_and_days_only(
    ledger: LedgerUnderTest, use: str, expires_on: date, item_id: UUID | None
) -> None:
    uses = [{"use": code, "condition": None} for code in ("care.personal", "respite.community")]
    fund = await ledger.open_fund(others={"permitted_uses": uses})
    commitment = uuid4()
    await ledger.post(Posting(placing(fund, commitment), expires_on=LAST))

    same = Posting(placing(fund, commitment), expires_on=LAST)
    other = Posting(placing(fund, commitment, use=use), expires_on=expires_on, item_id=item_id)

    assert await refusals(ledger, same, other) == [None, Refusal.COMMITMENT_STANDS_OTHERWISE]
    assert (await ledger.proof()).holds


async def test_a_commitment_taken_back_in_whole_is_placed_anew_for_something_else(ledger: LedgerUnderTest) -> None:
    fund = await ledger.open_fund()
    commitment = uuid4()
    first = Posting(placing(fund, commitment), expires_on=LAST, item_id=UUID(int=6))
    back = reversal_of(first.entry, entry_id=uuid4(), reason="A slip")  # type: ignore[arg-type]  # it is an entry
    anew = Posting(placing(fund, commitment), expires_on=LATER)

    assert await refusals(ledger, first, back, anew) == [None, None, None]
    assert [answer.is_replay for answer in await ledger.post(first, anew)] == [True, True]
    assert (await ledger.proof()).holds


@pytest.mark.parametrize("build", [postings.paid_to_provider, postings.advanced])
async def test_what_was_held_in_time_is_paid_after_its_award_was_shortened(
    ledger: LedgerUnderTest, build: Callable[..., Entry]
) -> None:
    """The bank has paid it: the journal cannot say that it has not."""
    event = ledger.an_award_decided()
    await ledger.take(event)
    (fund,) = await ledger.open_funds(event.person_id)
    held = [uuid4(), uuid4()]
    await ledger.post(*(placing(fund, one, value_date=LATER) for one in held))
    await ledger.take(event.model_copy(update={"version": 2, "ends_on": LAST}))

    spending = paying(fund, held[1], postings.spent, value_date=LATER)

    assert await refusals(ledger, paying(fund, held[0], build, value_date=LATER)) == [None]
    assert await refusals(ledger, spending, placing(fund, uuid4(), value_date=LATER)) == [
        Refusal.AFTER_AWARD_END,
        Refusal.AFTER_AWARD_END,
    ]
    assert (await ledger.proof()).holds


async def test_a_payment_after_the_awards_end_takes_nothing_but_what_is_held(ledger: LedgerUnderTest) -> None:
    fund = await ledger.open_fund(ends_on=LAST)
    commitment = uuid4()
    await ledger.post(placing(fund, commitment, value_date=LAST))
    part = [Part(fund.fund_id, fund.fund.stream, 1_000)]
    said = about(budget=fund.fund.budget_id, subject_id=commitment, value_date=LATER)

    from_the_rest = postings.paid_to_provider(said, part, source=Account.FUND_AVAILABLE)
    held = paying(fund, commitment, value_date=LATER)
    more = tuple(
        replace(leg, amount_pence=leg.amount_pence - 500)
        if leg.account is Account.FUND_PAID
        else replace(leg, amount_pence=leg.amount_pence + 500)
        if leg.account is Account.COUNCIL_BANK
        else leg
        for leg in held.legs
    )
    from_nowhere = replace(held, entry_id=uuid4(), legs=more)

    assert await refusals(ledger, from_the_rest, from_nowhere, held) == [
        Refusal.AFTER_AWARD_END,
        Refusal.AFTER_AWARD_END,
        None,
    ]


async def test_a_whole_fund_is_held_and_advanced_for_no_use_and_spent_for_one_that_it_permits(
    ledger: LedgerUnderTest,
) -> None:
    fund = await ledger.open_fund()
    commitment = uuid4()
    part = [Part(fund.fund_id, fund.fund.stream, 1_000)]

    def spent(use: str | None) -> Entry:
        return postings.spent(about(budget=fund.fund.budget_id, use=use), part, source=Account.FUND_ADVANCED)

    assert await refusals(
        ledger,
        placing(fund, commitment, use=None),
        paying(fund, commitment, postings.paid_to_provider, use=None),
        paying(fund, commitment, postings.paid_to_provider, use="leisure.activity"),
        paying(fund, commitment, postings.advanced, use=None),
        spent(None),
        spent("leisure.activity"),
        spent("care.personal"),
        placing(fund, uuid4(), use="leisure.activity"),
    ) == [
        None,
        Refusal.RING_FENCED,
        Refusal.RING_FENCED,
        None,
        Refusal.RING_FENCED,
        Refusal.RING_FENCED,
        None,
        Refusal.RING_FENCED,
    ]
