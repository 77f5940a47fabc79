"""The financial assessment for support at home, put together from its parts."""

from typing import NamedTuple

from services.funding_streams.domain.financial_assessment.capital import income_from_capital
from services.funding_streams.domain.financial_assessment.costs import FORMULA, disability_costs, housing_costs
from services.funding_streams.domain.financial_assessment.income import counted_income
from services.funding_streams.domain.financial_assessment.protected_income import protected_income
from services.funding_streams.domain.money import Exact, half_up, in_pounds, percent_of
from services.funding_streams.domain.working import Working

CHARGING_PERCENTAGE = "adult_social_care.charging_percentage"
COUNCIL_CHARGE_LIMIT = "adult_social_care.charge_limit_pence_per_week"
#: Per cent.
THE_WHOLE = 100


class Means(NamedTuple):
    """A person's means for one week, in pence, exact."""

    counted_income: Exact
    tariff_income: Exact = 0
    housing_costs: Exact = 0
    disability_related_expenditure: Exact = 0
    protected_income: Exact = 0

    def available(self, percentage: int = THE_WHOLE) -> Exact:
        """Return what can be charged at most in a week, in pence, exact, zero or more."""
        left = (
            self.counted_income
            + self.tariff_income
            - self.housing_costs
            - self.disability_related_expenditure
            - self.protected_income
        )
        if left <= 0:
            return 0
        return left if percentage == THE_WHOLE else percent_of(left, percentage)


class Assessment(NamedTuple):
    """What a person can be asked to pay for a week, before the cost of the support is looked at.

    Args:
        available_pence: the most that the means allow; None where the full cost is paid because of capital.
        limit_pence: the council's own limit, where it has one.
    """

    available_pence: Exact | None
    limit_pence: int | None = None

    def charge(self, cost_pence: Exact, already_charged_pence: Exact = 0) -> Exact:
        """Return the weekly charge in pence, exact: never below nothing, never above the cost or the limit.

        Args:
            cost_pence: weekly cost of the support that may be charged for.
            already_charged_pence: weekly charge made on the same means for other support.
        """
        bounds = [most for most in (self.available_pence, self.limit_pence) if most is not None]
        if already_charged_pence:
            bounds = [most - already_charged_pence for most in bounds]
        return max(0, min([cost_pence, *bounds]))


def assess(working: Working) -> Assessment:
    """Assess a person's means, step by step.

    Raises:
        MissingFact: a fact of the person's means.
        NoValueInForce: a figure is not loaded for the day.
    """
    limit = _charge_limit(working)
    tariff = income_from_capital(working, working.case.facts.pence("capital_pence"))
    if tariff is None:
        return Assessment(None, limit)
    means = Means(
        counted_income=counted_income(working),
        tariff_income=tariff,
        housing_costs=housing_costs(working),
        disability_related_expenditure=disability_costs(working),
        protected_income=protected_income(working),
    )
    return Assessment(_available(working, means), limit)


def _available(working: Working, means: Means) -> Exact:
    percentage = working.case.council.whole(CHARGING_PERCENTAGE)
    available = means.available(percentage)
    working.worked_out(
        "means.available",
        lambda: (
            f"Income {in_pounds(half_up(means.counted_income))}, and from capital"
            f" {in_pounds(half_up(means.tariff_income))}, less housing costs {in_pounds(half_up(means.housing_costs))},"
            f" less disability-related costs {in_pounds(half_up(means.disability_related_expenditure))}, less what must"
            f" be left, {in_pounds(half_up(means.protected_income))}: of the rest {percentage}% can be charged,"
            f" {in_pounds(half_up(available))} a week."
        ),
        working.figure(FORMULA),
        working.choice(CHARGING_PERCENTAGE),
    )
    return available


def _charge_limit(working: Working) -> int | None:
    """Return the most that the council charges anybody, the lower one where setting and assessment both have one."""
    own = working.case.council.whole_if_any(COUNCIL_CHARGE_LIMIT)
    told = working.case.facts.pence_if_any("charge_limit_pence_per_week")
    if own is None and told is None:
        return None
    limit = min(one for one in (own, told) if one is not None)
    working.noted(
        "means.charge_limit",
        lambda: f"The council charges nobody more than {in_pounds(limit)} a week.",
        *((working.choice(COUNCIL_CHARGE_LIMIT),) if limit == own else ()),
    )
    return limit
