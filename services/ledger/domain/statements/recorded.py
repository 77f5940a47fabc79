"""Entries of the journal as reports read them: with their place, the time of recording, and the legs that matter."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.journal import EntryKind, Leg

#: Where a fund's money is that has not been spent.
UNSPENT = frozenset({Account.FUND_AVAILABLE, Account.FUND_COMMITTED, Account.FUND_ADVANCED})


@dataclass(frozen=True)
class RecordedEntry:
    """An entry of the journal, or the legs of it that a report asks for.

    Args:
        sequence: its place in the council's journal.
        recorded_at: when it was recorded, with its zone.
        posted_as: its kind in the journal.
        reversed_kind: what kind of entry it takes back, where it takes one back.
    """

    sequence: int
    recorded_at: datetime
    entry_id: UUID
    posted_as: EntryKind
    value_date: date
    budget_id: UUID
    reason: str
    legs: tuple[Leg, ...]
    use: str | None = None
    subject_id: UUID | None = None
    reverses: UUID | None = None
    reversed_kind: EntryKind | None = None

    @property
    def kind(self) -> EntryKind:
        """What it is about: a reversal is about what it takes back."""
        return self.reversed_kind or self.posted_as

    def change_pence(self, accounts: Iterable[Account], fund_id: UUID | None = None) -> int:
        """Credits less debits on some accounts, of one fund where one is named: what came onto them."""
        wanted = frozenset(accounts)
        return -sum(
            leg.amount_pence
            for leg in self.legs
            if leg.account in wanted and (fund_id is None or leg.fund_id == fund_id)
        )


def known(entries: Iterable[RecordedEntry], *, until: date, known_at: datetime) -> list[RecordedEntry]:
    """Entries for days up to one, as far as recorded by a time; in order of the days, then of recording."""
    chosen = [one for one in entries if one.value_date <= until and one.recorded_at <= known_at]
    return sorted(chosen, key=lambda one: (one.value_date, one.sequence))
