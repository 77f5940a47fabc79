"""What approved plans need from day to day, and how it is held: which plan is in force, which way each part goes.

The plan that was approved last holds from its own day on, and the one before it until then. Within a plan the latest
change of how the money is held does. A way that is not signed yet pays nothing: where the item was held in another way
before, or the same one was signed, the money goes on so, for a plan that changes stops nobody's money.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.ledger.domain.payments.periods import ONE_DAY
from services.ledger.domain.payments.shares import split
from services.ledger.domain.spending.planned_items import ItemCadence, PlannedItem

_WEEK = 7


class Way(StrEnum):
    """Who holds the money."""

    DIRECT_PAYMENT = "direct_payment"
    INDIRECT_PAYMENT = "indirect_payment"
    TRUST = "trust"
    PROVIDER_ACCOUNT = "provider_account"
    COUNCIL_MANAGED = "council_managed"


@dataclass(frozen=True, order=True)
class Route:
    """Where money goes.

    Args:
        way: how it is held.
        holder: the council's code for whoever holds it; empty for the person and the council.
    """

    way: Way
    holder: str = ""


@dataclass(frozen=True)
class Holding:
    """Money of a plan that is held in one way.

    Args:
        is_ready: whether everything is signed that this way needs.
        still_to_sign: what is not, by code.
    """

    route: Route
    is_ready: bool
    still_to_sign: tuple[str, ...] = ()


@dataclass(frozen=True)
class HeldFrom:
    """How the items of a plan are held from a day on.

    Args:
        holdings: by the plan's own name for each.
        held: by item, the holdings and the pence that each has of what is due each time.
    """

    effective_from: date
    holdings: Mapping[str, Holding]
    held: Mapping[UUID, tuple[tuple[str, int], ...]]


@dataclass(frozen=True)
class ApprovedPlan:
    """A plan that was approved.

    Args:
        held: its own first, then each change in its order.
        spread: items that are due once and used little by little, over all their days.
    """

    plan_id: UUID
    approved_on: date
    effective_from: date
    items: tuple[PlannedItem, ...]
    held: tuple[HeldFrom, ...]
    spread: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class Falling:
    """An item on one of the days on which it is due.

    Args:
        pence: what it needs then.
        is_once: whether that is all it needs, on any of its days.
        parts: where its money goes; less than the whole while a way waits for what is to be signed.
    """

    plan_id: UUID
    item: PlannedItem
    on: date
    pence: int
    is_once: bool
    parts: tuple[tuple[Route, int], ...]


@dataclass(frozen=True)
class Waiting:
    """A way that is chosen and not signed yet.

    Args:
        from_on: the first day on which it would pay.
        goes_on: whether the money goes on as it was held before.
    """

    route: Route
    still_to_sign: tuple[str, ...]
    from_on: date
    goes_on: bool


def what_falls_due(plans: Sequence[ApprovedPlan]) -> tuple[list[Falling], list[Waiting]]:
    """Everything that approved plans ever need, day by day, and the ways that wait for what is to be signed.

    What is signed later than its way was to begin pays from that day on, and waits for nothing more.
    """
    found: list[Falling] = []
    waiting: dict[tuple[Route, bool], Waiting] = {}
    for plan, earlier, item, on, pence in _days(plans):
        parts, waits = _held_on(plan, earlier, item, on, pence)
        is_once = item.cadence is ItemCadence.ONE_OFF and item.item_id not in plan.spread
        found.append(Falling(plan.plan_id, item, on, pence, is_once, parts))
        for one in waits:
            known = waiting.setdefault((one.route, one.goes_on), one)
            if one.from_on < known.from_on:
                waiting[one.route, one.goes_on] = one
    return found, [one for one in waiting.values() if not _is_signed_since(one, plans)]


def _is_signed_since(one: Waiting, plans: Sequence[ApprovedPlan]) -> bool:
    return any(
        holding.is_ready and holding.route == one.route and held.effective_from > one.from_on
        for plan in plans
        for held in plan.held
        for holding in held.holdings.values()
    )


def _days(
    plans: Sequence[ApprovedPlan],
) -> Iterator[tuple[ApprovedPlan, Sequence[ApprovedPlan], PlannedItem, date, int]]:
    in_order = sorted(plans, key=lambda one: (one.approved_on, one.effective_from, one.plan_id))
    for number, plan in enumerate(in_order):
        until = min((later.effective_from for later in in_order[number + 1 :]), default=date.max) - ONE_DAY
        for item in plan.items:
            for on, pence in sums_of(item, until, is_spread=item.item_id in plan.spread):
                if on >= plan.effective_from:
                    yield plan, in_order[:number], item, on, pence


def sums_of(item: PlannedItem, until: date, *, is_spread: bool) -> Iterator[tuple[date, int]]:
    """What an item needs on which day; what is used over all its days, week by week."""
    if item.cadence is not ItemCadence.ONE_OFF or not is_spread:
        yield from ((on, item.pence) for on in item.due_days(until))
        return
    days = (item.ends_on - item.starts_on).days + 1
    weeks = [min(_WEEK, days - first) for first in range(0, days, _WEEK)]
    for number, pence in enumerate(split(item.pence, weeks)):
        on = item.starts_on + number * _WEEK * ONE_DAY
        if on <= until:
            yield on, pence


def _held_on(
    plan: ApprovedPlan, earlier: Sequence[ApprovedPlan], item: PlannedItem, on: date, pence: int
) -> tuple[tuple[tuple[Route, int], ...], list[Waiting]]:
    """Where an item's money goes on a day, and what it waits for."""
    ways = [
        held
        for one in (plan, *reversed(earlier))
        for held in reversed(one.held)
        if held.effective_from <= on and item.item_id in held.held
    ]
    chosen = ways[0]
    signed = next((held for held in ways if _is_signed(held, item)), None)
    if signed is chosen:
        return _parts(chosen, item, pence), []
    unsigned = [holding for holding, _ in _holdings(chosen, item) if not holding.is_ready]
    waits = [Waiting(one.route, one.still_to_sign, on, goes_on=signed is not None) for one in unsigned]
    if signed:
        return _parts(signed, item, pence), waits
    ready = {holding.route for holding, _ in _holdings(chosen, item) if holding.is_ready}
    return tuple(part for part in _parts(chosen, item, pence) if part[0] in ready), waits


def _is_signed(held: HeldFrom, item: PlannedItem) -> bool:
    return all(holding.is_ready for holding, _ in _holdings(held, item))


def _parts(held: HeldFrom, item: PlannedItem, pence: int) -> tuple[tuple[Route, int], ...]:
    """The parts, of what the item costs now: an earlier plan may have had another price."""
    by_route: dict[Route, int] = {}
    for holding, weight in _holdings(held, item):
        by_route[holding.route] = by_route.get(holding.route, 0) + weight
    return tuple(zip(by_route, split(pence, list(by_route.values())), strict=True))


def _holdings(held: HeldFrom, item: PlannedItem) -> list[tuple[Holding, int]]:
    return [(held.holdings[holding_id], pence) for holding_id, pence in held.held[item.item_id] if pence]
