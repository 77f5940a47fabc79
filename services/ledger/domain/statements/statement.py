"""A person's statement for any period, as known at any time; the parts add up to the whole, and it says so."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.journal import EntryKind
from services.ledger.domain.statements.recorded import UNSPENT, RecordedEntry, known


@dataclass(frozen=True)
class Names:
    """What things are called, since a statement has no codes.

    Args:
        streams: name of each stream by its code.
        uses: each use in words by its code.
        spends: what a payment was, by the id of its entry: to whom, for what.
    """

    streams: Mapping[str, str]
    uses: Mapping[str, str]
    spends: Mapping[UUID, str]


@dataclass(frozen=True)
class StreamChange:
    """What one stream has of a sum."""

    stream: str
    pence: int


@dataclass(frozen=True)
class Movement:
    """One thing that happened.

    Args:
        entry_id: the journal's entry behind it.
        on: the day that the money concerns.
        recorded_on: the day it was written down.
        text: what happened, in plain words.
        change_pence: by how much the money that is left changed.
        to_account_pence: what was paid into the person's own account.
        by_stream: the change, stream by stream.
        left_pence: what was left after it.
    """

    entry_id: UUID
    on: date
    recorded_on: date
    text: str
    change_pence: int
    to_account_pence: int
    by_stream: tuple[StreamChange, ...]
    left_pence: int


@dataclass(frozen=True)
class StreamPart:
    """One stream's part of a statement: opening + in - out = closing.

    Args:
        in_account_pence: of the closing sum, what lies in the person's own account.
        held_pence: of the closing sum, what is held for agreed items.
    """

    stream: str
    name: str
    opening_pence: int
    in_pence: int
    out_pence: int
    closing_pence: int
    in_account_pence: int
    held_pence: int


@dataclass(frozen=True)
class BudgetStatement:
    """A statement of one budget.

    Args:
        known_at: what was recorded later is not in it.
        to_pay_back_pence: what the person is to pay back, by recorded decisions, at the end.
    """

    budget_id: UUID
    first: date
    last: date
    known_at: datetime
    opening_pence: int
    movements: tuple[Movement, ...]
    closing_pence: int
    streams: tuple[StreamPart, ...]
    to_pay_back_pence: int


def statement(
    budget_id: UUID, entries: Iterable[RecordedEntry], first: date, last: date, *, known_at: datetime, names: Names
) -> BudgetStatement:
    """Make a person's statement.

    Args:
        budget_id: whose.
        entries: every entry of the budget, from the first on.
        first: first day of the period.
        last: last day.
        known_at: leave out what was recorded later.
        names: what things are called.
    """
    all_known = known(entries, until=last, known_at=known_at)
    before = [one for one in all_known if one.value_date < first]
    within = all_known[len(before) :]
    opening = sum(one.change_pence(UNSPENT) for one in before)
    movements = _movements(within, opening, names)
    closing = movements[-1].left_pence if movements else opening
    streams = tuple(_stream_part(stream, before, within, names) for stream in _streams(all_known))
    assert sum(part.opening_pence for part in streams) == opening, "the streams do not add up to the opening"
    assert sum(part.closing_pence for part in streams) == closing, "the streams do not add up to the closing"
    owed = -sum(one.change_pence({Account.PERSON_RECOVERY_RECEIVABLE}) for one in all_known)
    return BudgetStatement(budget_id, first, last, known_at, opening, movements, closing, streams, owed)


def _movements(entries: Sequence[RecordedEntry], opening_pence: int, names: Names) -> tuple[Movement, ...]:
    movements, left = list[Movement](), opening_pence
    for one in entries:
        change = one.change_pence(UNSPENT)
        to_account = one.change_pence({Account.FUND_ADVANCED}) if one.kind is EntryKind.PAYMENT else 0
        owed = one.change_pence({Account.PERSON_RECOVERY_RECEIVABLE})
        if not (change or to_account or owed):
            continue
        left += change
        movements.append(
            Movement(
                one.entry_id,
                one.value_date,
                one.recorded_at.date(),
                _text(one, names),
                change,
                to_account,
                _by_stream(one),
                left,
            )
        )
    return tuple(movements)


def _by_stream(one: RecordedEntry) -> tuple[StreamChange, ...]:
    pence: dict[str, int] = {}
    for leg in one.legs:
        if leg.account in UNSPENT:
            pence[leg.stream] = pence.get(leg.stream, 0) - leg.amount_pence
    return tuple(StreamChange(stream, change) for stream, change in sorted(pence.items()) if change)


def _streams(entries: Iterable[RecordedEntry]) -> list[str]:
    return sorted({leg.stream for one in entries for leg in one.legs if leg.account in UNSPENT})


def _stream_part(
    stream: str, before: Iterable[RecordedEntry], within: Iterable[RecordedEntry], names: Names
) -> StreamPart:
    opening = sum(_of_stream(one, stream, UNSPENT) for one in before)
    changes = [_of_stream(one, stream, UNSPENT) for one in within]
    everything = [*before, *within]
    return StreamPart(
        stream,
        names.streams.get(stream, stream),
        opening,
        sum(change for change in changes if change > 0),
        -sum(change for change in changes if change < 0),
        opening + sum(changes),
        sum(_of_stream(one, stream, frozenset({Account.FUND_ADVANCED})) for one in everything),
        sum(_of_stream(one, stream, frozenset({Account.FUND_COMMITTED})) for one in everything),
    )


def _of_stream(one: RecordedEntry, stream: str, accounts: frozenset[Account]) -> int:
    return -sum(leg.amount_pence for leg in one.legs if leg.stream == stream and leg.account in accounts)


#: What happened, by kind of entry; a spend and a payment are told by what they were for.
_TEXTS: Mapping[EntryKind, str] = {
    EntryKind.AWARD: "Money awarded",
    EntryKind.AWARD_REVISION: "The award was changed",
    EntryKind.REFUND: "Money that came back",
    EntryKind.TRANSFER: "Moved between parts of the budget",
    EntryKind.CARRY_OVER: "Carried over to the next period",
    EntryKind.RECOVERY: "To be paid back, as decided",
    EntryKind.RECOVERY_RECEIPT: "Paid back by you",
    EntryKind.GIVEN_BACK: "Given back to the funder",
}


def _text(one: RecordedEntry, names: Names) -> str:
    told = names.spends.get(one.reverses or one.entry_id) or _plain_text(one, names)
    return f"Correction: {told[0].lower()}{told[1:]}, taken back" if one.reversed_kind else told


def _plain_text(one: RecordedEntry, names: Names) -> str:
    use = names.uses.get(one.use or "", "")
    if one.kind is EntryKind.SPEND:
        return f"Spent on {use}" if use else "Spent"
    if one.kind is EntryKind.PAYMENT:
        if one.change_pence({Account.FUND_ADVANCED}):
            return "Paid into your account"
        return f"Paid for you: {use}" if use else "Paid for you"
    if one.kind is EntryKind.RECOVERY and not one.change_pence({Account.PERSON_RECOVERY_RECEIVABLE}):
        return "Written off by the council: you need not pay it back"
    text = _TEXTS.get(one.kind, one.kind.replace("_", " ").capitalize())
    if one.kind in (EntryKind.AWARD, EntryKind.AWARD_REVISION):
        return f"{text}: {names.streams.get(one.legs[0].stream, one.legs[0].stream)}"
    return text
