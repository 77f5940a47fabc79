"""Supporting People: housing-related support, from 1 April 2003 until it ended as a national stream on 31 March 2011.

Source:
    SI 2003/907 (S84); eligibility (S87 to S89); charging by council policies (S82, S90 to S93).
"""

from datetime import date
from enum import StrEnum
from fractions import Fraction

from services.funding_streams.domain.adapter import Case, StreamAdapter
from services.funding_streams.domain.charging import MEANS_FACTS, assess, missing_means, needless_means
from services.funding_streams.domain.decision import ADULT_SOCIAL_CARE, SUPPORTING_PEOPLE, Decision, Status
from services.funding_streams.domain.eras import (
    SUPPORTING_PEOPLE_FIRST_DAY,
    SUPPORTING_PEOPLE_LAST_DAY,
    years_old,
)
from services.funding_streams.domain.errors import MissingFact, NoValueInForce
from services.funding_streams.domain.figures import Dated
from services.funding_streams.domain.money import DAYS_PER_WEEK, half_up, in_pounds, over_days
from services.funding_streams.domain.settling import Award, awarded, last_day_of_award, refused, undecided
from services.funding_streams.domain.working import Working

SERVICE_FACTS = (
    "housing_support_need",
    "housing_support_in_plan",
    "housing_support_contract_pence_per_week",
    "housing_support_planned_months",
    "housing_support_by_home_improvement_agency",
    "receives_housing_benefit",
    "elects_to_self_pay",
)


STREAM = SUPPORTING_PEOPLE
HOME_IMPROVEMENT_CHARGE = "supporting_people.home_improvement_charge"


class HomeImprovementCharge(StrEnum):
    """How a council charges for support by a home improvement agency, which the short-term exemption leaves out."""

    AS_LONG_TERM = "as_long_term"
    FREE = "free"


class ChargingRoute(StrEnum):
    """Why a person pays what they pay for housing-related support."""

    SHORT_TERM = "short_term"
    HOUSING_BENEFIT = "housing_benefit"
    HOME_IMPROVEMENT_FREE = "home_improvement_free"
    SELF_PAY = "self_pay"
    ASSESSED = "assessed"


def charging_route(
    planned_months: int,
    short_term_months: int,
    home_improvement_agency: bool,
    housing_benefit: bool,
    self_pay: bool,
    home_improvement_charge: HomeImprovementCharge = HomeImprovementCharge.AS_LONG_TERM,
) -> ChargingRoute:
    """Return the first charging rule that applies.

    The exemption is for support planned for *less* than the months given: exactly as many are long-term. Support by a
    home improvement agency is outside the exemption and follows the council's own rule. Nobody pays for themselves what
    housing benefit makes free.

    Source:
        S82, S90 to S92.
    """
    if home_improvement_agency:
        if home_improvement_charge is HomeImprovementCharge.FREE:
            return ChargingRoute.HOME_IMPROVEMENT_FREE
    elif planned_months < short_term_months:
        return ChargingRoute.SHORT_TERM
    if housing_benefit:
        return ChargingRoute.HOUSING_BENEFIT
    return ChargingRoute.SELF_PAY if self_pay else ChargingRoute.ASSESSED


def charge_by_route(route: ChargingRoute, price_pence: Fraction, assessed_pence: Fraction) -> Fraction:
    """Return the person's weekly charge in pence: nothing, the whole price, or the assessed charge up to the price."""
    if route is ChargingRoute.SELF_PAY:
        return price_pence
    if route is ChargingRoute.ASSESSED:
        return min(price_pence, assessed_pence)
    return Fraction(0)


class SupportingPeople(StreamAdapter):
    """Grant for housing-related support, paid to the provider at contract price less the person's charge."""

    stream = STREAM
    depends_on = (ADULT_SOCIAL_CARE,)

    def needs(self, on: date) -> tuple[str, ...]:
        """Return every fact that may matter on that day; none outside the dates of the stream."""
        if not SUPPORTING_PEOPLE_FIRST_DAY <= on <= SUPPORTING_PEOPLE_LAST_DAY:
            return ()
        return tuple(dict.fromkeys(("date_of_birth", *SERVICE_FACTS, *MEANS_FACTS)))

    def decide(self, case: Case) -> Decision:
        """Decide on housing-related support; see `StreamAdapter`."""
        working = Working(case)
        if not _in_force(working):
            return refused(STREAM, working)
        working.attempt(lambda: _age(working))
        working.attempt(lambda: _need(working))
        working.attempt(lambda: _plan(working))
        if working.refused:
            return refused(STREAM, working)
        price = working.attempt(lambda: _price(working))
        charge = working.attempt(lambda: _charge(working))
        missing = self._missing(case)
        if missing or working.missed or working.stuck or price is None or charge is None:
            return undecided(STREAM, working, missing)
        return _award(working, price, charge)

    def _missing(self, case: Case) -> tuple[str, ...]:
        needless = _needless(case)
        absent = {*case.facts.absent(("date_of_birth", *SERVICE_FACTS)), *missing_means(case.facts, needless)}
        return tuple(name for name in self.needs(case.on) if name in absent and name not in needless)


def _in_force(working: Working) -> bool:
    on, last = working.case.on, SUPPORTING_PEOPLE_LAST_DAY
    first_day = working.case.figures.at("supporting_people.first_day", max(on, SUPPORTING_PEOPLE_FIRST_DAY))
    last_day = working.case.figures.at("supporting_people.last_day", max(on, SUPPORTING_PEOPLE_FIRST_DAY))
    if on < first_day.day:
        text = "Supporting People began on 1 April 2003."
    else:
        text = (
            f"Supporting People ended as a national stream on {last:%d %B %Y}. Its successor is the council's own money"
            " for housing-related support, under local rules."
        )
    passed = "Supporting People is in force on this day."
    return working.test("in_force", first_day.day <= on <= last_day.day, passed, text, first_day, last_day)


def _age(working: Working) -> None:
    least = working.figure("supporting_people.age_least_years")
    age = years_old(working.case.facts.date("date_of_birth"), working.case.on)
    if_failed = f"Aged {age}: the support is for people of {least.whole} or more."
    working.test("age", age >= least.whole, lambda: f"Aged {age}.", if_failed, least)


def _need(working: Working) -> None:
    working.test(
        "housing_support_need",
        working.case.facts.yes_no("housing_support_need"),
        "Needs help to set up or keep a home.",
        "Does not need help to set up or keep a home.",
        working.figure("supporting_people.housing_support_need_needed"),
    )


def _plan(working: Working) -> None:
    working.test(
        "housing_support_in_plan",
        working.case.facts.yes_no("housing_support_in_plan"),
        "The support is part of an agreed support plan.",
        "The support is not part of an agreed support plan.",
        working.figure("supporting_people.support_plan_needed"),
    )


def _price(working: Working) -> Fraction:
    price = working.case.facts.pence("housing_support_contract_pence_per_week")
    working.worked_out("price", lambda: f"The contract price of the support is {in_pounds(price)} a week.")
    return Fraction(price)


def _route(working: Working) -> tuple[ChargingRoute, Dated]:
    """Return the charging rule; a fact that an earlier rule makes needless is not read.

    Raises:
        MissingFact: a fact that decides between the rules.
    """
    facts, months = working.case.facts, working.figure("supporting_people.short_term_months")
    agency = facts.yes_no("housing_support_by_home_improvement_agency")
    planned = months.whole if agency else facts.count("housing_support_planned_months")
    known = (planned, months.whole, agency)
    local = HomeImprovementCharge(working.case.council.code(HOME_IMPROVEMENT_CHARGE))
    free = charging_route(*known, housing_benefit=False, self_pay=False, home_improvement_charge=local)
    if free is not ChargingRoute.ASSESSED:
        return free, months
    benefit = facts.yes_no("receives_housing_benefit")
    self_pay = False if benefit else facts.yes_no("elects_to_self_pay")
    return charging_route(*known, benefit, self_pay, local), months


def _charge(working: Working) -> Fraction:
    route, months = _route(working)
    price = Fraction(working.case.facts.pence("housing_support_contract_pence_per_week"))
    assessed = _assessed(working, price) if route is ChargingRoute.ASSESSED else Fraction(0)
    charge = charge_by_route(route, price, assessed)
    reasons = {
        ChargingRoute.SHORT_TERM: f"The support is planned for less than {months.whole} months, so it is free.",
        ChargingRoute.HOUSING_BENEFIT: "Housing benefit is in payment, so the support is free.",
        ChargingRoute.HOME_IMPROVEMENT_FREE: "A home improvement agency gives it; this council makes no charge.",
        ChargingRoute.SELF_PAY: "The person chooses to pay for the support.",
        ChargingRoute.ASSESSED: "Neither the exemption nor housing benefit applies: the means are assessed.",
    }
    text = f"{reasons[route]} The person pays {in_pounds(half_up(charge))} a week."
    local = working.choice(HOME_IMPROVEMENT_CHARGE)
    agency = working.case.facts.yes_no("housing_support_by_home_improvement_agency")
    rules = working.figure("supporting_people.charging_rules")
    working.worked_out("charge", text, rules, months, *((local,) if agency else ()))
    return charge


def _assessed(working: Working, price: Fraction) -> Fraction:
    """Return what is left of the assessed charge once the charge for social care has been taken from it."""
    assessment = assess(working)
    social_care = working.case.decisions.get(ADULT_SOCIAL_CARE)
    if social_care is not None and social_care.status is Status.UNDECIDED:
        working.wait("social_care_charge", "The charge for social care must be known first: it uses the same income.")
        return Fraction(0)
    already = Fraction(0) if social_care is None or not social_care.amount_pence else social_care.weekly_contribution
    if already:
        working.noted(
            "social_care_charge",
            lambda: (
                f"{in_pounds(already)} a week is charged for social care already; the same income is not charged twice."
            ),
        )
    return assessment.charge(price, already)


def _needless(case: Case) -> frozenset[str]:
    """Return facts that the facts already known make needless."""
    facts, working = case.facts, Working(case)
    try:
        route, _ = _route(working)
    except (MissingFact, NoValueInForce):
        agency = facts.values.get("housing_support_by_home_improvement_agency") is True
        benefit = facts.values.get("receives_housing_benefit") is True
        needless = {"elects_to_self_pay", *MEANS_FACTS} if benefit else set(needless_means(case))
        return frozenset(needless | ({"housing_support_planned_months"} if agency else set())) - {"date_of_birth"}
    if route is ChargingRoute.ASSESSED:
        needless = set(needless_means(case))
    else:
        needless = {"receives_housing_benefit", "elects_to_self_pay", *MEANS_FACTS}
    return frozenset(needless | {"housing_support_planned_months"}) - {"date_of_birth"}


def _award(working: Working, price: Fraction, charge: Fraction) -> Decision:
    on = working.case.on
    ends_on = last_day_of_award(on, SUPPORTING_PEOPLE_LAST_DAY)
    days = (ends_on - on).days + 1
    amount = half_up(over_days(price, days))
    contribution = amount if charge == price else min(half_up(Fraction(half_up(charge) * days, DAYS_PER_WEEK)), amount)
    conditions = [
        "Only for housing-related support; personal care, nursing, repairs and housing management are left out.",
        "Paid to the provider: the contract price less the person's charge.",
        "It stops when the support stops.",
    ]
    if ends_on == SUPPORTING_PEOPLE_LAST_DAY:
        conditions.append("It ends with the national stream on 31 March 2011; after that local rules apply.")
    award = Award(ends_on, contribution, tuple(conditions), Status.CONFIRMED, price)
    return awarded(STREAM, working, award)
