"""Who is paid, into which account, and who has looked at it twice. Versions are never overwritten."""

from dataclasses import dataclass, replace
from enum import StrEnum


class PayeeKind(StrEnum):
    """Whose account it is."""

    HOLDER = "holder"
    THIRD_PARTY = "third_party"
    PROVIDER = "provider"

    @property
    def accounts_for_it_later(self) -> bool:
        """Whether what is paid is not spent yet: it is advanced, and accounted for later."""
        return self is not PayeeKind.PROVIDER


class ModulusCheck(StrEnum):
    """What the check digits of an account number say."""

    PASSED = "passed"
    NOT_CHECKABLE = "not_checkable"
    FAILED = "failed"


class AccountFailsItsCheck(Exception):
    """The account number and the sort code do not belong together."""


class SameEyesTwice(Exception):
    """Whoever wrote an account down is not the one to confirm it."""


class NothingToConfirm(Exception):
    """The account was confirmed already, or another version has taken its place."""


class AccountNotOnesOwn(Exception):
    """A payment would go to somebody other than the person it is for."""


@dataclass(frozen=True)
class AccountVersion:
    """One version of a payee's account.

    Args:
        version: from 1, rising by one.
        sort_code: six digits.
        account_number: eight digits.
        name: as the bank knows the account.
        written_by: who wrote it down.
        confirmed_by: who looked at it a second time, against something other than what was written down.
    """

    version: int
    sort_code: str
    account_number: str
    name: str
    written_by: str
    confirmed_by: str | None = None

    @property
    def is_confirmed(self) -> bool:
        """Whether money may go there."""
        return self.confirmed_by is not None


def write_down(
    before: AccountVersion | None, *, sort_code: str, account_number: str, name: str, by: str, modulus: ModulusCheck
) -> AccountVersion:
    """The next version of an account; nothing is paid into it before somebody else has confirmed it.

    The same details written down again make a new version too: that is how an account which the bank refused is put
    back into use, by two people.

    Raises:
        AccountFailsItsCheck: the check digits are wrong.
    """
    if modulus is ModulusCheck.FAILED:
        raise AccountFailsItsCheck("this account number does not exist at this sort code: compare the digits")
    return AccountVersion((before.version if before else 0) + 1, sort_code, account_number, name, by)


def confirm(latest: AccountVersion, version: int, *, by: str) -> AccountVersion:
    """The version as it is when a second person has confirmed it.

    Raises:
        NothingToConfirm: it is confirmed already, or is not the latest one.
        SameEyesTwice: the one who confirms wrote it down.
    """
    if latest.version != version or latest.is_confirmed:
        raise NothingToConfirm(f"version {version} does not wait to be confirmed")
    if latest.written_by == by:
        raise SameEyesTwice("somebody other than the one who wrote the account down confirms it")
    return replace(latest, confirmed_by=by)
