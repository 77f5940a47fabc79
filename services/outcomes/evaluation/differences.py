"""How much outcomes differ: between arms, or between before and after; of everybody and of each user group."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import statsmodels.api as sm
from scipy import stats

from services.outcomes.domain.small_numbers import PUBLISHED_PEOPLE_MIN, kept_back
from services.outcomes.evaluation.cohort import Bools, Cohort, Floats, Outcome
from services.outcomes.evaluation.intervals import (
    CONFIDENCE,
    Estimate,
    differ_from_each_other,
    difference,
    mean_of,
    sample_of_means,
)

#: A share of false alarms that is put up with.
FALSE_ALARMS = 0.05


class Design(StrEnum):
    """What is compared with what."""

    BETWEEN_ARMS = "between_arms"
    BEFORE_AND_AFTER = "before_and_after"


class Answered(StrEnum):
    """Whose answers count."""

    ALL = "all"
    SELF = "self"
    OTHERS = "others"


class Finding(StrEnum):
    """What may be said of a difference, all that was looked at considered."""

    CLEAR = "clear"
    ONLY_IF_ALONE = "only_if_alone"
    NOT_CLEAR = "not_clear"
    KEPT_BACK = "kept_back"


@dataclass(frozen=True)
class Difference:
    """One difference in one measure.

    Args:
        group: None for everybody.
        counts: people with what is compared: budget and comparison, or the same people twice.
        estimate: as the measure goes; None where the group is too small to publish.
        adjusted: the same for people alike in baseline, group and covariates; None where there are too few for it.
        holm: p, held so that one false alarm in the whole family is as rare as `FALSE_ALARMS`.
        false_discovery: p, held so that that share of the findings is false (Benjamini and Hochberg).
    """

    measure: str
    group: str | None
    answered: Answered
    counts: tuple[int, int]
    estimate: Estimate | None
    adjusted: Estimate | None = None
    holm: float | None = None
    false_discovery: float | None = None

    @property
    def finding(self) -> Finding:
        """What may be said of it."""
        if self.estimate is None:
            return Finding.KEPT_BACK
        if self.holm is not None and self.holm < FALSE_ALARMS:
            return Finding.CLEAR
        return Finding.ONLY_IF_ALONE if float(self.estimate.p) < FALSE_ALARMS else Finding.NOT_CLEAR


def differences(cohort: Cohort, outcome: Outcome, design: Design) -> list[Difference]:
    """Every difference in a measure: everybody, each user group, and people's own answers apart from others'."""
    counted = [_counts(outcome, design, cohort.has_budget, cohort.in_group(name)) for name in cohort.groups]
    hidden = kept_back([min(pair) for pair in counted])
    rows = [_difference(cohort, outcome, design, None, Answered.ALL, is_hidden=False)]
    rows += [
        _difference(cohort, outcome, design, name, Answered.ALL, is_hidden=place in hidden)
        for place, name in enumerate(cohort.groups)
    ]
    there = ~np.isnan(outcome.after)
    if (there & ~outcome.answered_by_self).any():
        for answered in (Answered.SELF, Answered.OTHERS):
            rows.append(_difference(cohort, outcome, design, None, answered, is_hidden=False))
        if any(row.estimate is None for row in rows[-2:]):
            # Everybody less the one is the other.
            rows[-2:] = [replace(row, estimate=None) for row in rows[-2:]]
    return rows


def _difference(
    cohort: Cohort, outcome: Outcome, design: Design, group: str | None, answered: Answered, *, is_hidden: bool
) -> Difference:
    who = cohort.in_group(group)
    if answered is not Answered.ALL:
        who = who & (outcome.answered_by_self == (answered is Answered.SELF))
    counts = _counts(outcome, design, cohort.has_budget, who)
    if is_hidden or min(counts) < PUBLISHED_PEOPLE_MIN:
        return Difference(outcome.measure, group, answered, counts, None)
    if design is Design.BEFORE_AND_AFTER:
        change = (outcome.after - outcome.before)[who & cohort.has_budget]
        return Difference(outcome.measure, group, answered, counts, mean_of(sample_of_means(change)))
    estimate = difference(
        sample_of_means(outcome.after[who & cohort.has_budget]),
        sample_of_means(outcome.after[who & ~cohort.has_budget]),
    )
    return Difference(outcome.measure, group, answered, counts, estimate, adjusted(cohort, outcome, who))


def _counts(outcome: Outcome, design: Design, has_budget: Bools, who: Bools) -> tuple[int, int]:
    there = who & ~np.isnan(outcome.after)
    if design is Design.BEFORE_AND_AFTER:
        both = int((there & has_budget & ~np.isnan(outcome.before)).sum())
        return both, both
    return int((there & has_budget).sum()), int((there & ~has_budget).sum())


def adjusted(cohort: Cohort, outcome: Outcome, who: Bools, confidence: float = CONFIDENCE) -> Estimate | None:
    """The difference between arms among people alike in baseline, user group, who answered and covariates.

    Least squares, with errors that hold where people do not vary alike (HC3: MacKinnon and White, Journal of
    Econometrics 1985). Only people of whom all of it is known; None where they are too few.
    """
    columns = [cohort.has_budget.astype(np.float64), outcome.before, outcome.answered_by_self.astype(np.float64)]
    columns += [(cohort.group == place).astype(np.float64) for place in range(1, len(cohort.groups))]
    design = np.column_stack([*columns, *cohort.covariates.values()])
    # A measure that nobody answered before is compared without a baseline.
    known_before = ~np.isnan(outcome.before[who])
    design = design[:, [place for place in range(design.shape[1]) if place != 1 or known_before.any()]]
    whole = who & ~np.isnan(outcome.after) & ~np.isnan(design).any(axis=1)
    design, scores = design[whole], outcome.after[whole]
    if len(design) == 0:
        return None
    # A column in which everybody is the same says nothing, and least squares cannot take it.
    varies = np.ptp(design, axis=0) > 0
    arm = design[:, 0] == 1
    if not varies[0] or min(arm.sum(), (~arm).sum()) < max(PUBLISHED_PEOPLE_MIN, 2 * varies.sum()):
        return None
    design = design[:, varies]
    fitted = sm.OLS(scores, sm.add_constant(design)).fit(cov_type="HC3", use_t=True)
    # Somebody who is the only one of their kind leaves no error to be told.
    if not np.isfinite(fitted.bse[1]):
        return None
    low, high = fitted.conf_int(alpha=1 - confidence)[1]
    return Estimate(*(np.asarray(part) for part in (fitted.params[1], low, high, fitted.pvalues[1], fitted.bse[1])))


def as_a_family(rows: Sequence[Difference]) -> list[Difference]:
    """Hold every difference to all that were looked at together."""
    told = [place for place, row in enumerate(rows) if row.estimate is not None and np.isfinite(row.estimate.p)]
    held = list(rows)
    if not told:
        return held
    ps = np.array([float(_estimate(rows[place]).p) for place in told])
    for place, holm, discovery in zip(told, held_to_a_family(ps), held_to_findings(ps), strict=True):
        held[place] = replace(rows[place], holm=float(holm), false_discovery=float(discovery))
    return held


def held_to_a_family(ps: Floats) -> Floats:
    """Probabilities over the last axis, held so that one false alarm among all is as rare as each was alone.

    Source:
        Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 1979.
    """
    order = np.argsort(ps, axis=-1)
    stepped = np.take_along_axis(ps, order, axis=-1) * np.arange(ps.shape[-1], 0, -1)
    held = np.empty_like(ps)
    np.put_along_axis(held, order, np.minimum(np.maximum.accumulate(stepped, axis=-1), 1), axis=-1)
    return held


def held_to_findings(ps: Floats) -> Floats:
    """Probabilities over the last axis, held so that so small a share of what is found is false.

    Source:
        Benjamini and Hochberg, Controlling the false discovery rate, Journal of the Royal Statistical Society B 1995.
    """
    return np.asarray(stats.false_discovery_control(ps, axis=-1))


def groups_differ(rows: Sequence[Difference]) -> float | None:
    """How likely it is that user groups differ as much as this, if the effect were the same for all (p).

    One group with a clear difference and one without are no proof that the two differ.
    """
    estimates = [row.estimate for row in rows if row.group is not None and row.estimate is not None]
    values = np.array([float(one.value) for one in estimates])
    errors = np.array([float(one.error) for one in estimates])
    if len(values) <= 1 or not (errors > 0).all():
        return None
    return float(differ_from_each_other(values, errors))


def _estimate(row: Difference) -> Estimate:
    assert row.estimate is not None
    return row.estimate


def tipping(outcome: Outcome, row: Difference, has_budget: Bools) -> float | None:
    """How much worse people without a score would have to be, on average, for a clear difference not to be one.

    Args:
        row: the difference of everybody.

    Returns:
        Points by which the missing of the arm that does better would fall below those who answered; None where nobody
        is missing there, or the difference is not clear anyway.
    """
    if row.estimate is None or not bool(row.estimate.is_clear):
        return None
    sign = 1 if outcome.higher_is_better else -1
    better = has_budget if sign * float(row.estimate.value) > 0 else ~has_budget
    missing = float(np.isnan(outcome.after[better]).mean())
    nearest = min(abs(float(row.estimate.low)), abs(float(row.estimate.high)))
    return nearest / missing if missing else None


def missing_by_arm(outcome: Outcome, has_budget: Bools) -> Iterator[tuple[bool, int, int]]:
    """Of each arm (budget first): people, and people with a score."""
    for arm in (True, False):
        who = has_budget == arm
        yield arm, int(who.sum()), int((who & ~np.isnan(outcome.after)).sum())
