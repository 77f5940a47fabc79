"""Income that capital is taken to give, and when capital means that the full cost is paid."""

from enum import StrEnum
from typing import NamedTuple

from services.funding_streams.domain.adapter import Case
from services.funding_streams.domain.figures import FiguresOfTheDay, once_while_in_force
from services.funding_streams.domain.money import in_pounds
from services.funding_streams.domain.working import Grounds, Working

CAPITAL_OPERATOR = "adult_social_care.capital_operator"
COUNCIL_UPPER_LIMIT = "adult_social_care.capital_limit_upper_pence"

LOWER_LIMIT = "adult_social_care.capital_limit_lower"
UPPER_LIMIT = "adult_social_care.capital_limit_upper"
STEP = "adult_social_care.tariff_step"
INCOME_PER_STEP = "adult_social_care.tariff_income_per_step"


class CapitalOperator(StrEnum):
    """When capital counts as above the upper limit."""

    EXCEEDS = "exceeds"
    AT_OR_ABOVE = "at_or_above"


class CapitalLimits(NamedTuple):
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
    above = capital_pence - limits.lower_pence
    return -(-above // limits.step_pence) * limits.income_per_step_pence if above > 0 else 0


def limits_in_force(case: Case, *, in_care_home: bool = False) -> CapitalLimits:
    """Return the capital limits of the day of the decision.

    Raises:
        NoValueInForce: no limits are loaded for the day.
    """
    council = case.council
    own = None if in_care_home else council.whole_if_any(COUNCIL_UPPER_LIMIT)
    return _limits(case.figures.on(case.on), own, council.one_of(CapitalOperator, CAPITAL_OPERATOR))


@once_while_in_force
def _limits(figures: FiguresOfTheDay, own_upper_pence: int | None, operator: CapitalOperator) -> CapitalLimits:
    """Return the limits of a council: its own upper limit outside care homes may be higher, never lower (S40)."""
    upper = int(figures[UPPER_LIMIT].pence)
    return CapitalLimits(
        lower_pence=int(figures[LOWER_LIMIT].pence),
        upper_pence=upper if own_upper_pence is None else max(own_upper_pence, upper),
        step_pence=int(figures[STEP].pence),
        income_per_step_pence=int(figures[INCOME_PER_STEP].pence),
        operator=operator,
    )


def income_from_capital(working: Working, capital_pence: int, *, in_care_home: bool = False) -> int | None:
    """Return weekly income from capital in pence, or None where capital means that the full cost is paid.

    Raises:
        NoValueInForce: no limits are loaded for the day.
    """
    limits = limits_in_force(working.case, in_care_home=in_care_home)
    if limits.are_passed_by(capital_pence):
        working.worked_out(
            "means.capital",
            lambda: (
                f"Capital of {in_pounds(capital_pence)} is {_above(limits)} the upper limit of"
                f" {in_pounds(limits.upper_pence)}: the person pays the full cost."
            ),
            *_upper_grounds(working, limits),
        )
        return None
    tariff = tariff_income(capital_pence, limits)
    if tariff == 0:
        working.worked_out(
            "means.capital",
            lambda: (
                f"Capital of {in_pounds(capital_pence)} is not above the lower limit of"
                f" {in_pounds(limits.lower_pence)}: it counts as no income."
            ),
            working.figure(LOWER_LIMIT),
        )
        return 0
    working.worked_out(
        "means.capital",
        lambda: (
            f"Capital of {in_pounds(capital_pence)} counts as income of {in_pounds(tariff)} a week:"
            f" {in_pounds(limits.income_per_step_pence)} for each {in_pounds(limits.step_pence)} or part of it above"
            f" {in_pounds(limits.lower_pence)}."
        ),
        working.figure(LOWER_LIMIT),
        working.figure(STEP),
        working.figure(INCOME_PER_STEP),
        *_upper_grounds(working, limits),
    )
    return tariff


def _above(limits: CapitalLimits) -> str:
    return "above" if limits.operator is CapitalOperator.EXCEEDS else "at or above"


def _upper_grounds(working: Working, limits: CapitalLimits) -> tuple[Grounds, ...]:
    """Return what the upper limit rests on, the council's own limit among it where that is the higher one."""
    upper = working.figure(UPPER_LIMIT)
    own = (working.choice(COUNCIL_UPPER_LIMIT),) if limits.upper_pence > upper.pence else ()
    return (upper, working.choice(CAPITAL_OPERATOR), *own)
