"""Items of the agreed plan as braiding takes them, and which funds money is held of when an item is committed.

An item that is due again and again is cut where a fund begins or ends, and each piece is the sum of the days on which
it is due: what is checked is to the penny what will be asked for. What is held or was spent for an item already counts
as paid, by the funds that hold or paid it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import pairwise

from services.ledger.domain.braiding.funding import fund
from services.ledger.domain.braiding.plan import Fund, Item, Payment, Per, Plan
from services.ledger.domain.braiding.ports import Solvers
from services.ledger.domain.in_words import days
from services.ledger.domain.spending.planned_items import ItemCadence, PlannedItem

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Piece:
    """Days of an item over which no fund begins or ends.

    Args:
        item: what is still to pay on them.
        item_id: the item that they belong to.
        times: how often it is due on them.
        done: what is held or was spent for them already.
    """

    item: Item
    item_id: str
    times: int
    done: tuple[Payment, ...] = field(default=())


def pieces_of(item: PlannedItem, funds: Sequence[Fund]) -> list[Piece]:
    """Cut an item where a fund begins or ends. What is due once may be paid on any of its days, and stays whole."""
    item_id, last = str(item.item_id), item.ends_on + _ONE_DAY
    borders = {one.starts_on for one in funds} | {one.ends_on + _ONE_DAY for one in funds}
    within = sorted(day for day in borders if item.starts_on < day < last)
    is_whole = item.cadence is ItemCadence.ONE_OFF or not within
    cuts = [item.starts_on, last] if is_whole else [item.starts_on, *within, last]
    found = []
    for first, until in pairwise(cuts):
        ends_on = until - _ONE_DAY
        if pence := item.planned_pence(first, ends_on):
            name = item_id if is_whole else f"{item_id}/{first}"
            label = item.text if is_whole else f"{item.text} ({days(first, ends_on)})"
            cut = Item(name, label, pence, Per.ONCE, first, ends_on)
            found.append(Piece(cut, item_id, pence // item.pence))
    return found


def less_done(pieces: Iterable[Piece], done: Mapping[str, int], funds: Sequence[Fund]) -> list[Piece]:
    """Take off what is done for an item: money that ends sooner for the earliest days that it may pay for.

    Args:
        done: pence held or spent for the item, by fund.
    """
    left = dict(done)
    found = []
    for piece in sorted(pieces, key=lambda one: one.item.starts_on):
        taken = list[Payment]()
        for one in sorted(funds, key=lambda one: (one.ends_on, one.fund_id)):
            first, last = max(piece.item.starts_on, one.starts_on), min(piece.item.ends_on, one.ends_on)
            to_pay = piece.item.pence - sum(payment.pence for payment in taken)
            pence = min(left.get(one.fund_id, 0), to_pay) if first <= last else 0
            if pence > 0:
                left[one.fund_id] -= pence
                taken.append(Payment(piece.item.item_id, one.fund_id, first, last, pence))
        to_pay = piece.item.pence - sum(payment.pence for payment in taken)
        found.append(replace(piece, item=replace(piece.item, pence=to_pay), done=tuple(taken)))
    return found


def who_commits(plan: Plan, wanted: frozenset[str], solvers: Solvers) -> tuple[Payment, ...] | None:
    """Say which funds money is held of for some items of a plan; None where confirmed money cannot pay them whole.

    All items of the plan are looked at together, so that no fund is emptied which alone can pay for another: a plan
    that is payable can be committed item by item, in any order. Where the whole plan cannot be paid, the items wanted
    come before the others.

    Args:
        plan: with what is held and spent taken off its funds and its items.
        wanted: ids of the items to commit.

    Raises:
        BadPlan: the items together cost more than any budget could.
        SolverFailed: a solver's answer does not stand up to being checked.
    """
    confirmed = plan.of_confirmed_money()
    alone = replace(confirmed, items=[item for item in confirmed.items if item.item_id in wanted])
    needed = sum(item.pence for item in alone.items)
    for looked_at in (confirmed, alone):
        payments = tuple(one for one in fund(looked_at, solvers).payments if one.item_id in wanted)
        if sum(one.pence for one in payments) == needed:
            return payments
    return None
