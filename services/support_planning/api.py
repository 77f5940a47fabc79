"""The support-planning service's API, which answers "where is my budget?"."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from braid.kit.http import Caller, Reading, UnitOfWorkRoute
from braid.kit.problems import not_found, responses
from services.support_planning import progress_store
from services.support_planning.domain.progress import Milestone, Stage

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["support planning"])


class MilestoneOut(BaseModel):
    """Something that has happened."""

    milestone: Milestone
    reached_at: datetime


class ProgressOut(BaseModel):
    """Where a person's budget has got to, and what it waits for."""

    person_id: UUID
    stage: Stage
    waits_for: str
    since: datetime | None
    milestones: list[MilestoneOut]
    awards: dict[str, str] = Field(description="Status of each stream's latest decision.")


@router.get(
    "/people/{person_id}/progress",
    responses=responses((404, "Nothing has happened for this person yet, or the record is not yours to see.")),
)
async def read_progress(person_id: UUID, work: Reading, caller: Caller) -> ProgressOut:
    """Where the budget has got to, since when, and what it waits for."""
    progress = await progress_store.load(work, person_id) if caller.may_read(person_id) else None
    if progress is None:
        raise not_found("case")
    in_order = sorted(progress.reached.items(), key=lambda reached: list(Milestone).index(reached[0]))
    return ProgressOut(
        person_id=person_id,
        stage=progress.stage,
        waits_for=progress.waits_for,
        since=progress.since,
        milestones=[MilestoneOut(milestone=milestone, reached_at=at) for milestone, at in in_order],
        awards=dict(progress.awards),
    )
