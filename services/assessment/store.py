"""People and assessments in PostgreSQL."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select

from braid.kit.unit_of_work import UnitOfWork
from services.assessment.domain.assessment import Assessment, State
from services.assessment.tables import AssessmentChangeRow, AssessmentRow, PersonRow


async def person(work: UnitOfWork, person_id: UUID) -> PersonRow | None:
    """A person of the council."""
    return (await work.session.scalars(select(PersonRow).where(PersonRow.person_id == person_id))).first()


async def person_by_reference(work: UnitOfWork, reference: str) -> PersonRow | None:
    """The person whom the council knows by a reference of its own."""
    return (await work.session.scalars(select(PersonRow).where(PersonRow.reference == reference))).first()


async def people_after(work: UnitOfWork, reference: str, limit: int) -> Sequence[PersonRow]:
    """People of the council in the order of their references, after one of them."""
    query = select(PersonRow).where(PersonRow.reference > reference).order_by(col(PersonRow.reference)).limit(limit)
    return (await work.session.scalars(query)).all()


async def assessment(work: UnitOfWork, assessment_id: UUID, *, for_update: bool = False) -> AssessmentRow | None:
    """An assessment; for update, nobody else changes it until the transaction ends."""
    query = select(AssessmentRow).where(AssessmentRow.assessment_id == assessment_id)
    return (await work.session.scalars(query.with_for_update() if for_update else query)).first()


async def assessments_of(work: UnitOfWork, person_id: UUID) -> Sequence[AssessmentRow]:
    """A person's assessments, oldest first."""
    query = select(AssessmentRow).where(AssessmentRow.person_id == person_id)
    return (await work.session.scalars(query.order_by(col(AssessmentRow.recorded_at)))).all()


def aggregate_of(row: AssessmentRow) -> Assessment:
    """The domain's view of a row."""
    return Assessment(
        row.questionnaire,
        row.questionnaire_version,
        State(row.state),
        row.answers,
        row.submitted_on,
        row.agreed_on,
    )


async def save(work: UnitOfWork, row: AssessmentRow, state: Assessment, *, what: str, by: str) -> None:
    """Keep a new state as the next version, beside all earlier ones."""
    row.version += 1
    row.state = state.state.value
    row.answers = dict(state.answers)
    row.submitted_on, row.agreed_on = state.submitted_on, state.agreed_on
    work.session.add(row)
    work.session.add(
        AssessmentChangeRow(
            assessment_id=row.assessment_id,
            version=row.version,
            council=row.council,
            what=what,
            state=row.state,
            answers=row.answers,
            changed_by=by,
        )
    )
    await work.session.flush()
