"""The API of the agreed plan's items, as far as the ledger must know them to match spending and to watch."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from braid.contracts.codes import PENCE_MAX
from braid.contracts.uses import Relation, Requirement, SpendItem, Use
from braid.kit.http import Caller, Reading, UnitOfWorkRoute, Writing
from braid.kit.permissions import Action, may
from braid.kit.problems import ProblemKind, ProblemTable, responses
from services.ledger.domain.spending.planned_items import ItemCadence, ItemEndsBeforeItStarts, PlannedItem
from services.ledger.spending import items_store
from services.ledger.spending.items_store import StoredItem
from services.ledger.statements.asking import budget_of

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["spending"])

PROBLEMS: ProblemTable = {
    items_store.ItemOfAnotherBudget: ProblemKind(409, "item-of-another", "The item belongs to another budget"),
    ItemEndsBeforeItStarts: ProblemKind(422, "dates-out-of-order", "The dates are out of order"),
}

_NOT_YOURS = (404, "No budget is open for this person, or the record is not yours to see.")

Words = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]


class ItemIn(BaseModel):
    """A costed item of the agreed plan."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    text: Words
    use: Use
    pence: Annotated[int, Field(gt=0, le=PENCE_MAX, description="What is due each time.")]
    cadence: ItemCadence
    starts_on: date
    ends_on: date
    payees: Annotated[list[Words], Field(max_length=20, description="Names of whoever is paid, as banks write them.")]
    references: Annotated[list[Words], Field(max_length=20)] = []
    relation: Relation | None = None
    same_household: bool | None = None
    recorded_decisions: Annotated[list[Words], Field(max_length=20)] = []
    circumstances: dict[Requirement, bool | int] = {}
    is_withdrawn: bool = False


class ItemOut(ItemIn):
    """An item with its version."""

    item_id: UUID
    version: int


class ItemsOut(BaseModel):
    """The latest version of each item."""

    items: list[ItemOut]


@router.put(
    "/people/{person_id}/budget/items/{item_id}",
    dependencies=[may(Action.KEEP_PLAN_ITEMS)],
    responses=responses(
        (403, "The caller's role does not keep plans."),
        _NOT_YOURS,
        (409, "The item belongs to another budget."),
        (422, "The body is not valid."),
    ),
)
async def put_item(person_id: UUID, item_id: UUID, body: ItemIn, work: Writing, caller: Caller) -> ItemOut:
    """Keep an item of the agreed plan; saying the same again changes nothing."""
    budget = await budget_of(person_id, work, caller)
    facts = body.model_dump(mode="json", include=set(SpendItem.model_fields) - {"use"})
    await items_store.record_item(
        work, budget.budget_id, _item(item_id, body), facts, by=caller.subject, is_withdrawn=body.is_withdrawn
    )
    return _item_out((await items_store.items_of(work, budget.budget_id))[item_id])


@router.get("/people/{person_id}/budget/items", dependencies=[may(Action.READ_BUDGET)], responses=responses(_NOT_YOURS))
async def read_items(person_id: UUID, work: Reading, caller: Caller) -> ItemsOut:
    """The items of the agreed plan."""
    budget = await budget_of(person_id, work, caller)
    stored = await items_store.items_of(work, budget.budget_id)
    return ItemsOut(items=[_item_out(one) for one in stored.values()])


def _item(item_id: UUID, body: ItemIn) -> PlannedItem:
    return PlannedItem(
        item_id,
        body.text,
        body.use.value,
        body.pence,
        body.cadence,
        body.starts_on,
        body.ends_on,
        tuple(body.payees),
        tuple(body.references),
    )


def _item_out(stored: StoredItem) -> ItemOut:
    item, facts = stored.item, stored.spend_item
    return ItemOut(
        item_id=item.item_id,
        version=stored.version,
        text=item.text,
        use=facts.use,
        pence=item.pence,
        cadence=item.cadence,
        starts_on=item.starts_on,
        ends_on=item.ends_on,
        payees=list(item.payees),
        references=list(item.references),
        relation=facts.relation,
        same_household=facts.same_household,
        recorded_decisions=sorted(facts.recorded_decisions),
        circumstances=dict(facts.circumstances),
        is_withdrawn=stored.is_withdrawn,
    )
