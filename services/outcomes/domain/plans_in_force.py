"""What approved plans come to, day by day: each item with its money and how that is held, from one day to another."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from services.outcomes.domain.told import HeldTold, HoldingTold, ItemTold, PlanTold, Told

#: How often in a year of 52 weeks something is due.
TIMES_PER_YEAR = {"weekly": 52, "fortnightly": 26, "four_weekly": 13, "monthly": 12, "yearly": 1, "one_off": 1}
_A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class ItemInForce:
    """An item of a plan on days on which nothing about it changes.

    Args:
        starts_on, ends_on: first and last day.
    """

    item: ItemTold
    starts_on: date
    ends_on: date


def plan_on(told: Told, on: date) -> PlanTold | None:
    """The approved plan that a day falls in."""
    begun = [one for one in told.plans if one.effective_from <= on]
    latest = max(begun, key=_order, default=None)
    return latest if latest is not None and on <= latest.ends_on else None


def items_on(told: Told, on: date) -> tuple[ItemTold, ...]:
    """Items of the plan that a day falls in, held as they are on that day."""
    plan = plan_on(told, on)
    if plan is None:
        return ()
    held = _held(plan, told.holdings, on)
    return tuple(replace(one, held=held.get(str(one.item_id), one.held)) for one in plan.items)


def pence_per_year(item: ItemTold, plan: PlanTold) -> int:
    """What an item comes to in a year, rounded down to the penny.

    What is due for a part of the plan's days counts for that part; what is due once counts once.
    """
    if item.cadence in ("one_off", "yearly"):
        return item.pence
    days = min((item.ends_on - item.starts_on).days, (plan.ends_on - plan.starts_on).days) + 1
    return item.pence * TIMES_PER_YEAR[item.cadence] * days // ((plan.ends_on - plan.starts_on).days + 1)


def items_over_time(told: Told) -> Iterator[ItemInForce]:
    """Every item of every plan, from one change of it to the next; what goes on unchanged is one."""
    last: dict[str, ItemInForce] = {}
    for starts_on, ends_on in _stretches(told):
        for item in items_on(told, starts_on):
            first, end = max(starts_on, item.starts_on), min(ends_on, item.ends_on)
            if first > end:
                continue
            before = last.get(str(item.item_id))
            if before is not None and _goes_on(before, item, first):
                last[str(item.item_id)] = replace(before, item=item, ends_on=end)
                continue
            if before is not None:
                yield before
            last[str(item.item_id)] = ItemInForce(item, first, end)
    yield from last.values()


def _stretches(told: Told) -> Iterator[tuple[date, date]]:
    """First and last days between which no plan and no way of holding changes."""
    begins = {one.effective_from for one in told.plans} | {one.effective_from for one in told.holdings}
    # A plan has no item after its last day.
    days = sorted(begins | {one.ends_on + _A_DAY for one in told.plans})
    for first, after in pairwise(days):
        yield first, after - _A_DAY


def _goes_on(before: ItemInForce, item: ItemTold, first: date) -> bool:
    as_before = replace(before.item, starts_on=item.starts_on, ends_on=item.ends_on)
    return before.ends_on + _A_DAY == first and as_before == item


def _held(plan: PlanTold, holdings: Sequence[HoldingTold], on: date) -> Mapping[str, tuple[HeldTold, ...]]:
    """By item, how it is held where that was changed; of two changes for one day the later holds."""
    changes = [one for one in holdings if one.plan_id == plan.plan_id and one.effective_from <= on]
    latest = max(changes, key=lambda one: (one.effective_from, one.number or 0), default=None)
    return {} if latest is None else {str(one.item_id): one.held for one in latest.items}


def _order(plan: PlanTold) -> tuple[date, date, int, str]:
    return plan.effective_from, plan.approved_on, plan.version, str(plan.plan_id)
