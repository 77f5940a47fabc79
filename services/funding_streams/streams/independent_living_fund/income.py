"""What the fund takes a person to have for their support, step by step.

Source:
    ilf.org.uk, amount of awards (S16); Policy 4, the same text to the end and after it (S23a); earnings (S13e, S22b).
"""

from services.funding_streams.domain.figures import Dated
from services.funding_streams.domain.financial_assessment.capital import CapitalLimits, tariff_income
from services.funding_streams.domain.financial_assessment.protected_income import basic_income_support
from services.funding_streams.domain.money import Exact, in_pounds
from services.funding_streams.domain.working import Working
from services.funding_streams.streams.independent_living_fund.application import Application
from services.funding_streams.streams.independent_living_fund.eligibility import (
    CARE_RATE,
    CONSTANT_ATTENDANCE,
    TRANSFERRED_BENEFITS,
    capital_with_partner,
)
from services.funding_streams.streams.independent_living_fund.schemes import FUND
from services.funding_streams.streams.independent_living_fund.sums import available_income, income_over, to_the_penny

#: Benefits for care, of which a share counts; the first that is in payment is taken.
CARE_BENEFITS = ("dla_care_highest", *TRANSFERRED_BENEFITS, CONSTANT_ATTENDANCE)
PREMIUMS = ("severe_disability_premium", "special_transitional_addition")


def available(working: Working, application: Application) -> Exact:
    """Return the income that is available for support, in pence a week, exact.

    Raises:
        MissingFact: a fact of the person's means.
        NoValueInForce: a rate is not loaded for the day.
    """
    if application.group_1 and _is_protected(working):
        return 0
    facts, share = working.case.facts, working.figure(f"{FUND}.care_component_share_percent")
    incomes = {income.code: income.pence_per_week for income in facts.incomes()}
    care, care_figures = _care_component(working, incomes)
    premiums: Exact = 0
    over: Exact = 0
    basic: Exact = 0
    basic_figures: tuple[Dated, ...] = ()
    if facts.yes_no("receives_income_support"):
        premiums = sum([incomes.get(code, 0) for code in PREMIUMS])
    else:
        basic, basic_figures = basic_income_support(working)
        over = _over(working, basic)
    total = available_income(care, share.whole, premiums, over)

    def rest() -> str:
        if basic_figures:
            return f"{to_the_penny(over)} above notional income support of {to_the_penny(basic)} and housing costs"
        return f"premiums for severe disability {to_the_penny(premiums)}; nothing else counts on income support"

    working.worked_out(
        "available_income",
        lambda: (
            f"Available: {share.whole}% of the benefit for care, {to_the_penny(care)}, and {rest()}:"
            f" {to_the_penny(total)} a week. Earnings are ignored."
        ),
        share,
        *care_figures,
        *basic_figures,
        working.figure(f"{FUND}.earnings_ignored"),
    )
    return total


def _is_protected(working: Working) -> bool:
    protected = working.case.facts.yes_no("ilf_protected_from_contribution")
    if protected:
        rule = working.figure(f"{FUND}.protected_users_contribute")
        working.worked_out("available_income", "A protected user of group 1 makes no contribution.", rule)
    return protected


def _care_component(working: Working, incomes: dict[str, int]) -> tuple[Exact, tuple[Dated, ...]]:
    """Return the benefit for care in payment, or the rate in force where the sum is not among the incomes."""
    for code in CARE_BENEFITS:
        if incomes.get(code):
            return incomes[code], ()
    rate = working.figure(CARE_RATE)
    return rate.pence, (rate,)


def _over(working: Working, basic: Exact) -> Exact:
    facts = working.case.facts
    from_capital = _income_from_capital(working)
    housing = facts.pence("housing_costs_pence_per_week")
    return income_over(facts.incomes(), from_capital, basic, housing)


def _income_from_capital(working: Working) -> Exact:
    names = ("capital_limit_lower", "capital_limit_upper", "tariff_step", "tariff_income_per_step")
    lower, upper, step, income = (working.figure(f"{FUND}.{name}") for name in names)
    limits = CapitalLimits(int(lower.pence), int(upper.pence), int(step.pence), int(income.pence))
    capital = capital_with_partner(working)
    tariff = tariff_income(capital, limits)
    working.worked_out(
        "income_from_capital",
        lambda: f"Capital of {in_pounds(capital)} counts as income of {in_pounds(tariff)} a week.",
        lower,
        step,
        income,
    )
    return tariff
