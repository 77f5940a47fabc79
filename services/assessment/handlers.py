"""What can be done in the assessment service: one function a use case."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy.exc import IntegrityError

from braid.contracts.assessment import (
    AnswersOfDay,
    AssessmentAgreed,
    AssessmentSubmitted,
    CaseOpened,
    DayProfile,
    SupportLine,
)
from braid.contracts.codes import UserGroup
from braid.kit.unit_of_work import UnitOfWork
from services.assessment import store
from services.assessment.domain.answers import Answers
from services.assessment.domain.assessment import Agreed, Assessment
from services.assessment.domain.questionnaire import Questionnaire, Role
from services.assessment.questionnaire_files import latest_released_version, released_questionnaire
from services.assessment.tables import AssessmentRow, PersonRow


class CaseAlreadyOpen(Exception):
    """The council has a person with this reference already."""


class StaleVersion(Exception):
    """The assessment has changed since the caller read it."""


@dataclass(frozen=True)
class NewCase:
    """A person whose case is opened."""

    reference: str
    name: str
    user_group: UserGroup
    opened_on: date


async def open_case(case: NewCase, work: UnitOfWork) -> PersonRow:
    """Open a case.

    Raises:
        CaseAlreadyOpen: the council uses the reference for somebody.
    """
    already = CaseAlreadyOpen(f"There is a person with the reference {case.reference} already.")
    if await store.person_by_reference(work, case.reference):
        raise already
    person = PersonRow(
        person_id=uuid4(),
        council=work.council,
        reference=case.reference,
        name=case.name,
        user_group=case.user_group.value,
        opened_on=case.opened_on,
    )
    work.session.add(person)
    try:
        await work.session.flush()
    except IntegrityError as error:
        # Somebody opened it at the same moment.
        raise already from error
    await work.publish(
        CaseOpened(
            person_id=person.person_id, council=work.council, user_group=case.user_group, opened_on=case.opened_on
        )
    )
    return person


async def begin_assessment(person_id: UUID, questionnaire_id: str, work: UnitOfWork, *, by: str) -> AssessmentRow:
    """Begin an assessment with the newest version of a questionnaire.

    Raises:
        QuestionnaireRefused: there is no such questionnaire.
    """
    version = latest_released_version(questionnaire_id)
    state = Assessment.begin(released_questionnaire(questionnaire_id, version))
    row = AssessmentRow(
        assessment_id=uuid4(),
        council=work.council,
        person_id=person_id,
        version=0,
        state=state.state.value,
        questionnaire=questionnaire_id,
        questionnaire_version=version,
        answers={},
    )
    await store.save(work, row, state, what="begun", by=by)
    return row


async def save_answers(
    row: AssessmentRow, answers: Answers, role: Role, work: UnitOfWork, *, seen_version: int, by: str
) -> AssessmentRow:
    """Take in answers, all of them or none.

    Raises:
        StaleVersion: somebody changed the assessment in the meantime.
        DomainError: an answer does not fit, or the assessment is not open for it.
    """
    _require_version(row, seen_version)
    state, _ = store.aggregate_of(row).save_answers(questionnaire_of(row), answers, role)
    await store.save(work, row, state, what=f"answers saved as {role.value}", by=by)
    return row


async def submit(row: AssessmentRow, on: date, work: UnitOfWork, *, seen_version: int, by: str) -> AssessmentRow:
    """Hand the person's answers in.

    Raises:
        StaleVersion: somebody changed the assessment in the meantime.
        DomainError: an answer that a stream needs is missing, or it was handed in before.
    """
    _require_version(row, seen_version)
    state, _ = store.aggregate_of(row).submit(questionnaire_of(row), on)
    await store.save(work, row, state, what="submitted", by=by)
    await work.publish(
        AssessmentSubmitted(
            person_id=row.person_id,
            council=work.council,
            assessment_id=row.assessment_id,
            version=row.version,
            submitted_on=on,
        )
    )
    return row


async def agree(row: AssessmentRow, on: date, work: UnitOfWork, *, seen_version: int, by: str) -> AssessmentRow:
    """Agree and freeze the assessment; from here on the streams decide on it.

    Raises:
        StaleVersion: somebody changed the assessment in the meantime.
        DomainError: it is not handed in, or a question is open.
    """
    _require_version(row, seen_version)
    state, agreed = store.aggregate_of(row).agree(questionnaire_of(row), on)
    await store.save(work, row, state, what="agreed", by=by)
    person = await store.person(work, row.person_id)
    assert person is not None
    await work.publish(_agreed_event(row, person, agreed))
    return row


def questionnaire_of(row: AssessmentRow) -> Questionnaire:
    """The questionnaire that an assessment was begun with."""
    return released_questionnaire(row.questionnaire, row.questionnaire_version)


def _require_version(row: AssessmentRow, seen_version: int) -> None:
    if row.version != seen_version:
        raise StaleVersion(
            f"The assessment is at version {row.version}, the change was made to version {seen_version}."
        )


def _agreed_event(row: AssessmentRow, person: PersonRow, agreed: Agreed) -> AssessmentAgreed:
    return AssessmentAgreed.model_validate(
        {
            "person_id": row.person_id,
            "council": row.council,
            "assessment_id": row.assessment_id,
            "version": row.version,
            "user_group": person.user_group,
            "questionnaire": agreed.questionnaire,
            "questionnaire_version": agreed.questionnaire_version,
            "agreed_on": agreed.agreed_on,
            "answers": agreed.answers,
            "informal_help": agreed.informal_help,
            "carer_willing_and_able": agreed.carer_willing_and_able,
            "day_profiles": [
                DayProfile(kind=profile.kind, days_per_week=profile.days_per_week) for profile in agreed.day_profiles
            ],
            "specialist_support": [
                SupportLine(code=line.code, text=line.text, minutes_per_day=line.minutes_per_day)
                for line in agreed.specialist_support
            ],
            "facts": agreed.facts,
            "answers_by_day": [AnswersOfDay(kind="bad", answers=dict(agreed.answers_on_bad_days))]
            if agreed.answers_on_bad_days
            else [],
        }
    )
