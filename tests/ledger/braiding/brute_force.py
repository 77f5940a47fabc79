"""Everything that could be paid, written out: the answer to a tiny plan of one year by the definition alone.

Nothing here is shared with the rules but what goes in: limits, objectives and order are written down a second time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np
from numpy.typing import NDArray

from services.ledger.domain.braiding.plan import Answer, Fund, Item, Plan

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class WrittenOut:
    """The best of all ways to pay: pence by item and fund, without the pairs that pay nothing."""

    payments: dict[tuple[str, str], int]
    unpaid_pence: int


def written_out(plan: Plan) -> WrittenOut:
    """Try every way to pay, and keep the best by each objective in turn, then by each pair in turn."""
    ways = _Ways(plan)
    left = ways.lawful()
    for value in ways.objectives():
        best = value[left] == value[left].min()
        left = left[best]
    for place in range(len(ways.pairs)):
        value = ways.pence[left, place]
        left = left[value == value.max()]
    assert len(left) == 1
    pence = ways.pence[left[0]]
    payments = {
        (item.item_id, fund.fund_id): int(one) for (item, fund), one in zip(ways.pairs, pence, strict=True) if one
    }
    return WrittenOut(payments, sum(item.pence for item in plan.items) - int(pence.sum()))


@dataclass(frozen=True)
class _Ways:
    """All ways to pay within what each pair may pay: a row each, and a column for each pair of item and fund."""

    plan: Plan

    @cached_property
    def items(self) -> list[Item]:
        return sorted(self.plan.items, key=lambda item: (item.pence, item.item_id))

    @cached_property
    def funds(self) -> list[Fund]:
        return sorted(self.plan.funds, key=lambda fund: (fund.flexibility, fund.fund_id))

    @cached_property
    def pairs(self) -> list[tuple[Item, Fund]]:
        return [
            (item, fund)
            for item in self.items
            for fund in self.funds
            if self.plan.allowance(item.item_id, fund.fund_id).answer is Answer.PERMITTED
        ]

    @cached_property
    def most(self) -> list[int]:
        found = []
        for item, fund in self.pairs:
            up_to = self.plan.allowance(item.item_id, fund.fund_id).up_to_pence
            found.append(item.pence if up_to is None else min(up_to, item.pence))
        return found

    @cached_property
    def pence(self) -> Numbers:
        sizes = [one + 1 for one in self.most]
        each = np.indices(sizes).reshape(len(sizes), prod(sizes))
        return each.T.astype(np.int64)

    def spent(self, *fund_ids: str) -> Numbers:
        return self._sums([place for place, (_, fund) in enumerate(self.pairs) if fund.fund_id in fund_ids])

    def paid_for(self, item_id: str) -> Numbers:
        return self._sums([place for place, (item, _) in enumerate(self.pairs) if item.item_id == item_id])

    def _sums(self, places: list[int]) -> Numbers:
        found: Numbers = self.pence[:, places].sum(axis=1)
        return found

    def gone(self, *fund_ids: str) -> int:
        return sum(one.pence for one in self.plan.used if one.fund_id in fund_ids)

    def lawful(self) -> NDArray[np.intp]:
        plan = self.plan
        keeps = np.ones(len(self.pence), dtype=bool)
        for item in plan.items:
            keeps &= self.paid_for(item.item_id) <= item.pence
        for fund in plan.funds:
            keeps &= self.spent(fund.fund_id) <= max(fund.pence - self.gone(fund.fund_id), 0)
        for limit in plan.joint_limits:
            keeps &= self.spent(*limit.fund_ids) <= max(limit.pence - self.gone(*limit.fund_ids), 0)
        for rule in plan.minimums:
            reached = self.spent(*rule.spent_from) + self.gone(*rule.spent_from) >= rule.pence
            keeps &= reached | (self.spent(rule.fund_id) == 0)
        return np.flatnonzero(keeps)

    def objectives(self) -> Iterator[Numbers]:
        """Unpaid, not confirmed, flexible, changed, out of order; the smaller the better."""
        yield -self.pence.sum(axis=1)
        yield self._weighed([int(not fund.confirmed) for _, fund in self.pairs])
        yield self._weighed([fund.flexibility for _, fund in self.pairs])
        yield np.abs(self.pence - np.array(self._now(), dtype=np.int64)).sum(axis=1)
        weight = {item.item_id: len(self.items) - place for place, item in enumerate(self.items)}
        place_of = {fund.fund_id: place for place, fund in enumerate(self.funds)}
        order = self._weighed([weight[item.item_id] * place_of[fund.fund_id] for item, fund in self.pairs])
        for item in self.items:
            order = order + weight[item.item_id] * len(self.funds) * (item.pence - self.paid_for(item.item_id))
        yield order

    def _weighed(self, weights: list[int]) -> Numbers:
        found: Numbers = self.pence @ np.array(weights, dtype=np.int64)
        return found

    def _now(self) -> list[int]:
        """What each pair pays today, as far as it still may."""
        return [
            min(sum(one.pence for one in self.plan.today if (one.item_id, one.fund_id) == pair), bound)
            for pair, bound in zip([(item.item_id, fund.fund_id) for item, fund in self.pairs], self.most, strict=True)
        ]
