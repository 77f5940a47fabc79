"""What is wanted, in strict order, and how one number can say it.

A flow of least cost is one that sending money around no cycle betters. Where a penny that goes the wrong way by one
objective costs more than all that a cycle can win by the later ones, the cheapest flow by the sum is the best by the
strict order. So several objectives become one cost with weights far enough apart; where they would not fit a machine's
whole numbers, they are taken in several passes, and each pass may only move what the one before left open.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from operator import mul

from services.ledger.domain.braiding.model import Model

#: Costs above this might overflow inside a solver that adds up to a few of them in 64 bits.
COST_MAX = 2**58


class Objective(StrEnum):
    """Something to have as little of as the objectives before it allow; in strict order."""

    UNPAID = "unpaid"
    #: Money whose award is not confirmed yet.
    INDICATIVE = "indicative"
    #: Money that could pay for much else: pence times how many uses the fund permits.
    FLEXIBLE = "flexible"
    #: Pence that are paid otherwise than now.
    CHANGE = "change"
    #: A fixed order: the smaller the need, the more it matters that the first fund pays it. Pence times the place of
    #: the fund times the place of the need counted from the largest; what nobody pays stands after every fund.
    ORDER = "order"


#: In their strict order.
EVERY_OBJECTIVE = tuple(Objective)
#: Enough to know whether a plan can be paid.
PAID_OR_NOT = (Objective.UNPAID,)


@dataclass(frozen=True)
class Weights:
    """Cost of a unit of each objective."""

    unpaid: int = 0
    indicative: int = 0
    flexible: int = 0
    change: int = 0
    order: int = 0


ALONE = {one: Weights(**{one.value: 1}) for one in Objective}


def passes(model: Model, objectives: Sequence[Objective], cost_max: int = COST_MAX) -> list[Weights]:
    """Return the weights of each pass, so that the passes one after another keep the strict order."""
    largest = _largest(model)
    # A cycle visits each need, share and part once at most, and what costs is the way into or out of them.
    steps = 2 * min(len(model.needs) + len(model.shares), len(model.parts) + 1) + 2
    found: list[dict[str, int]] = [{}]
    total = 0
    for objective in reversed(objectives):
        most = largest[objective]
        if not most:
            continue
        weight = steps * total + 1
        if total and weight * most + total > cost_max:
            found.append({})
            weight, total = 1, 0
        found[-1][objective.value] = weight
        total += weight * most
    return [Weights(**one) for one in reversed(found)]


def _largest(model: Model) -> dict[Objective, int]:
    """The largest cost of a penny by each objective."""
    funds = [part.fund for part in model.parts]
    return {
        Objective.UNPAID: 1,
        Objective.INDICATIVE: int(not all(fund.confirmed for fund in funds)),
        Objective.FLEXIBLE: max((fund.flexibility for fund in funds), default=0),
        Objective.CHANGE: int(bool(model.cell_today)),
        Objective.ORDER: len(model.needs) * len(model.parts),
    }


def cell_costs(model: Model, weights: Weights) -> list[int]:
    """Cost of a penny in each cell, beyond what the cell pays now."""
    by_part = [
        weights.flexible * part.fund.flexibility + weights.indicative * (not part.fund.confirmed) + weights.change
        for part in model.parts
    ]
    count, order = len(model.needs), weights.order
    return [
        by_part[part] + order * (count - need) * part
        for need, part in zip(model.cell_need, model.cell_part, strict=True)
    ]


def unpaid_costs(model: Model, weights: Weights) -> list[int]:
    """Cost of a penny of each need that nobody pays."""
    count, last = len(model.needs), len(model.parts)
    return [weights.unpaid + weights.order * (count - need) * last for need in range(count)]


def values(model: Model, pence: Sequence[int], objectives: Sequence[Objective]) -> tuple[int, ...]:
    """What pence by cell come to by each objective in turn, in whole numbers; smaller is better.

    The last numbers settle what the fixed order leaves open: the earlier cell takes as much as it can.
    """
    unpaid = [need.pence for need in model.needs]
    for cell, need in enumerate(model.cell_need):
        unpaid[need] -= pence[cell]
    kept = sum(min(pence[cell], today) for cell, today in model.cell_today.items())
    found = []
    for objective in objectives:
        weights = ALONE[objective]
        paid_at = sum(map(mul, cell_costs(model, weights), pence)) - weights.change * kept
        found.append(paid_at + sum(map(mul, unpaid_costs(model, weights), unpaid)))
    return (*found, *(-one for one in pence)) if Objective.ORDER in objectives else tuple(found)


assert {one.name for one in fields(Weights)} == {one.value for one in Objective}
