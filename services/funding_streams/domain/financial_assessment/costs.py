"""What a person must pay anyway: housing, and the extra costs of disability."""

from services.funding_streams.domain.financial_assessment.protected_income import DISABILITY_INCOMES
from services.funding_streams.domain.money import in_pounds
from services.funding_streams.domain.working import Working

STANDARD_DISABILITY_COSTS = "adult_social_care.disability_costs_standard_pence_per_week"
FORMULA = "adult_social_care.assessment_formula"

#: Benefits for care and daily living: who has one has costs of disability that a council may take as given.
CARE_BENEFITS = DISABILITY_INCOMES - {"dla_mobility", "pip_mobility"}


def housing_costs(working: Working) -> int:
    """Return rent or mortgage and council tax less help, in pence a week.

    Raises:
        MissingFact: the costs.
    """
    costs = working.case.facts.pence("housing_costs_pence_per_week")
    if costs:
        working.worked_out(
            "means.housing_costs",
            lambda: f"Housing costs of {in_pounds(costs)} a week are taken off.",
            working.figure(FORMULA),
        )
    return costs


def disability_costs(working: Working) -> int:
    """Return disability-related costs in pence a week: those accepted, or the council's standard sum where it is more.

    The standard sum is for people who receive a benefit for care or daily living, without evidence of costs.

    Raises:
        MissingFact: the costs; incomes, where the council has a standard sum.
    """
    case = working.case
    accepted = case.facts.pence("disability_related_expenditure_pence_per_week")
    standard = case.council.whole(STANDARD_DISABILITY_COSTS)
    if standard > accepted and any(
        income.code in CARE_BENEFITS and income.pence_per_week > 0 for income in case.facts.incomes()
    ):
        working.worked_out(
            "means.disability_costs",
            lambda: (
                f"The council's standard sum of {in_pounds(standard)} a week for costs of disability is more than the"
                f" {in_pounds(accepted)} accepted, and is taken off."
            ),
            working.choice(STANDARD_DISABILITY_COSTS),
        )
        return standard
    if accepted:
        working.worked_out(
            "means.disability_costs",
            lambda: f"Disability-related costs of {in_pounds(accepted)} a week are taken off.",
            working.figure(FORMULA),
        )
    return accepted
