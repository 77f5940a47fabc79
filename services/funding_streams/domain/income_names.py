"""Names of incomes as people say them."""

from collections.abc import Iterable

from services.funding_streams.domain.facts import Income
from services.funding_streams.domain.money import in_pounds

INCOME_NAMES = {
    "income_support": "income support",
    "employment_and_support_allowance": "employment and support allowance",
    "universal_credit": "universal credit",
    "pension_credit_guarantee": "pension credit (guarantee)",
    "pension_credit_savings": "pension credit (savings)",
    "state_pension": "state pension",
    "occupational_pension": "occupational pension",
    "severe_disability_premium": "severe disability premium",
    "attendance_allowance_higher": "attendance allowance (higher rate)",
    "attendance_allowance_lower": "attendance allowance (lower rate)",
    "dla_care_highest": "disability living allowance, care (highest rate)",
    "dla_care_middle": "disability living allowance, care (middle rate)",
    "dla_care_lowest": "disability living allowance, care (lowest rate)",
    "dla_mobility": "disability living allowance, mobility",
    "pip_daily_living_enhanced": "personal independence payment, daily living (enhanced rate)",
    "pip_daily_living_standard": "personal independence payment, daily living (standard rate)",
    "pip_mobility": "personal independence payment, mobility",
    "earnings": "earnings",
    "independent_living_fund": "Independent Living Fund",
    "constant_attendance_allowance": "constant attendance allowance",
    "armed_forces_independence_payment": "armed forces independence payment",
    "special_transitional_addition": "special transitional addition",
    "working_tax_credit": "working tax credit",
    "child_tax_credit": "child tax credit",
    "other": "other income",
}

#: Benefits for disability: attendance allowance, disability living allowance, personal independence payment.
DISABILITY_BENEFITS = frozenset(
    {
        "attendance_allowance_higher",
        "attendance_allowance_lower",
        "dla_care_highest",
        "dla_care_middle",
        "dla_care_lowest",
        "dla_mobility",
        "pip_daily_living_enhanced",
        "pip_daily_living_standard",
        "pip_mobility",
    }
)


def income_name(code: str) -> str:
    """Return the name of an income; a code that came later than this list is told as words."""
    return INCOME_NAMES.get(code) or code.replace("_", " ")


def listed(incomes: Iterable[Income]) -> str:
    """Return incomes with their weekly sums, as part of a sentence."""
    told = "; ".join(f"{income_name(one.code)} {in_pounds(one.pence_per_week)}" for one in incomes)
    return told or "no income"
