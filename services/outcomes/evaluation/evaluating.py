"""A whole evaluation: costs, outcomes, both together, and everything that a reader must be warned of."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from services.outcomes.domain.small_numbers import PUBLISHED_PEOPLE_MIN, kept_back
from services.outcomes.evaluation import warned_of
from services.outcomes.evaluation.cohort import Bools, Cohort, Floats, Outcome
from services.outcomes.evaluation.cost_and_effect import DRAWS, CostAndEffect, clouds, together
from services.outcomes.evaluation.differences import (
    Design,
    Difference,
    as_a_family,
    differences,
    groups_differ,
)
from services.outcomes.evaluation.errors import GroupsTooSmall, NoComparison, NothingMeasured
from services.outcomes.evaluation.intervals import Estimate, difference, mean_of, sample_of_rates

ALL_STREAMS = "all streams"
PENCE_A_POINT = tuple(range(0, 20_001, 2_000))


@dataclass(frozen=True)
class Question:
    """What an evaluation is asked.

    Args:
        pence_a_point: worths of one point, held for one week, at which the budget's worth is shown.
        seed: of the draws; the same seed makes the same report.
    """

    design: Design = Design.BETWEEN_ARMS
    draws: int = DRAWS
    pence_a_point: tuple[int, ...] = PENCE_A_POINT
    seed: int = 1


@dataclass(frozen=True)
class Cost:
    """What a person-week costs, in pence.

    Args:
        comparison, difference: None where there is no comparison.
        counts: people with a budget and without.
    """

    stream: str
    group: str | None
    counts: tuple[int, int]
    budget: Estimate
    comparison: Estimate | None
    difference: Estimate | None


@dataclass(frozen=True)
class Evaluation:
    """What was found."""

    question: Question
    people: tuple[int, int]
    costs: tuple[Cost, ...]
    outcomes: tuple[Difference, ...]
    together: tuple[CostAndEffect, ...]
    groups_differ: dict[str, float | None]
    warnings: tuple[str, ...]


def evaluate(cohort: Cohort, question: Question, done: Callable[[int], None] = lambda _: None) -> Evaluation:
    """Compare costs and outcomes.

    Args:
        done: told how many draws more are finished; ``question.draws`` for each measure in all.

    Raises:
        NoComparison, GroupsTooSmall, NothingMeasured: there is nothing to compare, or nobody whom it may be told of.
    """
    budget, comparison = _checked(cohort, question.design)
    shown = _groups_shown(cohort, question.design)
    rows = as_a_family([row for one in cohort.outcomes for row in differences(cohort, one, question.design)])
    by_measure = {one.measure: [row for row in rows if row.measure == one.measure] for one in cohort.outcomes}
    both: tuple[CostAndEffect, ...] = ()
    if question.design is Design.BETWEEN_ARMS and cohort.knows_costs_of_comparison:
        both = tuple(_together(cohort, question, by_measure, done))
    return Evaluation(
        question=question,
        people=(budget, comparison),
        costs=tuple(_costs(cohort, question.design, shown)),
        outcomes=tuple(rows),
        together=both,
        groups_differ={measure: groups_differ(rows) for measure, rows in by_measure.items()},
        warnings=tuple(warned_of.everything(cohort, question.design, by_measure)),
    )


def _checked(cohort: Cohort, design: Design) -> tuple[int, int]:
    budget, comparison = int(cohort.has_budget.sum()), int((~cohort.has_budget).sum())
    if not budget or (not comparison and design is Design.BETWEEN_ARMS):
        raise NoComparison("people with a budget and people without one are needed, or a look at before and after")
    fewest = budget if design is Design.BEFORE_AND_AFTER else min(budget, comparison)
    if fewest < PUBLISHED_PEOPLE_MIN:
        raise GroupsTooSmall(f"an arm has {fewest} people; of fewer than {PUBLISHED_PEOPLE_MIN} nothing is told")
    if all(np.isnan(one.after).all() for one in cohort.outcomes):
        raise NothingMeasured("no measure has a score")
    return budget, comparison


def _groups_shown(cohort: Cohort, design: Design) -> list[str]:
    arms = [cohort.has_budget] if design is Design.BEFORE_AND_AFTER else [cohort.has_budget, ~cohort.has_budget]
    counts = [min(int((cohort.in_group(name) & arm).sum()) for arm in arms) for name in cohort.groups]
    hidden = kept_back(counts)
    return [name for place, name in enumerate(cohort.groups) if place not in hidden and counts[place]]


def _costs(cohort: Cohort, design: Design, shown: Sequence[str]) -> Iterator[Cost]:
    for stream, pence in {ALL_STREAMS: cohort.total_pence, **cohort.cost_pence}.items():
        yield _cost(cohort, design, stream, pence.astype(np.float64), None)
    for name in shown:
        yield _cost(cohort, design, ALL_STREAMS, cohort.total_pence.astype(np.float64), name)


def _cost(cohort: Cohort, design: Design, stream: str, pence: Floats, group: str | None) -> Cost:
    def of(who: Bools) -> tuple[Floats, Floats]:
        return pence[who], cohort.weeks[who]

    who = cohort.in_group(group)
    budget = sample_of_rates(*of(who & cohort.has_budget))
    counts = int((who & cohort.has_budget).sum()), int((who & ~cohort.has_budget).sum())
    if design is Design.BEFORE_AND_AFTER or not cohort.knows_costs_of_comparison:
        return Cost(stream, group, counts, mean_of(budget), None, None)
    comparison = sample_of_rates(*of(who & ~cohort.has_budget))
    return Cost(stream, group, counts, mean_of(budget), mean_of(comparison), difference(budget, comparison))


def _together(
    cohort: Cohort, question: Question, by_measure: dict[str, list[Difference]], done: Callable[[int], None]
) -> Iterator[CostAndEffect]:
    for place, outcome in enumerate(cohort.outcomes):
        groups = _told(outcome, by_measure[outcome.measure])
        drawn = clouds(cohort, outcome, groups, question.draws, question.seed + place, done)
        for group in groups:
            yield together(cohort, outcome, group, drawn[group], question.pence_a_point)


def _told(outcome: Outcome, rows: Sequence[Difference]) -> list[str | None]:
    """Whose difference in a measure is told: of nobody else may the cost of it be."""
    all_answers = [row for row in rows if row.answered == "all" and row.measure == outcome.measure]
    return [row.group for row in all_answers if row.estimate is not None]
