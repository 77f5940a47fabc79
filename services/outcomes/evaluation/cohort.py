"""People who are compared, as columns. Nobody has a name or an id here: a person is a place in every column."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from services.outcomes.domain.instruments import Respondent

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

BUDGET = "budget"
COMPARISON = "comparison"


@dataclass(frozen=True)
class Outcome:
    """Scores of one measure.

    Args:
        before, after: of each person; not a number where there is none.
        answered_by_self: whether the person gave the follow-up's answers themselves.
    """

    measure: str
    label: str
    higher_is_better: bool
    before: Floats
    after: Floats
    answered_by_self: Bools
    unconfirmed: str = ""


@dataclass(frozen=True)
class Cohort:
    """Everybody in a comparison.

    Args:
        has_budget: the arm of each person; the others are the comparison.
        group: code of each person's user group, as a place in ``groups``.
        weeks: that each person's costs are of; above zero.
        cost_pence: by stream, what each person cost over those weeks.
        covariates: what else differs between people and may be adjusted for.
        knows_costs_of_comparison: whether costs are those of the comparison too; where not, nothing compares them.
    """

    has_budget: Bools
    group: Ints
    groups: tuple[str, ...]
    weeks: Floats
    cost_pence: Mapping[str, Ints]
    outcomes: tuple[Outcome, ...]
    covariates: Mapping[str, Floats] = field(default_factory=dict)
    synthetic: bool = False
    knows_costs_of_comparison: bool = True

    def __len__(self) -> int:
        return len(self.has_budget)

    @property
    def total_pence(self) -> Ints:
        """What each person cost, all streams together."""
        return np.asarray(np.sum([np.zeros(len(self), np.int64), *self.cost_pence.values()], axis=0, dtype=np.int64))

    def in_group(self, name: str | None) -> Bools:
        """Who is of a user group; everybody for None."""
        if name is None:
            return np.ones(len(self), np.bool_)
        return np.asarray(self.group == self.groups.index(name))


def answered_by_self(respondents: list[str]) -> Bools:
    """Which answers are people's own."""
    return np.array([respondent == Respondent.SELF for respondent in respondents], np.bool_)
