"""What it costs to employ personal assistants besides their wages, by the figures of the day."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from services.support_planning.domain.findings import Finding, Rule, Weight
from services.support_planning.domain.plan import CostedItem, PayeeKind, Plan, Unit, to_the_penny

_HUNDREDTHS = Decimal(10_000)
DAYS_OF_YEAR, DAYS_OF_WEEK = Decimal(365), Decimal(7)


@dataclass(frozen=True)
class Figures:
    """Figures of employing on a day. Rates are in hundredths of a per cent, sums in pence.

    Args:
        insurance_rate, insurance_threshold_pence_a_week: employer's National Insurance, and where it begins.
        allowance_pence_a_year: what an employer of care workers need not pay of it; 0 where there is none.
        holiday_tenths_of_weeks: statutory paid holiday in a year, in tenths of a week.
        pension_rate, pension_trigger_pence_a_year, pension_lower_pence_a_year: the employer's least share of a
            workplace pension, from which earnings on, and of which part of them.
        minimum_wage_pence_an_hour: for the oldest band.
    """

    insurance_rate: int
    insurance_threshold_pence_a_week: int
    allowance_pence_a_year: int
    holiday_tenths_of_weeks: int
    pension_rate: int
    pension_trigger_pence_a_year: int
    pension_lower_pence_a_year: int
    minimum_wage_pence_an_hour: int


@dataclass(frozen=True)
class OnCosts:
    """What employing costs besides wages, over the whole plan, in pence."""

    wages: int
    holiday: int
    insurance: int
    pension: int

    @property
    def total(self) -> int:
        """All of it, wages not counted."""
        return self.holiday + self.insurance + self.pension


def on_costs(plan: Plan, figures: Figures) -> OnCosts:
    """What the plan's personal assistants cost their employer besides wages.

    Pay for hours worked, so holiday is added: its weeks over the weeks that are left to work. Insurance is worked out
    on an average week of each worker, the allowance taken off once; pension on a year of each.
    """
    weeks = Decimal(plan.span.days) / DAYS_OF_WEEK
    years = Decimal(plan.span.days) / DAYS_OF_YEAR
    holiday = insurance = pension = Decimal(0)
    wages = _wages_by_worker(plan)
    leave = Decimal(figures.holiday_tenths_of_weeks) / 10
    for worker in wages.values():
        off = worker * leave / (52 - leave)
        holiday += off
        paid = worker + off
        over = max(paid / weeks - figures.insurance_threshold_pence_a_week, Decimal(0))
        insurance += over * weeks * figures.insurance_rate / _HUNDREDTHS
        in_a_year = paid / years
        if figures.pension_rate and in_a_year > figures.pension_trigger_pence_a_year:
            pension += (in_a_year - figures.pension_lower_pence_a_year) * years * figures.pension_rate / _HUNDREDTHS
    insurance = max(insurance - figures.allowance_pence_a_year * years, Decimal(0))
    parts = (sum(wages.values(), Decimal(0)), holiday, insurance, pension)
    return OnCosts(*(to_the_penny(part) for part in parts))


def _wages_by_worker(plan: Plan) -> dict[str, Decimal]:
    """Wages over the plan by worker; work for which nobody is found yet is one worker's each."""
    wages: dict[str, Decimal] = {}
    for one in _employed(plan):
        worker = (one.item.payee and one.item.payee.reference) or one.item.item_id
        wages[worker] = wages.get(worker, Decimal(0)) + one.total_pence
    return wages


def _employed(plan: Plan) -> Iterator[CostedItem]:
    for one in plan.costed():
        is_employed = one.item.payee is not None and one.item.payee.kind is PayeeKind.PERSONAL_ASSISTANT
        if is_employed and one.total_pence and not (one.item.use or "").startswith("employing."):
            yield one


def employing(plan: Plan, figures: Figures, rules: Mapping[str, Rule], payroll_is_run: bool) -> Iterator[Finding]:
    """What an employer's plan lacks: costs besides wages, insurance, somebody who runs the payroll, a lawful wage."""
    employed = list(_employed(plan))
    if not employed:
        return
    ids = tuple(one.item.item_id for one in employed)
    costs, rule = on_costs(plan, figures), rules["employer_costs"]
    planned = sum(one.total_pence for one in plan.costed() if one.item.use == "employing.on_costs")
    if planned < costs.total:
        yield Finding(
            "employer_costs_missing",
            Weight.ASKS,
            f"Besides wages of {_pounds(costs.wages)}, employing costs about {_pounds(costs.total)}: holidays"
            f" {_pounds(costs.holiday)}, National Insurance {_pounds(costs.insurance)}, pension"
            f" {_pounds(costs.pension)}. {_pounds(planned)} is planned for it.",
            ids,
            rule.citation,
            rule.unconfirmed,
            f"Plan {_pounds(costs.total - planned)} more for an employer's costs.",
            costs.total - planned,
        )
    if not any(item.use == "employing.insurance" for item in plan.items):
        rule = rules["employers_insurance"]
        yield Finding("no_employers_insurance", Weight.ASKS, rule.text, ids, rule.citation, rule.unconfirmed)
    if not payroll_is_run:
        text = "Somebody is employed, and nobody is named who runs the payroll."
        yield Finding("no_payroll", Weight.ASKS, text, ids, mend="Say who does it: the plan's way of holding has it.")
    yield from _below_minimum_wage(employed, figures, rules["minimum_wage"])


def _below_minimum_wage(employed: list[CostedItem], figures: Figures, rule: Rule) -> Iterator[Finding]:
    for one in employed:
        wage, least = one.item.unit_pence or 0, figures.minimum_wage_pence_an_hour
        if one.item.unit is Unit.HOUR and wage < least:
            text = f"{one.item.text} is planned at {_pounds(wage)} an hour, below {_pounds(least)}. {rule.text}"
            yield Finding(
                "below_minimum_wage", Weight.STOPS, text, (one.item.item_id,), rule.citation, rule.unconfirmed
            )


def _pounds(pence: int) -> str:
    return f"£{pence // 100:,}.{pence % 100:02d}"
