"""The financial assessment for a stay in a care home.

No stream here awards a permanent place in a care home: an individual budget is for people who live at home, and direct
payments do not buy long-term places. The sum is kept beside that for support at home because the two share capital and
income, and because a plan may hold a short stay.

Source:
    National Assistance (Assessment of Resources) Regulations 1992 and their yearly orders (S45 to S49, S36) until
    31 March 2015; SI 2014/2672 (S42, S43b, S34) from then on.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from services.funding_streams.domain.facts import Income
from services.funding_streams.domain.financial_assessment.assessment import Assessment
from services.funding_streams.domain.financial_assessment.capital import income_from_capital
from services.funding_streams.domain.financial_assessment.income import INCOMES_IGNORED
from services.funding_streams.domain.income_names import listed
from services.funding_streams.domain.money import in_pounds
from services.funding_streams.domain.working import Working

PERSONAL_ALLOWANCE = "adult_social_care.personal_expenses_allowance"
SAVINGS_CREDIT = "pension_credit_savings"
SAVINGS_CREDIT_DISREGARD = "adult_social_care.savings_credit_disregard_single"


@dataclass(frozen=True)
class CareHomeStay:
    """A single person's week in a care home, in pence.

    Args:
        cost_pence: weekly cost of the place.
        capital_pence: capital that counts; the council's higher limit for support at home does not apply here.
        incomes: weekly incomes by kind.
    """

    cost_pence: int
    capital_pence: int
    incomes: Sequence[Income]


def charge_in_care_home(working: Working, stay: CareHomeStay) -> int:
    """Return the weekly charge in pence: income and income from capital, less the personal expenses allowance.

    Raises:
        NoValueInForce: the allowance, or the disregard of savings credit where it is received, is not loaded for the
            day.
    """
    tariff = income_from_capital(working, stay.capital_pence, in_care_home=True)
    if tariff is None:
        return stay.cost_pence
    allowance = working.figure(PERSONAL_ALLOWANCE)
    kept = int(allowance.pence)
    charge = int(Assessment(_counted(working, stay) + tariff - kept).charge(stay.cost_pence))
    working.worked_out(
        "care_home.charge",
        lambda: (
            f"The person keeps {in_pounds(kept)} a week for personal expenses and pays {in_pounds(charge)}, never more"
            f" than the cost of {in_pounds(stay.cost_pence)}."
        ),
        allowance,
    )
    return charge


def _counted(working: Working, stay: CareHomeStay) -> int:
    """Return the income that counts; unlike at home, savings credit counts but for the disregard."""
    counted = [one for one in stay.incomes if one.code not in INCOMES_IGNORED or one.code == SAVINGS_CREDIT]
    total = sum(income.pence_per_week for income in counted)
    working.worked_out(
        "care_home.income",
        lambda: f"Income that counts: {listed(counted)}; together {in_pounds(total)} a week.",
        working.figure("adult_social_care.incomes_ignored"),
    )
    return total - _savings_credit_disregard(working, counted)


def _savings_credit_disregard(working: Working, incomes: Sequence[Income]) -> int:
    received = sum(income.pence_per_week for income in incomes if income.code == SAVINGS_CREDIT)
    if not received:
        return 0
    most = working.figure(SAVINGS_CREDIT_DISREGARD)
    left_out = min(received, int(most.pence))
    working.worked_out(
        "care_home.savings_credit", lambda: f"{in_pounds(left_out)} a week of savings credit is left out.", most
    )
    return left_out
