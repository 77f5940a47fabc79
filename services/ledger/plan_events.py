"""What the ledger does when a plan is approved, or held otherwise: it keeps the items, and payments follow.

Items of the plan before that it leaves out end on the day before it takes effect. What is held for them until then
stays held, and the rest is let go of; so is what is held for an item that it lowers, beyond what that needs now. No
money that is paid or on its way is touched. Until that day the plan before it pays on.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from braid.contracts.plan import ApprovedItem, HoldingChanged, PlanApproved
from braid.kit.delivery import TooEarly
from braid.kit.unit_of_work import UnitOfWork
from services.ledger import queries
from services.ledger.domain.spending.planned_items import ItemCadence, PlannedItem
from services.ledger.lowered_items import let_go
from services.ledger.payments.approved_plans import keep_holding, keep_plan
from services.ledger.payments.plan_schedules import follow_plans
from services.ledger.spending import items_store
from services.ledger.spending.items_store import StoredItem
from services.ledger.tables import BudgetRow

#: Who keeps the items of an approved plan.
BY_PLAN = "support_planning"


async def record_plan(event: PlanApproved, work: UnitOfWork) -> None:
    """Keep the items of an approved plan, end those that it no longer has, and have payments follow.

    Raises:
        TooEarly: the budget is not open; the award that opens it is on its way.
    """
    budget = await _held_budget(event, work)
    known = await items_store.items_of(work, budget.budget_id)
    for told in event.items:
        facts = told.spend.model_dump(mode="json", exclude={"use"})
        await _keep(work, budget.budget_id, _item(told, known.get(told.item_id)), facts)
    for item_id in event.ended_items:
        if item_id in known:
            await _end(work, budget.budget_id, known[item_id], event)
    await keep_plan(work, budget.budget_id, event)
    await follow_plans(work, budget)
    await let_go(work, budget.budget_id, event.plan_id)


async def record_holding(event: HoldingChanged, work: UnitOfWork) -> None:
    """Keep how the money of a plan is held from a day on, and have payments follow.

    Raises:
        TooEarly: the budget is not open; the award that opens it is on its way.
    """
    budget = await _held_budget(event, work)
    await keep_holding(work, budget.budget_id, event)
    await follow_plans(work, budget)


async def _held_budget(event: PlanApproved | HoldingChanged, work: UnitOfWork) -> BudgetRow:
    await work.lock_person(event.person_id)
    budget = await queries.budget_of(work, event.person_id)
    if budget is None:
        raise TooEarly("the person's budget is not open: the award that opens it has not come")
    return budget


def _item(told: ApprovedItem, known: StoredItem | None) -> PlannedItem:
    # Names of payees, and words that staff chose, are the ledger's own: no event carries them.
    return PlannedItem(
        told.item_id,
        known.item.text if known else told.label,
        told.spend.use.value,
        told.pence,
        ItemCadence(told.cadence.value),
        told.starts_on,
        told.ends_on,
        known.item.payees if known else (),
        known.item.references if known else (),
    )


async def _end(work: UnitOfWork, budget_id: UUID, known: StoredItem, event: PlanApproved) -> None:
    last_day = event.effective_from - timedelta(days=1)
    has_begun = known.item.starts_on <= last_day
    item = replace(known.item, ends_on=min(known.item.ends_on, last_day)) if has_begun else known.item
    facts = known.spend_item.model_dump(mode="json", exclude={"use"})
    await _keep(work, budget_id, item, facts, is_withdrawn=known.is_withdrawn or not has_begun)


async def _keep(
    work: UnitOfWork, budget_id: UUID, item: PlannedItem, facts: Mapping[str, Any], *, is_withdrawn: bool = False
) -> None:
    await items_store.record_item(work, budget_id, item, facts, by=BY_PLAN, is_withdrawn=is_withdrawn)
