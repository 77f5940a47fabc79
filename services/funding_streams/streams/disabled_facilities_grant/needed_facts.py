"""Which facts a grant needs: all of them at once, less those that the facts already known make needless."""

from collections.abc import Iterator
from contextlib import suppress

from services.funding_streams.domain.adapter import Case
from services.funding_streams.domain.errors import MissingFact, NoValueInForce
from services.funding_streams.domain.working import Working
from services.funding_streams.streams.disabled_facilities_grant.applicable_amount import (
    codes_of,
    income_facts,
    may_be_in_main_phase,
    may_be_severely_disabled,
)
from services.funding_streams.streams.disabled_facilities_grant.eligibility import COUNCIL_HOMES
from services.funding_streams.streams.disabled_facilities_grant.spared import (
    is_spared,
    may_be_a_child,
    passports_asked_for,
)

ELIGIBILITY_FACTS = (
    "works_purpose",
    "works_cost_pence",
    "counts_as_disabled",
    "works_necessary_and_appropriate",
    "works_reasonable_and_practicable",
    "home_owned_by_council",
    "home_tenure",
    "main_home_for_condition_period",
    "works_state",
)
MEANS_FACTS = (
    "date_of_birth",
    "child_benefit_in_payment",
    "receives_income_support",
    "receives_housing_benefit",
    "receives_council_tax_benefit",
    "receives_low_income_tax_credits",
    "household",
    "partner_date_of_birth",
    "dependent_children",
    "disabled_children",
    "entitled_to_carers_allowance",
    "incomes",
    "partner_incomes",
    "esa_main_phase",
    "lives_without_other_adult_or_paid_carer",
    "capital_pence",
    "partner_capital_pence",
    "earlier_grant_contribution_pence",
    "earlier_grant_approved_on",
)
#: All that may matter. An earlier grant and the day of the application are told where there are any: nobody waits for
#: them.
GRANT_FACTS = (*ELIGIBILITY_FACTS, *MEANS_FACTS, "grant_applied_on")


def missing_facts(case: Case) -> tuple[str, ...]:
    """Return the facts that are absent and still matter, in the order in which they are asked for."""
    matter = {*_eligibility(case), *_means(case)}
    return tuple(name for name in case.facts.absent(GRANT_FACTS) if name in matter)


def _eligibility(case: Case) -> Iterator[str]:
    for name in ELIGIBILITY_FACTS:
        if name != "home_owned_by_council" or not case.council.yes_no(COUNCIL_HOMES):
            yield name


def _means(case: Case) -> Iterator[str]:
    with suppress(MissingFact, NoValueInForce):
        if is_spared(Working(case)):
            return
    known = case.facts.values
    yield from ("date_of_birth", *(passport.fact for passport in passports_asked_for(case.figures.on(case.on))))
    if may_be_a_child(case):
        yield "child_benefit_in_payment"
    yield from ("household", "dependent_children", "entitled_to_carers_allowance", "incomes", "capital_pence")
    if known.get("household") != "single":
        yield from ("partner_date_of_birth", "partner_incomes", "partner_capital_pence")
    if known.get("dependent_children") != 0:
        yield "disabled_children"
    if known.get("earlier_grant_contribution_pence"):
        yield "earlier_grant_approved_on"
    # Nobody's pension age is loaded for a birth so long ago: the decision tells that in its own step.
    with suppress(NoValueInForce):
        yield from _by_income(case)


def _by_income(case: Case) -> Iterator[str]:
    """Yield facts that matter only with certain incomes, and so are asked for once the incomes are known."""
    names = income_facts(case.facts.values.get("household") != "single")
    if case.facts.absent(names):
        return
    incomes = tuple(codes_of(case.facts.incomes(name)) for name in names)
    if may_be_severely_disabled(incomes):
        yield "lives_without_other_adult_or_paid_carer"
    alone = len(incomes) == 1 and case.facts.values.get("dependent_children") == 0
    if alone and may_be_in_main_phase(case, incomes[0]):
        yield "esa_main_phase"
