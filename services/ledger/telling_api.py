"""The API by which a clock has other services told what was spent."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from braid.kit.http import UnitOfWorkRoute, Writing
from braid.kit.permissions import Action, may
from braid.kit.problems import responses
from services.ledger.spending import telling

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["spending"])

#: Few enough that an erasure, which waits for a page, does not wait long (decision 22 tells what was measured).
_ENTRIES_AT_ONCE = 2_000


class SpendingToldOut(BaseModel):
    """How far the journal was read, and how much of it was news."""

    weeks: int = Field(description="Weeks of budgets that were told, each with all that was spent in it.")
    read_to: int = Field(description="The last entry of the council's journal that is in what was told.")
    is_all: bool = Field(description="Whether that is the journal's last entry; ask again until it is.")


@router.post(
    "/spending:tell",
    dependencies=[may(Action.TELL_SPENDING)],
    responses=responses(
        (400, "Idempotency-Key is missing or malformed."), (403, "The caller's role has nobody told of spending.")
    ),
)
async def tell_spending(work: Writing) -> SpendingToldOut:
    """Have other services told what was spent, by week, as far as entries posted since the last time change it.

    A clock calls this each day until ``is_all``. It goes on where it ended, whoever asked; a week that a late entry or
    a reversal changes is told again, whole.
    """
    told = await telling.tell_spending(work, _ENTRIES_AT_ONCE)
    return SpendingToldOut(weeks=told.weeks, read_to=told.read_to, is_all=told.is_all)
