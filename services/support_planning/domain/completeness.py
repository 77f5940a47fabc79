"""What contradicts itself in a draft, which is refused, and what is only missing, which waits until it is handed in."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.support_planning.domain.falling_due import Cadence
from services.support_planning.domain.findings import Finding, Weight
from services.support_planning.domain.plan import Item, Plan, Unit

#: Days that a plan may name; others are slips of the pen.
FIRST_DAY, LAST_DAY = date(2003, 1, 1), date(2099, 12, 31)
#: Longest plan, in days: five years and a day.
DAYS_MOST = 1827


@dataclass(frozen=True)
class Fault:
    """Something in a plan that cannot be: where, and why."""

    name: str
    message: str


class PlanContradictsItself(Exception):
    """A plan cannot be kept as it is; ``faults`` has each reason."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("; ".join(f"{fault.name}: {fault.message}" for fault in faults))
        self.faults = faults


def require_possible(plan: Plan) -> None:
    """Refuse a plan that contradicts itself.

    Raises:
        PlanContradictsItself: with every fault.
    """
    faults = (*_of_plan(plan), *(fault for item in plan.items for fault in _of_item(item, plan)))
    if faults:
        raise PlanContradictsItself(faults)


def _of_plan(plan: Plan) -> Iterator[Fault]:
    if plan.span.days < 1:
        yield Fault("ends_on", "is before starts_on")
    if plan.span.days > DAYS_MOST:
        yield Fault("ends_on", f"is more than {DAYS_MOST} days after starts_on")
    if not FIRST_DAY <= plan.span.starts_on <= plan.span.ends_on <= LAST_DAY:
        yield Fault("starts_on", f"must lie between {FIRST_DAY} and {LAST_DAY}")
    for kind, ids in (
        ("outcome", [one.outcome_id for one in plan.outcomes]),
        ("need", [one.need_id for one in plan.needs]),
        ("item", [one.item_id for one in plan.items]),
    ):
        for twice in sorted(one for one, count in Counter(ids).items() if count > 1):
            yield Fault(f"{kind}s", f"two have the id {twice}")
    if plan.days_of_kind and sum(plan.days_of_kind.values()) > plan.span.days:
        yield Fault("days_of_kind", f"come to more than the {plan.span.days} days of the plan")


def _of_item(item: Item, plan: Plan) -> Iterator[Fault]:
    name = f"items/{item.item_id}"
    starts_on, ends_on = item.starts_on or plan.span.starts_on, item.ends_on or plan.span.ends_on
    if not plan.span.starts_on <= starts_on <= ends_on <= plan.span.ends_on:
        yield Fault(name, "its days are not in order, or not all days of the plan")
    for kind, ids, known in (
        ("outcome", item.outcome_ids, {one.outcome_id for one in plan.outcomes}),
        ("need", item.need_ids, {one.need_id for one in plan.needs}),
    ):
        for unknown in sorted(set(ids) - known):
            yield Fault(name, f"the plan has no {kind} {unknown}")
    if item.versions and item.units is not None:
        yield Fault(name, "has both units and versions for kinds of day")
    if item.versions and item.cadence not in (None, Cadence.ONE_OFF):
        yield Fault(name, "versions for kinds of day cover all its days: its cadence is one_off")
    if len({one.kind for one in item.versions}) < len(item.versions):
        yield Fault(name, "has two versions for one kind of day")
    yield from _of_its_days(name, item, plan)
    yield from _of_its_week(name, item)
    if item.held and sum(one.per_cent for one in item.held) != 100:  # noqa: PLR2004 (per cent)
        yield Fault(name, "the parts in which it is held do not come to 100 per cent")


def _of_its_days(name: str, item: Item, plan: Plan) -> Iterator[Fault]:
    profile = plan.days_of_kind
    for one in item.versions if profile is not None else ():
        assert profile is not None, "asked above"
        if one.days > profile.get(one.kind, 0):
            yield Fault(name, f"is for {one.days} {one.kind} days, the plan has {profile.get(one.kind, 0)}")


def _of_its_week(name: str, item: Item) -> Iterator[Fault]:
    if item.hours_each_day is None:
        return
    week = len(set(item.days)) * item.hours_each_day
    if item.unit is not Unit.HOUR or item.cadence is not Cadence.WEEKLY:
        yield Fault(name, "hours on days of the week need the unit hour and the cadence weekly")
    elif item.units is not None and item.units != week:
        yield Fault(
            name, f"{item.hours_each_day} hours on {len(set(item.days))} days are not {item.units} hours a week"
        )
    if item.hours_each_day > Decimal(24):
        yield Fault(name, "has more than 24 hours in a day")


def missing(plan: Plan) -> Iterator[Finding]:
    """What must be said before a plan can be handed in."""
    if not plan.outcomes:
        yield Finding("no_outcome", Weight.STOPS, "No outcome is written down yet: what should be different?")
    if not plan.items:
        yield Finding("no_item", Weight.STOPS, "Nothing is planned yet.")
    for item in plan.items:
        if item.lacks:
            told = ", ".join(name.replace("_", " ") for name in item.lacks)
            yield Finding("not_costed", Weight.STOPS, f"{item.text} has no cost yet: {told}.", (item.item_id,))
        if not item.outcome_ids and not item.need_ids:
            text = f"{item.text} serves no outcome and no need: say what it is for."
            yield Finding("serves_nothing", Weight.STOPS, text, (item.item_id,))
    if not plan.if_things_go_wrong:
        text = "Say what happens if something goes wrong, such as a carer falling ill."
        yield Finding("no_contingency", Weight.ASKS, text)
