"""The check of a plan: what its money may pay for, by the ledger; and what the field's own rules say of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from braid.kit.unit_of_work import UnitOfWork
from services.support_planning import council_choices, plan_store
from services.support_planning.asking_the_ledger import AskedByCaller, CannotBeCheckedNow, LedgerCheck, NoBudget
from services.support_planning.content import Content, holdings_of, plan_of
from services.support_planning.domain.completeness import missing
from services.support_planning.domain.field_rules import care_homes, duties, employing, payees, prices
from services.support_planning.domain.field_rules.prices import Price
from services.support_planning.domain.findings import Finding, Rule, Weight
from services.support_planning.domain.holding import payroll_is_run
from services.support_planning.domain.needs import Ground
from services.support_planning.domain.plan import Plan
from services.support_planning.rule_files import figures_on, rules_on

NOT_NOW = "The plan cannot be checked now: the ledger gives no answer. It is saved as it is; try again in a moment."
NO_BUDGET = "No budget is open for the person yet, so that nothing can be paid. The plan is saved as it is."


@dataclass(frozen=True)
class Checked:
    """What is told of a plan.

    Args:
        ledger: what its money may pay for; None while the ledger gives no answer or no budget is open.
        text: the verdict in words.
        findings: of the field's rules, and of the ledger's shortages; what stops the plan comes first.
    """

    plan: Plan
    ledger: LedgerCheck | None
    text: str
    findings: tuple[Finding, ...]

    @property
    def stops(self) -> tuple[Finding, ...]:
        """What must change before the plan can be handed in."""
        return tuple(one for one in self.findings if one.weight is Weight.STOPS)


async def check(
    content: Content, person_id: UUID, work: UnitOfWork, ledger: AskedByCaller, *, takes_effect_on: date
) -> Checked:
    """Check a plan by the law and the prices of its first day, and by the money from the day that it takes effect.

    Args:
        takes_effect_on: until then the plan in force goes on; where none is, the plan is looked at whole.
    """
    plan = plan_of(content)
    has_one_before = await plan_store.latest_approved(work, person_id) is not None
    from_on = takes_effect_on if has_one_before else None
    try:
        told = await ledger.check(person_id, list(plan.costed()), takes_effect_on=from_on)
        text = told.text
    except CannotBeCheckedNow:
        told, text = None, NOT_NOW
    except NoBudget:
        told, text = None, NO_BUDGET
    catalogue = await council_choices.catalogue(work, content.starts_on)
    found = [*of_the_field(content, plan, catalogue, content.starts_on), *(_of_money(told) if told else ())]
    in_order = sorted(found, key=lambda one: list(Weight).index(one.weight))
    return Checked(plan, told, text, tuple(in_order))


def takes_effect_at_the_earliest(content: Content, on: date) -> date:
    """The day on which a plan that is looked at on a day can take effect; one whose days are over, its first day."""
    return max(on, content.starts_on) if on <= content.ends_on else content.starts_on


def of_the_field(content: Content, plan: Plan, catalogue: Mapping[str, Price], on: date) -> Iterator[Finding]:
    """What the field's own rules say of a plan on a day."""
    rules, holdings = rules_on(on), holdings_of(content)
    yield from missing(plan)
    yield from payees.relatives(plan, rules)
    yield from payees.exceptions_asked(plan)
    yield from payees.conflicts(plan, holdings, content.planned_with, rules["conflict_of_interest"])
    yield from care_homes.stays_too_long(plan, rules["care_home_stays"])
    yield from duties.health_care(plan, rules["health_care"])
    yield from duties.paid_twice(plan, rules["paid_twice"])
    yield from duties.unmet_needs(plan, rules["need_not_met"])
    yield from prices.sufficiency(plan, catalogue, rules["sufficiency"])
    yield from employing.employing(plan, figures_on(on), rules, payroll_is_run(plan, holdings))
    if not holdings:
        yield Finding("not_held", Weight.STOPS, "Nobody has chosen yet how the money is held.")


def _of_money(told: LedgerCheck) -> Iterator[Finding]:
    if told.is_payable:
        return
    if told.is_payable_once_confirmed:
        yield Finding("awaits_confirmation", Weight.ASKS, told.text)
        return
    for short in told.still_short or told.shortages:
        ids = tuple(dict.fromkeys(need["item_id"] for need in short["needs"]))
        mends = "; ".join(one["text"] for one in short["mends"][:3])
        reasons = " ".join(dict.fromkeys(reason for fund in short["kept_out"] for reason in fund["reasons"]))
        code = "short_of_money" if short["fund_ids"] else "outside_permitted_uses"
        yield Finding(
            code, Weight.STOPS, f"{short['text']} {reasons}".strip(), ids, mend=mends, pence=short["missing_pence"]
        )


def less_than_before(now: int, before: int, rule: Rule, ground: Ground) -> Finding | None:
    """That a plan gives less than the one in force, without a ground for it.

    Args:
        now, before: what a year costs, in pence.
    """
    if now >= before or ground.is_given:
        return None
    return Finding(
        "less_than_before",
        Weight.STOPS,
        f"It gives less than the plan in force. {rule.text} {ground.why}",
        (),
        rule.citation,
        rule.unconfirmed,
        "Agree a new assessment first, say what cannot be ranked, or record that the person asks for less.",
        before - now,
    )
