"""Supporting People: housing-related support, from 1 April 2003 until it ended as a national stream on 31 March 2011.

Source:
    SI 2003/907 (S84); eligibility (S87 to S89); charging by council policies (S82, S90 to S93).
"""

from datetime import date

from services.funding_streams.domain.adapter import Case, StreamAdapter
from services.funding_streams.domain.decision import ADULT_SOCIAL_CARE, SUPPORTING_PEOPLE, Decision, Status
from services.funding_streams.domain.eras import (
    SUPPORTING_PEOPLE_FIRST_DAY,
    SUPPORTING_PEOPLE_LAST_DAY,
    years_old,
)
from services.funding_streams.domain.financial_assessment.needed_facts import means_facts, missing_means
from services.funding_streams.domain.money import Exact, half_up, half_up_over_days, in_pounds
from services.funding_streams.domain.settling import Award, awarded, last_day_of_award, refused, undecided
from services.funding_streams.domain.working import Working
from services.funding_streams.streams.supporting_people.charging import charge, needless_facts

STREAM = SUPPORTING_PEOPLE
SERVICE_FACTS = (
    "housing_support_need",
    "housing_support_in_plan",
    "housing_support_contract_pence_per_week",
    "housing_support_planned_months",
    "housing_support_by_home_improvement_agency",
    "receives_housing_benefit",
    "elects_to_self_pay",
)


CONDITIONS = (
    "Only for housing-related support; personal care, nursing, repairs and housing management are left out.",
    "Paid to the provider: the contract price less the person's charge.",
    "It stops when the support stops.",
)
ENDS_WITH_THE_STREAM = "It ends with the national stream on 31 March 2011; after that local rules apply."


class SupportingPeople(StreamAdapter):
    """Grant for housing-related support, paid to the provider at contract price less the person's charge."""

    stream = STREAM
    depends_on = (ADULT_SOCIAL_CARE,)

    def needs(self, on: date) -> tuple[str, ...]:
        """Return every fact that may matter on that day; none outside the dates of the stream."""
        if not SUPPORTING_PEOPLE_FIRST_DAY <= on <= SUPPORTING_PEOPLE_LAST_DAY:
            return ()
        return tuple(dict.fromkeys(("date_of_birth", *SERVICE_FACTS, *means_facts(on))))

    def decide(self, case: Case) -> Decision:
        """Decide on housing-related support; see `StreamAdapter`."""
        working = Working(case)
        if not _in_force(working):
            return refused(STREAM, working)
        working.attempt_each(TESTS)
        if working.refused:
            return refused(STREAM, working)
        price = working.attempt(_price, working)
        paid = None if price is None else working.attempt(charge, working, price)
        if working.missed or working.stuck or price is None or paid is None:
            return undecided(STREAM, working, self._missing(case))
        return _award(working, price, paid)

    def _missing(self, case: Case) -> tuple[str, ...]:
        needless = needless_facts(case)
        absent = {*case.facts.absent(("date_of_birth", *SERVICE_FACTS)), *missing_means(case.facts, needless)}
        return tuple(name for name in self.needs(case.on) if name in absent and name not in needless)


def _in_force(working: Working) -> bool:
    on = working.case.on
    figures = working.case.figures.on(max(on, SUPPORTING_PEOPLE_FIRST_DAY))
    first_day, last_day = figures["supporting_people.first_day"], figures["supporting_people.last_day"]
    return working.test(
        "in_force",
        first_day.day <= on <= last_day.day,
        "Supporting People is in force on this day.",
        lambda: "Supporting People began on 1 April 2003." if on < first_day.day else _ended(),
        first_day,
        last_day,
    )


def _ended() -> str:
    return (
        f"Supporting People ended as a national stream on {SUPPORTING_PEOPLE_LAST_DAY:%d %B %Y}. Its successor is the"
        " council's own money for housing-related support, under local rules."
    )


def _age(working: Working) -> None:
    least = working.figure("supporting_people.age_least_years")
    age = years_old(working.case.facts.date("date_of_birth"), working.case.on)
    working.test(
        "age",
        age >= least.whole,
        lambda: f"Aged {age}.",
        lambda: f"Aged {age}: the support is for people of {least.whole} or more.",
        least,
    )


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


#: In the order in which a person can follow them.
TESTS = (_age, _need, _plan)


def _price(working: Working) -> int:
    price = working.case.facts.pence("housing_support_contract_pence_per_week")
    working.worked_out("price", lambda: f"The contract price of the support is {in_pounds(price)} a week.")
    return price


def _award(working: Working, price: int, paid: Exact) -> Decision:
    on = working.case.on
    ends_on = last_day_of_award(on, SUPPORTING_PEOPLE_LAST_DAY)
    days = (ends_on - on).days + 1
    amount = half_up_over_days(price, days)
    contribution = amount if paid == price else min(half_up_over_days(half_up(paid), days), amount)
    conditions = (*CONDITIONS, ENDS_WITH_THE_STREAM) if ends_on == SUPPORTING_PEOPLE_LAST_DAY else CONDITIONS
    award = Award(ends_on, contribution, conditions, Status.CONFIRMED, price)
    return awarded(STREAM, working, award)
