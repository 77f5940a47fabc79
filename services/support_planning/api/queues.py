"""What waits in a council: plans to approve by value and age, how long each step takes, and what is overdue."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from braid.kit.http import Reading, UnitOfWorkRoute
from braid.kit.paging import Cursor, cursor_of, cursor_refused, day_place
from braid.kit.permissions import Action, may
from braid.kit.problems import responses
from services.support_planning import council_choices, plan_store, waiting

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["support planning"])

_OVERDUE_A_PAGE = 200
_PLANS_A_PAGE = 500
_NOT_STAFF = (403, "The caller is not of the council's staff.")


class PlanToApproveOut(BaseModel):
    """A plan that waits for a decision."""

    plan_id: UUID
    person_id: UUID
    version: int
    submitted_on: date
    pence_in_a_year: int
    level: str
    reasons: list[str] = Field(description="Why it goes to this level.")
    questions: dict[str, str] = Field(description="What must be answered in writing.")


class PlansToApproveOut(BaseModel):
    """Plans that wait for a decision, the longest wait first."""

    plans: list[PlanToApproveOut]
    next: str | None = Field(description="What to send as ``after`` to go on.")


class StepTimeOut(BaseModel):
    """How long a step takes, over all plans of the council that left it."""

    step: str
    plans: int
    median_days: float
    longest_days: float
    waiting_now: int


class TimesOut(BaseModel):
    """How long each step of planning takes."""

    steps: list[StepTimeOut]


class OverdueOut(BaseModel):
    """Somebody who has waited longer than promised."""

    person_id: UUID
    stage: str
    waits_for: str
    since: datetime
    due_on: date


class AllOverdueOut(BaseModel):
    """A page of those who have waited longer than promised, the longest over first."""

    overdue: list[OverdueOut]
    next: str | None = Field(description="What to send as ``after`` to go on.")


@router.get(
    "/plans-to-approve",
    dependencies=[may(Action.READ_PLANNING_QUEUES)],
    responses=responses(_NOT_STAFF, (422, "The cursor is none of ours.")),
)
async def plans_to_approve(
    work: Reading, after: Cursor = None, limit: Annotated[int, Query(ge=1, le=_PLANS_A_PAGE)] = _PLANS_A_PAGE
) -> PlansToApproveOut:
    """The council's plans that wait for a decision."""
    rows = await plan_store.submitted(work, _queue_place(after) if after else None, limit + 1)
    page = [_to_approve(row) for row in rows[:limit]]
    work.touches(person_id=[one.person_id for one in page])
    return PlansToApproveOut(plans=page, next=_queue_cursor(page[-1]) if len(rows) > limit else None)


def _queue_cursor(plan: PlanToApproveOut) -> str:
    return f"{plan.submitted_on}.{plan.pence_in_a_year}.{plan.plan_id}"


def _queue_place(cursor: str) -> tuple[date, int, UUID]:
    try:
        submitted_on, pence, plan_id = cursor.split(".")
        return date.fromisoformat(submitted_on), -int(pence), UUID(plan_id)
    except ValueError as error:
        raise cursor_refused() from error


@router.get("/planning-times", dependencies=[may(Action.READ_PLANNING_QUEUES)], responses=responses(_NOT_STAFF))
async def planning_times(work: Reading) -> TimesOut:
    """How long each step of planning takes in the council."""
    found = await waiting.times(work)
    return TimesOut(steps=[StepTimeOut.model_validate(one, from_attributes=True) for one in found])


@router.get(
    "/overdue",
    dependencies=[may(Action.READ_PLANNING_QUEUES)],
    responses=responses(_NOT_STAFF, (422, "The cursor is none of ours.")),
)
async def overdue(
    work: Reading,
    after: Cursor = None,
    most: Annotated[int, Query(ge=1, le=_OVERDUE_A_PAGE)] = 50,
) -> AllOverdueOut:
    """Budgets whose step takes longer than the council promises."""
    limits = await council_choices.time_limits(work, work.now.date())
    found = await waiting.overdue(work, limits.steps, day_place(after) if after else None, most + 1)
    shown = found[:most]
    work.touches(person_id=[one.person_id for one in shown])
    return AllOverdueOut(
        overdue=[OverdueOut.model_validate(one, from_attributes=True) for one in shown],
        next=cursor_of(shown[-1].due_on, shown[-1].person_id) if len(found) > most else None,
    )


def _to_approve(plan: plan_store.Submitted) -> PlanToApproveOut:
    submission, route = plan.submission, plan.submission["route"]
    return PlanToApproveOut(
        plan_id=plan.plan_id,
        person_id=plan.person_id,
        version=plan.version,
        submitted_on=submission["submitted_on"],
        pence_in_a_year=submission["pence_in_a_year"],
        level=route["level"],
        reasons=route["reasons"],
        questions=route["questions"],
    )
