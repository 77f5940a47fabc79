"""The API by which a clock has the words around money forgotten once their period has run out."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from braid.kit.http import UnitOfWorkRoute, Writing
from braid.kit.permissions import Action, may
from braid.kit.problems import responses
from services.ledger import forgetting

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["forgetting"])

_BUDGETS_AT_ONCE = 100


class KeptOut(BaseModel):
    """A budget whose person was erased, and why the words around its money are still kept."""

    budget_id: UUID
    because: list[str]


class ForgottenOut(BaseModel):
    """What came of looking at budgets whose person was erased."""

    forgotten: int = Field(description="Budgets whose payees, accounts and reasons are gone now.")
    kept: list[KeptOut]
    next: UUID | None = Field(description="What to send as ``after`` to go on.")


@router.post(
    "/forgetting",
    dependencies=[may(Action.FORGET_MONEY_WORDS)],
    responses=responses(
        (400, "Idempotency-Key is missing or malformed."), (403, "The caller's role has nothing forgotten.")
    ),
)
async def forget_due(work: Writing, after: UUID | None = None) -> ForgottenOut:
    """Take the words around the money of erased people away where their period has run out today, some at a time.

    A clock calls this each day until ``next`` is null. No day can be asked for: what is gone is gone.
    """
    looked = await forgetting.forget_due(work, after, _BUDGETS_AT_ONCE)
    kept = [KeptOut(budget_id=one.budget_id, because=list(one.kept_because)) for one in looked if one.kept_because]
    return ForgottenOut(
        forgotten=len(looked) - len(kept),
        kept=kept,
        next=looked[-1].budget_id if len(looked) == _BUDGETS_AT_ONCE else None,
    )
