"""Intervals hold what they promise on made-up trials whose truth is known; false alarms come as rarely as stated."""

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from services.outcomes.evaluation.cohort import Bools, Cohort, Floats, Outcome
from services.outcomes.evaluation.cost_and_effect import clouds
from services.outcomes.evaluation.differences import adjusted, held_to_a_family, held_to_findings
from services.outcomes.evaluation.intervals import (
    Estimate,
    Sample,
    differ_from_each_other,
    difference,
    mean_of,
    sample_of_means,
    sample_of_net_benefit,
    sample_of_rates,
)
from services.outcomes.evaluation.made_up_trial import Truth, made_up_trial

#: Two points around 95 in a hundred, as promised.
COVERED_LEAST, COVERED_MOST = 0.93, 0.97
TRIALS = 4000


def covers(estimate: Estimate, truth: float) -> float:
    return float(((estimate.low <= truth) & (truth <= estimate.high)).mean())


def scores(rng: np.random.Generator, people: int, mean: float, spread: float, missing: float = 0.0) -> Floats:
    drawn = rng.normal(mean, spread, (TRIALS, people))
    drawn[rng.random(drawn.shape) < missing] = np.nan
    return drawn


def costs(rng: np.random.Generator, people: int, pence_per_week: float) -> tuple[Floats, Floats]:
    weeks = rng.integers(4, 27, (TRIALS, people)).astype(np.float64)
    return weeks * pence_per_week * rng.lognormal(-0.32, 0.8, weeks.shape), weeks


def test_the_interval_of_a_difference_covers_the_truth_though_arms_vary_differently() -> None:
    rng = np.random.default_rng(91)
    found = difference(
        sample_of_means(scores(rng, 25, 4.5, 1.6, missing=0.2)), sample_of_means(scores(rng, 60, 4.0, 0.7, missing=0.1))
    )

    assert COVERED_LEAST < covers(found, 0.5) < COVERED_MOST


def test_the_interval_of_a_difference_covers_the_truth_with_answers_at_seven_levels() -> None:
    rng = np.random.default_rng(92)
    levels = np.arange(1, 8)
    chances = np.array([0.02, 0.05, 0.13, 0.3, 0.28, 0.15, 0.07]), np.array([0.05, 0.08, 0.2, 0.3, 0.22, 0.1, 0.05])
    arms = [sample_of_means(rng.choice(levels, (TRIALS, 40), p=chance).astype(np.float64)) for chance in chances]

    truth = float(levels @ chances[0] - levels @ chances[1])
    assert COVERED_LEAST < covers(difference(arms[0], arms[1]), truth) < COVERED_MOST


def test_the_interval_of_a_change_covers_the_truth() -> None:
    rng = np.random.default_rng(93)

    assert COVERED_LEAST < covers(mean_of(sample_of_means(scores(rng, 40, 0.3, 1.0, missing=0.15))), 0.3) < COVERED_MOST


def test_the_interval_of_what_a_person_week_costs_covers_the_truth_though_few_cost_most() -> None:
    rng = np.random.default_rng(94)
    found = difference(sample_of_rates(*costs(rng, 150, 28_000)), sample_of_rates(*costs(rng, 130, 30_000)))

    assert COVERED_LEAST < covers(found, -2_000) < COVERED_MOST


def test_the_interval_of_the_net_benefit_covers_the_truth() -> None:
    rng = np.random.default_rng(95)
    arms = []
    for people, mean, pence in ((150, 4.4, 28_000), (130, 4.0, 30_000)):
        amounts, weeks = costs(rng, people, pence)
        # Who costs much is worse off: cost and effect are not drawn apart.
        felt = mean - 0.3 * (amounts / weeks / pence - 1) + rng.normal(0, 1, weeks.shape)
        felt[rng.random(felt.shape) < 0.2] = np.nan
        arms.append(sample_of_net_benefit(amounts, weeks, felt, 5_000))

    assert COVERED_LEAST < covers(difference(arms[0], arms[1]), 5_000 * 0.4 + 2_000) < COVERED_MOST


def one_group(has_budget: Bools, amounts: Floats, weeks: Floats, before: Floats, after: Floats) -> Cohort:
    everybody = np.ones(len(after), np.bool_)
    outcome = Outcome("life.satisfaction", "satisfaction", True, before, after, everybody)
    return Cohort(
        has_budget,
        np.zeros(len(after), np.int64),
        ("all",),
        weeks,
        {"adult_social_care": amounts.astype(np.int64)},
        (outcome,),
    )


def test_draws_cover_the_truth_about_cost_and_effect() -> None:
    rng = np.random.default_rng(96)
    has_budget = np.arange(120) < 60
    held = {"cost": 0, "effect": 0}
    for trial in range(1000):
        weeks = rng.integers(4, 27, 120).astype(np.float64)
        amounts = weeks * np.where(has_budget, 28_000, 30_000) * rng.lognormal(-0.08, 0.4, 120)
        after = rng.normal(4, 1, 120) + 0.4 * has_budget
        cohort = one_group(has_budget, amounts, weeks, np.full(120, np.nan), after)
        cloud = clouds(cohort, cohort.outcomes[0], [None], 300, trial)[None]
        for name, truth in (("cost", -2_000), ("effect", 0.4)):
            low, high = np.quantile(getattr(cloud, name), [0.025, 0.975])
            held[name] += low <= truth <= high

    assert COVERED_LEAST < held["cost"] / 1000 < COVERED_MOST
    assert COVERED_LEAST < held["effect"] / 1000 < COVERED_MOST


def test_the_adjusted_interval_covers_the_truth_where_arms_differ_at_the_start() -> None:
    rng = np.random.default_rng(97)
    held = 0
    for _ in range(1000):
        has_budget = np.arange(110) < 60
        before = rng.normal(4, 1, 110) + 0.5 * has_budget
        after = 1 + 0.7 * before + 0.3 * has_budget + rng.normal(0, np.where(has_budget, 1.2, 0.6))
        cohort = one_group(has_budget, np.full(110, 1.0), np.ones(110), before, after)
        estimate = adjusted(cohort, cohort.outcomes[0], np.ones(110, np.bool_))
        assert estimate is not None
        held += bool(estimate.low <= 0.3 <= estimate.high)

    assert COVERED_LEAST < held / 1000 < COVERED_MOST


def families(seed: int, trials: int, effects: tuple[float, ...]) -> Floats:
    """Of each trial, the p of one test for each effect."""
    rng = np.random.default_rng(seed)
    drawn = [[sample_of_means(rng.normal(mean, 1, (trials, 45))) for mean in (4 + effect, 4.0)] for effect in effects]
    return np.stack([difference(one, other).p for one, other in drawn], axis=-1)


def test_one_false_alarm_in_a_whole_family_is_as_rare_as_stated() -> None:
    ps = families(98, 2000, (0.0,) * 15)

    # 5 in 100, and what chance adds to 2,000 trials (three times its standard error).
    assert (held_to_a_family(ps).min(axis=-1) < 0.05).mean() < 0.05 + 3 * (0.05 * 0.95 / 2000) ** 0.5
    assert (ps.min(axis=-1) < 0.05).mean() > 0.4


def test_the_share_of_findings_that_are_false_is_as_small_as_stated() -> None:
    says = held_to_findings(families(99, 1000, (0.8,) * 5 + (0.0,) * 10)) < 0.05

    assert (says[:, 5:].sum(axis=1) / np.maximum(says.sum(axis=1), 1)).mean() < 0.05
    assert says[:, :5].mean() > 0.85


def test_holding_to_a_family_is_as_statsmodels_holds() -> None:
    ps = np.array([0.04, 0.001, 0.5, 0.012, 0.012])

    assert np.allclose(held_to_a_family(ps), multipletests(ps, method="holm")[1])
    assert np.allclose(held_to_findings(ps), multipletests(ps, method="fdr_bh")[1])


def test_groups_with_one_and_the_same_effect_seem_to_differ_as_rarely_as_stated() -> None:
    rng = np.random.default_rng(90)
    effects = [
        difference(sample_of_means(scores(rng, 60, 4.3, 1)), sample_of_means(scores(rng, 60, 4, 1))) for _ in range(4)
    ]
    ps = differ_from_each_other(
        np.stack([one.value for one in effects], axis=-1), np.stack([one.error for one in effects], axis=-1)
    )

    assert (ps < 0.05).mean() < 0.07


@pytest.mark.parametrize(("spread_pence", "is_clear"), [(15_600, True), (16_000, False)])
def test_twenty_pounds_between_the_pilots_arms_are_clear_only_if_costs_hardly_spread(
    spread_pence: int, is_clear: bool
) -> None:
    """About £280 (510 people) and £300 (449) were "no important difference": true if costs spread by £158 or more.

    Source:
        Individual budgets evaluation, University of York, press release of 21 October 2008.
    """
    arms = [
        Sample(np.float64(count), np.float64(mean), np.float64(spread_pence**2))  # type: ignore[arg-type]  # one trial
        for count, mean in ((510, 28_000), (449, 30_000))
    ]

    assert bool(difference(arms[0], arms[1]).is_clear) is is_clear


def test_trials_as_large_as_the_pilots_seldom_call_their_difference_in_cost_clear() -> None:
    clear = 0
    for seed in range(100):
        trial = made_up_trial(Truth(), seed, measures={})
        arms = [
            sample_of_rates(trial.total_pence[who].astype(np.float64), trial.weeks[who])
            for who in (trial.has_budget, ~trial.has_budget)
        ]
        clear += bool(difference(arms[0], arms[1]).is_clear)

    assert (len(trial), clear < 30) == (959, True)
