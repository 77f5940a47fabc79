"""Accounts that money is paid into: two pairs of eyes, and no version lost."""

import pytest

from services.ledger.domain.payments.payees import (
    AccountFailsItsCheck,
    AccountVersion,
    ModulusCheck,
    NothingToConfirm,
    SameEyesTwice,
    confirm,
    write_down,
)


def an_account(
    before: AccountVersion | None = None, *, by: str = "officer", modulus: ModulusCheck = ModulusCheck.PASSED
) -> AccountVersion:
    return write_down(before, sort_code="200000", account_number="55779911", name="A Holder", by=by, modulus=modulus)


@pytest.mark.parametrize("modulus", [ModulusCheck.PASSED, ModulusCheck.NOT_CHECKABLE])
def test_a_new_account_waits_for_a_second_person(modulus: ModulusCheck) -> None:
    account = an_account(modulus=modulus)

    assert (account.version, account.is_confirmed) == (1, False)
    assert confirm(account, 1, by="colleague").is_confirmed


def test_an_account_whose_digits_are_wrong_is_not_written_down() -> None:
    with pytest.raises(AccountFailsItsCheck):
        an_account(modulus=ModulusCheck.FAILED)


def test_whoever_wrote_an_account_down_does_not_confirm_it() -> None:
    with pytest.raises(SameEyesTwice):
        confirm(an_account(by="officer"), 1, by="officer")


def test_a_changed_account_waits_to_be_confirmed_again() -> None:
    account = confirm(an_account(), 1, by="colleague")

    changed = an_account(account)

    assert (changed.version, changed.is_confirmed) == (2, False)


@pytest.mark.parametrize("version", [0, 1, 3])
def test_only_the_latest_version_is_confirmed(version: int) -> None:
    with pytest.raises(NothingToConfirm):
        confirm(an_account(an_account()), version, by="colleague")


def test_a_confirmed_account_is_not_confirmed_again() -> None:
    with pytest.raises(NothingToConfirm):
        confirm(confirm(an_account(), 1, by="colleague"), 1, by="another")
