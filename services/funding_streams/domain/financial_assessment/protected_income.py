"""What a person must be left with: income support with a buffer until 31 March 2015, then the statutory guarantee.

Each is made of parts: a sum by age and household, premiums for disability, and additions for a carer and for children.

Source:
    Fairer Charging guidance (S53, S54) until 31 March 2015; SI 2014/2672 reg. 7 (S41, R10) from 1 April 2015.
"""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from services.funding_streams.domain.eras import is_care_act, years_old
from services.funding_streams.domain.errors import NoValueInForce
from services.funding_streams.domain.figures import Dated
from services.funding_streams.domain.income_names import DISABILITY_BENEFITS
from services.funding_streams.domain.money import Exact, half_up, in_pounds, percent_of
from services.funding_streams.domain.pension_age import has_pension_age
from services.funding_streams.domain.working import Working

#: Incomes that show that the premiums for disabled people apply below pension age. Severe disability premium is left
#: out of the protected sum on purpose: it is counted as income. Source: entitledto.co.uk help on premiums (R6).
DISABILITY_INCOMES = DISABILITY_BENEFITS
ENHANCED_DISABILITY_INCOMES = frozenset({"dla_care_highest", "pip_daily_living_enhanced"})
LOCAL_GUARANTEE = "adult_social_care.local_income_guarantee_pence_per_week"
GUARANTEE_EXTRA = "adult_social_care.income_guarantee_extra_pence_per_week"
GUARANTEE = "adult_social_care.minimum_income_guarantee"
BUFFER = "adult_social_care.fairer_charging_buffer_percent"
YEARS_OF_FULL_RATE = 25
YEARS_OF_ADULT_RATE = 18
#: Per cent.
HALF = 50


class Part(NamedTuple):
    """One part of what is protected: so many times a weekly rate, under a name that people know."""

    label: str
    rate: Dated
    times: int = 1

    @property
    def pence(self) -> Exact:
        """The part's weekly sum in pence, exact."""
        return self.rate.pence * self.times


def protected_income(working: Working) -> Exact:
    """Return what the person must be left with, in pence a week, exact, before housing and disability-related costs.

    A council may leave a person with more: by an addition, or by a guarantee of its own where that is higher. Neither
    can lower what the law protects.

    Raises:
        MissingFact: date of birth, household, incomes, children, or entitlement to carer's allowance.
        NoValueInForce: a rate is not loaded for the day.
    """
    council = working.case.council
    protected = _guarantee(working) if is_care_act(working.case.on) else _fairer_charging(working)
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
        protected = local
        working.worked_out(
            "protected_income.council_guarantee",
            lambda: f"The council's own guarantee of {in_pounds(local)} a week is higher and is used.",
            working.choice(LOCAL_GUARANTEE),
        )
    return protected


def basic_income_support(working: Working) -> tuple[Exact, tuple[Dated, ...]]:
    """Return basic income support or the pension credit guarantee, in pence a week, with the figures it rests on.

    Additions for a carer and for children are left out.

    Raises:
        MissingFact: date of birth, household or incomes.
        NoValueInForce: a rate is not loaded for the day.
    """
    parts = _basic_parts(working)
    return _basic_sum(working, parts), tuple([part.rate for part in parts])


def _fairer_charging(working: Working) -> Exact:
    """Return basic income support with the buffer on top.

    A member of a couple is assessed alone and keeps half of the couple's rates, and the whole of what is added for
    caring and for children: the statutory guarantee of 2015 carries exactly those sums on, with the buffer.
    """
    basic, family = _basic_parts(working), _family_parts(working)
    buffer = working.figure(BUFFER)
    support = _basic_sum(working, basic) + _sum(family)
    protected = percent_of(support, 100 + buffer.whole)
    couple = working.case.facts.code("household") == "couple"
    working.worked_out(
        "protected_income",
        lambda: (
            f"Basic income support: {_told(basic)}{', of which a member of a couple keeps half' if couple else ''}"
            f"{f'; {_told(family)}' if family else ''}: {in_pounds(half_up(support))} a week. With {buffer.whole}% on"
            f" top the person is left at least {in_pounds(half_up(protected))} a week."
        ),
        *[part.rate for part in (*basic, *family)],
        buffer,
    )
    return protected


def _guarantee(working: Working) -> Exact:
    parts = _guarantee_parts(working)
    protected = _sum(parts)
    working.worked_out(
        "protected_income",
        lambda: (
            f"The minimum income guarantee leaves the person at least {in_pounds(half_up(protected))} a week:"
            f" {_told(parts)}."
        ),
        *[part.rate for part in parts],
    )
    return protected


def _basic_sum(working: Working, parts: Iterable[Part]) -> Exact:
    total = _sum(parts)
    return percent_of(total, HALF) if working.case.facts.code("household") == "couple" else total


def _basic_parts(working: Working) -> list[Part]:
    facts, on = working.case.facts, working.case.on
    born, household = facts.date("date_of_birth"), facts.code("household")
    if _of_pension_age(working, born, household):
        guarantee = working.figure(f"benefits.pension_credit_guarantee_{household}")
        return [Part("pension credit guarantee", guarantee)]
    _require_adult_rate("benefits.income_support", born, on)
    if household == "couple":
        name = "benefits.income_support_couple"
    elif years_old(born, on) >= YEARS_OF_FULL_RATE:
        name = "benefits.income_support_single_25_plus"
    else:
        name = "benefits.income_support_single_18_to_24"
    return [Part("personal allowance", working.figure(name)), *_premiums(working, "benefits.", household)]


def _family_parts(working: Working) -> list[Part]:
    """Return additions of income support for a carer and for children."""
    facts, parts = working.case.facts, list[Part]()
    if facts.yes_no("entitled_to_carers_allowance"):
        parts.append(Part("carer premium", working.figure("benefits.carer_premium")))
    children = facts.count("dependent_children")
    if children:
        parts.append(Part("family premium", working.figure("benefits.family_premium")))
        parts.append(Part("allowance for a child", working.figure("benefits.child_allowance"), children))
        disabled = facts.count("disabled_children")
        if disabled:
            premium = working.figure("benefits.disabled_child_premium")
            parts.append(Part("disabled child premium", premium, disabled))
    return parts


def _guarantee_parts(working: Working) -> list[Part]:
    """Return the parts of the statutory guarantee.

    Regulation 7(3) gives a lone parent one sum whatever the age; a lone parent of pension age keeps the higher sum of a
    single person of that age, as no less can have been meant.
    """
    facts = working.case.facts
    born, household = facts.date("date_of_birth"), facts.code("household")
    children = facts.count("dependent_children")
    if _of_pension_age(working, born, household):
        parts = [Part("of pension age", working.figure(f"{GUARANTEE}_{household}_pension_age"))]
    else:
        parts = [
            *_below_pension_age(working, born, household, children),
            *_premiums(working, f"{GUARANTEE}_", household),
        ]
    if facts.yes_no("entitled_to_carers_allowance"):
        parts.append(Part("carer premium", working.figure(f"{GUARANTEE}_carer_premium")))
    if children:
        parts.append(Part("for a child", working.figure(f"{GUARANTEE}_child"), children))
    return parts


def _below_pension_age(working: Working, born: date, household: str, children: int) -> list[Part]:
    on = working.case.on
    _require_adult_rate(GUARANTEE, born, on)
    if household == "couple":
        return [Part("member of a couple", working.figure(f"{GUARANTEE}_couple_below_pension_age"))]
    if children:
        return [Part("lone parent", working.figure(f"{GUARANTEE}_lone_parent"))]
    if years_old(born, on) >= YEARS_OF_FULL_RATE:
        return [Part("single, 25 to pension age", working.figure(f"{GUARANTEE}_single_25_to_pension_age"))]
    return [Part("single, 18 to 24", working.figure(f"{GUARANTEE}_single_18_to_24"))]


def _of_pension_age(working: Working, born: date, household: str) -> bool:
    """Whether the rates of pension age hold: for a couple, where either of the two has reached it."""
    case = working.case
    if has_pension_age(case.figures, born, case.on):
        return True
    if household != "couple":
        return False
    partner_born = case.facts.date_if_any("partner_date_of_birth")
    if partner_born is None:
        working.noted(
            "protected_income.partner",
            "The partner's date of birth is not known here; where the partner has reached pension age, more must be"
            " left than this.",
        )
        return False
    return has_pension_age(case.figures, partner_born, case.on)


def _require_adult_rate(name: str, born: date, on: date) -> None:
    if years_old(born, on) < YEARS_OF_ADULT_RATE:
        raise NoValueInForce(f"{name}_under_18", on)


def _premiums(working: Working, start: str, household: str) -> list[Part]:
    codes = [income.code for income in working.case.facts.incomes() if income.pence_per_week > 0]
    parts = []
    if not DISABILITY_INCOMES.isdisjoint(codes):
        parts.append(Part("disability premium", working.figure(f"{start}disability_premium_{household}")))
    if not ENHANCED_DISABILITY_INCOMES.isdisjoint(codes):
        premium = working.figure(f"{start}enhanced_disability_premium_{household}")
        parts.append(Part("enhanced disability premium", premium))
    return parts


def _sum(parts: Iterable[Part]) -> Exact:
    return sum([part.rate.pence * part.times for part in parts])


def _told(parts: Iterable[Part]) -> str:
    return ", ".join(
        f"{part.label} {in_pounds(half_up(part.pence))}"
        + (f" ({part.times} at {in_pounds(half_up(part.rate.pence))})" if part.times > 1 else "")
        for part in parts
    )
