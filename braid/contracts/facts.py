"""The fact catalogue: every fact about a person that a funding stream's rules may ask for, once.

A question of a questionnaire says which fact it answers; a stream's rules say which facts they need; so each stream can
say what is still missing, and nothing is asked twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from braid.contracts.assessment import FactValue
from braid.contracts.codes import PENCE_MAX


class FactKind(StrEnum):
    """How a fact's value is written."""

    YES_NO = "yes_no"
    DATE = "date"
    PENCE = "pence"
    PENCE_PER_WEEK = "pence_per_week"
    COUNT = "count"
    CODE = "code"
    INCOMES = "incomes"


@dataclass(frozen=True)
class Fact:
    """One fact: its name, how it is written, and what it means.

    Args:
        name: as used in events and rules.
        kind: how the value is written; sums are whole pence.
        meaning: one sentence for the people who answer and for those who read the rules.
        codes: the allowed codes, for ``code`` and ``incomes``.
        count_max: the largest plausible count, for ``count``.
    """

    name: str
    kind: FactKind
    meaning: str
    codes: tuple[str, ...] = ()
    count_max: int = 0


INCOME_CODES = (
    "income_support",
    "employment_and_support_allowance",
    "universal_credit",
    "pension_credit_guarantee",
    "pension_credit_savings",
    "state_pension",
    "occupational_pension",
    "incapacity_benefit",
    "severe_disablement_allowance",
    "severe_disability_premium",
    "special_transitional_addition",
    "constant_attendance_allowance",
    "armed_forces_independence_payment",
    "attendance_allowance_higher",
    "attendance_allowance_lower",
    "dla_care_highest",
    "dla_care_middle",
    "dla_care_lowest",
    "dla_mobility",
    "pip_daily_living_enhanced",
    "pip_daily_living_standard",
    "pip_mobility",
    "earnings",
    "working_tax_credit",
    "child_tax_credit",
    "independent_living_fund",
    "other",
)

CATALOGUE: Mapping[str, Fact] = {
    fact.name: fact
    for fact in (
        Fact("date_of_birth", FactKind.DATE, "The person's date of birth."),
        Fact("ordinarily_resident", FactKind.YES_NO, "Ordinarily resident in the council's area."),
        Fact("uk_resident", FactKind.YES_NO, "Resident in the United Kingdom."),
        Fact("household", FactKind.CODE, "Who the person lives with as a benefit unit.", ("single", "couple")),
        Fact(
            "facs_band",
            FactKind.CODE,
            "Highest Fair Access to Care Services band of the agreed needs.",
            ("critical", "substantial", "moderate", "low", "none"),
        ),
        Fact(
            "need_from_impairment", FactKind.YES_NO, "The needs arise from a physical or mental impairment or illness."
        ),
        Fact("outcomes_not_achieved", FactKind.COUNT, "How many Care Act outcomes cannot be achieved.", count_max=10),
        Fact("significant_impact", FactKind.YES_NO, "There is a significant impact on well-being as a consequence."),
        Fact("dependent_children", FactKind.COUNT, "How many dependent children live with the person.", count_max=20),
        Fact("disabled_children", FactKind.COUNT, "How many of them receive a benefit for disability.", count_max=20),
        Fact(
            "entitled_to_carers_allowance", FactKind.YES_NO, "Entitled to carer's allowance for looking after somebody."
        ),
        Fact("home_tenure", FactKind.CODE, "How the person holds the home.", ("owner", "tenant", "other")),
        Fact("capital_pence", FactKind.PENCE, "The person's own savings and investments, main home left out."),
        Fact("partner_capital_pence", FactKind.PENCE, "The partner's savings and investments."),
        Fact("incomes", FactKind.INCOMES, "The person's incomes by kind.", INCOME_CODES),
        Fact("housing_costs_pence_per_week", FactKind.PENCE_PER_WEEK, "Rent or mortgage and council tax, less help."),
        Fact(
            "disability_related_expenditure_pence_per_week",
            FactKind.PENCE_PER_WEEK,
            "Extra costs of disability that the council accepts.",
        ),
        Fact("council_funds_night_care", FactKind.YES_NO, "The council's care covers nights."),
        Fact(
            "charge_limit_pence_per_week",
            FactKind.PENCE_PER_WEEK,
            "The most that the council charges, if it has a limit.",
        ),
        Fact("housing_support_need", FactKind.YES_NO, "Needs help to set up or keep a home and a tenancy."),
        Fact(
            "housing_support_in_plan", FactKind.YES_NO, "The housing-related support is part of an agreed support plan."
        ),
        Fact("housing_support_contract_pence_per_week", FactKind.PENCE_PER_WEEK, "Contract price of that support."),
        Fact(
            "housing_support_planned_months",
            FactKind.COUNT,
            "How many months that support is planned for.",
            count_max=1200,
        ),
        Fact("housing_support_by_home_improvement_agency", FactKind.YES_NO, "A home improvement agency gives it."),
        Fact("receives_housing_benefit", FactKind.YES_NO, "Housing benefit is in payment."),
        Fact("elects_to_self_pay", FactKind.YES_NO, "Chooses to pay for the housing-related support."),
        Fact(
            "dla_care_rate",
            FactKind.CODE,
            "Rate of the care component of disability living allowance.",
            ("none", "lowest", "middle", "highest"),
        ),
        Fact(
            "receives_income_support",
            FactKind.YES_NO,
            "On income support, income-based JSA or ESA, or the PC guarantee.",
        ),
        Fact("ilf_existing_user", FactKind.YES_NO, "Already has an award of the Independent Living Fund."),
        Fact("ilf_applied_on", FactKind.DATE, "Day of the application to the Independent Living Fund."),
        Fact("at_risk_of_residential_care", FactKind.YES_NO, "Would be at risk of residential care without support."),
        Fact("can_live_at_home_six_months", FactKind.YES_NO, "Is expected to be able to live at home for six months."),
        Fact("hours_worked_per_week", FactKind.COUNT, "Hours of paid work in a week.", count_max=168),
        Fact(
            "qualifying_support_hours_per_week",
            FactKind.COUNT,
            "Hours of qualifying support in a week.",
            count_max=168 * 3,
        ),
        Fact("qualifying_support_pence_per_hour", FactKind.PENCE, "Reasonable hourly rate of that support."),
    )
}


def fact_problems(facts: Mapping[str, FactValue]) -> list[tuple[str, str]]:
    """Check facts against the catalogue.

    Returns:
        Pairs of fact name and what is wrong with it, in the order given; empty when all is well.
    """
    problems = []
    for name, value in facts.items():
        fact = CATALOGUE.get(name)
        complaint = "is not in the fact catalogue" if fact is None else _complaint(fact, value)
        if complaint:
            problems.append((name, complaint))
    return problems


def _complaint(fact: Fact, value: FactValue) -> str | None:
    match fact.kind:
        case FactKind.YES_NO:
            return None if isinstance(value, bool) else "must be true or false"
        case FactKind.DATE:
            return None if _is_date(value) else "must be a date such as 2009-06-01"
        case FactKind.PENCE | FactKind.PENCE_PER_WEEK:
            return None if _is_whole(value, PENCE_MAX) else "must be whole pence, zero or more"
        case FactKind.COUNT:
            return None if _is_whole(value, fact.count_max) else f"must be a whole number from 0 to {fact.count_max}"
        case FactKind.CODE:
            return None if value in fact.codes else f"must be one of {', '.join(fact.codes)}"
        case FactKind.INCOMES:
            return _incomes_complaint(fact, value)


def _incomes_complaint(fact: Fact, value: FactValue) -> str | None:
    if not isinstance(value, Sequence) or isinstance(value, str):
        return "must be a list of incomes"
    codes = [line.code for line in value]
    unknown = [code for code in codes if code not in fact.codes]
    if unknown:
        return f"has an unknown income: {', '.join(unknown)}"
    if len(set(codes)) != len(codes):
        return "names an income twice"
    return None


def _is_whole(value: FactValue, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most


def _is_date(value: FactValue) -> bool:
    if not isinstance(value, str):
        return False
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
