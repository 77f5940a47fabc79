"""The sums of the Independent Living Fund, exact and unrounded: what the person is taken to have, what the fund pays.

Source:
    ilf.org.uk, amount of awards (S16); Policy 4 (S23a); limits (S11, S17b, S20, S13a, S18).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from services.funding_streams.domain.facts import Income
from services.funding_streams.domain.money import WEEKS_PER_AWARD

#: Incomes left out of what a person not on income support has over: earnings, benefits for disability, of which care is
#: counted by itself, the fund's own money, and severe disability premium, which is part of income support.
#: Source: S12b, S13e, S22b (earnings); S16 (care component by itself); the rest by reading.
INCOMES_LEFT_OUT = frozenset(
    {
        "earnings",
        "attendance_allowance_higher",
        "attendance_allowance_lower",
        "dla_care_highest",
        "dla_care_middle",
        "dla_care_lowest",
        "dla_mobility",
        "pip_daily_living_enhanced",
        "pip_daily_living_standard",
        "pip_mobility",
        "independent_living_fund",
        "severe_disability_premium",
    }
)


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
    severe_disability_premium: Fraction,
    over_income_support: Fraction = Fraction(0),
) -> Fraction:
    """Return the weekly income that the fund takes to be available for support, in pence.

    Args:
        care_component: disability living allowance, care, in pence a week.
        care_share_percent: share of it that is counted.
        severe_disability_premium: counted in full for people on income support or the like.
        over_income_support: what a person not on income support has above its notional amount and housing costs.
    """
    return care_component * care_share_percent / 100 + severe_disability_premium + over_income_support


def income_over(
    incomes: Iterable[Income], income_from_capital: Fraction, basic_income_support: Fraction, housing_costs: Fraction
) -> Fraction:
    """Return what a person not on income support has above its notional amount and housing costs, in pence a week."""
    counted = sum(income.pence_per_week for income in incomes if income.code not in INCOMES_LEFT_OUT)
    return max(Fraction(0), counted + income_from_capital - basic_income_support - housing_costs)


@dataclass(frozen=True)
class FundSums:
    """What goes into an award, in pence a week."""

    support_cost: Fraction
    council_input: Fraction
    available_income: Fraction
    council_charge: Fraction
    fund_limit: Fraction
    joint_limit: Fraction | None = None

    @property
    def contribution(self) -> Fraction:
        """What the person pays towards the support, net of what the council charges on the same income already."""
        return max(Fraction(0), self.available_income - self.council_charge)

    @property
    def uncapped(self) -> Fraction:
        """What is left of the cost for the fund before its limits."""
        return max(Fraction(0), self.support_cost - self.council_input - self.contribution)

    @property
    def joint_room(self) -> Fraction | None:
        """What the joint limit leaves to the fund beside the council, or None where it does not apply."""
        return None if self.joint_limit is None else max(Fraction(0), self.joint_limit - self.council_input)

    @property
    def award(self) -> Fraction:
        """What the fund pays."""
        room = self.fund_limit if self.joint_room is None else min(self.fund_limit, self.joint_room)
        return min(self.uncapped, room)
