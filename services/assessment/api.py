"""The assessment service's API: cases, questionnaires, answers, submission, agreement."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from braid.contracts.codes import UserGroup
from braid.kit.http import Caller, ExpectedVersion, Reading, UnitOfWorkRoute, Writing, entity_tag
from braid.kit.identity import COUNCIL_ROLES, Principal, Role, anyone_of
from braid.kit.problems import Problem, not_found, responses
from braid.kit.unit_of_work import UnitOfWork
from services.assessment import handlers, store
from services.assessment.domain.alignment import still_lacking
from services.assessment.domain.questionnaire import Questionnaire
from services.assessment.domain.questionnaire import Role as AnswerRole
from services.assessment.questionnaire_files import QuestionnaireRefused, released_questionnaire
from services.assessment.tables import AssessmentRow, PersonRow

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["assessment"])

OfficeOnly = Depends(anyone_of(Role.PRACTITIONER, Role.SYSTEM))
StaffOnly = Depends(anyone_of(*COUNCIL_ROLES))

_NO_PERSON = (404, "No such person, or the record is not yours to see.")
_NO_ASSESSMENT = (404, "No such assessment, or the record is not yours to see.")
_STALE = (412, "The assessment has changed since you read it.")
_NO_VERSION = (428, "If-Match is missing.")
_CLOSED = (409, "The assessment is not open for this.")
_KEY = (400, "Idempotency-Key is missing or malformed.")


def _can_be_kept(value: Any) -> Any:
    # PostgreSQL keeps every text but this one.
    if isinstance(value, str) and "\0" in value:
        raise ValueError("must not have a null character in it")
    return value


#: A day that a record of ours can be about: rule figures begin in 2003, and a slip of the pen ends here.
PlausibleDay = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2099, 12, 31))]


class Command(BaseModel):
    """A request body: what we do not know in it is a mistake."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    _texts_can_be_kept = field_validator("*")(_can_be_kept)


class NewCaseIn(Command):
    """A person whose case is opened."""

    reference: Annotated[str, Field(min_length=1, max_length=64, description="The council's own reference.")]
    name: Annotated[str, Field(min_length=1, max_length=200)]
    user_group: UserGroup
    opened_on: PlausibleDay


class PersonOut(BaseModel):
    """A person; nobody outside this service knows the name."""

    person_id: UUID
    reference: str
    name: str
    user_group: UserGroup
    opened_on: date
    assessments: list[UUID] = Field(description="Oldest first.")


class PersonInList(BaseModel):
    """A person in a list."""

    person_id: UUID
    reference: str
    name: str
    user_group: UserGroup
    opened_on: date


class PeopleOut(BaseModel):
    """A page of people, by reference."""

    people: list[PersonInList]
    next: str | None = Field(description="Give it as ``after`` for the next page; null on the last one.")


class BeginIn(Command):
    """Which questionnaire to begin with; the newest version is taken."""

    questionnaire: Annotated[str, Field(min_length=1, max_length=64)]


class AnswersIn(Command):
    """Answers by question id; null withdraws an answer."""

    answered_as: AnswerRole = Field(description="person: by or for the person. practitioner: the practitioner's own.")
    answers: Annotated[dict[str, Any], Field(min_length=1, max_length=500)]


class SubmissionIn(Command):
    """The day on which the assessment is handed in."""

    submitted_on: PlausibleDay


class AgreementIn(Command):
    """The day whose law and figures apply from here on."""

    agreed_on: PlausibleDay


class LackingOut(BaseModel):
    """An answer that a stream does not have yet."""

    question_id: str
    fact: str | None
    label: str
    answered_by: AnswerRole
    required: bool
    not_sure: bool


class AssessmentOut(BaseModel):
    """An assessment as it stands."""

    assessment_id: UUID
    person_id: UUID
    version: int
    state: str
    questionnaire: str
    questionnaire_version: int
    answers: dict[str, Any]
    asked: list[str] = Field(description="The questions to show: those that can matter after the answers so far.")
    submitted_on: date | None
    agreed_on: date | None
    still_lacking: dict[str, list[LackingOut]] = Field(description="By stream; ``ras`` is the indicative allocation.")


@router.post(
    "/people",
    status_code=201,
    dependencies=[OfficeOnly],
    responses=responses(_KEY, (409, "The reference is used for somebody."), (422, "The body is not valid.")),
)
async def open_case(body: NewCaseIn, work: Writing, response: Response) -> PersonOut:
    """Open a case for a person."""
    person = await handlers.open_case(handlers.NewCase(**body.model_dump()), work)
    response.headers["Location"] = f"/v1/people/{person.person_id}"
    return _person_out(person, [])


@router.get(
    "/people", dependencies=[StaffOnly], responses=responses((403, "The caller is not of the council's staff."))
)
async def list_people(
    work: Reading,
    after: Annotated[str, AfterValidator(_can_be_kept)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> PeopleOut:
    """The council's people, by reference."""
    rows = await store.people_after(work, after, limit + 1)
    page = [PersonInList(**row.model_dump(include=set(PersonInList.model_fields))) for row in rows[:limit]]
    return PeopleOut(people=page, next=page[-1].reference if len(rows) > limit else None)


@router.get("/people/{person_id}", responses=responses(_NO_PERSON))
async def read_person(person_id: UUID, work: Reading, caller: Caller) -> PersonOut:
    """A person, with their assessments."""
    person = await _person(person_id, work, caller)
    return _person_out(person, [row.assessment_id for row in await store.assessments_of(work, person_id)])


@router.get("/questionnaires/{questionnaire}/{version}", responses=responses((404, "No such questionnaire.")))
async def read_questionnaire(questionnaire: str, version: int, _caller: Caller) -> dict[str, Any]:
    """A released version of a questionnaire, with the definition of each vague word."""
    try:
        return _questionnaire_out(released_questionnaire(questionnaire, version))
    except QuestionnaireRefused as error:
        raise not_found("questionnaire") from error


@router.post(
    "/people/{person_id}/assessments",
    status_code=201,
    responses=responses(_KEY, _NO_PERSON, (422, "No such questionnaire.")),
)
async def begin_assessment(
    person_id: UUID, body: BeginIn, work: Writing, caller: Caller, response: Response
) -> AssessmentOut:
    """Begin an assessment."""
    person = await _person(person_id, work, caller)
    row = await handlers.begin_assessment(person.person_id, body.questionnaire, work, by=caller.subject)
    response.headers["Location"] = f"/v1/assessments/{row.assessment_id}"
    return _assessment_out(row, response)


@router.get("/assessments/{assessment_id}", responses=responses(_NO_ASSESSMENT))
async def read_assessment(assessment_id: UUID, work: Reading, caller: Caller, response: Response) -> AssessmentOut:
    """An assessment, and what each stream still lacks."""
    return _assessment_out(await _assessment(assessment_id, work, caller), response)


@router.put(
    "/assessments/{assessment_id}/answers",
    responses=responses(
        _NO_ASSESSMENT, _CLOSED, _STALE, _NO_VERSION, (422, "An answer does not fit its question; nothing was saved.")
    ),
)
async def save_answers(
    assessment_id: UUID, body: AnswersIn, work: Writing, caller: Caller, seen: ExpectedVersion, response: Response
) -> AssessmentOut:
    """Save answers, all of them or none; the rest stays as it is."""
    row = await _assessment(assessment_id, work, caller, for_update=True)
    if body.answered_as is AnswerRole.PRACTITIONER and not caller.roles & {Role.PRACTITIONER, Role.SYSTEM}:
        raise Problem(403, "not-allowed", "Your role does not allow this", "These are the practitioner's questions.")
    row = await handlers.save_answers(row, body.answers, body.answered_as, work, seen_version=seen, by=caller.subject)
    return _assessment_out(row, response)


@router.post(
    "/assessments/{assessment_id}/submission",
    responses=responses(
        _KEY,
        _NO_ASSESSMENT,
        _CLOSED,
        _STALE,
        _NO_VERSION,
        (422, "An answer is missing; each names the streams that need it."),
    ),
)
async def submit(
    assessment_id: UUID, body: SubmissionIn, work: Writing, caller: Caller, seen: ExpectedVersion, response: Response
) -> AssessmentOut:
    """Hand the person's answers in."""
    row = await _assessment(assessment_id, work, caller, for_update=True)
    row = await handlers.submit(row, body.submitted_on, work, seen_version=seen, by=caller.subject)
    return _assessment_out(row, response)


@router.post(
    "/assessments/{assessment_id}/agreement",
    dependencies=[OfficeOnly],
    responses=responses(
        _KEY,
        _NO_ASSESSMENT,
        _CLOSED,
        _STALE,
        _NO_VERSION,
        (422, "An answer is missing; each names the streams that need it."),
    ),
)
async def agree(
    assessment_id: UUID, body: AgreementIn, work: Writing, caller: Caller, seen: ExpectedVersion, response: Response
) -> AssessmentOut:
    """Agree and freeze the assessment; the allocation and the streams follow at once."""
    row = await _assessment(assessment_id, work, caller, for_update=True)
    row = await handlers.agree(row, body.agreed_on, work, seen_version=seen, by=caller.subject)
    return _assessment_out(row, response)


async def _person(person_id: UUID, work: UnitOfWork, caller: Principal) -> PersonRow:
    person = await store.person(work, person_id) if caller.may_read(person_id) else None
    if person is None:
        raise not_found("person")
    return person


async def _assessment(
    assessment_id: UUID, work: UnitOfWork, caller: Principal, *, for_update: bool = False
) -> AssessmentRow:
    row = await store.assessment(work, assessment_id, for_update=for_update)
    if row is None or not caller.may_read(row.person_id):
        raise not_found("assessment")
    return row


def _person_out(person: PersonRow, assessments: list[UUID]) -> PersonOut:
    return PersonOut(**person.model_dump(include=set(PersonOut.model_fields)), assessments=assessments)


def _assessment_out(row: AssessmentRow, response: Response) -> AssessmentOut:
    response.headers.update(entity_tag(row.version))
    questionnaire = handlers.questionnaire_of(row)
    lacking = still_lacking(questionnaire, row.answers)
    return AssessmentOut(
        **row.model_dump(include=set(AssessmentOut.model_fields)),
        asked=[question.question_id for question in questionnaire.asked(row.answers)],
        still_lacking={
            stream: [LackingOut.model_validate(each, from_attributes=True) for each in answers]
            for stream, answers in lacking.items()
        },
    )


def _questionnaire_out(questionnaire: Questionnaire) -> dict[str, Any]:
    return {
        "questionnaire": questionnaire.questionnaire_id,
        "version": questionnaire.version,
        "title": questionnaire.title,
        "domains": questionnaire.domains,
        "sections": questionnaire.sections,
    }
