"""How long people wait between steps, as a metric: the same times that `progress` holds for each of them."""

from prometheus_client import Histogram

from braid.contracts.budget import BudgetOpened
from braid.kit.unit_of_work import UnitOfWork
from services.support_planning import process_manager
from services.support_planning.domain.process import Happened
from services.support_planning.domain.stages import Milestone

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
AGREED_TO_BUDGET = Histogram(
    "braid_agreed_to_budget_seconds",
    "From the day that an assessment was first agreed to the budget's opening, both as heard of here.",
    buckets=(1, 5, 15, _MINUTE, 5 * _MINUTE, _HOUR, _DAY, 7 * _DAY, 14 * _DAY, 28 * _DAY, 56 * _DAY, 84 * _DAY),
)


async def note_budget(event: BudgetOpened, work: UnitOfWork) -> None:
    """Note that the budget was opened, and how long the person waited for it since the assessment was agreed.

    A budget that was there before an assessment was agreed, as one that came over from another system, waited for none.
    """
    progress = await process_manager.note(work, event.person_id, Happened(Milestone.BUDGET_OPENED, work.now))
    agreed = progress.reached.get(Milestone.ASSESSMENT_AGREED)
    opened = progress.reached[Milestone.BUDGET_OPENED]
    if agreed is not None and agreed <= opened:
        work.once_true(lambda: AGREED_TO_BUDGET.observe((opened - agreed).total_seconds()))
