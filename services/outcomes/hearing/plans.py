"""What support planning tells: plans, how their money is held, and reviews."""

from collections.abc import Iterable, Mapping

from braid.contracts.plan import ApprovedItem, HeldPart, Holding, HoldingChanged, PlanApproved, PlanReturned
from braid.contracts.review import ReviewCompleted
from braid.kit.unit_of_work import UnitOfWork
from services.outcomes.domain.told import (
    HeldItemTold,
    HeldTold,
    HoldingTold,
    ItemTold,
    PlanTold,
    ReturnTold,
    ReviewTold,
)
from services.outcomes.told_store import keep

Ways = Mapping[str, str]


async def hear_plan(event: PlanApproved, work: UnitOfWork) -> None:
    """Hear of an approved plan."""
    ways = _ways(event.holdings)
    told = PlanTold(
        plan_id=event.plan_id,
        version=event.version,
        approved_on=event.approved_on,
        effective_from=event.effective_from,
        starts_on=event.starts_on,
        ends_on=event.ends_on,
        items=tuple(_item(one, ways) for one in event.items),
    )
    await keep(work, event.person_id, told)


async def hear_return(event: PlanReturned, work: UnitOfWork) -> None:
    """Hear that a plan was not approved as it is."""
    await keep(work, event.person_id, ReturnTold(event.plan_id, event.version, event.outcome.value, event.returned_on))


async def hear_holding(event: HoldingChanged, work: UnitOfWork) -> None:
    """Hear how the money of a plan is held from a day on."""
    ways = _ways(event.holdings)
    items = tuple(HeldItemTold(one.item_id, _held(one.parts, ways)) for one in event.held)
    await keep(work, event.person_id, HoldingTold(event.plan_id, event.effective_from, event.number, items))


async def hear_review(event: ReviewCompleted, work: UnitOfWork) -> None:
    """Hear what came of a review."""
    told = ReviewTold(
        review_id=event.review_id,
        kind=event.kind.value,
        outcome=event.outcome.value,
        held_on=event.held_on,
        outcomes_met=event.outcomes_met,
        outcomes_partly_met=event.outcomes_partly_met,
        outcomes_not_met=event.outcomes_not_met,
    )
    await keep(work, event.person_id, told)


def _item(item: ApprovedItem, ways: Ways) -> ItemTold:
    return ItemTold(
        item_id=item.item_id,
        use=item.use.value,
        cadence=item.cadence.value,
        pence=item.pence,
        starts_on=item.starts_on,
        ends_on=item.ends_on,
        relation=None if item.relation is None else item.relation.value,
        same_household=item.same_household,
        shares={one.stream: one.pence for one in item.shares},
        held=_held(item.held, ways),
    )


def _ways(holdings: Iterable[Holding]) -> Ways:
    return {one.holding_id: one.way.value for one in holdings}


def _held(parts: Iterable[HeldPart], ways: Ways) -> tuple[HeldTold, ...]:
    return tuple(HeldTold(ways[one.holding_id], one.pence) for one in parts)
