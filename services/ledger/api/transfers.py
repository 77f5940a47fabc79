"""Transfers between funds over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from braid.kit.http import Caller, UnitOfWorkRoute, Writing
from braid.kit.permissions import Action, may
from braid.kit.problems import ProblemKind, ProblemTable, responses
from services.ledger import transfers
from services.ledger.api.asking import NOT_YOURS, Day, PenceAboveZero, Words
from services.ledger.domain.transfers import TransferNotAllowed
from services.ledger.statements.asking import budget_of

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["ledger"])

PROBLEMS: ProblemTable = {
    TransferNotAllowed: ProblemKind(409, "transfer-not-allowed", "This money may not move"),
    transfers.NoSuchFund: ProblemKind(404, "not-found", "There is no such fund"),
}


class TransferIn(BaseModel):
    """Money to move from one fund of a budget to another."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "from_fund_id": "2e0c1a52-7c59-5b0e-9b51-51c1b2a3c003",
                    "to_fund_id": "3f0c1a52-7c59-5b0e-9b51-51c1b2a3c004",
                    "pence": 5_000,
                    "on": "2009-09-01",
                    "reason": "Kept for emergencies, as agreed at the review",
                }
            ]
        },
    )

    from_fund_id: UUID
    to_fund_id: UUID
    pence: PenceAboveZero
    on: Annotated[Day, Field(description="Within the days of both funds.")]
    reason: Words


class TransferOut(BaseModel):
    """The entry that moved it."""

    entry_id: UUID


@router.post(
    "/people/{person_id}/budget/transfers",
    status_code=201,
    dependencies=[may(Action.POST_ENTRIES)],
    responses=responses(
        (403, "The caller is neither finance officer nor system."),
        NOT_YOURS,
        (409, "The law does not let this money move, or the fund does not have so much."),
        (422, "The body is not valid."),
    ),
)
async def transfer_money(person_id: UUID, body: TransferIn, work: Writing, caller: Caller) -> TransferOut:
    """Move money between two funds of one stream, where the law gives the person one sum."""
    budget = await budget_of(person_id, work, caller)
    entry_id = await transfers.transfer(
        work,
        budget.budget_id,
        giver_id=body.from_fund_id,
        taker_id=body.to_fund_id,
        pence=body.pence,
        on=body.on,
        reason=body.reason,
    )
    return TransferOut(entry_id=entry_id)
