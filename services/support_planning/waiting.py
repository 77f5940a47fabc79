"""How long people wait: each step of planning measured from the versions of plans, and who waits too long now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby, pairwise
from statistics import median
from uuid import UUID

from sqlalchemy import text

from braid.kit.unit_of_work import UnitOfWork
from services.support_planning.domain.lifecycle import State
from services.support_planning.domain.stages import Stage, waits_for
from services.support_planning.tables import PlanChangeRow

_SECONDS_OF_DAY = 86_400

#: As `due` has it. For each stage only those are read who waited too long: the index is in the order of their waits.
_OVERDUE = text(
    "SELECT p.person_id, p.stage, p.since, (p.since AT TIME ZONE 'UTC')::date + l.days AS due_on"
    " FROM unnest(CAST(:stages AS text[]), CAST(:days AS integer[])) AS l (stage, days)"
    " JOIN progress p ON p.stage = l.stage"
    "  AND p.since < CAST(CAST(:today AS date) - l.days AS timestamp) AT TIME ZONE 'UTC'"
    " WHERE CAST(:after_day AS date) IS NULL OR ((p.since AT TIME ZONE 'UTC')::date + l.days, p.person_id)"
    "  > (CAST(:after_day AS date), CAST(:after_person AS uuid))"
    " ORDER BY due_on, p.person_id LIMIT :most"
)
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


async def overdue(
    work: UnitOfWork, days_most: Mapping[str, int], after: tuple[date, UUID] | None, most: int
) -> list[Overdue]:
    """Who waits longer than promised, the longest over first.

    Args:
        work: the unit of work.
        days_most: how many days each stage may take.
        after: the last day on time, and the person, of the last one that the caller has.
        most: how many to return at most.
    """
    values = {
        "stages": list(days_most),
        "days": list(days_most.values()),
        "today": work.now.date(),
        "after_day": after[0] if after else None,
        "after_person": after[1] if after else None,
        "most": most,
    }
    return [
        Overdue(row.person_id, row.stage, waits_for(Stage(row.stage)), row.since, row.due_on)
        for row in await work.session.execute(_OVERDUE, values)
    ]
