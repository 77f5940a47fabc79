"""Who is spared the means test: under a council's policy, on a benefit that shows low means, or as a child.

Source:
    Regulatory Reform Order 2002 (S181, S182); SI 2008/1190 reg. 4 (S152) and S165; SI 2005/3323 (S153).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from services.funding_streams.domain.adapter import Case
from services.funding_streams.domain.eras import years_old
from services.funding_streams.domain.errors import MissingFact
from services.funding_streams.domain.figures import Dated, FiguresOfTheDay, once_while_in_force
from services.funding_streams.domain.money import in_pounds
from services.funding_streams.domain.working import Working
from services.funding_streams.streams.disabled_facilities_grant.naming import figure_name

Ground = Callable[[Working], bool]

NO_TEST_UP_TO = figure_name("no_means_test_up_to_pence")


@dataclass(frozen=True)
class Passport:
    """A benefit whose receipt spares the means test.

    Args:
        fact: that tells the receipt.
        label: the benefit as people say it.
        rule: short name of the figure that gives the rule.
        known_before: the benefit was in payment before the first day of the rule that is loaded, so that the rules of
            earlier days matter to people who have it.
    """

    fact: str
    label: str
    rule: str
    known_before: bool = False


PASSPORTS = (
    Passport(
        "receives_income_support",
        "income support, income-based jobseeker's allowance or employment and support allowance, or the guarantee of"
        " pension credit",
        "passport_income_support",
        known_before=True,
    ),
    Passport("receives_housing_benefit", "housing benefit", "passport_housing_benefit", known_before=True),
    Passport("receives_council_tax_benefit", "council tax benefit", "passport_council_tax_benefit", known_before=True),
    Passport("receives_low_income_tax_credits", "tax credits on a low income", "passport_tax_credits"),
)
UNIVERSAL_CREDIT = "universal_credit"


def is_spared(working: Working) -> bool:
    """Say whether nobody's means are tested; one good ground is enough, whatever is not known about the others.

    Raises:
        MissingFact: no ground is known to hold, and a fact about one is missing.
        NoValueInForce: a rule is not loaded for the day.
    """
    gaps = list[MissingFact]()
    for ground in _grounds(working.figures):
        try:
            if ground(working):
                return True
        except MissingFact as gap:
            gaps.append(gap)
    if gaps:
        raise gaps[0]
    return False


@once_while_in_force
def _grounds(figures: FiguresOfTheDay) -> tuple[Ground, ...]:
    benefits = (partial(_by_benefit, passport) for passport in passports_asked_for(figures))
    return (_by_policy, _as_a_child, _by_universal_credit, *benefits)


@once_while_in_force
def passports_asked_for(figures: FiguresOfTheDay) -> tuple[Passport, ...]:
    """Return the benefits that matter on the day of the decision."""

    def matters(passport: Passport) -> bool:
        name = figure_name(passport.rule)
        before = figures.day < figures.all.by_name[name].values[0].start
        return passport.known_before if before else figures.if_any(name) is not None

    return tuple(passport for passport in PASSPORTS if matters(passport))


def _by_policy(working: Working) -> bool:
    up_to = working.case.council.whole(NO_TEST_UP_TO)
    if working.case.facts.pence("works_cost_pence") > up_to:
        return False
    working.worked_out(
        "means.spared",
        lambda: f"This council pays for works of up to {in_pounds(up_to)} without a means test.",
        working.choice(NO_TEST_UP_TO),
    )
    return True


def _by_universal_credit(working: Working) -> bool:
    incomes = working.case.facts.incomes()
    if not any(income.code == UNIVERSAL_CREDIT and income.pence_per_week for income in incomes):
        return False
    return _spare(working, "universal credit", working.figure(figure_name("passport_universal_credit")))


def _by_benefit(passport: Passport, working: Working) -> bool:
    if not working.case.facts.yes_no(passport.fact):
        return False
    rules = [working.figure(figure_name(passport.rule))]
    if passport.rule == "passport_tax_credits":
        rules.append(working.figure(figure_name("tax_credit_income_limit")))
    return _spare(working, passport.label, *rules)


def _spare(working: Working, label: str, *rules: Dated) -> bool:
    working.worked_out("means.spared", lambda: f"On {label}: the person is not asked to contribute.", *rules)
    return True


def may_be_a_child(case: Case) -> bool:
    """Whether the person is young enough for the grant to be one for a child, as far as is known."""
    below = case.figures.on(case.on).if_any(figure_name("child_below_years"))
    if below is None or "date_of_birth" not in case.facts.values:
        return False
    return years_old(case.facts.date("date_of_birth"), case.on) < below.whole


def _as_a_child(working: Working) -> bool:
    """Say whether the grant is for a child or young person; before 31 December 2005 their parents' means count."""
    facts, below = working.case.facts, working.figure(figure_name("child_below_years"))
    facts.date("date_of_birth")
    if not may_be_a_child(working.case) or not facts.yes_no("child_benefit_in_payment"):
        return False
    rule = working.figure(figure_name("application_for_a_child"))
    if rule.code == "parents_are_tested":
        working.wait(
            "means.parents",
            "The grant is for a child: the means of the parents count, and no fact of the assessment tells them.",
        )
    else:
        text = "The grant is for a child or young person: nobody's means are tested."
        working.worked_out("means.spared", text, rule, below)
    return True
