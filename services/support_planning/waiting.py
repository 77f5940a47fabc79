"""How long people wait: each step of planning measured from the versions of plans, and who waits too long now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from braid.kit.unit_of_work import UnitOfWork
from services.support_planning.domain.lifecycle import State
from services.support_planning.domain.stages import Stage, waits_for

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
#: A plan enters a state with the first of the versions in a row that have it, and leaves it with the next such first.
#: Worked out where the plans are: what they say is no part of it, and is most of what they weigh.
TIMES = text(
    "WITH versions AS ("
    " SELECT c.plan_id, c.version, c.state, c.changed_at,"
    "  lag(c.state) OVER (PARTITION BY c.plan_id ORDER BY c.version) AS before"
    " FROM plan_change c"
    "), steps AS ("
    " SELECT v.state, extract(epoch FROM lead(v.changed_at) OVER (PARTITION BY v.plan_id ORDER BY v.version)"
    "  - v.changed_at)::float8 / 86400 AS days"
    " FROM versions v WHERE v.state IS DISTINCT FROM v.before"
    ")"
    " SELECT s.state, count(s.days) AS plans, max(s.days) AS longest,"
    "  percentile_cont(0.5) WITHIN GROUP (ORDER BY s.days) AS median,"
    "  count(*) FILTER (WHERE s.days IS NULL) AS waiting_now"
    " FROM steps s GROUP BY s.state"
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


async def times(work: UnitOfWork) -> list[StepTime]:
    """How long each step of planning took in the council, by the versions of all its plans."""
    rows = {row.state: row for row in await work.session.execute(TIMES)}
    return [_step_time(state.value, rows.get(state.value)) for state in _WAITS]


def _step_time(step: str, found: Any) -> StepTime:
    if found is None:
        return StepTime(step, 0, 0.0, 0.0, 0)
    return StepTime(step, found.plans, round(found.median or 0.0, 2), round(found.longest or 0.0, 2), found.waiting_now)


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
