"""What the routes of payments share: whose budget it is about, and what each may answer."""

from uuid import UUID

from braid.kit.problems import not_found
from braid.kit.unit_of_work import UnitOfWork
from services.ledger import queries
from services.ledger.tables import BudgetRow

FORBIDDEN = (403, "The caller's role does not allow it.")
NO_KEY = (400, "Idempotency-Key is missing or malformed.")
NO_BUDGET = (404, "No budget is open for this person, or nothing of this id is there.")
INVALID = (422, "The body is not valid, or is against a rule.")


async def open_budget(person_id: UUID, work: UnitOfWork) -> BudgetRow:
    """A person's budget, for those who may see every one.

    Raises:
        Problem: 404 where none is open.
    """
    budget = await queries.budget_of(work, person_id)
    if budget is None:
        raise not_found("open budget")
    return budget
