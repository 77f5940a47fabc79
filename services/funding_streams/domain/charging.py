"""The financial assessment for support at home: what a person can be asked to pay, in two eras by date alone.

    income counted + income from capital - housing costs - disability-related costs - protected income

times the council's percentage, never below nothing, never above the cost of the support or the council's limit.

Source:
    Fairer Charging guidance (S53, S54, S60) until 31 March 2015; Care Act 2014 ss. 14 and 17 and
    SI 2014/2672 (S41 to S44) from then on.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from services.funding_streams.domain.adapter import Case
from services.funding_streams.domain.errors import MissingFact, NoValueInForce
from services.funding_streams.domain.facts import Facts, Income
from services.funding_streams.domain.figures import Dated
from services.funding_streams.domain.income_guarantee import protected_income
from services.funding_streams.domain.money import in_pounds
from services.funding_streams.domain.working import Working

#: Facts that a financial assessment may need; a charge limit is not among them, for most councils have none.
MEANS_FACTS = (
    "date_of_birth",
    "household",
    "capital_pence",
    "incomes",
    "housing_costs_pence_per_week",
    "disability_related_expenditure_pence_per_week",
    "council_funds_night_care",
)

#: Incomes that never count. Source: S43, S51 (mobility), S60 (savings credit, Independent Living Fund), S43 (earnings).
INCOMES_IGNORED = frozenset(
    {"earnings", "dla_mobility", "pip_mobility", "pension_credit_savings", "independent_living_fund"}
)

#: Incomes that hold a sum for night care, with the rates that it is the difference of. Source: S60, S38.
NIGHT_RATES = {
    "attendance_allowance_higher": ("benefits.attendance_allowance_higher", "benefits.attendance_allowance_lower"),
    "dla_care_highest": ("benefits.dla_care_highest", "benefits.dla_care_middle"),
}


CAPITAL_OPERATOR = "adult_social_care.capital_operator"
CHARGING_PERCENTAGE = "adult_social_care.charging_percentage"


class CapitalOperator(StrEnum):
    """When capital counts as above the upper limit."""

    EXCEEDS = "exceeds"
    AT_OR_ABOVE = "at_or_above"


@dataclass(frozen=True)
class CapitalLimits:
    """Limits and steps of income from capital, in pence."""

    lower_pence: int
    upper_pence: int
    step_pence: int
    income_per_step_pence: int
    operator: CapitalOperator = CapitalOperator.EXCEEDS

    def are_passed_by(self, capital_pence: int) -> bool:
        """Whether capital is above the upper limit, so that the full cost is paid."""
        if self.operator is CapitalOperator.AT_OR_ABOVE:
            return capital_pence >= self.upper_pence
        return capital_pence > self.upper_pence


def tariff_income(capital_pence: int, limits: CapitalLimits) -> int:
    """Return the weekly income that capital between the limits is taken to give, in pence.

    A part of a step counts as a whole one.

    Source:
        S50 (Welsh twin of the regulations), S44: one pound a week for each 250 pounds or part of it.
    """
    above = max(0, capital_pence - limits.lower_pence)
    return -(-above // limits.step_pence) * limits.income_per_step_pence


def counted_and_ignored(incomes: Iterable[Income]) -> tuple[list[Income], list[Income]]:
    """Return incomes that count and incomes that never do."""
    listed = list(incomes)
    counted = [income for income in listed if income.code not in INCOMES_IGNORED]
    return counted, [income for income in listed if income.code in INCOMES_IGNORED]


@dataclass(frozen=True)
class Means:
    """A person's means for one week, in pence."""

    counted_income: Fraction
    tariff_income: Fraction = Fraction(0)
    housing_costs: Fraction = Fraction(0)
    disability_related_expenditure: Fraction = Fraction(0)
    protected_income: Fraction = Fraction(0)

    def available(self, percentage: int = 100) -> Fraction:
        """Return what can be charged at most in a week, in pence, exact, zero or more."""
        left = (
            self.counted_income
            + self.tariff_income
            - self.housing_costs
            - self.disability_related_expenditure
            - self.protected_income
        )
        return max(Fraction(0), left) * percentage / 100


@dataclass(frozen=True)
class Assessment:
    """What a person can be asked to pay for a week, before the cost of the support is looked at.

    Args:
        available_pence: the most that the means allow; None where the full cost is paid because of capital.
        limit_pence: the council's own limit, where it has one.
    """

    available_pence: Fraction | None
    limit_pence: int | None = None

    def charge(self, cost_pence: Fraction, already_charged_pence: Fraction = Fraction(0)) -> Fraction:
        """Return the weekly charge in pence, exact: never below nothing, never above the cost or the limit.

        Args:
            cost_pence: weekly cost of the support.
            already_charged_pence: weekly charge made on the same means for other support.
        """
        bounds = [cost_pence]
        if self.available_pence is not None:
            bounds.append(self.available_pence - already_charged_pence)
        if self.limit_pence is not None:
            bounds.append(self.limit_pence - already_charged_pence)
        return max(Fraction(0), min(bounds))


def limits_in_force(working: Working) -> tuple[CapitalLimits, tuple[Dated, ...]]:
    """Return the capital limits of the day of the decision, with the figures they come from.

    Raises:
        NoValueInForce: no limits are loaded for the day.
    """
    names = ("capital_limit_lower", "capital_limit_upper", "tariff_step", "tariff_income_per_step")
    figures = tuple(working.figure(f"adult_social_care.{name}") for name in names)
    lower, upper, step, income = (int(figure.pence) for figure in figures)
    return CapitalLimits(
        lower, upper, step, income, CapitalOperator(working.case.council.code(CAPITAL_OPERATOR))
    ), figures


def needless_means(case: Case) -> frozenset[str]:
    """Return facts of a financial assessment that the facts already known make needless."""
    facts = case.facts
    try:
        limits, _ = limits_in_force(Working(case))
        if limits.are_passed_by(facts.pence("capital_pence")):
            return frozenset(MEANS_FACTS) - {"capital_pence"}
    except (MissingFact, NoValueInForce):
        pass
    try:
        return frozenset() if _night_incomes(facts.incomes()) else frozenset({"council_funds_night_care"})
    except MissingFact:
        return frozenset()


def assess(working: Working) -> Assessment:
    """Assess a person's means, step by step.

    Raises:
        MissingFact: a fact of the person's means.
        NoValueInForce: a figure is not loaded for the day.
    """
    facts = working.case.facts
    percentage = working.case.council.whole(CHARGING_PERCENTAGE)
    limit = _limit(working)
    tariff = _capital(working)
    if tariff is None:
        return Assessment(None, limit)
    means = Means(
        counted_income=_counted(working),
        tariff_income=tariff,
        housing_costs=Fraction(facts.pence("housing_costs_pence_per_week")),
        disability_related_expenditure=Fraction(facts.pence("disability_related_expenditure_pence_per_week")),
        protected_income=protected_income(working),
    )
    available = means.available(percentage)
    working.worked_out(
        "means.available",
        lambda: (
            f"Income {in_pounds(means.counted_income)} and income from capital {in_pounds(means.tariff_income)}, less"
            f" housing costs {in_pounds(means.housing_costs)}, less disability-related costs"
            f" {in_pounds(means.disability_related_expenditure)}, less the protected"
            f" {in_pounds(means.protected_income)}; of what is left {percentage}% can be charged:"
            f" {in_pounds(available)} a week."
        ),
        working.figure("adult_social_care.assessment_formula"),
        working.choice(CHARGING_PERCENTAGE),
    )
    return Assessment(available, limit)


def _limit(working: Working) -> int | None:
    limit = working.case.facts.pence_if_any("charge_limit_pence_per_week")
    if limit is not None:
        working.noted("means.charge_limit", lambda: f"The council charges nobody more than {in_pounds(limit)} a week.")
    return limit


def _capital(working: Working) -> Fraction | None:
    """Return weekly income from capital, or None where capital means that the full cost is paid."""
    capital = working.case.facts.pence("capital_pence")
    limits, figures = limits_in_force(working)
    lower, upper, *_ = figures
    operator = working.choice(CAPITAL_OPERATOR)
    if limits.are_passed_by(capital):
        working.worked_out(
            "means.capital",
            lambda: (
                f"Capital of {in_pounds(capital)} is above the upper limit of {in_pounds(limits.upper_pence)}: the"
                " person pays the full cost."
            ),
            upper,
            operator,
        )
        return None
    tariff = tariff_income(capital, limits)
    if tariff == 0:
        text = f"Capital of {in_pounds(capital)} is not above the lower limit of {in_pounds(limits.lower_pence)}."
        working.worked_out("means.capital", lambda: f"{text} It counts as no income.", lower)
        return Fraction(0)
    working.worked_out(
        "means.capital",
        lambda: (
            f"Capital of {in_pounds(capital)} counts as income of {in_pounds(tariff)} a week:"
            f" {in_pounds(limits.income_per_step_pence)} for each {in_pounds(limits.step_pence)} or part of it above"
            f" {in_pounds(limits.lower_pence)}."
        ),
        *figures,
        operator,
    )
    return Fraction(tariff)


def _counted(working: Working) -> Fraction:
    counted, ignored = counted_and_ignored(working.case.facts.incomes())
    total = Fraction(sum(income.pence_per_week for income in counted))
    left_out = f" Ignored: {_listed(ignored)}." if ignored else ""
    rule = working.figure("adult_social_care.incomes_ignored")
    working.worked_out(
        "means.income", lambda: f"Counted: {_listed(counted)}; {in_pounds(total)} a week.{left_out}", rule
    )
    return total - sum((_night_element(working, income) for income in _night_incomes(counted)), Fraction(0))


def _night_element(working: Working, income: Income) -> Fraction:
    """Return the part of a benefit that is for nights and is ignored where the council pays for no night care."""
    if working.case.facts.yes_no("council_funds_night_care"):
        working.noted("means.night_element", "The council pays for night care, so the sum for nights is counted.")
        return Fraction(0)
    higher, lower = (working.figure(name) for name in NIGHT_RATES[income.code])
    ignored = min(Fraction(income.pence_per_week), higher.pence - lower.pence)
    working.worked_out(
        "means.night_element",
        lambda: f"The council pays for no night care, so {in_pounds(ignored)} a week for nights is ignored.",
        higher,
        lower,
    )
    return ignored


def _night_incomes(incomes: Iterable[Income]) -> list[Income]:
    return [income for income in incomes if income.code in NIGHT_RATES and income.pence_per_week > 0]


def _listed(incomes: list[Income]) -> str:
    if not incomes:
        return "no income"
    return ", ".join(f"{income.code.replace('_', ' ')} {in_pounds(income.pence_per_week)}" for income in incomes)


def missing_means(facts: Facts, needless: frozenset[str]) -> tuple[str, ...]:
    """Return the facts of a financial assessment that are absent and still matter."""
    return tuple(name for name in facts.absent(MEANS_FACTS) if name not in needless)
