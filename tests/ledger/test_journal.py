"""Double entry: what may be posted, and the legs of an award."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ledger.domain.chart_of_accounts import Account, AccountName
from services.ledger.domain.journal import (
    AMOUNT_PENCE_MAX,
    AccountTwiceInEntry,
    AmountOutOfRange,
    EntryKind,
    UnbalancedEntry,
    balance_pence,
    reversal_of,
    totals_by_stream,
)
from tests.ledger.builders import ASC, FIRST_DAY, FUND, ILF, SP, a_leg, an_award_entry, an_entry

amounts = st.integers(1, AMOUNT_PENCE_MAX)


def test_an_entry_balances() -> None:
    entry = an_entry(a_leg(100, account=Account.FUNDER_RECEIVABLE), a_leg(-100))

    assert totals_by_stream(entry.legs) == {ASC: 0}


@given(amounts, amounts)
def test_an_entry_whose_sides_differ_is_refused(debit: int, credit: int) -> None:
    if debit == credit:
        return
    with pytest.raises(UnbalancedEntry, match=ASC):
        an_entry(a_leg(debit, account=Account.FUNDER_RECEIVABLE), a_leg(-credit))


@given(amounts)
def test_an_entry_that_balances_in_total_but_not_in_each_stream_is_refused(amount: int) -> None:
    """L9: 100 of adult social care against 100 of the Independent Living Fund."""
    with pytest.raises(UnbalancedEntry) as refused:
        an_entry(a_leg(amount, account=Account.FUNDER_RECEIVABLE, stream=ASC), a_leg(-amount, stream=ILF))

    assert ASC in str(refused.value)
    assert ILF in str(refused.value)


def test_an_entry_of_two_streams_that_each_balance_is_fine() -> None:
    entry = an_entry(
        a_leg(100, account=Account.FUNDER_RECEIVABLE, stream=ASC),
        a_leg(-100, stream=ASC),
        a_leg(70, account=Account.FUNDER_RECEIVABLE, stream=SP),
        a_leg(-70, stream=SP),
    )

    assert totals_by_stream(entry.legs) == {ASC: 0, SP: 0}


@pytest.mark.parametrize("amount", [0, AMOUNT_PENCE_MAX + 1, -AMOUNT_PENCE_MAX - 1])
def test_an_amount_of_nothing_or_beyond_every_json_reader_is_refused(amount: int) -> None:
    with pytest.raises(AmountOutOfRange):
        an_entry(a_leg(amount, account=Account.FUNDER_RECEIVABLE), a_leg(-amount))


def test_the_largest_amount_can_be_posted() -> None:
    entry = an_entry(a_leg(AMOUNT_PENCE_MAX, account=Account.FUNDER_RECEIVABLE), a_leg(-AMOUNT_PENCE_MAX))

    assert totals_by_stream(entry.legs) == {ASC: 0}


def test_an_entry_without_another_side_is_refused() -> None:
    with pytest.raises(UnbalancedEntry):
        an_entry()


def test_an_entry_with_two_legs_on_one_account_is_refused() -> None:
    with pytest.raises(AccountTwiceInEntry):
        an_entry(a_leg(50), a_leg(50), a_leg(-100, account=Account.FUNDER_RECEIVABLE))


@pytest.mark.parametrize("account", list(Account))
def test_an_account_is_kept_for_a_fund_or_for_the_council_and_never_both(account: Account) -> None:
    with pytest.raises(ValueError, match="is kept for"):
        AccountName(ASC, account, None if account.is_kept_by_fund else FUND)


def test_an_award_is_owed_by_its_funder() -> None:
    """L1: 5,200.00 of adult social care for a year."""
    entry = an_award_entry(520_000)

    assert balance_pence(entry.legs, Account.FUNDER_RECEIVABLE, FUND) == 520_000
    assert balance_pence(entry.legs, Account.FUND_AVAILABLE, FUND) == -520_000
    assert len(entry.legs) == 2
    assert (entry.kind, entry.value_date, entry.reverses) == (EntryKind.AWARD, FIRST_DAY, None)


def test_the_persons_contribution_is_owed_by_the_person() -> None:
    entry = an_award_entry(520_000, contribution_pence=20_000)

    assert balance_pence(entry.legs, Account.FUNDER_RECEIVABLE, FUND) == 500_000
    assert balance_pence(entry.legs, Account.PERSON_CONTRIBUTION_RECEIVABLE, FUND) == 20_000
    assert balance_pence(entry.legs, Account.FUND_AVAILABLE, FUND) == -520_000


def test_an_award_that_the_person_pays_whole_asks_nothing_of_the_funder() -> None:
    entry = an_award_entry(520_000, contribution_pence=520_000)

    assert {leg.account for leg in entry.legs} == {Account.PERSON_CONTRIBUTION_RECEIVABLE, Account.FUND_AVAILABLE}


@given(st.integers(1, 10**12).flatmap(lambda whole: st.tuples(st.just(whole), st.integers(0, whole))))
def test_every_award_balances_whatever_the_person_contributes(sums: tuple[int, int]) -> None:
    amount_pence, contribution_pence = sums

    entry = an_award_entry(amount_pence, contribution_pence=contribution_pence)

    assert totals_by_stream(entry.legs) == {ASC: 0}
    assert balance_pence(entry.legs, Account.FUND_AVAILABLE, FUND) == -amount_pence


def test_a_reversal_leaves_nothing_of_the_entry_that_it_names() -> None:
    entry = an_award_entry(520_000, contribution_pence=20_000)

    back = reversal_of(entry, entry_id=UUID(int=7), reason="Decided again")

    assert all(balance_pence((*entry.legs, *back.legs), account, FUND) == 0 for account in Account)
    assert (back.entry_id, back.kind) == (UUID(int=7), EntryKind.REVERSAL)
    assert (back.reverses, back.reason) == (entry.entry_id, "Decided again")
    assert (back.value_date, back.budget_id) == (entry.value_date, entry.budget_id)
