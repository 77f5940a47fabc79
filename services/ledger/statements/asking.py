"""What every report is asked with: whose budget, and as known when."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query

from braid.kit.identity import Principal
from braid.kit.problems import Problem, not_found
from braid.kit.unit_of_work import UnitOfWork
from services.ledger import queries as ledger_queries
from services.ledger.tables import BudgetRow

KnownAt = Annotated[
    datetime | None, Query(description="Leave out what was recorded later; with its zone. Now, where it is not given.")
]


class PeriodRefused(Exception):
    """A period runs backwards or is longer than a statement may be."""


async def budget_of(person_id: UUID, work: UnitOfWork, caller: Principal) -> BudgetRow:
    """The person's budget, for whoever may see it.

    Raises:
        Problem: 404 where there is none, or it is not the caller's to see.
    """
    budget = await ledger_queries.budget_of(work, person_id) if caller.may_read(person_id) else None
    if budget is None:
        raise not_found("open budget")
    return budget


def known_time(known_at: datetime | None, work: UnitOfWork) -> datetime:
    """The time up to which recordings count; now, where none was asked for.

    Raises:
        Problem: 422 for a time without its zone.
    """
    if known_at is None:
        return work.now
    if known_at.tzinfo is None:
        raise Problem(422, "zone-missing", "A time needs its zone", "Write 2009-06-01T12:00:00Z, or with an offset.")
    return known_at
