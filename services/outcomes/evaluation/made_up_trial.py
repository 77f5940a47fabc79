"""A made-up trial for tests and demonstrations: nobody in it is real, and what the budget does in it is set.

Shape of the pilots of 2005 to 2008, as far as it is published: 510 people with a budget and 449 without; about £280 and
£300 a week. Everything else is made up: how costs spread, how they lie over streams, what people answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from services.outcomes.evaluation.cohort import Cohort, Floats, Outcome

GROUPS = ("older_people", "physical_or_sensory_impairment", "learning_disability", "mental_health")
GROUP_SHARES = (0.28, 0.34, 0.25, 0.13)
STREAM_SHARES = {"adult_social_care": 0.7, "supporting_people": 0.2, "independent_living_fund": 0.1}
WEEKS = (20, 30)


@dataclass(frozen=True)
class Truth:
    """What is so in a made-up trial.

    Args:
        pence_per_week: with a budget and without.
        spread: of costs, on the log scale.
        effect: of the budget on what is felt, by user group; points, before they are rounded to a level.
        missing, by_others: shares of follow-ups that are missing, and that somebody else answered.
    """

    people: tuple[int, int] = (510, 449)
    pence_per_week: tuple[int, int] = (28_000, 30_000)
    spread: float = 0.8
    effect: Mapping[str, float] = field(default_factory=lambda: {"mental_health": 0.6})
    missing: float = 0.1
    by_others: float = 0.08


#: Label and highest level of each measure; the lowest is 1.
MEASURES = {
    "life.quality_of_life": ("quality of life", 7),
    "life.control_over_daily_life": ("control over daily life", 4),
    "life.satisfaction": ("satisfaction", 7),
}


def made_up_trial(truth: Truth, seed: int, measures: Mapping[str, tuple[str, int]] = MEASURES) -> Cohort:
    """Make a trial up."""
    rng = np.random.default_rng(seed)
    count = sum(truth.people)
    has_budget = np.arange(count) < truth.people[0]
    group = rng.choice(len(GROUPS), count, p=GROUP_SHARES)
    weeks = rng.integers(WEEKS[0], WEEKS[1] + 1, count).astype(np.float64)
    rates = np.where(has_budget, *truth.pence_per_week) * rng.lognormal(-(truth.spread**2) / 2, truth.spread, count)
    effect = np.array([truth.effect.get(name, 0.0) for name in GROUPS])[group] * has_budget
    return Cohort(
        has_budget=has_budget,
        group=group.astype(np.int64),
        groups=GROUPS,
        weeks=weeks,
        cost_pence={name: np.rint(rates * weeks * share).astype(np.int64) for name, share in STREAM_SHARES.items()},
        outcomes=tuple(_outcome(code, label, most, truth, effect, rng) for code, (label, most) in measures.items()),
        synthetic=True,
    )


def _outcome(measure: str, label: str, highest: int, truth: Truth, effect: Floats, rng: np.random.Generator) -> Outcome:
    middle, spread = (1 + highest) / 2, highest / 7
    felt = rng.normal(0, spread, len(effect))
    before = np.clip(np.rint(middle + felt), 1, highest)
    after = np.clip(np.rint(middle + 0.6 * felt + effect + rng.normal(0, 0.8 * spread, len(effect))), 1, highest)
    after[rng.random(len(effect)) < truth.missing] = np.nan
    return Outcome(
        measure=measure,
        label=label,
        higher_is_better=True,
        before=before,
        after=after,
        answered_by_self=rng.random(len(effect)) >= truth.by_others,
    )
