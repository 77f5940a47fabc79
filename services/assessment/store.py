"""People and assessments in PostgreSQL."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col, select

from braid.kit.unit_of_work import UnitOfWork
from services.assessment.domain.assessment import Assessment, Dispute, State
from services.assessment.domain.questionnaire import Questionnaire, Role
from services.assessment.questionnaire_files import released_questionnaire
from services.assessment.tables import AssessmentChangeRow, AssessmentRow, GivenAnswerRow, PersonRow


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


async def assessments_of(work: UnitOfWork, person_id: UUID, *, for_update: bool = False) -> Sequence[AssessmentRow]:
    """A person's assessments, oldest first; for update, nobody else changes them until the transaction ends."""
    query = select(AssessmentRow).where(AssessmentRow.person_id == person_id).order_by(col(AssessmentRow.recorded_at))
    return (await work.session.scalars(query.with_for_update() if for_update else query)).all()


async def given_answers(work: UnitOfWork, assessment_id: UUID) -> Mapping[str, GivenAnswerRow]:
    """Each question's answer as it was given last."""
    query = (
        select(GivenAnswerRow)
        .where(GivenAnswerRow.assessment_id == assessment_id)
        .ext(distinct_on(col(GivenAnswerRow.question_id)))
        .order_by(col(GivenAnswerRow.question_id), col(GivenAnswerRow.version).desc())
    )
    return {row.question_id: row for row in (await work.session.scalars(query)).all()}


async def answers_given_to(work: UnitOfWork, assessment_id: UUID, question_id: str) -> Sequence[GivenAnswerRow]:
    """Every answer that was ever given to a question, newest first."""
    query = select(GivenAnswerRow).where(
        GivenAnswerRow.assessment_id == assessment_id, GivenAnswerRow.question_id == question_id
    )
    return (await work.session.scalars(query.order_by(col(GivenAnswerRow.version).desc()))).all()


async def all_given(work: UnitOfWork, assessment_id: UUID) -> Sequence[GivenAnswerRow]:
    """Every answer that was ever given in an assessment, by question, oldest first."""
    query = select(GivenAnswerRow).where(GivenAnswerRow.assessment_id == assessment_id)
    query = query.order_by(col(GivenAnswerRow.question_id), col(GivenAnswerRow.version))
    return (await work.session.scalars(query)).all()


async def changes_of(work: UnitOfWork, assessment_id: UUID) -> Sequence[AssessmentChangeRow]:
    """Every version of an assessment, oldest first."""
    query = select(AssessmentChangeRow).where(AssessmentChangeRow.assessment_id == assessment_id)
    return (await work.session.scalars(query.order_by(col(AssessmentChangeRow.version)))).all()


async def newest_answer_to(work: UnitOfWork, assessment_id: UUID, question_id: str) -> GivenAnswerRow | None:
    """The answer that was given last to a question."""
    query = select(GivenAnswerRow).where(
        GivenAnswerRow.assessment_id == assessment_id, GivenAnswerRow.question_id == question_id
    )
    return (await work.session.scalars(query.order_by(col(GivenAnswerRow.version).desc()).limit(1))).first()


def questionnaire_of(row: AssessmentRow) -> Questionnaire:
    """The questionnaire that an assessment was begun with."""
    return released_questionnaire(row.questionnaire, row.questionnaire_version)


def aggregate_of(row: AssessmentRow) -> Assessment:
    """The domain's view of a row."""
    return Assessment(
        row.questionnaire,
        row.questionnaire_version,
        State(row.state),
        row.answers,
        row.submitted_on,
        row.agreed_on,
        {question_id: _dispute(told) for question_id, told in row.disputes.items()},
        frozenset(row.to_confirm),
    )


def _dispute(told: Mapping[str, Any]) -> Dispute:
    return Dispute(**{**told, "counts": Role(told["counts"]) if told["counts"] else None})


async def save(
    work: UnitOfWork,
    row: AssessmentRow,
    state: Assessment,
    *,
    what: str,
    by: str,
    told: Mapping[str, Any] | None = None,
) -> None:
    """Keep a new state as the next version, beside all earlier ones.

    Args:
        work: the unit of work.
        row: the assessment.
        state: what it is now.
        what: what was done, in words.
        by: the subject of whoever did it.
        told: what was told with it; without it, all answers are kept with the version.
    """
    row.version += 1
    row.state = state.state.value
    row.answers = dict(state.answers)
    row.submitted_on, row.agreed_on = state.submitted_on, state.agreed_on
    row.disputes = {name: asdict(each) for name, each in state.disputes.items()}
    row.to_confirm = {name: row.to_confirm[name] for name in sorted(state.to_confirm)}
    work.session.add(row)
    work.session.add(
        AssessmentChangeRow(
            assessment_id=row.assessment_id,
            version=row.version,
            council=row.council,
            what=what,
            state=row.state,
            answers=row.answers if told is None else None,
            told=dict(told) if told is not None else None,
            changed_by=by,
        )
    )
    await work.session.flush()
