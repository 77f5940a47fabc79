"""Which facts a financial assessment needs, and which of them the facts already known make needless."""

from datetime import date

from services.funding_streams.domain.adapter import Case
from services.funding_streams.domain.eras import is_care_act
from services.funding_streams.domain.errors import MissingFact, NoValueInForce
from services.funding_streams.domain.facts import Facts
from services.funding_streams.domain.financial_assessment.capital import limits_in_force
from services.funding_streams.domain.financial_assessment.income import night_care_matters
from services.funding_streams.domain.working import Working

#: Facts that a financial assessment may need; a charge limit is not among them, for most councils have none.
MEANS_FACTS = (
    "date_of_birth",
    "household",
    "dependent_children",
    "disabled_children",
    "entitled_to_carers_allowance",
    "capital_pence",
    "incomes",
    "housing_costs_pence_per_week",
    "disability_related_expenditure_pence_per_week",
    "council_funds_night_care",
)


def means_facts(on: date) -> tuple[str, ...]:
    """Return the facts that may matter on that day: the Care Act's guarantee has no premium for a disabled child."""
    return tuple(name for name in MEANS_FACTS if name != "disabled_children" or not is_care_act(on))


def needless_means(case: Case) -> frozenset[str]:
    """Return facts of a financial assessment that the facts already known make needless."""
    facts = case.facts
    try:
        if limits_in_force(case).are_passed_by(facts.pence("capital_pence")):
            return frozenset(MEANS_FACTS) - {"capital_pence"}
    except (MissingFact, NoValueInForce):
        pass
    needless = set[str]()
    if is_care_act(case.on) or facts.values.get("dependent_children") == 0:
        needless.add("disabled_children")
    try:
        if not night_care_matters(Working(case)):
            needless.add("council_funds_night_care")
    except MissingFact:
        pass
    return frozenset(needless)


def missing_means(facts: Facts, needless: frozenset[str]) -> tuple[str, ...]:
    """Return the facts of a financial assessment that are absent and still matter."""
    return tuple(name for name in facts.absent(MEANS_FACTS) if name not in needless)
