"""How far figures are from what packages cost: every measure that published studies of such tables report.

All sums are pence a week. ``figure`` is what the table says, ``cost`` what the package costs.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from services.ras.calibration.past_people import Numbers

NEAR_PENCE = 5_000
#: A sum that is so little below another is as high: the error of the arithmetic.
ROUNDING_PENCE = 1e-6
QUARTERS = 4
TENTHS = 10
#: A published rank correlation or R2 of two people would be a joke.
PEOPLE_MIN_FOR_SPREAD = 3


@dataclass(frozen=True)
class Accuracy:
    """Measures of some figures; shares are from 0 to 1, sums are pence a week.

    Args:
        r2: share of the differences in cost that the figures explain; below 0 where the mean would do better. None for
            too few people or costs that are all alike.
        without_figure: people whose figure is nothing: a person looks, so they have no fold.
        fold: mean of the larger over the smaller of figure and cost: comparable with the 2.45 to 2.81 of three English
            councils in 2011-12. None where some figure is below nothing: there is no such ratio then.
        bias: mean of figure less cost.
        total_ratio: all figures over all costs.
        covered: share of people whose figure is at least the cost.
        adjusted: share of people whose cost is outside the tolerance around the figure: somebody has to settle it.
        won, lost: shares of people whose figure is more than a tenth above, or below, what they have.
        hold_harmless: by what share of all costs spending rises if everybody gets the higher of figure and cost.
    """

    people: int
    r2: float | None
    mae: float
    rmse: float
    within_10: float
    within_20: float
    within_50_pounds: float
    without_figure: int
    fold: float | None
    spearman: float | None
    bias: float
    mean_cost: float
    total_ratio: float | None
    covered: float
    adjusted: float
    won: float
    lost: float
    hold_harmless: float | None

    @property
    def bias_share(self) -> float | None:
        """The bias as a share of the mean cost."""
        return self.bias / self.mean_cost if self.mean_cost else None


def accuracy(figure: Numbers, cost: Numbers, tolerance: float = 0.05) -> Accuracy:
    """Measure figures against costs."""
    off = figure - cost
    spread = float(((cost - cost.mean()) ** 2).sum())
    enough = len(cost) >= PEOPLE_MIN_FOR_SPREAD
    both_vary = enough and np.ptp(figure) > 0 and np.ptp(cost) > 0
    return Accuracy(
        people=len(cost),
        r2=1 - float((off**2).sum()) / spread if enough and spread else None,
        mae=float(np.abs(off).mean()),
        rmse=float(np.sqrt((off**2).mean())),
        within_10=_share(np.abs(off) <= 0.10 * cost),
        within_20=_share(np.abs(off) <= 0.20 * cost),
        within_50_pounds=_share(np.abs(off) <= NEAR_PENCE),
        without_figure=int((figure == 0).sum()),
        fold=_fold(figure, cost),
        spearman=float(spearmanr(figure, cost).statistic) if both_vary else None,
        bias=float(off.mean()),
        mean_cost=float(cost.mean()),
        total_ratio=float(figure.sum() / cost.sum()) if cost.sum() else None,
        covered=_share(off >= -ROUNDING_PENCE),
        adjusted=_share(np.abs(off) > tolerance * np.abs(figure)),
        won=_share(off > 0.10 * cost),
        lost=_share(off < -0.10 * cost),
        hold_harmless=float(np.maximum(off, 0).sum() / cost.sum()) if cost.sum() else None,
    )


@dataclass(frozen=True)
class Slice:
    """The same measures for some people."""

    by: str
    name: str
    accuracy: Accuracy


def slices(figure: Numbers, cost: Numbers, user_group: NDArray[np.str_], tolerance: float) -> list[Slice]:
    """By user group, and by quarter of actual and of predicted cost.

    Quarters of actual cost flatter nobody: any prediction is too high for the lowest and too low for the highest, as it
    returns to the mean. Quarters of predicted cost show what is left when that is taken out.
    """
    groups = [("user group", str(group), user_group == group) for group in np.unique(user_group)]
    actual, predicted = _parts(cost, QUARTERS), _parts(figure, QUARTERS)
    quarters = [
        (by, f"quarter {number + 1}", part == number)
        for by, part in (("actual cost", actual), ("predicted cost", predicted))
        for number in range(QUARTERS)
    ]
    return [
        Slice(by, name, accuracy(figure[who], cost[who], tolerance))
        for by, name, who in (*groups, *quarters)
        if who.any()
    ]


@dataclass(frozen=True)
class Tenth:
    """Mean figure and mean cost of a tenth of the people, ordered by figure; pence a week."""

    number: int
    people: int
    mean_figure: float
    mean_cost: float


def by_tenth(figure: Numbers, cost: Numbers) -> list[Tenth]:
    """Calibration by decile: where the figure says £200, is £200 what such packages cost."""
    part = _parts(figure, TENTHS)
    return [
        Tenth(number + 1, int(who.sum()), float(figure[who].mean()), float(cost[who].mean()))
        for number in range(TENTHS)
        if (who := part == number).any()
    ]


def budget_neutral(figure: Numbers, cost: Numbers, top_slice: float = 0.0) -> float:
    """By how much every figure is multiplied so that all of them spend what was spent, less what is held back.

    Args:
        top_slice: share of the total that is held back for contingencies and overrides.
    """
    return float(cost.sum()) * (1 - top_slice) / float(figure.sum())


def _parts(values: Numbers, count: int) -> NDArray[np.int64]:
    """Which of so many equal parts each value is in, by rank; ties keep the order of the rows."""
    place = np.empty(len(values), np.int64)
    place[np.argsort(values, kind="stable")] = np.arange(len(values))
    return place * count // len(values)


def _fold(figure: Numbers, cost: Numbers) -> float | None:
    both = (figure > 0) & (cost > 0)
    if (figure < 0).any() or not both.any():
        return None
    return float((np.maximum(figure, cost)[both] / np.minimum(figure, cost)[both]).mean())


def _share(hits: NDArray[np.bool_]) -> float:
    return float(hits.mean())
