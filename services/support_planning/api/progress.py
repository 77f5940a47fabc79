"""The support-planning service's API, which answers "where is my budget?"."""

from datetime import date, datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from braid.contracts.assessment import CarerOutcome
from braid.kit.http import Caller, Reading, UnitOfWorkRoute
from braid.kit.identity import COUNCIL_ROLES, Principal
from braid.kit.permissions import Action, may
from braid.kit.problems import not_found, responses
from services.support_planning import council_choices, progress_store
from services.support_planning.domain.process import due
from services.support_planning.domain.progress import Progress
from services.support_planning.domain.stages import Milestone, Stage

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["support planning"])


class MilestoneOut(BaseModel):
    """Something that has happened."""

    milestone: Milestone
    reached_at: datetime


class CarerOut(BaseModel):
    """A carer's own assessment, the latest of that carer."""

    model_config = ConfigDict(from_attributes=True)

    carer: UUID
    assessed_on: date
    outcome: CarerOutcome
    willing: bool | None = Field(description="Null where the carer is not sure, or refused an assessment.")
    able: bool | None


def carers_for(caller: Principal, progress: Progress | None) -> list[CarerOut]:
    """Carers' own assessments, for the council's staff alone: they are the carers' record, not the person's."""
    if progress is None or not caller.roles & COUNCIL_ROLES:
        return []
    return [CarerOut.model_validate(one) for _, one in sorted(progress.carers.items())]


class ProgressOut(BaseModel):
    """Where a person's budget has got to, and what it waits for."""

    person_id: UUID
    stage: Stage
    waits_for: str
    since: datetime | None
    due_on: date | None = Field(description="Last day on which the step is on time; null where nothing is promised.")
    is_overdue: bool
    money_carries_on: bool = Field(description="Money is paid, whatever becomes of a plan that is being changed.")
    milestones: list[MilestoneOut]
    awards: dict[str, str] = Field(description="Status of each stream's latest decision.")
    carers: list[CarerOut] = Field(description="Carers' own assessments; empty for all but the council's staff.")


@router.get(
    "/people/{person_id}/progress",
    dependencies=[may(Action.READ_PLAN)],
    responses=responses((404, "Nothing has happened for this person yet, or the record is not yours to see.")),
)
async def read_progress(person_id: UUID, work: Reading, caller: Caller) -> ProgressOut:
    """Where the budget has got to, since when, and what it waits for."""
    progress = await progress_store.load(work, person_id) if caller.may_read(person_id) else None
    if progress is None:
        raise not_found("case")
    limits = await council_choices.time_limits(work, work.now.date())
    due_on = due(progress, limits.steps)
    in_order = sorted(progress.reached.items(), key=lambda reached: list(Milestone).index(reached[0]))
    return ProgressOut(
        person_id=person_id,
        stage=progress.stage,
        waits_for=progress.waits_for,
        since=progress.since,
        due_on=due_on,
        is_overdue=due_on is not None and due_on < work.now.date(),
        money_carries_on=progress.money_flows,
        milestones=[MilestoneOut(milestone=milestone, reached_at=at) for milestone, at in in_order],
        awards=dict(progress.awards),
        carers=carers_for(caller, progress),
    )
