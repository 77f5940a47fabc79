"""Authority to act, in PostgreSQL."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlmodel import col, select

from braid.kit.unit_of_work import UnitOfWork
from services.assessment.domain.authority import Acting, Authority, AuthorityKind, Decision, Objection
from services.assessment.tables import AuthorityRow, PersonRow


async def authority_rows(
    work: UnitOfWork, person_id: UUID, *, holder_subject: str | None = None
) -> Sequence[AuthorityRow]:
    """A person's authorities, oldest first; of one holder, where one is named by the subject of their sign-in."""
    query = select(AuthorityRow).where(AuthorityRow.person_id == person_id)
    if holder_subject is not None:
        query = query.where(AuthorityRow.holder_subject == holder_subject)
    return (await work.session.scalars(query.order_by(col(AuthorityRow.recorded_at)))).all()


async def authorities_of(
    work: UnitOfWork, person_id: UUID, *, holder_subject: str | None = None
) -> tuple[Authority, ...]:
    """The same as the rules read them."""
    return tuple(authority_of(row) for row in await authority_rows(work, person_id, holder_subject=holder_subject))


async def people_acted_for(work: UnitOfWork, holder_subject: str, reference: str, limit: int) -> Sequence[PersonRow]:
    """People for whom somebody holds an authority or held one, in the order of their references, after one of them."""
    theirs = select(AuthorityRow.person_id).where(AuthorityRow.holder_subject == holder_subject)
    query = (
        select(PersonRow)
        .where(col(PersonRow.person_id).in_(theirs), PersonRow.reference > reference)
        .order_by(col(PersonRow.reference))
        .limit(limit)
    )
    return (await work.session.scalars(query)).all()


async def held_for(
    work: UnitOfWork, holder_subject: str, people: Collection[UUID]
) -> Mapping[UUID, Sequence[AuthorityRow]]:
    """What somebody holds for each of some people, oldest first."""
    query = (
        select(AuthorityRow)
        .where(AuthorityRow.holder_subject == holder_subject, col(AuthorityRow.person_id).in_(people))
        .order_by(col(AuthorityRow.recorded_at))
    )
    held: dict[UUID, list[AuthorityRow]] = defaultdict(list)
    for row in (await work.session.scalars(query)).all():
        held[row.person_id].append(row)
    return held


async def authority_row(work: UnitOfWork, authority_id: UUID) -> AuthorityRow | None:
    """One authority; nobody else changes it until the transaction ends."""
    query = select(AuthorityRow).where(AuthorityRow.authority_id == authority_id).with_for_update()
    return (await work.session.scalars(query)).first()


def authority_of(row: AuthorityRow) -> Authority:
    """The rules' view of a row."""
    return Authority(
        authority_id=str(row.authority_id),
        holder=row.holder_name,
        kind=AuthorityKind(row.kind),
        decisions=frozenset(Decision(each) for each in row.decisions),
        acting=Acting(row.acting),
        from_on=row.from_on,
        until_on=row.until_on,
        revoked_on=row.revoked_on,
        objection=Objection(row.objected_on, row.has_capacity) if row.objected_on else None,
        limits=row.limits,
    )
