"""Who is involved with a person beyond their work, so that they do not decide on that person's budget."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import select

from braid.kit.unit_of_work import UnitOfWork
from services.support_planning.domain.approval import Involvement
from services.support_planning.tables import InvolvementRow


async def of(work: UnitOfWork, person_id: UUID, subject: str) -> frozenset[Involvement]:
    """How somebody is involved with a person."""
    return frozenset(Involvement(one.kind) for one in await all_of(work, person_id) if one.subject == subject)


async def all_of(work: UnitOfWork, person_id: UUID) -> Sequence[InvolvementRow]:
    """Everybody who is involved with a person."""
    query = select(InvolvementRow).where(InvolvementRow.person_id == person_id, InvolvementRow.is_ended == False)  # noqa: E712
    return (await work.session.scalars(query)).all()


async def record(
    work: UnitOfWork, person_id: UUID, subject: str, kind: Involvement, *, is_ended: bool, by: str
) -> None:
    """Keep that somebody is involved with a person, or no longer."""
    row = InvolvementRow(
        person_id=person_id,
        subject=subject,
        kind=kind.value,
        council=work.council,
        is_ended=is_ended,
        recorded_by=by,
        recorded_at=work.now,
    )
    await work.session.merge(row)
    await work.session.flush()
