"""What a person pays for housing-related support: free by a rule, the price by choice, or by their means.

Source:
    Council policies (S82, S90 to S92); SI 2003/907 (S84).
"""

from enum import StrEnum

from services.funding_streams.domain.adapter import Case
from services.funding_streams.domain.council_settings import Choice
from services.funding_streams.domain.decision import ADULT_SOCIAL_CARE, Status
from services.funding_streams.domain.errors import MissingFact, NoValueInForce
from services.funding_streams.domain.figures import Dated
from services.funding_streams.domain.financial_assessment.assessment import assess
from services.funding_streams.domain.financial_assessment.needed_facts import MEANS_FACTS, needless_means
from services.funding_streams.domain.financial_assessment.same_income import tell_income_charged_elsewhere
from services.funding_streams.domain.money import Exact, half_up, in_pounds
from services.funding_streams.domain.working import Working

HOME_IMPROVEMENT_CHARGE = "supporting_people.home_improvement_charge"
LOCAL_PASSPORTS = "supporting_people.local_passports"
SHORT_TERM_MONTHS = "supporting_people.short_term_months"

BY_AGENCY = "housing_support_by_home_improvement_agency"


class HomeImprovementCharge(StrEnum):
    """How a council charges for support by a home improvement agency, which the short-term exemption leaves out."""

    AS_LONG_TERM = "as_long_term"
    FREE = "free"


class ChargingRoute(StrEnum):
    """Why a person pays what they pay for housing-related support."""

    SHORT_TERM = "short_term"
    HOUSING_BENEFIT = "housing_benefit"
    LOCAL_PASSPORT = "local_passport"
    HOME_IMPROVEMENT_FREE = "home_improvement_free"
    SELF_PAY = "self_pay"
    ASSESSED = "assessed"


REASONS = {
    ChargingRoute.HOUSING_BENEFIT: "Housing benefit is in payment, so the support is free.",
    ChargingRoute.LOCAL_PASSPORT: "An income of the person makes the support free under the council's own policy.",
    ChargingRoute.HOME_IMPROVEMENT_FREE: "A home improvement agency gives it; this council makes no charge.",
    ChargingRoute.SELF_PAY: "The person chooses to pay for the support.",
    ChargingRoute.ASSESSED: "Neither the exemption nor housing benefit applies: the means are assessed.",
}


def charging_route(working: Working) -> ChargingRoute:
    """Return the first charging rule that applies; a fact that an earlier rule makes needless is not read.

    The exemption is for support planned for *less* than the months given: exactly as many are long-term. Support by a
    home improvement agency is outside the exemption and follows the council's own rule. Nobody pays for themselves what
    housing benefit, or a passport of the council, makes free.

    Raises:
        MissingFact: a fact that decides between the rules.
        NoValueInForce: the months of the exemption are not loaded for the day.
    """
    facts, council = working.case.facts, working.case.council
    if facts.yes_no(BY_AGENCY):
        if council.code(HOME_IMPROVEMENT_CHARGE) == HomeImprovementCharge.FREE:
            return ChargingRoute.HOME_IMPROVEMENT_FREE
    elif facts.count("housing_support_planned_months") < working.figure(SHORT_TERM_MONTHS).whole:
        return ChargingRoute.SHORT_TERM
    if facts.yes_no("receives_housing_benefit"):
        return ChargingRoute.HOUSING_BENEFIT
    passports = council.codes(LOCAL_PASSPORTS)
    if passports and any(one.code in passports and one.pence_per_week > 0 for one in facts.incomes()):
        return ChargingRoute.LOCAL_PASSPORT
    return ChargingRoute.SELF_PAY if facts.yes_no("elects_to_self_pay") else ChargingRoute.ASSESSED


def charge_by_route(route: ChargingRoute, price_pence: Exact, assessed_pence: Exact) -> Exact:
    """Return the person's weekly charge in pence: nothing, the whole price, or the assessed charge up to the price."""
    if route is ChargingRoute.SELF_PAY:
        return price_pence
    if route is ChargingRoute.ASSESSED:
        return min(price_pence, assessed_pence)
    return 0


def charge(working: Working, price_pence: int) -> Exact:
    """Return the person's weekly charge in pence, exact.

    Args:
        working: of the stream.
        price_pence: contract price of the support for a week.

    Raises:
        MissingFact: a fact that decides between the rules, or one of the person's means where they are assessed.
        NoValueInForce: a figure is not loaded for the day.
    """
    route = charging_route(working)
    assessed = _assessed(working, price_pence) if route is ChargingRoute.ASSESSED else 0
    weekly = charge_by_route(route, price_pence, assessed)
    months = working.figure(SHORT_TERM_MONTHS)
    working.worked_out(
        "charge",
        lambda: f"{_reason(route, months)} The person pays {in_pounds(half_up(weekly))} a week.",
        working.figure("supporting_people.charging_rules"),
        months,
        *_choices_that_matter(working, route),
    )
    if weekly:
        working.noted(
            "charge_lawful_for",
            "A charge is lawful only for support of a kind that housing benefit paid for on 31 March 2003.",
            working.figure("supporting_people.charge_lawful_for"),
        )
    return weekly


def _reason(route: ChargingRoute, short_term_months: Dated) -> str:
    return (
        REASONS.get(route) or f"The support is planned for less than {short_term_months.whole} months, so it is free."
    )


def _choices_that_matter(working: Working, route: ChargingRoute) -> list[Choice]:
    choices = [working.choice(HOME_IMPROVEMENT_CHARGE)] if working.case.facts.yes_no(BY_AGENCY) else []
    return [*choices, working.choice(LOCAL_PASSPORTS)] if route is ChargingRoute.LOCAL_PASSPORT else choices


def _assessed(working: Working, price_pence: int) -> Exact:
    """Return what is left of the assessed charge once the charge for social care has been taken from it."""
    assessment = assess(working)
    social_care = working.case.decisions.get(ADULT_SOCIAL_CARE)
    if social_care is not None and social_care.status is Status.UNDECIDED:
        working.wait("social_care_charge", "The charge for social care must be known first: it uses the same income.")
        return 0
    tell_income_charged_elsewhere(working, taken_off=(ADULT_SOCIAL_CARE,))
    already = 0 if social_care is None or not social_care.contribution_pence else social_care.weekly_contribution
    return assessment.charge(price_pence, already)


def needless_facts(case: Case) -> frozenset[str]:
    """Return facts that the facts already known make needless; date of birth is asked for whatever the charge."""
    working, known = Working(case), case.facts.values
    needless = {"housing_support_planned_months"} if known.get(BY_AGENCY) is True else set[str]()
    try:
        route = charging_route(working)
    except (MissingFact, NoValueInForce):
        if known.get("receives_housing_benefit") is True:
            needless |= {"elects_to_self_pay", *MEANS_FACTS}
        else:
            needless |= needless_means(case) - ({"incomes"} if case.council.codes(LOCAL_PASSPORTS) else set())
    else:
        if route is ChargingRoute.ASSESSED:
            needless |= needless_means(case)
        else:
            needless |= {"receives_housing_benefit", "elects_to_self_pay", *MEANS_FACTS}
    return frozenset(needless - {"date_of_birth"})
