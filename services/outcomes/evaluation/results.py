"""An evaluation as data: what the report tells and no more, so that nobody can be picked out of either."""

from typing import Any

import numpy as np

from services.outcomes.evaluation.cost_and_effect import CostAndEffect
from services.outcomes.evaluation.differences import Difference
from services.outcomes.evaluation.evaluating import Cost, Evaluation
from services.outcomes.evaluation.intervals import Estimate


def as_data(evaluation: Evaluation) -> dict[str, Any]:
    """The evaluation in plain data; money in pence a week."""
    return {
        "design": evaluation.question.design,
        "draws": evaluation.question.draws,
        "seed": evaluation.question.seed,
        "people": {"budget": evaluation.people[0], "comparison": evaluation.people[1]},
        "warnings": list(evaluation.warnings),
        "costs": [_cost(one) for one in evaluation.costs],
        "outcomes": [_difference(one) for one in evaluation.outcomes],
        "groups_differ_p": evaluation.groups_differ,
        "cost_and_effect": [_together(one) for one in evaluation.together],
    }


def _cost(one: Cost) -> dict[str, Any]:
    return {
        "stream": one.stream,
        "group": one.group,
        "budget": _estimate(one.budget),
        "comparison": _estimate(one.comparison),
        "difference": _estimate(one.difference),
    }


def _difference(one: Difference) -> dict[str, Any]:
    return {
        "measure": one.measure,
        "group": one.group,
        "answered": one.answered,
        "people": None if one.estimate is None else list(one.counts),
        "estimate": _estimate(one.estimate),
        "adjusted": _estimate(one.adjusted),
        "p_holm": one.holm,
        "p_false_discovery": one.false_discovery,
        "finding": one.finding,
    }


def _together(one: CostAndEffect) -> dict[str, Any]:
    return {
        "measure": one.measure,
        "group": one.group,
        "cost_pence_per_week": one.cost,
        "effect": one.effect,
        "verdict": one.verdict,
        "shares_of_draws": one.cloud.shares(),
        "pence_a_point_gained": one.pence_a_point_gained,
        "pence_a_point": list(one.pence_a_point),
        "share_worth_it": one.acceptability.tolist(),
        "net_benefit": {part: getattr(one.net_benefit, part).tolist() for part in ("value", "low", "high")},
    }


def _estimate(estimate: Estimate | None) -> dict[str, float | None] | None:
    if estimate is None:
        return None
    parts = {part: float(getattr(estimate, part)) for part in ("value", "low", "high", "p")}
    return {part: number if np.isfinite(number) else None for part, number in parts.items()}
