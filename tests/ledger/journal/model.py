"""A plain model of the posting function, from the rules alone: what it must answer, and what must stand after."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from services.ledger.domain.chart_of_accounts import Account, AccountName
from services.ledger.domain.journal import AMOUNT_PENCE_MAX, EntryKind, Leg
from services.ledger.domain.refusals import Refusal
from services.ledger.posting.columns import Posting

SPENDING = (EntryKind.COMMITMENT, EntryKind.PAYMENT, EntryKind.SPEND)
AWARDING = (EntryKind.AWARD, EntryKind.AWARD_REVISION)
LETTING_GO = (EntryKind.RELEASE, EntryKind.EXPIRY)
BETWEEN_FUNDS = (EntryKind.TRANSFER, EntryKind.CARRY_OVER)
BEFORE_ANY = tuple(Refusal)


@dataclass(frozen=True)
class LooseEntry:
    """An entry as somebody may ask for it, right or wrong."""

    entry_id: UUID
    kind: EntryKind
    value_date: date
    budget_id: UUID
    legs: tuple[Leg, ...]
    reason: str = "Because"
    reverses: UUID | None = None
    use: str | None = None
    subject_id: UUID | None = None

    @property
    def content(self) -> Any:
        """What a repeat must say again besides its posting; the order of legs does not matter."""
        return replace(self, legs=tuple(sorted(self.legs, key=str)))


@dataclass(frozen=True)
class Fund:
    """A fund whose award is confirmed."""

    fund_id: UUID
    budget_id: UUID
    stream: str
    opens_on: date
    ends_on: date
    pays_only: frozenset[str]


@dataclass
class Held:
    """What is held of one fund for one commitment."""

    amount: int = 0
    settled: int = 0
    released: int = 0
    use: str | None = None
    expires_on: date | None = None
    is_expired: bool = False

    @property
    def left(self) -> int:
        return self.amount - self.settled - self.released

    def refused(self, pence: int) -> Refusal | None:
        """Why so much cannot be drawn."""
        if pence > 0 and self.left == 0:
            is_settled = self.settled == self.amount
            return Refusal.COMMITMENT_ALREADY_SETTLED if is_settled else Refusal.COMMITMENT_ALREADY_RELEASED
        return Refusal.EXCEEDS_COMMITMENT if pence > self.left else None

    def is_over(self, on: date, pence: int) -> bool:
        """Whether it has expired, or would be drawn on after its last day."""
        return self.is_expired or (pence > 0 and self.expires_on is not None and on > self.expires_on)


@dataclass
class Books:
    """What stands in one council's journal."""

    funds: dict[UUID, Fund]
    locked_until: date | None = None
    closed: set[AccountName] = field(default_factory=set)
    balances: dict[AccountName, int] = field(default_factory=dict)
    entries: dict[UUID, LooseEntry] = field(default_factory=dict)
    last_days: dict[UUID, date | None] = field(default_factory=dict)
    sequences: dict[UUID, int] = field(default_factory=dict)
    reversed_ids: set[UUID] = field(default_factory=set)
    commitments: dict[tuple[UUID, UUID], Held] = field(default_factory=dict)

    def post(self, batch: Sequence[Posting]) -> list[tuple[str, int | None]]:
        """Answer and sequence of each entry."""
        answers: list[tuple[str, int | None]] = []
        for group in _groups(batch):
            before = self._copy()
            told = [self._post(posting) for posting in group]
            guilty = next((place for place, (code, _) in enumerate(told) if code not in ("posted", "replayed")), None)
            if guilty is not None:
                self.__dict__.update(before.__dict__)
                if group[0].linked is not None:
                    linked = (Refusal.LINKED_REFUSED.value, None)
                    told = [each if place == guilty else linked for place, each in enumerate(told)]
            answers += told
        return answers

    def _copy(self) -> "Books":
        return Books(
            self.funds,
            self.locked_until,
            set(self.closed),
            dict(self.balances),
            dict(self.entries),
            dict(self.last_days),
            dict(self.sequences),
            set(self.reversed_ids),
            {key: replace(held) for key, held in self.commitments.items()},
        )

    def _post(self, posting: Posting) -> tuple[str, int | None]:
        entry = posting.entry
        assert isinstance(entry, LooseEntry)
        known = self.entries.get(entry.entry_id)
        if known:
            same = (known.content, self.last_days[entry.entry_id]) == (entry.content, posting.expires_on)
            return ("replayed", self.sequences[entry.entry_id]) if same else (Refusal.ID_USED_FOR_SOMETHING_ELSE, None)
        found = set(self._refusals(posting, entry))
        if found:
            return min(found, key=BEFORE_ANY.index).value, None
        for leg in entry.legs:
            self.balances[leg.name] = self.balances.get(leg.name, 0) + leg.amount_pence
            if leg.account is Account.FUND_COMMITTED:
                self._held_after(posting, entry, leg, keep=True)
        self.entries[entry.entry_id] = entry
        self.last_days[entry.entry_id] = posting.expires_on
        self.sequences[entry.entry_id] = len(self.entries)
        if entry.reverses:
            self.reversed_ids.add(entry.reverses)
        return "posted", len(self.entries)

    def _refusals(self, posting: Posting, entry: LooseEntry) -> Iterator[Refusal]:
        legs = entry.legs
        yield from self._refusals_of_sums(legs)
        yield from self._refusals_of_balances(entry)
        if any(leg.fund_id is not None and self._fund(leg) is None for leg in legs):
            yield Refusal.NO_ACCOUNT
            return
        yield from self._refusals_of_funds(entry)
        if any(leg.name in self.closed for leg in legs):
            yield Refusal.CLOSED
        if self.locked_until and entry.value_date <= self.locked_until:
            yield Refusal.PERIOD_LOCKED
        original = self.entries.get(entry.reverses) if entry.reverses else None
        yield from self._refusals_of_reversal(entry, original)
        if entry.kind in SPENDING:
            yield from self._refusals_of_spending(entry)
        for leg in legs:
            if leg.account is Account.FUND_COMMITTED:
                refusal = self._held_after(posting, entry, leg, keep=False)
                if refusal:
                    yield refusal
                elif self._stands_otherwise(posting, entry, leg):
                    yield Refusal.COMMITMENT_STANDS_OTHERWISE

    def _refusals_of_balances(self, entry: LooseEntry) -> Iterator[Refusal]:
        original = self.entries.get(entry.reverses) if entry.reverses else None
        kind = (original.kind if original else None) if entry.reverses else entry.kind
        balances: dict[AccountName, int] = {}
        for leg in entry.legs:
            if leg.fund_id is not None and self._fund(leg) is None:
                continue
            balance = balances.get(leg.name, self.balances.get(leg.name, 0)) + leg.amount_pence
            balances[leg.name] = balance
            if abs(balance) > AMOUNT_PENCE_MAX:
                yield Refusal.BAD_AMOUNT
            if balance > 0 < leg.amount_pence and leg.account.holds_money_for_the_person and kind not in AWARDING:
                yield Refusal.INSUFFICIENT

    @staticmethod
    def _refusals_of_sums(legs: Sequence[Leg]) -> Iterator[Refusal]:
        if any(not 0 < abs(leg.amount_pence) <= AMOUNT_PENCE_MAX for leg in legs):
            yield Refusal.BAD_AMOUNT
        if not legs or sum(leg.amount_pence for leg in legs) != 0:
            yield Refusal.UNBALANCED
        if len({leg.name for leg in legs}) < len(legs):
            yield Refusal.SAME_ACCOUNT

    def _refusals_of_funds(self, entry: LooseEntry) -> Iterator[Refusal]:
        by_stream: dict[str, int] = {}
        by_fund: dict[UUID, int] = {}
        for leg in entry.legs:
            by_stream[leg.stream] = by_stream.get(leg.stream, 0) + leg.amount_pence
            if leg.fund_id:
                by_fund[leg.fund_id] = by_fund.get(leg.fund_id, 0) + leg.amount_pence
        if any(by_stream.values()):
            yield Refusal.UNBALANCED_STREAM
        moved = [fund for fund, pence in by_fund.items() if pence]
        kind = ((self.entries.get(entry.reverses) if entry.reverses else None) or entry).kind
        if not by_fund or (len(moved) > 1 and kind not in BETWEEN_FUNDS):
            yield Refusal.NOT_YOUR_FUND
        if any(self.funds[fund].budget_id != entry.budget_id for fund in by_fund):
            yield Refusal.NOT_YOUR_FUND

    def _refusals_of_reversal(self, entry: LooseEntry, original: LooseEntry | None) -> Iterator[Refusal]:
        if entry.kind is not EntryKind.REVERSAL and entry.reverses is None:
            return
        if original is None or EntryKind.REVERSAL is original.kind or entry.kind is not EntryKind.REVERSAL:
            yield Refusal.NO_ENTRY
            return
        back = {leg.name: -leg.amount_pence for leg in entry.legs}
        if back != {leg.name: leg.amount_pence for leg in original.legs} or len(back) < len(entry.legs):
            yield Refusal.NOT_THE_REVERSE
        if original.entry_id in self.reversed_ids:
            yield Refusal.ALREADY_REVERSED

    def _refusals_of_spending(self, entry: LooseEntry) -> Iterator[Refusal]:
        for leg in entry.legs:
            fund = self._fund(leg)
            if fund is None or not leg.account.holds_money_for_the_person:
                continue
            if late := self._out_of_days(entry, fund):
                yield late
            arrives = leg.amount_pence < 0 and leg.account in (Account.FUND_COMMITTED, Account.FUND_PAID)
            is_for_any = entry.kind is EntryKind.COMMITMENT and entry.use is None
            if arrives and entry.use not in fund.pays_only and not is_for_any:
                yield Refusal.RING_FENCED

    def _out_of_days(self, entry: LooseEntry, fund: Fund) -> Refusal | None:
        """A payment of what is held already may come when the award has ended; nothing else may."""
        if fund.opens_on <= entry.value_date <= fund.ends_on:
            return None
        legs = [leg for leg in entry.legs if self._fund(leg) and leg.account.holds_money_for_the_person]
        takes_more = any(leg.amount_pence > 0 and leg.account is not Account.FUND_COMMITTED for leg in legs)
        if entry.kind is EntryKind.PAYMENT and not takes_more and sum(leg.amount_pence for leg in legs) >= 0:
            return None
        return Refusal.BEFORE_AWARD if entry.value_date < fund.opens_on else Refusal.AFTER_AWARD_END

    def _held_after(self, posting: Posting, entry: LooseEntry, leg: Leg, *, keep: bool) -> Refusal | None:
        if entry.subject_id is None:
            return Refusal.NO_COMMITMENT
        assert leg.fund_id
        key = entry.subject_id, leg.fund_id
        held = replace(self.commitments.get(key, Held()))
        original = self.entries.get(entry.reverses) if entry.reverses else None
        kind, is_reversal, pence = (original or entry).kind, original is not None, leg.amount_pence
        if held.amount == 0:
            if kind is not EntryKind.COMMITMENT or is_reversal:
                return Refusal.NO_COMMITMENT
            held = Held(use=entry.use, expires_on=posting.expires_on)
        if not is_reversal and kind not in LETTING_GO and held.is_over(entry.value_date, pence):
            return Refusal.COMMITMENT_EXPIRED
        if too_much := held.refused(pence):
            return too_much
        if kind is EntryKind.COMMITMENT:
            held.amount -= pence
        elif kind in LETTING_GO:
            held.released += pence
            held.is_expired = not is_reversal if kind is EntryKind.EXPIRY else held.is_expired
        else:
            held.settled += pence
        if min(held.settled, held.released) < 0:
            return Refusal.EXCEEDS_COMMITMENT
        if keep:
            self.commitments[key] = held
        return None

    def _stands_otherwise(self, posting: Posting, entry: LooseEntry, leg: Leg) -> bool:
        assert entry.subject_id
        assert leg.fund_id
        held = self.commitments.get((entry.subject_id, leg.fund_id))
        if entry.kind is not EntryKind.COMMITMENT or held is None or held.amount == 0:
            return False
        return (held.use, held.expires_on) != (entry.use, posting.expires_on)

    def _fund(self, leg: Leg) -> Fund | None:
        fund = self.funds.get(leg.fund_id) if leg.fund_id else None
        return fund if fund and fund.stream == leg.stream else None


def _groups(batch: Sequence[Posting]) -> Iterator[list[Posting]]:
    """Neighbours that are linked, and each other entry by itself."""
    group: list[Posting] = []
    for posting in batch:
        if group and (posting.linked is None or posting.linked != group[0].linked):
            yield group
            group = []
        group.append(posting)
    if group:
        yield group
