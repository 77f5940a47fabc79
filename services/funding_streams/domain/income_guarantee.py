"""What a person must be left with: income support with a buffer until 31 March 2015, then the statutory guarantee.

Source:
    Fairer Charging guidance (S53, S54) until 31 March 2015; SI 2014/2672 reg. 7 (S41) from 1 April 2015.
"""

from datetime import date
from fractions import Fraction

from services.funding_streams.domain.eras import is_care_act, months_old, years_old
from services.funding_streams.domain.errors import NoValueInForce
from services.funding_streams.domain.figures import Dated, Figures
from services.funding_streams.domain.money import in_pounds
from services.funding_streams.domain.working import Working

#: Incomes that show that the premiums for disabled people apply below pension age. Severe disability premium is left
#: out of the protected sum on purpose: it is counted as income. Source: entitledto.co.uk help on premiums (R6).
DISABILITY_INCOMES = frozenset(
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
ENHANCED_DISABILITY_INCOMES = frozenset({"dla_care_highest", "pip_daily_living_enhanced"})
LOCAL_GUARANTEE = "adult_social_care.local_income_guarantee_pence_per_week"
GUARANTEE_EXTRA = "adult_social_care.income_guarantee_extra_pence_per_week"
YEARS_OF_FULL_RATE = 25
YEARS_OF_ADULT_RATE = 18


def has_pension_age(figures: Figures, born: date, on: date) -> bool:
    """Whether a person has reached the qualifying age for pension credit.

    The figures are keyed by the date of birth, as the statute's tables are: between 2010 and 2020 everyone born within
    a month reaches it on the same day; before and after it is so many months of age.

    Source:
        Pensions Act 1995 sch. 4, as amended by the Pensions Acts 2011 and 2014 (R7, R8).
    """
    try:
        return on >= figures.at("benefits.pension_age_reached_on", born).day
    except NoValueInForce:
        return months_old(born, on) >= figures.at("benefits.pension_age_months", born).whole


def basic_income_support(working: Working) -> tuple[Fraction, tuple[Dated, ...]]:
    """Return basic income support or the pension credit guarantee, in pence a week, with the figures it rests on.

    A member of a couple is assessed alone and keeps half of the couple's rates: the statutory guarantee of 2015 carries
    exactly those halves on, with the buffer.

    Raises:
        MissingFact: date of birth, household or incomes.
        NoValueInForce: a rate is not loaded for the day.
    """
    parts = tuple(working.figure(name) for name in _basic_names(working))
    total = sum((part.pence for part in parts), Fraction(0))
    return (total / 2 if working.case.facts.code("household") == "couple" else total), parts


def protected_income(working: Working) -> Fraction:
    """Return what the person must be left with, in pence a week, before housing and disability-related costs.

    Raises:
        MissingFact: date of birth, household or incomes.
        NoValueInForce: a rate is not loaded for the day.
    """
    council = working.case.council
    statutory = _statutory_guarantee(working) if is_care_act(working.case.on) else _fairer_charging(working)
    protected = statutory
    working.noted(
        "protected_income.not_asked",
        "Additions for children and for a carer are not asked for yet; where the law gives one, more is protected.",
    )
    extra = council.whole(GUARANTEE_EXTRA)
    if extra:
        protected += extra
        working.worked_out(
            "protected_income.council_extra",
            lambda: f"The council adds {in_pounds(extra)} a week to what is protected.",
            working.choice(GUARANTEE_EXTRA),
        )
    local = council.whole_if_any(LOCAL_GUARANTEE)
    if local is not None and local > protected:
        protected = Fraction(local)
        working.worked_out(
            "protected_income.council_guarantee",
            lambda: f"The council's own guarantee of {in_pounds(local)} a week is higher and is used.",
            working.choice(LOCAL_GUARANTEE),
        )
    return protected


def _fairer_charging(working: Working) -> Fraction:
    basic, parts = basic_income_support(working)
    buffer = working.figure("adult_social_care.fairer_charging_buffer_percent")
    protected = basic * (100 + buffer.whole) / 100
    working.worked_out(
        "protected_income",
        lambda: (
            f"Basic income support of {in_pounds(basic)} a week with {buffer.whole}% on top leaves the person at least"
            f" {in_pounds(protected)} a week."
        ),
        *parts,
        buffer,
    )
    return protected


def _statutory_guarantee(working: Working) -> Fraction:
    parts = tuple(working.figure(name) for name in _guarantee_names(working))
    protected = sum((part.pence for part in parts), Fraction(0))
    working.worked_out(
        "protected_income",
        lambda: f"The minimum income guarantee leaves the person at least {in_pounds(protected)} a week.",
        *parts,
    )
    return protected


def _basic_names(working: Working) -> list[str]:
    facts, on = working.case.facts, working.case.on
    born, household = facts.date("date_of_birth"), facts.code("household")
    if has_pension_age(working.case.figures, born, on):
        return [f"benefits.pension_credit_guarantee_{household}"]
    if household == "couple":
        allowance = "benefits.income_support_couple"
    else:
        allowance = _by_age("benefits.income_support_single", "25_plus", born, on)
    return [allowance, *_premiums(working, "benefits", household)]


def _guarantee_names(working: Working) -> list[str]:
    facts, on = working.case.facts, working.case.on
    born, household = facts.date("date_of_birth"), facts.code("household")
    start = f"adult_social_care.minimum_income_guarantee_{household}"
    if has_pension_age(working.case.figures, born, on):
        return [f"{start}_pension_age"]
    below = f"{start}_below_pension_age" if household == "couple" else _by_age(start, "25_to_pension_age", born, on)
    return [below, *_premiums(working, "adult_social_care.minimum_income_guarantee", household)]


def _by_age(start: str, full_rate: str, born: date, on: date) -> str:
    age = years_old(born, on)
    if age < YEARS_OF_ADULT_RATE:
        raise NoValueInForce(f"{start}_under_18", on)
    return f"{start}_{full_rate}" if age >= YEARS_OF_FULL_RATE else f"{start}_18_to_24"


def _premiums(working: Working, start: str, household: str) -> list[str]:
    codes = {income.code for income in working.case.facts.incomes() if income.pence_per_week > 0}
    join = "." if start == "benefits" else "_"
    names = []
    if codes & DISABILITY_INCOMES:
        names.append(f"{start}{join}disability_premium_{household}")
    if codes & ENHANCED_DISABILITY_INCOMES:
        names.append(f"{start}{join}enhanced_disability_premium_{household}")
    return names
