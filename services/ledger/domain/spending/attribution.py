"""Which funds pay for a spend, and why others do not. What no fund can pay is asked about; no payment is undone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.in_words import day, pounds
from services.ledger.domain.payments.shares import split as split_by_weight


class Obstacle(StrEnum):
    """Why a fund pays nothing, or not all; in the order in which a query is named after them."""

    USE = "use_not_permitted"
    PAYEE = "payee_barred"
    ASK = "answer_missing"
    DATES = "outside_the_award"
    MONEY = "more_than_is_left"


@dataclass(frozen=True)
class FundRoom:
    """What one fund could pay of a spend.

    Args:
        name: the fund as people know it.
        starts_on, ends_on: days that its money covers, both counted.
        advanced_pence: in the person's own account and not yet accounted for.
        held_pence: held by commitments for the very item of the spend.
        available_pence: neither committed nor advanced.
        obstacle: why the rules keep it out, whatever it has; None where they do not.
        reasons: that, in words.
        beside_others: what its award says of other streams' money, in words.
    """

    fund_id: UUID
    stream: str
    name: str
    starts_on: date
    ends_on: date
    advanced_pence: int = 0
    held_pence: int = 0
    available_pence: int = 0
    obstacle: Obstacle | None = None
    reasons: tuple[str, ...] = ()
    beside_others: tuple[str, ...] = ()

    def obstacle_on(self, on: date) -> Obstacle | None:
        """Why the fund pays nothing on a day; None where it may."""
        if self.obstacle:
            return self.obstacle
        return None if self.starts_on <= on <= self.ends_on else Obstacle.DATES


@dataclass(frozen=True)
class DrawnPart:
    """What one account of one fund pays."""

    fund_id: UUID
    stream: str
    account: Account
    pence: int


@dataclass(frozen=True)
class Attribution:
    """What each fund pays, and what no fund does.

    Args:
        parts: by fund as given, and within a fund by account.
        left_pence: what no fund may or can pay.
        obstacle: why, where something is left.
        reasons: for every fund that does not pay all, in words.
    """

    parts: tuple[DrawnPart, ...]
    left_pence: int
    obstacle: Obstacle | None = None
    reasons: tuple[str, ...] = ()


#: Says what each fund pays of a sum, given how much each can; the rule of the plan check.
Splitter = Callable[[int, Sequence[tuple[FundRoom, int]]], Mapping[UUID, int]]

#: Money that the person spent went out of their account first; money that the council pays never did.
BY_THE_PERSON = (Account.FUND_ADVANCED, Account.FUND_COMMITTED, Account.FUND_AVAILABLE)
BY_THE_COUNCIL = (Account.FUND_COMMITTED, Account.FUND_AVAILABLE)


def attribute(
    pence: int, on: date, rooms: Sequence[FundRoom], split: Splitter, accounts: Sequence[Account] = BY_THE_PERSON
) -> Attribution:
    """Attribute a spend to funds.

    Args:
        pence: what was spent, above zero.
        on: its value date: a fund whose period does not hold that day pays nothing.
        rooms: the budget's funds, the ones that the rules keep out among them.
        split: which fund pays what, among those that may.
        accounts: which of a fund's money may be drawn, in order.
    """
    limits = [(room, _limit(room, accounts)) for room in rooms if room.obstacle_on(on) is None]
    paid = split(pence, [(room, limit) for room, limit in limits if limit > 0])
    parts = tuple(part for room, _ in limits for part in _drawn(room, paid.get(room.fund_id, 0), accounts))
    left = pence - sum(part.pence for part in parts)
    assert left >= 0, "funds pay more than was spent"
    if not left:
        return Attribution(parts, 0)
    obstacle, reasons = _why(on, rooms, paid, accounts)
    return Attribution(parts, left, obstacle, reasons)


def in_order_given(pence: int, limits: Sequence[tuple[FundRoom, int]]) -> Mapping[UUID, int]:
    """Fill one fund after the other: exact for one spend whose funds share no limit, the most restricted one first."""
    paid: dict[UUID, int] = {}
    for room, limit in limits:
        paid[room.fund_id] = min(limit, pence - sum(paid.values()))
    return paid


def given_back(pence: int, drawn: Sequence[DrawnPart]) -> Attribution:
    """Give money that came back to what it was drawn from, in the proportions that are still out.

    Args:
        pence: what came back, above zero.
        drawn: what the earlier spend still has out of each account.
    """
    out = sum(part.pence for part in drawn)
    back = min(pence, out)
    pence_each = split_by_weight(back, [part.pence for part in drawn]) if back else ()
    parts = tuple(
        DrawnPart(part.fund_id, part.stream, part.account, each)
        for part, each in zip(drawn, pence_each, strict=False)
        if each
    )
    if back == pence:
        return Attribution(parts, 0)
    reason = f"{pounds(pence)} came back, and only {pounds(out)} of that payment was paid by funds."
    return Attribution(parts, pence - back, Obstacle.MONEY, (reason,))


def left_of(drawn: Sequence[DrawnPart], back: Sequence[DrawnPart]) -> tuple[DrawnPart, ...]:
    """What is still out of each account after some of it came back."""
    pence = {(part.fund_id, part.account): part.pence for part in back}
    after = (replace(part, pence=part.pence - pence.get((part.fund_id, part.account), 0)) for part in drawn)
    return tuple(part for part in after if part.pence)


def _limit(room: FundRoom, accounts: Sequence[Account]) -> int:
    return sum(_holds(room)[account] for account in accounts)


def _holds(room: FundRoom) -> Mapping[Account, int]:
    return {
        Account.FUND_ADVANCED: max(room.advanced_pence, 0),
        Account.FUND_COMMITTED: max(room.held_pence, 0),
        Account.FUND_AVAILABLE: max(room.available_pence, 0),
    }


def _drawn(room: FundRoom, pence: int, accounts: Sequence[Account]) -> list[DrawnPart]:
    parts: list[DrawnPart] = []
    for account in accounts:
        part = min(pence, _holds(room)[account])
        pence -= part
        if part:
            parts.append(DrawnPart(room.fund_id, room.stream, account, part))
    assert pence == 0, "a fund pays more than it has"
    return parts


def _why(
    on: date, rooms: Sequence[FundRoom], paid: Mapping[UUID, int], accounts: Sequence[Account]
) -> tuple[Obstacle, tuple[str, ...]]:
    """Name what stands in the way of the fund that comes nearest, and say it of every fund.

    Last year's fund is no obstacle where its stream has another that is alive.
    """
    alive = {room.stream for room in rooms if room.starts_on <= on <= room.ends_on}
    told = [(room, room.obstacle_on(on) or Obstacle.MONEY) for room in rooms]
    told = [(room, obstacle) for room, obstacle in told if obstacle is not Obstacle.DATES or room.stream not in alive]
    if not told:
        return Obstacle.DATES, ("The budget has no fund for that day.",)
    order = (Obstacle.DATES, Obstacle.MONEY, Obstacle.ASK, Obstacle.PAYEE, Obstacle.USE)
    nearest = min((obstacle for _, obstacle in told), key=order.index)
    # Limits that funds share may leave a fund with money that it cannot spend: whoever sets them, they are told.
    keeps = any(
        obstacle is Obstacle.MONEY and _limit(room, accounts) > paid.get(room.fund_id, 0) for room, obstacle in told
    )
    shared = dict.fromkeys(text for room, _ in told if keeps for text in room.beside_others)
    return nearest, (*(_reason(room, obstacle, on, paid, accounts) for room, obstacle in told), *shared)


def _reason(room: FundRoom, obstacle: Obstacle, on: date, paid: Mapping[UUID, int], accounts: Sequence[Account]) -> str:
    if obstacle is Obstacle.DATES:
        if on < room.starts_on:
            return f"{room.name} began on {day(room.starts_on)}, after {day(on)}."
        return f"{room.name} ended on {day(room.ends_on)}, before {day(on)}."
    if obstacle is Obstacle.MONEY:
        pays = paid.get(room.fund_id, 0)
        kept = _limit(room, accounts) - pays
        rest = f"; its other {pounds(kept)} are kept by a limit that it shares" if kept else ""
        return f"{room.name} had {pounds(_limit(room, accounts))} left, and pays {pounds(pays)}{rest}."
    return f"{room.name}: {' '.join(room.reasons)}"
