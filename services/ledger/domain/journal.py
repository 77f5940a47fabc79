"""Double entry with many legs, balanced in total and for each stream by itself."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cached_property
from uuid import UUID

from services.ledger.domain.chart_of_accounts import Account, AccountName

#: The largest single amount, in pence: what every JSON reader on the way can hold.
AMOUNT_PENCE_MAX = 2**53 - 1


class EntryKind(StrEnum):
    """Why an entry was posted."""

    AWARD = "award"
    AWARD_REVISION = "award_revision"
    COMMITMENT = "commitment"
    RELEASE = "release"
    EXPIRY = "expiry"
    PAYMENT = "payment"
    SPEND = "spend"
    REFUND = "refund"
    TRANSFER = "transfer"
    CARRY_OVER = "carry_over"
    RECOVERY = "recovery"
    RECOVERY_RECEIPT = "recovery_receipt"
    GIVEN_BACK = "given_back"
    REVERSAL = "reversal"


class UnbalancedEntry(Exception):
    """The legs of an entry do not add up to nothing, in total or within a stream."""


class AccountTwiceInEntry(Exception):
    """Two legs of an entry are on one account: they are one leg."""


class AmountOutOfRange(Exception):
    """A leg's amount is nothing, or larger than a ledger line can be."""


@dataclass(frozen=True)
class Leg:
    """One line of an entry.

    Args:
        stream: the funding stream whose money it is, for ever.
        account: what it is posted to.
        amount_pence: debits above zero, credits below; never zero.
        fund_id: the ring-fenced fund it concerns; none on a council's own accounts.
    """

    stream: str
    account: Account
    amount_pence: int
    fund_id: UUID | None

    @cached_property
    def name(self) -> AccountName:
        """The account, as it is named before it has a number."""
        return AccountName(self.stream, self.account, self.fund_id)


@dataclass(frozen=True)
class Entry:
    """A balanced entry.

    Args:
        entry_id: the entry's own id: posting it again under the same id posts nothing.
        kind: why it was posted.
        value_date: the day that the money concerns; the day of recording is the ledger's own.
        budget_id: the budget it belongs to; no entry spans two.
        legs: two or more on accounts that differ, balanced per stream.
        reason: in words.
        reverses: id of the entry that this one takes back.
        use: what the money is for, by its code in the taxonomy of uses; none where it is for no item.
        subject_id: the commitment, payment, spend or decision that it belongs to.
    """

    entry_id: UUID
    kind: EntryKind
    value_date: date
    budget_id: UUID
    legs: tuple[Leg, ...]
    reason: str
    reverses: UUID | None = None
    use: str | None = None
    subject_id: UUID | None = None

    def __post_init__(self) -> None:
        """Refuse what does not balance.

        Raises:
            UnbalancedEntry: the legs of a stream do not add up to nothing.
            AmountOutOfRange: an amount is zero or too large.
            AccountTwiceInEntry: two legs are on one account.
        """
        for leg in self.legs:
            if not 0 < abs(leg.amount_pence) <= AMOUNT_PENCE_MAX:
                raise AmountOutOfRange(f"{leg.amount_pence} pence on {leg.account}")
        if len({leg.name for leg in self.legs}) < len(self.legs):
            raise AccountTwiceInEntry("two legs are on one account")
        apart = {stream: pence for stream, pence in totals_by_stream(self.legs).items() if pence}
        if apart or not self.legs:
            raise UnbalancedEntry(f"debits less credits by stream: {apart}" if apart else "the entry has no legs")


def totals_by_stream(legs: Iterable[Leg]) -> Mapping[str, int]:
    """Sum of debits less credits of each stream, in pence."""
    totals: dict[str, int] = defaultdict(int)
    for leg in legs:
        totals[leg.stream] += leg.amount_pence
    return totals


def reversal_of(entry: Entry, *, entry_id: UUID, reason: str, value_date: date | None = None) -> Entry:
    """The entry that takes another one back, on the same value date unless told; both stay for ever."""
    legs = tuple(replace(leg, amount_pence=-leg.amount_pence) for leg in entry.legs)
    return replace(
        entry,
        entry_id=entry_id,
        kind=EntryKind.REVERSAL,
        value_date=value_date or entry.value_date,
        legs=legs,
        reason=reason,
        reverses=entry.entry_id,
    )


def balance_pence(legs: Sequence[Leg], account: Account, fund_id: UUID | None) -> int:
    """Debits less credits on one account of one fund, in pence."""
    return sum(leg.amount_pence for leg in legs if leg.account is account and leg.fund_id == fund_id)
