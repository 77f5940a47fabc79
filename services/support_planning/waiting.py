"""How long people wait: each step of planning measured from the versions of plans, and who waits too long now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby, pairwise
from statistics import median
from uuid import UUID

from sqlmodel import select

from braid.kit.unit_of_work import UnitOfWork
from services.support_planning import progress_store
from services.support_planning.domain.lifecycle import State
from services.support_planning.domain.progress import due
from services.support_planning.tables import PlanChangeRow, ProgressRow

_SECONDS_OF_DAY = 86_400
#: States that a plan leaves again, so that the time in them is a wait.
_WAITS = (State.DRAFT, State.SUBMITTED, State.AMENDMENT_ASKED)


@dataclass(frozen=True)
class StepTime:
    """How long plans were in a state, in days, over those that left it."""

    step: str
    plans: int
    median_days: float
    longest_days: float
    waiting_now: int


@dataclass(frozen=True)
class Overdue:
    """Somebody who waits longer than promised."""

    person_id: UUID
    stage: str
    waits_for: str
    since: datetime
    due_on: date


def times(changes: Sequence[PlanChangeRow]) -> list[StepTime]:
    """How long each step took.

    Args:
        changes: every version of every plan, plan by plan, oldest first.
    """
    took: dict[str, list[float]] = {state.value: [] for state in _WAITS}
    waiting = dict.fromkeys(took, 0)
    for _, versions in groupby(changes, key=lambda one: one.plan_id):
        entered = [next(group) for _, group in groupby(versions, key=lambda one: one.state)]
        for here, there in pairwise(entered):
            if here.state in took:
                took[here.state].append((there.changed_at - here.changed_at).total_seconds() / _SECONDS_OF_DAY)
        if entered[-1].state in waiting:
            waiting[entered[-1].state] += 1
    return [
        StepTime(
            step,
            len(days),
            round(median(days), 2) if days else 0.0,
            round(max(days, default=0.0), 2),
            waiting[step],
        )
        for step, days in took.items()
    ]


async def overdue(work: UnitOfWork, days_most: Mapping[str, int]) -> list[Overdue]:
    """Everybody who waits longer than promised, the longest over first."""
    found = []
    for row in await work.session.scalars(select(ProgressRow)):
        progress = progress_store.progress_of(row)
        due_on = due(progress, days_most)
        if due_on is not None and progress.since is not None and due_on < work.now.date():
            found.append(Overdue(row.person_id, progress.stage, progress.waits_for, progress.since, due_on))
    return sorted(found, key=lambda one: (one.due_on, str(one.person_id)))
