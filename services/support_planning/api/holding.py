"""How the money of a plan is held, over HTTP: in which ways, what each still needs, and changes from a day on."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from braid.kit.http import Caller, Reading, UnitOfWorkRoute, Writing
from braid.kit.permissions import Action, may
from braid.kit.problems import responses
from braid.kit.unit_of_work import UnitOfWork
from services.support_planning import council_choices, deciding, plan_store
from services.support_planning.api.finding_plans import KEY, NOT_YOURS, plan_for
from services.support_planning.content import Day, HeldSharePart, HoldingPart, Part, Words, holdings_of, plan_of
from services.support_planning.domain.holding import held_parts, still_to_sign
from services.support_planning.tables import PlanRow

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["support planning"])


class HoldingIn(Part):
    """How the money is to be held from a day on."""

    holdings: Annotated[list[HoldingPart], Field(min_length=1, max_length=10)]
    held: Annotated[
        dict[UUID, Annotated[list[HeldSharePart], Field(max_length=5)]],
        Field(
            default_factory=dict,
            max_length=200,
            description="By item id; an item that is not there keeps what it has.",
        ),
    ]
    effective_from: Day
    reason: Words


class AgreementOut(BaseModel):
    """Something to be signed before money goes this way."""

    code: str
    text: str
    citation: str
    unconfirmed: bool


class WayOut(HoldingPart):
    """Money that is held in one way."""

    pence_in_plan: int = Field(description="What of the whole plan is held so.")
    still_to_sign: list[AgreementOut] = Field(description="Nothing is paid this way before it is signed.")
    conditions: list[str]


class ChangeOut(BaseModel):
    """A change of how the money is held."""

    effective_from: date
    reason: str
    changed_by: str


class HoldingOut(BaseModel):
    """How the money of a plan is held."""

    ways: list[WayOut]
    changes: list[ChangeOut]


@router.get("/plans/{plan_id}/holding", dependencies=[may(Action.READ_PLAN)], responses=responses(NOT_YOURS))
async def read_holding(plan_id: UUID, work: Reading, caller: Caller) -> HoldingOut:
    """How the money of a plan is held, and what is still to be signed."""
    return await _holding(await plan_for(plan_id, work, caller), work)


@router.post(
    "/plans/{plan_id}/holding",
    dependencies=[may(Action.CHANGE_HOLDING)],
    responses=responses(
        KEY,
        NOT_YOURS,
        (409, "The plan is not approved."),
        (422, "A way or a part names what is not there, or it takes effect too early."),
    ),
)
async def change_holding(plan_id: UUID, body: HoldingIn, work: Writing, caller: Caller) -> HoldingOut:
    """Change how the money of an approved plan is held, or record what was signed; nothing that was paid changes."""
    row = await plan_for(plan_id, work, caller, for_update=True)
    change = deciding.HoldingChange(
        tuple(body.holdings), {one: tuple(parts) for one, parts in body.held.items()}, body.effective_from, body.reason
    )
    await deciding.change_holding(work, row, change, by=caller.subject)
    return await _holding(row, work)


async def _holding(row: PlanRow, work: UnitOfWork) -> HoldingOut:
    today = work.now.date()
    content = await deciding.held_now(work, row)
    rules = await council_choices.ways_of_holding(work, today)
    pence = dict.fromkeys((one.holding_id for one in content.holdings), 0)
    for one in plan_of(content).costed():
        first = content.holdings[0].holding_id if content.holdings else ""
        for holding_id, part in held_parts(one.pence, one.item.held, first):
            pence[holding_id] = pence.get(holding_id, 0) + part * one.times
    ways = [
        WayOut(
            **told.model_dump(),
            pence_in_plan=pence[told.holding_id],
            still_to_sign=[
                AgreementOut.model_validate(one, from_attributes=True) for one in still_to_sign(domain, rules, today)
            ],
            conditions=list(rules[domain.way].conditions),
        )
        for told, domain in zip(content.holdings, holdings_of(content), strict=True)
    ]
    changes = await plan_store.holding_changes(work, row.plan_id)
    return HoldingOut(ways=ways, changes=[ChangeOut.model_validate(one, from_attributes=True) for one in changes])
