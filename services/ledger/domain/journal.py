"""Double entry with many legs, balanced in total and for each stream by itself."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

#: The largest single amount, in pence: what every JSON reader on the way can hold.
AMOUNT_PENCE_MAX = 2**53 - 1


class Account(StrEnum):
    """What a leg is posted to. A fund's accounts are its own; receivables belong to a stream's funder or a person."""

    FUND_AWARDED = "fund.awarded"
    FUNDER_RECEIVABLE = "funder.receivable"
    PERSON_CONTRIBUTION_RECEIVABLE = "person.contribution_receivable"


class EntryKind(StrEnum):
    """Why an entry was posted."""

    AWARD = "award"
    REVERSAL = "reversal"


class UnbalancedEntry(Exception):
    """The legs of an entry do not add up to nothing, in total or within a stream."""


class AmountOutOfRange(Exception):
    """A leg's amount is nothing, or larger than a ledger line can be."""


@dataclass(frozen=True)
class Leg:
    """One line of an entry.

    Args:
        stream: the funding stream whose money it is, for ever.
        account: what it is posted to.
        amount_pence: debits above zero, credits below; never zero.
        fund_id: the ring-fenced fund it concerns.
    """

    stream: str
    account: Account
    amount_pence: int
    fund_id: UUID


@dataclass(frozen=True)
class Entry:
    """A balanced entry.

    Args:
        kind: why it was posted.
        value_date: the day that the money concerns; the day of recording is the ledger's own.
        budget_id: the budget it belongs to; no entry spans two.
        legs: two or more, balanced per stream.
        reason: in words.
        reverses: sequence of the entry that this one takes back.
    """

    kind: EntryKind
    value_date: date
    budget_id: UUID
    legs: tuple[Leg, ...]
    reason: str
    reverses: int | None = None

    def __post_init__(self) -> None:
        """Refuse what does not balance.

        Raises:
            UnbalancedEntry: the legs of a stream do not add up to nothing.
            AmountOutOfRange: an amount is zero or too large.
        """
        for leg in self.legs:
            if not 0 < abs(leg.amount_pence) <= AMOUNT_PENCE_MAX:
                raise AmountOutOfRange(f"{leg.amount_pence} pence on {leg.account}")
        apart = {stream: pence for stream, pence in totals_by_stream(self.legs).items() if pence}
        if apart or not self.legs:
            raise UnbalancedEntry(f"debits less credits by stream: {apart}" if apart else "the entry has no legs")


def totals_by_stream(legs: Iterable[Leg]) -> Mapping[str, int]:
    """Sum of debits less credits of each stream, in pence."""
    totals: dict[str, int] = defaultdict(int)
    for leg in legs:
        totals[leg.stream] += leg.amount_pence
    return totals


def award_entry(
    *, budget_id: UUID, fund_id: UUID, stream: str, amount_pence: int, contribution_pence: int, value_date: date
) -> Entry:
    """The entry that opens a fund: the funder owes its part, the person owes the contribution, the fund holds both.

    Args:
        budget_id: the person's budget.
        fund_id: the fund that the award opens.
        stream: whose money it is.
        amount_pence: the whole award, the person's contribution included.
        contribution_pence: the person's own share of it.
        value_date: first day of the award.
    """
    owed_by_funder = Leg(stream, Account.FUNDER_RECEIVABLE, amount_pence - contribution_pence, fund_id)
    owed_by_person = Leg(stream, Account.PERSON_CONTRIBUTION_RECEIVABLE, contribution_pence, fund_id)
    held = Leg(stream, Account.FUND_AWARDED, -amount_pence, fund_id)
    legs = tuple(leg for leg in (owed_by_funder, owed_by_person, held) if leg.amount_pence)
    return Entry(EntryKind.AWARD, value_date, budget_id, legs, f"Award of the stream {stream}")


def reversal_of(entry: Entry, sequence: int, reason: str) -> Entry:
    """The entry that takes another one back, on the same value date; both stay for ever."""
    legs = tuple(replace(leg, amount_pence=-leg.amount_pence) for leg in entry.legs)
    return replace(entry, kind=EntryKind.REVERSAL, legs=legs, reason=reason, reverses=sequence)


def balance_pence(legs: Sequence[Leg], account: Account, fund_id: UUID) -> int:
    """Debits less credits on one account of one fund, in pence."""
    return sum(leg.amount_pence for leg in legs if leg.account is account and leg.fund_id == fund_id)
