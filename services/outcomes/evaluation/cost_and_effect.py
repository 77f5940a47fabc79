"""Cost and effect together: a cloud of draws, net benefit, and how likely the budget is worth its money.

The effect is a difference in a score that is held, and the cost that of a week: a point is worth so many pence a week.

Source:
    Stinnett and Mullahy, Net health benefits, Medical Decision Making 1998 (net benefit); Fenwick, Claxton and
    Sculpher, Representing uncertainty, Health Economics 2001 (acceptability curves).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from services.outcomes.evaluation.cohort import Bools, Cohort, Floats, Outcome
from services.outcomes.evaluation.intervals import Estimate, Sample, difference, sample_of_net_benefit

DRAWS = 2000
#: People drawn at once: more would only take memory.
PEOPLE_AT_ONCE = 2_000_000
AMOUNT, WEEKS, SCORES, SCORED = range(4)


class Verdict(StrEnum):
    """Where the budget lies beside the comparison, by the middle of both differences."""

    BUDGET_DOMINATES = "budget_dominates"
    COMPARISON_DOMINATES = "comparison_dominates"
    BETTER_AND_DEARER = "better_and_dearer"
    WORSE_AND_CHEAPER = "worse_and_cheaper"


@dataclass(frozen=True)
class Cloud:
    """One draw a place: what the budget costs more a week (pence), and how much better its scores are (points).

    Better is above zero, whichever way the measure itself goes.
    """

    cost: Floats
    effect: Floats

    def shares(self) -> dict[Verdict, float]:
        """How many of the draws lie in each quarter."""
        better, cheaper = self.effect > 0, self.cost < 0
        return {
            Verdict.BUDGET_DOMINATES: float((better & cheaper).mean()),
            Verdict.BETTER_AND_DEARER: float((better & ~cheaper).mean()),
            Verdict.WORSE_AND_CHEAPER: float((~better & cheaper).mean()),
            Verdict.COMPARISON_DOMINATES: float((~better & ~cheaper).mean()),
        }

    def worth_it(self, pence_a_point: Sequence[float]) -> Floats:
        """For each worth of a point, the share of draws in which the budget is worth its money."""
        gains = np.asarray(pence_a_point)[:, None] * self.effect - self.cost
        return np.asarray((gains > 0).mean(axis=1))


@dataclass(frozen=True)
class CostAndEffect:
    """What the budget costs and does beside the comparison, of one measure and one group (None: everybody).

    Args:
        pence_a_point_gained: cost of one more point; None where no such ratio makes sense.
    """

    measure: str
    group: str | None
    cost: float
    effect: float
    cloud: Cloud
    verdict: Verdict
    pence_a_point: tuple[float, ...]
    net_benefit: Estimate
    acceptability: Floats
    pence_a_point_gained: float | None


def clouds(
    cohort: Cohort,
    outcome: Outcome,
    groups: Sequence[str | None],
    draws: int,
    seed: int,
    done: Callable[[int], None] = lambda _: None,
) -> dict[str | None, Cloud]:
    """Draw people anew, by arm and user group, and compare the arms in each draw.

    Args:
        groups: of which a cloud is wanted; None is everybody.
        done: told how many draws more are finished.
    """
    rng = np.random.default_rng(seed)
    score = np.nan_to_num(outcome.after)
    columns = np.array([cohort.total_pence, cohort.weeks, score, ~np.isnan(outcome.after)], np.float64)
    strata = [
        (arm, name, cohort.in_group(name) & (cohort.has_budget == arm))
        for arm in (True, False)
        for name in cohort.groups
    ]
    sums = {(arm, name): np.empty((draws, len(columns))) for arm, name, _ in strata}
    at_once = max(1, PEOPLE_AT_ONCE // max(1, len(cohort)))
    for start in range(0, draws, at_once):
        some = min(at_once, draws - start)
        for arm, name, who in strata:
            sums[arm, name][start : start + some] = _drawn(columns[:, who], some, rng)
        done(some)
    sign = 1 if outcome.higher_is_better else -1
    return {group: _cloud(sums, group, sign) for group in groups}


def _drawn(columns: Floats, draws: int, rng: np.random.Generator) -> Floats:
    people = columns.shape[1]
    if not people:
        return np.zeros((draws, len(columns)))
    places = rng.integers(0, people, (draws, people), dtype=np.int32)
    return np.stack([column[places].sum(axis=1) for column in columns], axis=1)


def _cloud(sums: dict[tuple[bool, str], Floats], group: str | None, sign: int) -> Cloud:
    arms = []
    for arm in (True, False):
        total = np.sum([one for (of, name), one in sums.items() if of == arm and group in (None, name)], axis=0)
        # A draw without any score tells nothing about the effect, and is not counted.
        with np.errstate(invalid="ignore", divide="ignore"):
            arms.append((total[:, AMOUNT] / total[:, WEEKS], sign * total[:, SCORES] / total[:, SCORED]))
    cost, effect = arms[0][0] - arms[1][0], arms[0][1] - arms[1][1]
    told = np.isfinite(cost) & np.isfinite(effect)
    return Cloud(cost[told], effect[told])


def together(
    cohort: Cohort, outcome: Outcome, group: str | None, cloud: Cloud, pence_a_point: Sequence[float]
) -> CostAndEffect:
    """Put cost and effect of one group together."""
    who = cohort.in_group(group)
    budget, comparison = who & cohort.has_budget, who & ~cohort.has_budget
    cost = _rate(cohort, budget) - _rate(cohort, comparison)
    sign = 1 if outcome.higher_is_better else -1
    effect = sign * float(np.nanmean(outcome.after[budget]) - np.nanmean(outcome.after[comparison]))
    nets = [
        difference(
            _net_benefit(cohort, outcome, budget, sign * worth), _net_benefit(cohort, outcome, comparison, sign * worth)
        )
        for worth in pence_a_point
    ]
    return CostAndEffect(
        measure=outcome.measure,
        group=group,
        cost=cost,
        effect=effect,
        cloud=cloud,
        verdict=_verdict(cost, effect),
        pence_a_point=tuple(pence_a_point),
        net_benefit=Estimate(
            *(np.array([getattr(net, part) for net in nets]) for part in ("value", "low", "high", "p", "error"))
        ),
        acceptability=cloud.worth_it(pence_a_point),
        pence_a_point_gained=_ratio(cost, effect, cloud),
    )


def _rate(cohort: Cohort, who: Bools) -> float:
    return float(cohort.total_pence[who].sum() / cohort.weeks[who].sum())


def _net_benefit(cohort: Cohort, outcome: Outcome, who: Bools, worth: float) -> Sample:
    return sample_of_net_benefit(
        cohort.total_pence[who].astype(np.float64), cohort.weeks[who], outcome.after[who], worth
    )


def _verdict(cost: float, effect: float) -> Verdict:
    if effect > 0:
        return Verdict.BUDGET_DOMINATES if cost < 0 else Verdict.BETTER_AND_DEARER
    return Verdict.WORSE_AND_CHEAPER if cost < 0 else Verdict.COMPARISON_DOMINATES


def _ratio(cost: float, effect: float, cloud: Cloud) -> float | None:
    """Cost of one more point: only where better costs more, and it is clear that it is better.

    Of a side that dominates, and of an effect that may be nothing, the same number would mean its opposite or anything.
    """
    is_clear = bool(np.quantile(cloud.effect, 0.025) > 0) if len(cloud.effect) else False
    return cost / effect if cost > 0 and effect > 0 and is_clear else None
