"""What plans of a budget need when one takes the place of another: until its day the old ones, from then on the new.

A plan that is approved later holds from its own day on, and what falls due before that day stays as it was. What is due
once is needed once, whichever of the plans have it; where it fell due already, its sum then is not lowered any more.
"""

from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby
from uuid import UUID

from services.ledger.domain.braiding.plan import Fund, Item, Payment, Per
from services.ledger.domain.committing import Piece, less_done
from services.ledger.domain.in_words import days
from services.ledger.domain.payments.plan_funding import PaidOut
from services.ledger.domain.payments.plans_in_force import ApprovedPlan, sums_of
from services.ledger.domain.spending.planned_items import ItemCadence, PlannedItem

_ONE_DAY = timedelta(days=1)
#: By item and fund, pence.
ByItemAndFund = Mapping[UUID, Mapping[str, int]]


@dataclass(frozen=True)
class Need:
    """What an item needs by one plan.

    Args:
        due: day and pence, in order; of what is needed once, one, which may be paid on any day of the item.
    """

    plan_id: UUID
    item: PlannedItem
    is_once: bool
    due: tuple[tuple[date, int], ...]

    @property
    def pence(self) -> int:
        """All of it."""
        return sum(pence for _, pence in self.due)


def needs_of(plans: Iterable[ApprovedPlan]) -> list[Need]:
    """Return what plans need, each until a later one takes effect."""
    in_order = sorted(plans, key=lambda one: (one.approved_on, one.effective_from, one.plan_id))
    found: dict[tuple[UUID, UUID], Need] = {}
    for number, plan in enumerate(in_order):
        until = min((later.effective_from for later in in_order[number + 1 :]), default=date.max) - _ONE_DAY
        for item in plan.items:
            if item.cadence is ItemCadence.ONE_OFF and item.item_id not in plan.spread:
                need = _once(plan, item, until, found.pop((item.item_id, item.item_id), None))
                key = item.item_id, item.item_id
            else:
                sums = sums_of(item, until, is_spread=item.item_id in plan.spread)
                due = tuple((on, pence) for on, pence in sums if on >= plan.effective_from)
                need, key = Need(plan.plan_id, item, False, due) if due else None, (plan.plan_id, item.item_id)
            if need:
                found[key] = need
    return list(found.values())


def _once(plan: ApprovedPlan, item: PlannedItem, until: date, earlier: Need | None) -> Need | None:
    if max(item.starts_on, plan.effective_from) > until:
        return earlier
    pence = max(item.pence, earlier.pence if earlier else 0)
    return Need(plan.plan_id, replace(item, pence=pence), True, ((item.starts_on, pence),))


def lowered(before: Iterable[Need], after: Iterable[Need]) -> frozenset[UUID]:
    """Return the items that need less than they did."""
    was, is_now = _pence_by_item(before), _pence_by_item(after)
    return frozenset(item_id for item_id, pence in was.items() if is_now.get(item_id, 0) < pence)


def _pence_by_item(needs: Iterable[Need]) -> Mapping[UUID, int]:
    found: dict[UUID, int] = defaultdict(int)
    for one in needs:
        found[one.item.item_id] += one.pence
    return found


@dataclass(frozen=True)
class NeedPiece:
    """Days of a need over which no fund begins or ends, as braiding takes them together.

    Args:
        piece: with what is held and spent for it; its sum is what is left to pay.
        paid_out: what payment runs paid out for it.
    """

    need: Need
    piece: Piece
    paid_out: tuple[Payment, ...]

    @property
    def done(self) -> tuple[Payment, ...]:
        """What needs no money any more."""
        return (*self.paid_out, *self.piece.done)

    @property
    def whole_pence(self) -> int:
        """What it needs, paid or not."""
        return self.piece.item.pence + sum(one.pence for one in self.done)


def pieces_of(
    needs: Sequence[Need], funds: Sequence[Fund], *, paid_out: Iterable[PaidOut], done: ByItemAndFund
) -> list[NeedPiece]:
    """Cut needs where a fund begins or ends, and take off what payment runs paid out and what is held and spent.

    Args:
        paid_out: for items of plans on their days.
        done: what is held, or was spent otherwise: money that ends sooner for the earliest days.
    """
    by_item: dict[UUID, list[PaidOut]] = defaultdict(list)
    for one in paid_out:
        by_item[one.sum.item_id].append(one)
    borders = sorted({one.starts_on for one in funds} | {one.ends_on + _ONE_DAY for one in funds})
    cut: dict[UUID, list[NeedPiece]] = defaultdict(list)
    plans_with = Counter(one.item.item_id for one in needs)
    for need in needs:
        item_id = need.item.item_id
        cut[item_id] += _cut(need, borders, by_item[item_id], is_alone=plans_with[item_id] == 1)
    return [one for item_id, of_item in cut.items() for one in _less_done(of_item, done.get(item_id, {}), funds)]


def left_over(pieces: Iterable[NeedPiece], held: ByItemAndFund, done: ByItemAndFund) -> dict[tuple[UUID, UUID], int]:
    """Return what is held, by item and fund, that the pieces do not need; money that was spent is never in it.

    Args:
        done: as the pieces were given it.
    """
    taken = Counter[tuple[UUID, str]]()
    for one in pieces:
        for payment in one.piece.done:
            taken[one.need.item.item_id, payment.fund_id] += payment.pence
    found = {}
    for item_id, by_fund in held.items():
        for fund_id, pence in by_fund.items():
            too_much = min(pence, done.get(item_id, {}).get(fund_id, 0) - taken[item_id, fund_id])
            if too_much > 0:
                found[item_id, UUID(fund_id)] = too_much
    return found


def _cut(need: Need, borders: Sequence[date], paid_out: Sequence[PaidOut], *, is_alone: bool) -> Iterator[NeedPiece]:
    item = need.item
    spans = [list(due) for _, due in groupby(need.due, lambda one: 0 if need.is_once else bisect(borders, one[0]))]
    for due in spans:
        first, last = (item.starts_on, item.ends_on) if need.is_once else (due[0][0], due[-1][0])
        piece_id = f"{need.plan_id}/{item.item_id}/{first}"
        on_days = {on for on, _ in due}
        pence = sum(of_day for _, of_day in due)
        paid = [
            Payment(piece_id, str(one.fund_id), first, last, one.sum.pence)
            for one in paid_out
            if need.is_once or one.sum.on in on_days
        ]
        paid = list(_up_to(pence, paid))
        label = item.text if is_alone and len(spans) == 1 else f"{item.text} ({days(first, last)})"
        left = Item(piece_id, label, pence - sum(one.pence for one in paid), Per.ONCE, first, last)
        yield NeedPiece(need, Piece(left, str(item.item_id), len(due)), tuple(paid))


def _up_to(pence: int, payments: Iterable[Payment]) -> Iterator[Payment]:
    for one in payments:
        taken = min(one.pence, pence)
        pence -= taken
        if taken:
            yield replace(one, pence=taken)


def _less_done(pieces: Iterable[NeedPiece], done: Mapping[str, int], funds: Sequence[Fund]) -> Iterator[NeedPiece]:
    by_id = {one.piece.item.item_id: one for one in pieces}
    for piece in less_done([one.piece for one in by_id.values()], done, funds):
        yield replace(by_id[piece.item.item_id], piece=piece)
