"""Batches that somebody might ask to be posted, most of them right, some wrong in each way that there is."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from services.ledger.domain import postings
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.journal import AMOUNT_PENCE_MAX, Entry, EntryKind, Leg
from services.ledger.domain.postings import About, Part
from services.ledger.posting.columns import Posting
from tests.ledger.journal.model import Books, Fund, LooseEntry

USES = ("care.personal", "respite.community", "leisure.activity")
ENTRIES_A_BATCH_MOST = 14


@dataclass
class Asker:
    """Asks for entries on some funds by chance, with what was asked before in mind."""

    chance: random.Random
    funds: Sequence[Fund]
    books: Books

    def __post_init__(self) -> None:
        self._asked: list[LooseEntry] = []
        self._commitments = [UUID(int=self.chance.getrandbits(128)) for _ in range(4)]

    def batch(self) -> list[Posting]:
        """Some entries, some of them linked."""
        count, linked, asked = self.chance.randint(1, ENTRIES_A_BATCH_MOST), None, []
        for position in range(count):
            if self.chance.random() < 0.3:
                linked = self.chance.choice((None, position))
            entry = self._entry()
            asked.append(Posting(entry, linked, self._expires_on(entry)))
            self._asked.append(entry)
        return asked

    def _expires_on(self, entry: LooseEntry) -> date | None:
        """Mostly as the commitment has it already, and as the entry had it if it was asked before."""
        if entry.entry_id in self.books.last_days and self.chance.random() < 0.9:
            return self.books.last_days[entry.entry_id]
        known = [held for (subject, _), held in self.books.commitments.items() if subject == entry.subject_id]
        if known and self.chance.random() < 0.8:
            return known[0].expires_on
        return self._day() if self.chance.random() < 0.3 else None

    def _entry(self) -> LooseEntry:
        if self._asked and self.chance.random() < 0.08:
            again = self.chance.choice(self._asked[-40:])
            return again if self.chance.random() < 0.7 else self._spoilt(again)
        entry = _loose(self.chance.choice(self._kinds())())
        return self._spoilt(entry) if self.chance.random() < 0.15 else entry

    def _kinds(self) -> list[Callable[[], Entry]]:
        return [
            self._award,
            self._revision,
            self._commitment,
            self._commitment,
            self._release,
            self._payment,
            self._payment,
            self._spend,
            self._refund,
            self._transfer,
            self._recovery,
            self._reversal,
            self._two_funds,
        ]

    def _about(self, fund: Fund, **values: UUID) -> About:
        use = self.chance.choice((*USES, *USES, None))
        return About(UUID(int=self.chance.getrandbits(128)), fund.budget_id, self._day(), "As agreed", use, **values)

    def _day(self) -> date:
        fund = self.funds[0]
        length = (fund.ends_on - fund.opens_on).days
        return fund.opens_on + timedelta(days=self.chance.randint(-length // 20, length + length // 20))

    def _fund(self) -> Fund:
        return self.chance.choice(self.funds)

    def _part(self, fund: Fund, most: int = 400) -> Part:
        return Part(fund.fund_id, fund.stream, self.chance.randint(1, most))

    def _award(self) -> Entry:
        fund = self._fund()
        return postings.award(self._about(fund), self._part(fund, 2_000), 0)

    def _revision(self) -> Entry:
        fund = self._fund()
        part = self._part(fund, 500)
        return postings.award_revised(
            self._about(fund), replace(part, pence=self.chance.choice((1, -1)) * part.pence), 0
        )

    def _commitment(self) -> Entry:
        fund = self._fund()
        about = self._about(fund, subject_id=self.chance.choice(self._commitments))
        known = [held for (subject, _), held in self.books.commitments.items() if subject == about.subject_id]
        if known and self.chance.random() < 0.8:
            about = replace(about, use=known[0].use)
        return postings.committed(about, [self._part(fund)])

    def _release(self) -> Entry:
        fund = self._fund()
        about = self._about(fund, subject_id=self.chance.choice(self._commitments))
        return postings.released(about, [self._part(fund)], expired=self.chance.random() < 0.3)

    def _payment(self) -> Entry:
        fund, source = self._fund(), self.chance.choice((Account.FUND_AVAILABLE, Account.FUND_COMMITTED))
        about = self._about(fund, subject_id=self.chance.choice(self._commitments))
        if self.chance.random() < 0.5:
            return postings.paid_to_provider(about, [self._part(fund)], source=source)
        part = self._part(fund)
        return postings.advanced(
            about, [part], source=source, net_contribution_pence=self.chance.randint(0, part.pence)
        )

    def _spend(self) -> Entry:
        fund = self._fund()
        source = self.chance.choice((Account.FUND_ADVANCED, Account.FUND_COMMITTED, Account.FUND_AVAILABLE))
        about = self._about(fund, subject_id=self.chance.choice(self._commitments))
        return postings.spent(about, [self._part(fund)], source=source)

    def _refund(self) -> Entry:
        fund = self._fund()
        source = self.chance.choice((Account.FUND_AVAILABLE, Account.FUND_COMMITTED))
        about = self._about(fund, subject_id=self.chance.choice(self._commitments))
        return postings.refunded(about, [self._part(fund, 60)], source=source)

    def _transfer(self) -> Entry:
        giver, taker = self._fund(), self._fund()
        part = self._part(giver)
        legs = (
            Leg(giver.stream, Account.FUND_AVAILABLE, part.pence, giver.fund_id),
            Leg(taker.stream, Account.FUND_AVAILABLE, -part.pence, taker.fund_id),
        )
        about = self._about(giver)
        kind = self.chance.choice((EntryKind.TRANSFER, EntryKind.CARRY_OVER, EntryKind.SPEND))
        return _made(LooseEntry(about.entry_id, kind, about.value_date, about.budget_id, legs))

    def _recovery(self) -> Entry:
        fund = self._fund()
        part = self._part(fund, 60)
        make = self.chance.choice((postings.recovery_decided, postings.instalment_received))
        return make(self._about(fund), part)

    def _two_funds(self) -> Entry:
        parts = [self._part(fund) for fund in self.chance.sample(self.funds, 2)]
        about = self._about(self._fund(), subject_id=self.chance.choice(self._commitments))
        return postings.spent(about, parts, source=self.chance.choice((Account.FUND_AVAILABLE, Account.FUND_COMMITTED)))

    def _reversal(self) -> Entry:
        posted = [
            entry for entry in self._asked[-60:] if entry.entry_id in self.books.entries or self.chance.random() < 0.1
        ]
        if not posted:
            return self._award()
        original = self.chance.choice(posted)
        legs = tuple(replace(leg, amount_pence=-leg.amount_pence) for leg in original.legs)
        entry_id = UUID(int=self.chance.getrandbits(128))
        return _made(
            replace(original, entry_id=entry_id, kind=EntryKind.REVERSAL, legs=legs, reverses=original.entry_id)
        )

    def _spoilt(self, entry: LooseEntry) -> LooseEntry:
        """The entry with one thing about it changed."""
        legs = list(entry.legs)
        place = self.chance.randrange(len(legs)) if legs else 0
        other = self._fund()
        changes: list[Callable[[], LooseEntry]] = [
            lambda: replace(entry, legs=()),
            lambda: replace(entry, legs=(*legs[:place], *legs[place + 1 :])),
            lambda: replace(entry, legs=(*legs, *legs)),
            lambda: replace(entry, legs=tuple(replace(leg, amount_pence=0) for leg in legs)),
            lambda: replace(entry, legs=tuple(replace(leg, amount_pence=leg.amount_pence * 2**53) for leg in legs)),
            lambda: replace(entry, legs=tuple(replace(leg, amount_pence=leg.amount_pence * 2**80) for leg in legs)),
            lambda: replace(entry, legs=tuple(_near_the_most(leg) for leg in legs)),
            lambda: replace(
                entry, legs=tuple(replace(leg, amount_pence=leg.amount_pence + (leg is legs[place])) for leg in legs)
            ),
            lambda: replace(entry, legs=tuple(_on_another_fund(leg, other, leg is legs[place]) for leg in legs)),
            lambda: replace(entry, legs=tuple(_on_no_fund(leg) if leg is legs[place] else leg for leg in legs)),
            lambda: replace(entry, budget_id=other.budget_id),
            lambda: replace(entry, value_date=self.chance.choice((date(1, 1, 1), date(9999, 12, 31)))),
            lambda: replace(entry, use="never.gambling"),
            lambda: replace(entry, subject_id=None),
            lambda: replace(entry, reverses=entry.entry_id),
            lambda: replace(entry, reason="£\N{SNOWMAN}"),
        ]
        return self.chance.choice(changes)()


def _loose(entry: Entry) -> LooseEntry:
    return LooseEntry(
        entry.entry_id,
        entry.kind,
        entry.value_date,
        entry.budget_id,
        tuple(entry.legs),
        entry.reason,
        entry.reverses,
        entry.use,
        entry.subject_id,
    )


def _made(entry: LooseEntry) -> Entry:
    """A loose entry where an entry is asked for; it need not balance."""
    return entry  # type: ignore[return-value]  # the same attributes, and none of the checks


def _near_the_most(leg: Leg) -> Leg:
    return replace(leg, amount_pence=(AMOUNT_PENCE_MAX - 100) * (1 if leg.amount_pence > 0 else -1))


def _on_another_fund(leg: Leg, fund: Fund, is_chosen: bool) -> Leg:
    return replace(leg, fund_id=fund.fund_id, stream=fund.stream) if is_chosen and leg.fund_id else leg


def _on_no_fund(leg: Leg) -> Leg:
    return replace(leg, fund_id=UUID(int=404)) if leg.fund_id else leg
