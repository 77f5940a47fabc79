"""Where budgets have got to, in PostgreSQL."""

from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import update
from sqlmodel import col, select

from braid.kit.unit_of_work import UnitOfWork
from services.support_planning.domain.progress import Progress
from services.support_planning.tables import ProgressRow

_STATE = TypeAdapter(Progress)


async def load(work: UnitOfWork, person_id: UUID) -> Progress | None:
    """A person's progress, if anything has happened yet."""
    row = (await work.session.scalars(select(ProgressRow).where(ProgressRow.person_id == person_id))).first()
    return progress_of(row) if row else None


def progress_of(row: ProgressRow) -> Progress:
    """A person's progress as it is kept in a row."""
    return _STATE.validate_python(row.state)


async def save(work: UnitOfWork, person_id: UUID, progress: Progress) -> None:
    """Keep a person's progress."""
    row = await work.session.get(ProgressRow, person_id)
    row = row or ProgressRow(person_id=person_id, council=work.council, stage="", state={})
    row.stage, row.state = progress.stage.value, _STATE.dump_python(progress, mode="json")
    row.since = progress.since
    work.session.add(row)
    await work.session.flush()


async def keep_group(work: UnitOfWork, person_id: UUID, user_group: str) -> None:
    """Keep the user group of somebody whose progress is kept already."""
    await work.session.execute(
        update(ProgressRow).where(col(ProgressRow.person_id) == person_id).values(user_group=user_group)
    )
