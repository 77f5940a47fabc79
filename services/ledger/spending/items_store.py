"""The agreed plan's items as the ledger keeps them: versions of each, the latest holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from braid.contracts.uses import SpendItem, Use
from braid.kit.unit_of_work import UnitOfWork
from services.ledger.domain.spending.planned_items import ItemCadence, PlannedItem
from services.ledger.spending.tables import PlannedItemRow


class ItemOfAnotherBudget(Exception):
    """An item of this id belongs to another budget."""


@dataclass(frozen=True)
class StoredItem:
    """An item of the plan, and what the rules of the funds must know of it.

    Args:
        spend_item: its use, who is paid and how they are related, and the circumstances that conditions ask for.
    """

    item: PlannedItem
    spend_item: SpendItem
    version: int
    is_withdrawn: bool


async def items_of(work: UnitOfWork, budget_id: UUID) -> Mapping[UUID, StoredItem]:
    """The latest version of each item of a budget, withdrawn ones among them, by id."""
    return (await items_by_budget(work, [budget_id]))[budget_id]


async def items_by_budget(work: UnitOfWork, budget_ids: Sequence[UUID]) -> Mapping[UUID, Mapping[UUID, StoredItem]]:
    """The same of several budgets, read at once; by budget."""
    query = select(PlannedItemRow).where(col(PlannedItemRow.budget_id).in_(budget_ids))
    found: dict[UUID, dict[UUID, StoredItem]] = {budget_id: {} for budget_id in budget_ids}
    for row in await work.session.scalars(query.order_by(col(PlannedItemRow.item_id), col(PlannedItemRow.version))):
        found[row.budget_id][row.item_id] = _stored(row)
    return found


async def record_item(
    work: UnitOfWork, budget_id: UUID, item: PlannedItem, facts: Mapping[str, Any], *, by: str, is_withdrawn: bool
) -> int:
    """Keep a version of an item; one that says what the latest says is kept once. Returns its version.

    Args:
        facts: what ``SpendItem`` holds besides the use.

    Raises:
        ItemOfAnotherBudget: the id is another budget's.
        pydantic.ValidationError: the use or the facts are not ours.
    """
    SpendItem.model_validate({**facts, "use": item.use})
    query = select(PlannedItemRow).where(PlannedItemRow.item_id == item.item_id)
    versions = (await work.session.scalars(query.order_by(PlannedItemRow.version))).all()  # type: ignore[arg-type]
    latest = versions[-1] if versions else None
    if latest and latest.budget_id != budget_id:
        raise ItemOfAnotherBudget(str(item.item_id))
    row = _row(work, budget_id, item, facts, by=by, is_withdrawn=is_withdrawn)
    if latest and _content(latest) == _content(row):
        return latest.version
    row.version = latest.version + 1 if latest else 1
    work.session.add(row)
    await work.session.flush()
    return row.version


def _stored(row: PlannedItemRow) -> StoredItem:
    item = PlannedItem(
        row.item_id,
        row.text,
        row.use,
        row.pence,
        ItemCadence(row.cadence),
        row.starts_on,
        row.ends_on,
        tuple(row.payees),
        tuple(row.reference_words),
    )
    return StoredItem(
        item, SpendItem.model_validate({**row.payee_facts, "use": Use(row.use)}), row.version, row.is_withdrawn
    )


def _row(
    work: UnitOfWork, budget_id: UUID, item: PlannedItem, facts: Mapping[str, Any], *, by: str, is_withdrawn: bool
) -> PlannedItemRow:
    return PlannedItemRow(
        council=work.council,
        item_id=item.item_id,
        version=1,
        budget_id=budget_id,
        text=item.text,
        use=item.use,
        pence=item.pence,
        cadence=item.cadence.value,
        starts_on=item.starts_on,
        ends_on=item.ends_on,
        payees=list(item.payees),
        reference_words=list(item.references),
        payee_facts=dict(facts),
        is_withdrawn=is_withdrawn,
        recorded_by=by,
    )


def _content(row: PlannedItemRow) -> dict[str, Any]:
    return row.model_dump(exclude={"version", "recorded_at", "recorded_by"})
