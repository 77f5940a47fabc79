"""Means, rates and their differences with intervals, over the last axis: one comparison, or thousands at once.

Thousands at once is how the intervals are proven: on made-up trials whose truth is known.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from services.outcomes.evaluation.cohort import Floats

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Sample:
    """What a difference needs to know of an arm: how many, their mean, and how far each strays from it (variance)."""

    count: Floats
    mean: Floats
    variance: Floats


@dataclass(frozen=True)
class Estimate:
    """A value with its interval and standard error; ``p`` is of the hypothesis that it is nothing."""

    value: Floats
    low: Floats
    high: Floats
    p: Floats
    error: Floats

    @property
    def is_clear(self) -> NDArray[np.bool_]:
        """Whether the interval leaves nothing out of it."""
        return np.asarray((self.low > 0) | (self.high < 0))


def sample_of_means(values: Floats) -> Sample:
    """A sample of scores; people without one (not a number) are not in it."""
    there = ~np.isnan(values)
    count = there.sum(axis=-1).astype(np.float64)
    mean = np.where(there, values, 0.0).sum(axis=-1) / count
    squares = np.where(there, (values - mean[..., None]) ** 2, 0.0).sum(axis=-1)
    return Sample(count, mean, squares / (count - 1))


def sample_of_rates(amounts: Floats, weeks: Floats) -> Sample:
    """A sample of amounts a person-week: everything spent, over every week lived.

    A mean of each person's own rate would let somebody who was there for one week outweigh a year of another's. The
    variance is that of what each person adds to the rate (linearisation).
    """
    rate = amounts.sum(axis=-1) / weeks.sum(axis=-1)
    return _of_influence(rate, rate_influence(amounts, weeks))


def sample_of_net_benefit(amounts: Floats, weeks: Floats, scores: Floats, pence_a_point: float) -> Sample:
    """A sample of what an arm is worth a week: ``pence_a_point`` x the mean score, less the cost of a person-week.

    A person without a score counts in the cost and not in the score.
    """
    there = ~np.isnan(scores)
    share = there.mean(axis=-1)
    mean = np.where(there, scores, 0.0).mean(axis=-1) / share
    strays = np.where(there, scores - mean[..., None], 0.0) / share[..., None]
    rate = amounts.sum(axis=-1) / weeks.sum(axis=-1)
    return _of_influence(pence_a_point * mean - rate, pence_a_point * strays - rate_influence(amounts, weeks))


def rate_influence(amounts: Floats, weeks: Floats) -> Floats:
    """What each person adds to the amount of a person-week."""
    rate = amounts.sum(axis=-1) / weeks.sum(axis=-1)
    return np.asarray((amounts - rate[..., None] * weeks) / weeks.mean(axis=-1)[..., None])


def _of_influence(value: Floats, influence: Floats) -> Sample:
    count = np.full(value.shape, float(influence.shape[-1]))
    return Sample(count, value, (influence**2).sum(axis=-1) / (count - 1))


def difference(one: Sample, other: Sample, confidence: float = CONFIDENCE) -> Estimate:
    """``one`` less ``other``, neither of which need vary as much as the other.

    Source:
        Welch, The generalization of Student's problem, Biometrika 1947.
    """
    parts = np.asarray(one.variance / one.count), np.asarray(other.variance / other.count)
    variance = parts[0] + parts[1]
    with np.errstate(invalid="ignore", divide="ignore"):
        degrees = variance**2 / (parts[0] ** 2 / (one.count - 1) + parts[1] ** 2 / (other.count - 1))
    return _estimate(one.mean - other.mean, variance, degrees, confidence)


def mean_of(sample: Sample, confidence: float = CONFIDENCE) -> Estimate:
    """The mean of one sample: of changes, it is the change."""
    return _estimate(sample.mean, np.asarray(sample.variance / sample.count), sample.count - 1, confidence)


def _estimate(value: Floats, variance: Floats, degrees: Floats, confidence: float) -> Estimate:
    error = np.sqrt(variance)
    reach = stats.t.ppf((1 + confidence) / 2, degrees) * error
    with np.errstate(invalid="ignore", divide="ignore"):
        p = 2 * stats.t.sf(np.abs(value) / error, degrees)
    # Nobody differs from anybody: the value is all there is, and it is no evidence of a spread.
    same = error == 0
    p = np.where(same, np.where(value == 0, 1.0, np.nan), p)
    reach = np.where(same, 0.0, reach)
    return Estimate(np.asarray(value), np.asarray(value - reach), np.asarray(value + reach), np.asarray(p), error)


def differ_from_each_other(values: Floats, errors: Floats) -> Any:
    """How likely effects as different as these are, if all were one and the same (Cochran's Q).

    Source:
        Cochran, The combination of estimates from different experiments, Biometrics 1954.
    """
    weights = 1 / errors**2
    middle = (weights * values).sum(axis=-1) / weights.sum(axis=-1)
    spread = (weights * (values - middle[..., None]) ** 2).sum(axis=-1)
    return stats.chi2.sf(spread, values.shape[-1] - 1)
