"""A plan for a route: found, and the caller's to see."""

from uuid import UUID

from braid.kit.identity import Principal
from braid.kit.problems import not_found
from braid.kit.unit_of_work import UnitOfWork
from services.support_planning import plan_store
from services.support_planning.tables import PlanRow

NOT_YOURS = (404, "No such plan, or the record is not yours to see.")
NO_PERSON = (404, "No such person, or the record is not yours to see.")
STALE = (412, "The plan has changed since you read it; the answer tells what.")
NO_VERSION = (428, "If-Match is missing.")
KEY = (400, "Idempotency-Key is missing or malformed.")
AWAY = (503, "The ledger gives no answer; the plan is kept as it is.")


async def plan_for(plan_id: UUID, work: UnitOfWork, caller: Principal, *, for_update: bool = False) -> PlanRow:
    """A plan that the caller may see.

    Raises:
        Problem: 404.
    """
    row = await plan_store.plan(work, plan_id)
    if row is None or not caller.may_read(row.person_id):
        raise not_found("plan")
    if not for_update:
        return row
    # The person first, then the plan: events and timers take them in this order too.
    await work.lock_person(row.person_id)
    await work.session.refresh(row, with_for_update=True)
    return row
