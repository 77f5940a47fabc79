"""The sums of the Independent Living Fund, exact and unrounded: what the person is taken to have, what the fund pays.

Source:
    ilf.org.uk, amount of awards (S16); Policy 4 (S23a); limits (S11, S17b, S20, S13a, S18).
"""

from collections.abc import Iterable

from services.funding_streams.domain.facts import Income
from services.funding_streams.domain.income_names import DISABILITY_BENEFITS
from services.funding_streams.domain.money import WEEKS_PER_AWARD, Exact, half_up, in_pounds, percent_of

#: Incomes left out of what a person not on income support has over: earnings, benefits for disability, of which care is
#: counted by itself, the fund's own money, and severe disability premium, which is part of income support.
#: Source: S12b, S13e, S22b (earnings); S16 (care component by itself); the rest by reading.
INCOMES_LEFT_OUT = DISABILITY_BENEFITS | {
    "earnings",
    "independent_living_fund",
    "severe_disability_premium",
    "special_transitional_addition",
    "constant_attendance_allowance",
    "armed_forces_independence_payment",
}


def to_the_penny(pence: Exact) -> str:
    """Write a sum for people: whole pence, half a penny up."""
    return in_pounds(half_up(pence))


def over_a_year(limit_pence_per_week: Exact, eligible_weeks: int = WEEKS_PER_AWARD) -> Exact:
    """Return the most that the fund pays over the weeks for which an award is payable.

    A single week may be above the weekly limit as long as the total is not (Independent Living Fund Scotland, S18).
    """
    return limit_pence_per_week * eligible_weeks


def yearly_threshold(threshold_pence_per_week: Exact) -> Exact:
    """Return the council's least input over a year: the weekly threshold is an average.

    Source:
        S11, S12, S13a: 16,640 pounds a year is 320 a week, 17,680 is 340.
    """
    return threshold_pence_per_week * WEEKS_PER_AWARD


def meets_threshold(input_pence_per_week: Exact, threshold_pence_per_week: Exact) -> bool:
    """Whether the council's input, averaged over the year, reaches the threshold."""
    return input_pence_per_week * WEEKS_PER_AWARD >= yearly_threshold(threshold_pence_per_week)


def available_income(
    care_component: Exact,
    care_share_percent: int,
    premiums: Exact,
    over_income_support: Exact = 0,
) -> Exact:
    """Return the weekly income that the fund takes to be available for support, in pence.

    Args:
        care_component: disability living allowance, care, in pence a week.
        care_share_percent: share of it that is counted.
        premiums: severe disability premium or addition, and special transitional addition, counted in full for people
            on income support or the like.
        over_income_support: what a person not on income support has above its notional amount and housing costs.
    """
    return percent_of(care_component, care_share_percent) + premiums + over_income_support


def income_over(
    incomes: Iterable[Income], income_from_capital: Exact, basic_income_support: Exact, housing_costs: Exact
) -> Exact:
    """Return what a person not on income support has above its notional amount and housing costs, in pence a week."""
    counted = sum([income.pence_per_week for income in incomes if income.code not in INCOMES_LEFT_OUT])
    return max(0, counted + income_from_capital - basic_income_support - housing_costs)


class FundSums:
    """What goes into an award and what comes of it, in pence a week, exact.

    Attributes:
        support_cost: of qualifying support, less what Supporting People takes over.
        council_input: what the council pays towards it, its charge included.
        available_income: what the person is taken to have for it.
        council_charge: what the council charges on the same income already.
        netted_income: available income net of that charge.
        contribution: what the person pays towards the support.
        uncapped: what is left of the cost for the fund before its limits.
        joint_room: what the joint limit leaves to the fund beside the council, or None where it does not apply.
        award: what the fund pays.
    """

    def __init__(
        self,
        support_cost: Exact,
        council_input: Exact,
        available_income: Exact,
        council_charge: Exact,
        fund_limit: Exact,
        joint_limit: Exact | None = None,
        contribution_limit: Exact | None = None,
        held_to: Exact | None = None,
    ) -> None:
        """Work the sums out.

        Args:
            support_cost, council_input, available_income, council_charge: see the attributes.
            fund_limit: the most that the fund pays to the person's group.
            joint_limit: the most that council and fund pay together; asked at application alone.
            contribution_limit: the most that a person contributes, where there is such a limit.
            held_to: the award in payment, where nothing is paid for more hours.
        """
        self.support_cost, self.council_input = support_cost, council_input
        self.available_income, self.council_charge = available_income, council_charge
        self.netted_income = max(0, available_income - council_charge)
        self.contribution = _lowest(self.netted_income, contribution_limit)
        self.uncapped = max(0, support_cost - council_input - self.contribution)
        self.joint_room = None if joint_limit is None else max(0, joint_limit - council_input)
        self.award = _lowest(self.uncapped, fund_limit, self.joint_room, held_to)


def _lowest(sum_: Exact, *limits: Exact | None) -> Exact:
    for limit in limits:
        if limit is not None and limit < sum_:
            sum_ = limit
    return sum_
