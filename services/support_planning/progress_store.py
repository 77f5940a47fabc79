"""Where budgets have got to, in PostgreSQL."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import select

from braid.kit.unit_of_work import UnitOfWork
from services.support_planning.domain.progress import Milestone, Progress
from services.support_planning.tables import ProgressRow


async def load(work: UnitOfWork, person_id: UUID) -> Progress | None:
    """A person's progress, if anything has happened yet."""
    row = (await work.session.scalars(select(ProgressRow).where(ProgressRow.person_id == person_id))).first()
    return _progress(row.state) if row else None


async def save(work: UnitOfWork, person_id: UUID, progress: Progress) -> None:
    """Keep a person's progress."""
    row = await work.session.get(ProgressRow, person_id)
    row = row or ProgressRow(person_id=person_id, council=work.council, stage="", state={})
    row.stage, row.state = progress.stage.value, _state(progress)
    work.session.add(row)
    await work.session.flush()


def _state(progress: Progress) -> dict[str, Any]:
    return {
        "reached": {milestone.value: at.isoformat() for milestone, at in progress.reached.items()},
        "allocation_needs_a_person": progress.allocation_needs_a_person,
        "allocation_version": progress.allocation_version,
        "awards": dict(progress.awards),
        "award_versions": dict(progress.award_versions),
    }


def _progress(state: dict[str, Any]) -> Progress:
    return Progress(
        reached={Milestone(name): datetime.fromisoformat(at) for name, at in state["reached"].items()},
        allocation_needs_a_person=state["allocation_needs_a_person"],
        allocation_version=state["allocation_version"],
        awards=state["awards"],
        award_versions=state["award_versions"],
    )
