"""Points set from people: what each step up a question is worth, never below nothing.

Non-negative ridge regression: scikit-learn's `Ridge(positive=True)`. Florida's first model dropped needs with negative
weights by hand; here a weight below nothing cannot come out.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, GroupKFold

from services.ras.calibration.past_people import Level, Numbers, PastPeople

PENALTIES = (1.0, 10.0, 100.0)
INNER_FOLDS = 3
#: What all the deepest answers together score, before rounding.
POINTS_OF_ALL = 100
#: Points are rounded to a tenth: fine enough for the fit, short enough for a person.
TENTHS = 10
DECIMALS = 6


@dataclass(frozen=True)
class Weights:
    """What columns are worth, in tenths of points.

    Args:
        tenths: one a column of ``reached``, or of points by domain where no answers are known; None keeps the points.
        levels: what those columns stand for; empty where they are domains.
    """

    tenths: tuple[int, ...] | None
    levels: tuple[Level, ...] = ()

    def points(self, people: PastPeople) -> Numbers:
        """Everybody's net points."""
        if self.tenths is None:
            return people.points
        # Points have a few decimals; what is beyond them is the error of the arithmetic, and would be a point too many.
        points: Numbers = np.round(_columns(people) @ np.asarray(self.tenths) / TENTHS, DECIMALS)
        return points

    def by_question(self) -> Mapping[str, Mapping[str, int]]:
        """Tenths of points that each level adds, by question and choice."""
        found: dict[str, dict[str, int]] = {}
        for level, tenths in zip(self.levels, self.tenths or (), strict=True):
            found.setdefault(level.question_id, {})[level.choice] = tenths
        return found


def equal_weights() -> Weights:
    """The table's own points."""
    return Weights(None)


def fitted_weights(past: PastPeople, seed: int) -> Weights:
    """Set points from people. The penalty is chosen by folds of people within these people alone."""
    columns = _columns(past)
    folds = GroupKFold(n_splits=min(INNER_FOLDS, len(np.unique(past.person))), shuffle=True, random_state=seed)
    ridge = Ridge(positive=True, fit_intercept=False)
    search = GridSearchCV(ridge, {"alpha": PENALTIES}, cv=folds, scoring="neg_mean_squared_error")
    worth = np.maximum(search.fit(columns, past.to_fit, groups=past.person).best_estimator_.coef_, 0)
    deepest = worth.sum() if past.levels else worth @ np.max(columns, axis=0)
    scale = POINTS_OF_ALL * TENTHS / deepest if deepest > 0 else 0
    return Weights(tuple(int(value) for value in np.rint(worth * scale)), past.levels)


def _columns(people: PastPeople) -> Numbers:
    return people.reached if people.levels else people.points_thousandths / 1000
