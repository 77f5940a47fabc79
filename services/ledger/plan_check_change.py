"""What is to be paid once a plan takes the place of the one in force, and what is held that it needs no longer.

What falls due before that day by the plan in force stays as it is, whether it is paid yet or not. From that day on the
new plan holds: what is held for more than it needs will be let go of, and so counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from braid.kit.unit_of_work import UnitOfWork
from services.ledger.domain.braiding.plan import Payment
from services.ledger.domain.changing_plans import Need, NeedPiece, left_over, lowered, needs_of, pieces_of
from services.ledger.domain.payments.plans_in_force import ApprovedPlan
from services.ledger.payments.approved_plans import KnownPlan
from services.ledger.payments.following import paid_by_plans
from services.ledger.plan_check import PlannedItem
from services.ledger.plan_check_money import AskedItem, Money, ToPay, money_of, still_held

#: Of the plan that is looked at and not approved yet.
_LOOKED_AT = UUID(int=0)


@dataclass(frozen=True)
class Change:
    """A plan that takes the place of others.

    Args:
        before, after: what the budget's plans need without it and with it.
    """

    before: Sequence[Need]
    after: Sequence[Need]

    @property
    def lowered(self) -> frozenset[UUID]:
        """Items that need less by it."""
        return lowered(self.before, self.after)


def change_to(items: Iterable[AskedItem], takes_effect_on: date, plans: Sequence[KnownPlan]) -> Change:
    """The change that a plan would make which is not approved yet."""
    before = [one.plan for one in plans]
    used_over_their_days = frozenset[UUID]().union(*(one.spread for one in before))
    new = ApprovedPlan(
        _LOOKED_AT, date.max, takes_effect_on, tuple(one.item for one in items), (), used_over_their_days
    )
    return Change(needs_of(before), needs_of([*before, new]))


async def money_and_needs(
    work: UnitOfWork, budget_id: UUID, change: Change, *, counts_advanced: bool = False
) -> tuple[Money, list[NeedPiece], Mapping[tuple[UUID, UUID], int]]:
    """What a budget can pay with once a plan takes effect, what is to pay then, and what is let go of by item and fund.

    Args:
        counts_advanced: whether money counts that was paid into the person's own account and is not spent yet.
    """
    money = await money_of(work, budget_id, counts_advanced=counts_advanced)
    paid_out = await paid_by_plans(work, budget_id)
    # What runs paid out for an item is told by them: what the person spent of it since is the same money.
    by_runs = {one.sum.item_id for one in paid_out}
    done = {
        item_id: _less(of_item, money.advanced[item_id]) if item_id in by_runs else of_item
        for item_id, of_item in money.done.items()
    }
    pieces = pieces_of(change.after, [one.fund for one in money.funds], paid_out=paid_out, done=done)
    let_go = left_over(pieces, await still_held(work, budget_id, change.lowered), done)
    if let_go:
        money = await money_of(work, budget_id, counts_advanced=counts_advanced, given_up=let_go)
    return money, pieces, let_go


def to_pay(pieces: Iterable[NeedPiece], items: Iterable[AskedItem], plans: Iterable[KnownPlan], money: Money) -> ToPay:
    """Pieces as the plan check takes them, each with what the rules turn on in its own plan."""
    asked = {one.item.item_id: one for one in items}
    known = {one.plan.plan_id: one.items for one in plans}
    streams = {one.fund.fund_id: one.stream for one in money.funds}
    found, names = list[PlannedItem](), dict[str, str]()
    done = list[Payment]()
    for one in pieces:
        item, item_id = one.piece.item, one.need.item.item_id
        if one.need.plan_id == _LOOKED_AT:
            facts = asked[item_id]
            spend, shares, other_uses = facts.spend, facts.shares, facts.other_uses
        else:
            told = known[one.need.plan_id][item_id]
            spend, shares, other_uses = told.spend, {share.stream: share.pence for share in told.shares}, ()
        found.append(PlannedItem(item, spend, _shares_left(one, shares, streams), other_uses))
        # A fund that has ended pays for nothing more, and is not among those that are told.
        done += [payment for payment in one.done if payment.fund_id in streams]
        names[item.item_id] = str(item_id)
    return ToPay(found, done, names)


def _shares_left(one: NeedPiece, shares: Mapping[str, int], streams: Mapping[str, str]) -> Mapping[str, int]:
    """What each stream may still pay of a piece, where it may not pay all."""
    found = {stream: pence * one.whole_pence // one.need.item.pence for stream, pence in shares.items()}
    for payment in one.done:
        stream = streams.get(payment.fund_id, "")
        if stream in found:
            found[stream] = max(found[stream] - payment.pence, 0)
    return found


def _less(pence: Mapping[str, int], other: Mapping[str, int]) -> Mapping[str, int]:
    return {fund_id: of_fund - other.get(fund_id, 0) for fund_id, of_fund in pence.items()}
