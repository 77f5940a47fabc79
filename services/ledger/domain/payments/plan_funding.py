"""Which fund pays which part of a plan, day by day and whichever way it is held; what is paid already stays as it is.

What the plan still needs is handed to braiding in pieces over which no fund begins or ends. What a fund pays of a piece
is spread over its days in proportion, to the penny.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby
from uuid import UUID

from services.ledger.domain.braiding.plan import Item, Payment, Per
from services.ledger.domain.payments.periods import Period
from services.ledger.domain.payments.plans_in_force import Falling, Route
from services.ledger.domain.payments.schedules import DatedSum
from services.ledger.domain.payments.shares import rounded_half_up, shared_out

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class PaidOut:
    """What is paid out of a fund for an item on one of its days, and where it goes."""

    route: Route
    fund_id: UUID
    sum: DatedSum


@dataclass(frozen=True)
class Left:
    """What an item still needs on one of its days.

    Args:
        pence: all of it.
        parts: where it goes; less than all of it while a way waits for what is to be signed.
    """

    falling: Falling
    pence: int
    parts: tuple[tuple[Route, int], ...]


@dataclass(frozen=True)
class Piece:
    """Days of an item over which no fund begins or ends, as braiding takes them together."""

    item: Item
    days: tuple[Left, ...]


def still_needed(falling: Sequence[Falling], paid: Iterable[PaidOut]) -> tuple[list[PaidOut], list[Left]]:
    """What stays paid as it is, and what is left to pay.

    Where more is paid for a day than the plan has it cost now, the rest is not kept: it is for somebody to decide on.

    Args:
        falling: what the plans need.
        paid: what is paid, or on its way.
    """
    once = {one.item.item_id for one in falling if one.is_once}
    by_key: dict[tuple[UUID, date], list[PaidOut]] = defaultdict(list)
    for one in paid:
        # What is needed once may have been paid on a later day of its own.
        by_key[one.sum.item_id, date.min if one.sum.item_id in once else one.sum.on].append(one)
    kept: list[PaidOut] = []
    left = []
    for need in falling:
        key = need.item.item_id, date.min if need.item.item_id in once else need.on
        of_need = _capped(by_key.pop(key, []), need.pence)
        kept += of_need
        rest = need.pence - sum(one.sum.pence for one in of_need)
        if rest:
            left.append(Left(need, rest, _parts_left(need, of_need, rest)))
    return kept, left


def _capped(paid: Sequence[PaidOut], pence: int) -> list[PaidOut]:
    found = []
    for one in paid:
        taken = min(one.sum.pence, pence)
        pence -= taken
        if taken:
            contribution = one.sum.contribution_pence * taken // one.sum.pence
            found.append(replace(one, sum=replace(one.sum, pence=taken, contribution_pence=contribution)))
    return found


def _parts_left(need: Falling, paid: Sequence[PaidOut], rest: int) -> tuple[tuple[Route, int], ...]:
    done: dict[Route, int] = defaultdict(int)
    for one in paid:
        done[one.route] += one.sum.pence
    found = []
    for route, pence in need.parts:
        part = min(max(pence - done[route], 0), rest)
        rest -= part
        if part:
            found.append((route, part))
    return tuple(found)


def pieces(left: Iterable[Left], funds: Iterable[Period]) -> list[Piece]:
    """Cut what is left where a fund begins or ends; what is needed once may be paid on any of its days."""
    borders = sorted({day for fund in funds for day in (fund.from_on, fund.to_on + _ONE_DAY)})

    def name(one: Left) -> str:
        span = 0 if one.falling.is_once else sum(border <= one.falling.on for border in borders)
        return f"{one.falling.plan_id}/{one.falling.item.item_id}/{span}"

    found = []
    for piece_id, group in groupby(sorted(left, key=lambda one: (name(one), one.falling.on)), name):
        days = tuple(group)
        item = days[0].falling.item
        last = item.ends_on if days[0].falling.is_once else days[-1].falling.on
        pence = sum(one.pence for one in days)
        found.append(Piece(Item(piece_id, item.text, pence, Per.ONCE, days[0].falling.on, last), days))
    return found


def paid_by(piece: Piece, payments: Sequence[Payment]) -> list[PaidOut]:
    """What each fund pays of a piece on each of its days, each way it is held.

    Args:
        payments: what braiding has each fund pay of the piece; where money is short, they are less than it costs.
    """
    rows = [(one, route, pence) for one in piece.days for route, pence in _with_rest(one)]
    columns = [payment.pence for payment in payments]
    unpaid = piece.item.pence - sum(columns)
    shares = shared_out([pence for _, _, pence in rows], [*columns, unpaid])
    found: dict[tuple[Route, UUID, date], int] = defaultdict(int)
    for (one, route, _), parts in zip(rows, shares, strict=True):
        for payment, pence in zip(payments, parts, strict=False):
            if route and pence:
                on = max(one.falling.on, payment.starts_on)
                found[route, UUID(payment.fund_id), on] += pence
    item_id = piece.days[0].falling.item.item_id
    return [PaidOut(route, fund_id, DatedSum(item_id, on, pence)) for (route, fund_id, on), pence in found.items()]


def _with_rest(one: Left) -> list[tuple[Route | None, int]]:
    rest = one.pence - sum(pence for _, pence in one.parts)
    return [*one.parts, *([(None, rest)] if rest else [])]


def with_contributions(
    kept: Sequence[DatedSum], new: Sequence[DatedSum], contribution: Fraction
) -> tuple[DatedSum, ...]:
    """What is paid out of a fund one way, each sum with its part of the person's contribution.

    Args:
        kept: what is paid as it is.
        new: what is to be paid.
        contribution: the person's share of the whole award.
    """
    paid = {(one.item_id, one.on): one for one in kept}
    added = {(one.item_id, one.on): one for one in new}
    total, found = 0, []
    for key in sorted(paid.keys() | added.keys(), key=lambda key: (key[1], key[0])):
        before, more = paid.get(key), added.get(key)
        start = total + (before.pence if before else 0)
        total = start + (more.pence if more else 0)
        part = rounded_half_up(contribution * total) - rounded_half_up(contribution * start)
        found.append(DatedSum(*key, total - start, part) if before is None else _together(before, total - start, part))
    return tuple(found)


def _together(before: DatedSum, pence: int, contribution_pence: int) -> DatedSum:
    return replace(
        before, pence=before.pence + pence, contribution_pence=before.contribution_pence + contribution_pence
    )


def by_route_and_fund(paid: Iterable[PaidOut]) -> Mapping[tuple[Route, UUID], list[DatedSum]]:
    """What is paid out of each fund each way."""
    found: dict[tuple[Route, UUID], list[DatedSum]] = defaultdict(list)
    for one in paid:
        found[one.route, one.fund_id].append(one.sum)
    return found
