"""Approved plans and how their money is held, as payments follow them: kept once, in whatever order they are heard."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert as insert_or_skip
from sqlmodel import col, select

from braid.contracts.plan import ApprovedItem, HeldItem, HoldingChanged, PlanApproved
from braid.contracts.plan import Holding as HoldingTold
from braid.kit.unit_of_work import UnitOfWork
from services.ledger.domain.payments.plans_in_force import ApprovedPlan, HeldFrom, Holding, Route, Way
from services.ledger.domain.spending.planned_items import ItemCadence, PlannedItem
from services.ledger.payments.plan_tables import ApprovedPlanRow, PlanHoldingRow


@dataclass(frozen=True)
class KnownPlan:
    """An approved plan, and its items as the rules of the money must know them."""

    plan: ApprovedPlan
    items: Mapping[UUID, ApprovedItem]


async def keep_plan(work: UnitOfWork, budget_id: UUID, event: PlanApproved) -> None:
    """Keep an approved plan; heard again, it is there already."""
    row = {
        "plan_id": event.plan_id,
        "council": work.council,
        "budget_id": budget_id,
        "approved_on": event.approved_on,
        "effective_from": event.effective_from,
        "items": [item.model_dump(mode="json") for item in event.items],
        "holdings": [holding.model_dump(mode="json") for holding in event.holdings],
    }
    await work.session.execute(insert_or_skip(ApprovedPlanRow).values(row).on_conflict_do_nothing())


async def keep_holding(work: UnitOfWork, budget_id: UUID, event: HoldingChanged) -> None:
    """Keep a change of how the money of a plan is held; heard again, it is there already."""
    row = {
        "plan_id": event.plan_id,
        "number": event.number,
        "council": work.council,
        "budget_id": budget_id,
        "effective_from": event.effective_from,
        "held": [one.model_dump(mode="json") for one in event.held],
        "holdings": [holding.model_dump(mode="json") for holding in event.holdings],
    }
    if event.number is None:
        # Told before changes were counted: it is the next, unless it says what the latest says.
        made = (await _changes(work, [event.plan_id]))[event.plan_id]
        latest = made[-1].number if made else 0
        if made and row == {**made[-1].model_dump(include=set(row)), "number": None}:
            return
        row["number"] = latest + 1
    await work.session.execute(insert_or_skip(PlanHoldingRow).values(row).on_conflict_do_nothing())


async def has_plans(work: UnitOfWork, budget_id: UUID) -> bool:
    """Whether a plan was ever approved for a budget."""
    query = select(ApprovedPlanRow.plan_id).where(ApprovedPlanRow.budget_id == budget_id).limit(1)
    return (await work.session.scalars(query)).first() is not None


async def plans_of(work: UnitOfWork, budget_id: UUID) -> list[KnownPlan]:
    """Every plan of a budget that was ever approved, with the changes of how its money is held; the latest last."""
    query = select(ApprovedPlanRow).where(ApprovedPlanRow.budget_id == budget_id)
    in_order = query.order_by(
        col(ApprovedPlanRow.approved_on), col(ApprovedPlanRow.effective_from), col(ApprovedPlanRow.plan_id)
    )
    rows = (await work.session.scalars(in_order)).all()
    changes = await _changes(work, [row.plan_id for row in rows])
    return [_known(row, changes[row.plan_id]) for row in rows]


async def unheard_plans(work: UnitOfWork, budget_id: UUID) -> list[UUID]:
    """Plans of a budget whose holding was changed and whose approval was not heard, or not yet."""
    known = select(ApprovedPlanRow.plan_id).where(ApprovedPlanRow.budget_id == budget_id)
    query = select(PlanHoldingRow.plan_id).where(
        PlanHoldingRow.budget_id == budget_id, col(PlanHoldingRow.plan_id).not_in(known)
    )
    return sorted(set((await work.session.scalars(query)).all()))


async def _changes(work: UnitOfWork, plan_ids: Sequence[UUID]) -> Mapping[UUID, list[PlanHoldingRow]]:
    query = select(PlanHoldingRow).where(col(PlanHoldingRow.plan_id).in_(plan_ids))
    found: dict[UUID, list[PlanHoldingRow]] = defaultdict(list)
    for row in await work.session.scalars(query.order_by(col(PlanHoldingRow.number))):
        found[row.plan_id].append(row)
    return found


def _known(row: ApprovedPlanRow, changes: Sequence[PlanHoldingRow]) -> KnownPlan:
    items = [ApprovedItem.model_validate(one) for one in row.items]
    own = HeldFrom(row.effective_from, _holdings(row.holdings), {one.item_id: _parts(one) for one in items})
    later = [
        HeldFrom(
            change.effective_from,
            _holdings(change.holdings),
            {one.item_id: _parts(one) for one in map(HeldItem.model_validate, change.held)},
        )
        for change in changes
    ]
    plan = ApprovedPlan(
        row.plan_id,
        row.approved_on,
        row.effective_from,
        tuple(_item(one) for one in items),
        (own, *later),
        frozenset(one.item_id for one in items if one.is_used_over_its_days),
    )
    return KnownPlan(plan, {one.item_id: one for one in items})


def _item(told: ApprovedItem) -> PlannedItem:
    cadence = ItemCadence(told.cadence.value)
    return PlannedItem(
        told.item_id, told.label, told.spend.use.value, told.pence, cadence, told.starts_on, told.ends_on
    )


def _parts(told: ApprovedItem | HeldItem) -> tuple[tuple[str, int], ...]:
    parts = told.held if isinstance(told, ApprovedItem) else told.parts
    return tuple((part.holding_id, part.pence) for part in parts)


def _holdings(told: Sequence[dict[str, Any]]) -> dict[str, Holding]:
    found = (HoldingTold.model_validate(one) for one in told)
    return {
        one.holding_id: Holding(Route(Way(one.way.value), one.holder_reference or ""), one.is_ready, one.still_to_sign)
        for one in found
    }
