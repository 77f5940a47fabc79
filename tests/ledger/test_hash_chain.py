"""The hash chain: Python and PostgreSQL hash the same bytes, and one changed byte shows (L32)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ledger.domain.chart_of_accounts import Account, AccountName
from services.ledger.domain.hash_chain import FIRST_LINK, Block, account_bytes, block_link, entry_digest
from services.ledger.domain.journal import Entry, EntryKind, Leg
from tests.ledger.builders import ASC, BUDGET, FUND, ILF, SP, a_leg, about, an_award_entry, an_entry
from tests.ledger.ledger_under_test import LedgerUnderTest

#: Numbers for whatever account an example is on.
NUMBERS = {
    AccountName(stream, account, FUND if account.is_kept_by_fund else None): number
    for number, (stream, account) in enumerate(
        ((stream, account) for stream in (ASC, SP, ILF) for account in Account), start=1
    )
}

entries = st.builds(
    lambda amount, stream, reason, use: replace(
        an_entry(
            a_leg(amount, stream=stream, account=Account.FUNDER_RECEIVABLE),
            a_leg(-amount, stream=stream),
            reason=reason,
        ),
        use=use,
    ),
    st.integers(1, 10**12),
    st.sampled_from([ASC, SP, ILF]),
    st.text(max_size=20),
    st.none() | st.text(max_size=20),
)


def _double(leg: Leg) -> Leg:
    return replace(leg, amount_pence=leg.amount_pence * 2)


CHANGES: dict[str, Callable[[Entry], Entry]] = {
    "id": lambda entry: replace(entry, entry_id=UUID(int=3)),
    "amounts": lambda entry: replace(entry, legs=tuple(_double(leg) for leg in entry.legs)),
    "account": lambda entry: replace(
        entry, legs=(replace(entry.legs[0], account=Account.PERSON_CONTRIBUTION_RECEIVABLE), *entry.legs[1:])
    ),
    "two legs more": lambda entry: replace(
        entry, legs=(*entry.legs, a_leg(5, account=Account.FUND_PAID), a_leg(-5, account=Account.FUND_COMMITTED))
    ),
    "value date": lambda entry: replace(entry, value_date=entry.value_date + timedelta(days=1)),
    "budget": lambda entry: replace(entry, budget_id=UUID(int=2)),
    "reason": lambda entry: replace(entry, reason=entry.reason + " "),
    "use": lambda entry: replace(entry, use=(entry.use or "") + "."),
    "use told as nothing": lambda entry: replace(entry, use=None if entry.use == "" else ""),
    "subject": lambda entry: replace(entry, subject_id=UUID(int=1)),
    "kind": lambda entry: replace(entry, kind=EntryKind.REVERSAL, reverses=UUID(int=1)),
}


@pytest.mark.parametrize("what", CHANGES)
@given(entry=entries)
def test_whatever_is_changed_changes_the_digest(what: str, entry: Entry) -> None:
    assert entry_digest(CHANGES[what](entry), NUMBERS) != entry_digest(entry, NUMBERS)


@given(entry=entries)
def test_the_order_in_which_legs_are_given_does_not_matter(entry: Entry) -> None:
    assert entry_digest(replace(entry, legs=entry.legs[::-1]), NUMBERS) == entry_digest(entry, NUMBERS)


async def test_the_database_hashes_the_same_bytes(ledger: LedgerUnderTest) -> None:
    """The chain can be checked by anybody who has the rows, without the database's own functions."""
    fund = await ledger.open_fund()
    odd = about(budget=fund.fund.budget_id, reason="£5 for Zoë \N{SNOWMAN}", subject_id=UUID(int=5), use="")
    legs = (
        Leg(ASC, Account.FUNDER_RECEIVABLE, -7, fund.fund_id),
        Leg(ASC, Account.PERSON_CONTRIBUTION_RECEIVABLE, 7, fund.fund_id),
    )
    entry = Entry(
        odd.entry_id,
        EntryKind.AWARD_REVISION,
        odd.value_date,
        odd.budget_id,
        legs,
        odd.reason,
        None,
        odd.use,
        odd.subject_id,
    )
    await ledger.post(entry)

    async with ledger.as_app() as db:
        accounts = await db.fetch("SELECT * FROM account ORDER BY account_id")
        rows = await db.fetch("SELECT * FROM journal_entry ORDER BY sequence")
        blocks = await db.fetch("SELECT * FROM journal_block ORDER BY last_sequence")
        first_legs = {
            row["account_id"]: row["sequence"] for row in await db.fetch("SELECT * FROM journal_leg WHERE number = 1")
        }
    names = {row["account_id"]: AccountName(row["stream"], Account(row["code"]), row["fund_id"]) for row in accounts}
    numbers = {name: number for number, name in names.items()}
    assert rows[-1]["digest"] == entry_digest(entry, numbers)
    previous = FIRST_LINK
    for row in blocks:
        block = Block(row["council"], row["first_sequence"], row["last_sequence"], row["recorded_at"])
        digests = [each["digest"] for each in rows if block.first_sequence <= each["sequence"] <= block.last_sequence]
        opened = [
            account_bytes(number, names[number], fund.fund.budget_id)
            for number, sequence in sorted(first_legs.items())
            if block.first_sequence <= sequence <= block.last_sequence
        ]
        previous = block_link(previous, block, digests, opened)
        assert row["link"] == previous


def test_a_link_depends_on_all_that_went_before() -> None:
    digests = [entry_digest(an_award_entry(pence), NUMBERS) for pence in (100, 200)]
    block = Block("E10009999", 1, 2, datetime(2009, 6, 1, tzinfo=UTC))
    link = block_link(FIRST_LINK, block, digests)

    assert block_link(bytes([1, *FIRST_LINK[1:]]), block, digests) != link
    assert block_link(FIRST_LINK, block, digests[::-1]) != link
    assert block_link(FIRST_LINK, replace(block, recorded_at=block.recorded_at + timedelta(seconds=1)), digests) != link
    assert (
        block_link(FIRST_LINK, block, digests, [account_bytes(1, AccountName(ASC, Account.FUND_PAID, FUND), BUDGET)])
        != link
    )
