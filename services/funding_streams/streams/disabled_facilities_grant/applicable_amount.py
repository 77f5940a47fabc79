"""The applicable amount: what a household is taken to need for a week before it can repay a loan.

An allowance by household and age, allowances and premiums for children, premiums for disability and for carers, and one
sum for housing, whatever the housing costs.

Source:
    SI 1996/2890 reg. 10 and schs. 1 and 1A as amended (S152, S153), amounts S168; the test follows housing benefit.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from services.funding_streams.domain.adapter import Case
from services.funding_streams.domain.eras import years_old
from services.funding_streams.domain.errors import NoValueInForce
from services.funding_streams.domain.facts import Facts, Income
from services.funding_streams.domain.figures import Dated
from services.funding_streams.domain.money import Exact, in_pounds
from services.funding_streams.domain.pension_age import has_pension_age
from services.funding_streams.domain.working import Working
from services.funding_streams.streams.disabled_facilities_grant.naming import figure_name

#: Incomes for care that open the way to the severe disability premium.
CARE_INCOMES = frozenset(
    {
        "attendance_allowance_higher",
        "attendance_allowance_lower",
        "dla_care_highest",
        "dla_care_middle",
        "pip_daily_living_enhanced",
        "pip_daily_living_standard",
    }
)
#: Incomes that give the disability premium below pension age, and among them the enhanced one.
DISABILITY_INCOMES = CARE_INCOMES | {"dla_care_lowest", "dla_mobility", "pip_mobility"}
ENHANCED_INCOMES = frozenset({"dla_care_highest", "pip_daily_living_enhanced"})

YEARS_OF_FULL_RATE = 25
YEARS_OF_ADULT_RATE = 18
ESA = "employment_and_support_allowance"


class Part(NamedTuple):
    """One part of the applicable amount: what it is for, and how often its figure is given."""

    label: str
    figure: Dated
    times: int = 1

    @property
    def pence(self) -> Exact:
        """The part in pence a week."""
        return self.figure.pence * self.times


class Household(NamedTuple):
    """What the applicable amount depends on, read once.

    Args:
        born: dates of birth of the person and, in a couple, of the partner.
        ages: the same in whole years on the day of the decision.
        incomes: of each of them.
        codes: codes of incomes above nothing, of each of them.
        children: dependent children.
        disabled_children: how many of them are disabled.
        entitled_carer: the person is entitled to carer's allowance.
    """

    born: tuple[date, ...]
    ages: tuple[int, ...]
    incomes: tuple[tuple[Income, ...], ...]
    codes: tuple[frozenset[str], ...]
    children: int
    disabled_children: int
    entitled_carer: bool

    @classmethod
    def of(cls, case: Case) -> "Household":
        """Read the household.

        Raises:
            MissingFact: the first fact that is absent.
        """
        facts = case.facts
        couple = is_couple(facts)
        children = facts.count("dependent_children")
        born = (facts.date("date_of_birth"), *((facts.date("partner_date_of_birth"),) if couple else ()))
        incomes = tuple([facts.incomes(name) for name in income_facts(couple)])
        return cls(
            born=born,
            ages=tuple([years_old(day, case.on) for day in born]),
            incomes=incomes,
            codes=tuple([codes_of(of_one) for of_one in incomes]),
            children=children,
            disabled_children=facts.count("disabled_children") if children else 0,
            entitled_carer=facts.yes_no("entitled_to_carers_allowance"),
        )

    @property
    def kind(self) -> str:
        """``couple`` or ``single``, as the figures are named."""
        return "couple" if len(self.born) > 1 else "single"


def is_couple(facts: Facts) -> bool:
    """Whether the person is a member of a couple."""
    return facts.code("household") == "couple"


def income_facts(couple: bool) -> tuple[str, ...]:
    """Return the facts that tell the incomes that count."""
    return ("incomes", "partner_incomes") if couple else ("incomes",)


def codes_of(incomes: Iterable[Income]) -> frozenset[str]:
    """Return the codes of the incomes that are above nothing."""
    return frozenset([income.code for income in incomes if income.pence_per_week > 0])


def applicable_amount(working: Working, home: Household | None = None) -> Exact:
    """Work out the applicable amount, in pence a week.

    Args:
        working: takes the step.
        home: the household, where it is read already.

    Raises:
        MissingFact: a fact about the household.
        NoValueInForce: an amount is not loaded for the day.
    """
    parts = list(_parts(working, home or Household.of(working.case)))
    total = sum([part.pence for part in parts])
    working.worked_out(
        "means.applicable_amount",
        lambda: (
            "What the household is taken to need for a week: "
            + "; ".join(f"{part.label} {in_pounds(part.pence)}" for part in parts)
            + f". Together {in_pounds(total)}."
        ),
        *[part.figure for part in parts],
    )
    return total


def _parts(working: Working, home: Household) -> Iterator[Part]:
    pension_age = any(has_pension_age(working.case.figures, born, working.case.on) for born in home.born)
    yield _pension_age_allowance(working, home) if pension_age else _working_age_allowance(working, home)
    yield from _children(working, home)
    if not pension_age:
        yield from _disability_premiums(working, home)
    yield from _severe_disability_premium(working, home)
    if home.entitled_carer:
        yield _part(working, "carer premium", "carer_premium")
    yield _part(working, "for housing", "housing_allowance")


def _part(working: Working, label: str, name: str, times: int = 1) -> Part:
    return Part(label, working.figure(figure_name(name)), times)


def _pension_age_allowance(working: Working, home: Household) -> Part:
    higher = working.figure(figure_name("higher_allowance_years"))
    if max(home.ages) >= higher.whole:
        return _part(working, f"{home.kind}, {higher.whole} or more", f"allowance_{home.kind}_65_plus")
    return _part(working, f"{home.kind} of pension age, under {higher.whole}", f"allowance_{home.kind}_pension_age")


def _working_age_allowance(working: Working, home: Household) -> Part:
    if home.kind == "couple":
        if max(home.ages) < YEARS_OF_ADULT_RATE:
            raise NoValueInForce(figure_name("allowance_couple_under_18"), working.case.on)
        return _part(working, "couple", "allowance_couple")
    if home.children:
        return _part(working, "lone parent", "allowance_single_25_plus")
    if may_be_in_main_phase(working.case, home.codes[0]) and working.case.facts.yes_no("esa_main_phase"):
        return _part(
            working, "single, in the main phase of employment and support allowance", "allowance_single_main_phase_esa"
        )
    if home.ages[0] < YEARS_OF_FULL_RATE:
        return _part(working, "single, under 25", "allowance_single_under_25")
    return _part(working, "single, 25 or more", "allowance_single_25_plus")


def may_be_in_main_phase(case: Case, incomes: frozenset[str]) -> bool:
    """Whether a single person without children is below pension age and may have the allowance of the main phase."""
    first_day = case.figures.by_name[figure_name("allowance_single_main_phase_esa")].values[0].start
    born = case.facts.values.get("date_of_birth")
    if ESA not in incomes or case.on < first_day or born is None:
        return False
    return not has_pension_age(case.figures, case.facts.date("date_of_birth"), case.on)


def may_be_severely_disabled(incomes: tuple[frozenset[str], ...]) -> bool:
    """Whether everybody whose means count has a benefit for care, which the severe disability premium asks for."""
    return all(codes & CARE_INCOMES for codes in incomes)


def _children(working: Working, home: Household) -> Iterator[Part]:
    if not home.children:
        return
    yield _part(
        working, "1 child" if home.children == 1 else f"{home.children} children", "allowance_child", home.children
    )
    if home.kind == "couple":
        yield _part(working, "family premium", "family_premium_couple")
    else:
        yield _part(working, "family premium of a lone parent", "family_premium_lone_parent")
    if home.disabled_children:
        label = f"premium for disabled children ({home.disabled_children})"
        yield _part(working, label, "disabled_child_premium", home.disabled_children)


def _disability_premiums(working: Working, home: Household) -> Iterator[Part]:
    if any(codes & DISABILITY_INCOMES for codes in home.codes):
        yield _part(working, "disability premium", f"disability_premium_{home.kind}")
    if any(codes & ENHANCED_INCOMES for codes in home.codes):
        yield _part(working, "enhanced disability premium", f"enhanced_disability_premium_{home.kind}")


def _severe_disability_premium(working: Working, home: Household) -> Iterator[Part]:
    """Yield the premium of people who live without anybody to care for them: in a couple, both must need care."""
    facts = working.case.facts
    if may_be_severely_disabled(home.codes) and facts.yes_no("lives_without_other_adult_or_paid_carer"):
        yield _part(working, "severe disability premium", f"severe_disability_premium_{home.kind}")
