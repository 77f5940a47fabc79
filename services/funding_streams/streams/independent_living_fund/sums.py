"""The sums of the Independent Living Fund, exact and unrounded: what the person is taken to have, what the fund pays.

Source:
    ilf.org.uk, amount of awards (S16); Policy 4 (S23a); limits (S11, S17b, S20, S13a, S18).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from services.funding_streams.domain.facts import Income
from services.funding_streams.domain.income_names import DISABILITY_BENEFITS
from services.funding_streams.domain.money import WEEKS_PER_AWARD, half_up, in_pounds

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


def to_the_penny(pence: Fraction) -> str:
    """Write a sum for people: whole pence, half a penny up."""
    return in_pounds(half_up(pence))


def over_a_year(limit_pence_per_week: Fraction, eligible_weeks: int = WEEKS_PER_AWARD) -> Fraction:
    """Return the most that the fund pays over the weeks for which an award is payable.

    A single week may be above the weekly limit as long as the total is not (Independent Living Fund Scotland, S18).
    """
    return limit_pence_per_week * eligible_weeks


def yearly_threshold(threshold_pence_per_week: Fraction) -> Fraction:
    """Return the council's least input over a year: the weekly threshold is an average.

    Source:
        S11, S12, S13a: 16,640 pounds a year is 320 a week, 17,680 is 340.
    """
    return threshold_pence_per_week * WEEKS_PER_AWARD


def meets_threshold(input_pence_per_week: Fraction, threshold_pence_per_week: Fraction) -> bool:
    """Whether the council's input, averaged over the year, reaches the threshold."""
    return input_pence_per_week * WEEKS_PER_AWARD >= yearly_threshold(threshold_pence_per_week)


def available_income(
    care_component: Fraction,
    care_share_percent: int,
    premiums: Fraction,
    over_income_support: Fraction = Fraction(0),
) -> Fraction:
    """Return the weekly income that the fund takes to be available for support, in pence.

    Args:
        care_component: disability living allowance, care, in pence a week.
        care_share_percent: share of it that is counted.
        premiums: severe disability premium or addition, and special transitional addition, counted in full for people
            on income support or the like.
        over_income_support: what a person not on income support has above its notional amount and housing costs.
    """
    return care_component * care_share_percent / 100 + premiums + over_income_support


def income_over(
    incomes: Iterable[Income], income_from_capital: Fraction, basic_income_support: Fraction, housing_costs: Fraction
) -> Fraction:
    """Return what a person not on income support has above its notional amount and housing costs, in pence a week."""
    counted = sum(income.pence_per_week for income in incomes if income.code not in INCOMES_LEFT_OUT)
    return max(Fraction(0), counted + income_from_capital - basic_income_support - housing_costs)


@dataclass(frozen=True)
class FundSums:
    """What goes into an award, in pence a week.

    Args:
        support_cost: of qualifying support, less what Supporting People takes over.
        council_input: what the council pays towards it, its charge included.
        available_income: what the person is taken to have for it.
        council_charge: what the council charges on the same income already.
        fund_limit: the most that the fund pays to the person's group.
        joint_limit: the most that council and fund pay together; asked at application alone.
        contribution_limit: the most that a person contributes, where there is such a limit.
        held_to: the award in payment, where nothing is paid for more hours.
    """

    support_cost: Fraction
    council_input: Fraction
    available_income: Fraction
    council_charge: Fraction
    fund_limit: Fraction
    joint_limit: Fraction | None = None
    contribution_limit: Fraction | None = None
    held_to: Fraction | None = None

    @cached_property
    def netted_income(self) -> Fraction:
        """Available income net of what the council charges on the same income already."""
        return max(Fraction(0), self.available_income - self.council_charge)

    @cached_property
    def contribution(self) -> Fraction:
        """What the person pays towards the support."""
        return _lowest(self.netted_income, self.contribution_limit)

    @cached_property
    def uncapped(self) -> Fraction:
        """What is left of the cost for the fund before its limits."""
        return max(Fraction(0), self.support_cost - self.council_input - self.contribution)

    @cached_property
    def joint_room(self) -> Fraction | None:
        """What the joint limit leaves to the fund beside the council, or None where it does not apply."""
        return None if self.joint_limit is None else max(Fraction(0), self.joint_limit - self.council_input)

    @cached_property
    def award(self) -> Fraction:
        """What the fund pays."""
        return _lowest(self.uncapped, self.fund_limit, self.joint_room, self.held_to)


def _lowest(sum_: Fraction, *limits: Fraction | None) -> Fraction:
    return min([sum_, *(limit for limit in limits if limit is not None)])
