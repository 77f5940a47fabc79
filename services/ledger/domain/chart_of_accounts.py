"""The chart of accounts: what a leg may be posted to, whose it is, and how far it may go.

Debits stand above zero and credits below. A fund's own accounts hold money for the person, so they are credit accounts:
``fund.available`` at -520000 means that 5,200.00 pounds may be committed or spent. What was awarded is never lost: it
is what a fund has available, committed, advanced, paid and recovered, together.
"""

from enum import StrEnum
from typing import NamedTuple, Self
from uuid import UUID


class Account(StrEnum):
    """What a leg is posted to.

    ``fund.*``, ``funder.*`` and ``person.*`` accounts are kept for each fund by itself, so that no row is hot;
    ``council.*`` accounts are kept for each stream.
    """

    FUND_AVAILABLE = "fund.available"
    FUND_COMMITTED = "fund.committed"
    FUND_ADVANCED = "fund.advanced"
    FUND_PAID = "fund.paid"
    FUND_RECOVERED = "fund.recovered"
    FUNDER_RECEIVABLE = "funder.receivable"
    PERSON_CONTRIBUTION_RECEIVABLE = "person.contribution_receivable"
    PERSON_RECOVERY_RECEIVABLE = "person.recovery_receivable"
    COUNCIL_PAYMENTS_CONTROL = "council.payments_control"
    COUNCIL_BANK = "council.bank"
    COUNCIL_WRITTEN_OFF = "council.written_off"

    # An enumeration's own is worked out in Python, for each of the hundred thousand legs of a payment run.
    __hash__ = str.__hash__

    @property
    def is_kept_by_fund(self) -> bool:
        """Whether each fund has an account of its own."""
        return not self.startswith("council.")

    @property
    def holds_money_for_the_person(self) -> bool:
        """Whether the account is one of a fund's own, which are never drawn below nothing."""
        return self.startswith("fund.")


#: In words, for statements and returns.
MEANING: dict[Account, str] = {
    Account.FUND_AVAILABLE: "not yet committed or spent",
    Account.FUND_COMMITTED: "held for items that are agreed and not yet paid",
    Account.FUND_ADVANCED: "paid to the person's own account and not yet accounted for",
    Account.FUND_PAID: "spent",
    Account.FUND_RECOVERED: "taken back after a recorded decision",
    Account.FUNDER_RECEIVABLE: "owed by the funder",
    Account.PERSON_CONTRIBUTION_RECEIVABLE: "the person's own contribution, still to come",
    Account.PERSON_RECOVERY_RECEIVABLE: "to be paid back by the person, as decided",
    Account.COUNCIL_PAYMENTS_CONTROL: "payments made for people",
    Account.COUNCIL_BANK: "the council's bank",
    Account.COUNCIL_WRITTEN_OFF: "written off, at the council's cost",
}


class _NameParts(NamedTuple):
    stream: str
    account: Account
    fund_id: UUID | None


class AccountName(_NameParts):
    """An account as it is named before it has a number; a tuple, as it is looked up for each leg of a thousand entries.

    Args:
        stream: whose money it is, for ever.
        account: what it is.
        fund_id: the fund it is kept for; none for a council's own accounts.
    """

    __slots__ = ()

    def __new__(cls, stream: str, account: Account, fund_id: UUID | None) -> Self:
        """Refuse an account that cannot be.

        Raises:
            ValueError: a fund's account names no fund, or a council's account names one.
        """
        if account.startswith("council.") != (fund_id is None):
            raise ValueError(f"{account} is kept {'for each fund' if fund_id is None else 'for the council'}")
        return super().__new__(cls, stream, account, fund_id)
