"""Cases and questionnaires over the API."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import AfterValidator, BaseModel, Field

from braid.contracts.codes import UserGroup
from braid.kit.http import Caller, Reading, UnitOfWorkRoute, Writing
from braid.kit.permissions import Action, may
from braid.kit.problems import not_found, responses
from services.assessment import handlers, store
from services.assessment.access import person_to_read
from services.assessment.bodies import (
    KEY,
    NO_AUTHORITY,
    NO_PERSON,
    Command,
    DayOfBirth,
    LongText,
    PlausibleDay,
    can_be_kept,
)
from services.assessment.domain.questionnaire import Questionnaire
from services.assessment.questionnaire_files import (
    QuestionnaireRefused,
    latest_released_version,
    released_questionnaire,
    released_questionnaires,
)
from services.assessment.tables import PersonRow
from services.assessment.wording_files import worded_questionnaire

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["assessment"])


MAY_BE_KNOWN = (409, "The reference is used for somebody, or the council knows somebody who may be the same person.")


class NotSameAsIn(Command):
    """Whom the person is not, though they may look like it, and why."""

    people: Annotated[list[UUID], Field(min_length=1, max_length=50)]
    reason: LongText


class NewCaseIn(Command):
    """A person whose case is opened."""

    reference: Annotated[str, Field(min_length=1, max_length=64, description="The council's own reference.")]
    name: Annotated[str, Field(min_length=1, max_length=200)]
    user_group: UserGroup
    opened_on: PlausibleDay
    nhs_number: Annotated[str, Field(max_length=20)] | None = None
    date_of_birth: DayOfBirth | None = None
    uprn: Annotated[str, Field(max_length=20)] | None = None
    postcode: Annotated[str, Field(max_length=10)] | None = None
    not_same_as: NotSameAsIn | None = Field(
        None, description="Opens the case although somebody like this person is known."
    )


class PersonOut(BaseModel):
    """A person; nobody outside this service knows the name."""

    person_id: UUID
    reference: str
    name: str
    user_group: UserGroup
    opened_on: date
    nhs_number: str | None
    date_of_birth: date | None
    uprn: str | None
    postcode: str | None
    withdrawn_on: date | None = Field(description="The person withdrew and has not come back since.")
    assessments: list[UUID] = Field(description="Oldest first.")


class PersonInList(BaseModel):
    """A person in a list."""

    person_id: UUID
    reference: str
    name: str
    user_group: UserGroup
    opened_on: date


class QuestionnaireInList(BaseModel):
    """The newest version of a questionnaire, with which an assessment begins."""

    questionnaire: str
    version: int
    title: str


class QuestionnairesOut(BaseModel):
    """Every questionnaire that an assessment can begin with."""

    questionnaires: list[QuestionnaireInList]


class PeopleOut(BaseModel):
    """A page of people, by reference."""

    people: list[PersonInList]
    next: str | None = Field(description="Give it as ``after`` for the next page; null on the last one.")


@router.post(
    "/people",
    status_code=201,
    dependencies=[may(Action.OPEN_CASE)],
    responses=responses(
        KEY,
        MAY_BE_KNOWN,
        (422, "The body is not valid, or an identifier is not one."),
    ),
)
async def open_case(body: NewCaseIn, work: Writing, response: Response) -> PersonOut:
    """Open a case for a person."""
    told = {name: getattr(body, name) for name in NewCaseIn.model_fields}
    others = body.not_same_as and handlers.NotSameAs(tuple(body.not_same_as.people), body.not_same_as.reason)
    person = await handlers.open_case(handlers.NewCase(**{**told, "not_same_as": others}), work)
    response.headers["Location"] = f"/v1/people/{person.person_id}"
    return _person_out(person, [])


@router.get(
    "/people",
    dependencies=[may(Action.LIST_PEOPLE)],
    responses=responses((403, "The caller is not of the council's staff.")),
)
async def list_people(
    work: Reading,
    after: Annotated[str, AfterValidator(can_be_kept)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> PeopleOut:
    """The council's people, by reference."""
    rows = await store.people_after(work, after, limit + 1)
    page = [PersonInList(**row.model_dump(include=set(PersonInList.model_fields))) for row in rows[:limit]]
    work.touches(person_id=[person.person_id for person in page])
    return PeopleOut(people=page, next=page[-1].reference if len(rows) > limit else None)


@router.get("/people/{person_id}", dependencies=[may(Action.READ_RECORD)], responses=responses(NO_PERSON, NO_AUTHORITY))
async def read_person(person_id: UUID, work: Reading, caller: Caller) -> PersonOut:
    """A person, with their assessments."""
    person = await person_to_read(work, caller, person_id)
    return _person_out(person, [row.assessment_id for row in await store.assessments_of(work, person_id)])


@router.get(
    "/questionnaires",
    dependencies=[may(Action.READ_PUBLISHED)],
    responses=responses((401, "No valid token.")),
)
async def list_questionnaires(_caller: Caller) -> QuestionnairesOut:
    """The questionnaires that an assessment can begin with, each in its newest version."""
    newest = (released_questionnaire(name, latest_released_version(name)) for name in released_questionnaires())
    return QuestionnairesOut(
        questionnaires=[
            QuestionnaireInList(questionnaire=each.questionnaire_id, version=each.version, title=each.title)
            for each in newest
        ]
    )


@router.get(
    "/questionnaires/{questionnaire}/{version}",
    dependencies=[may(Action.READ_PUBLISHED)],
    responses=responses((404, "No such questionnaire.")),
)
async def read_questionnaire(
    questionnaire: str, version: int, _caller: Caller, user_group: UserGroup | None = None
) -> dict[str, Any]:
    """A released version of a questionnaire, with the definition of each vague word, in a user group's words."""
    try:
        if user_group is None:
            return _questionnaire_out(released_questionnaire(questionnaire, version))
        return _questionnaire_out(worded_questionnaire(questionnaire, version, user_group))
    except QuestionnaireRefused as error:
        raise not_found("questionnaire") from error


def _person_out(person: PersonRow, assessments: list[UUID]) -> PersonOut:
    return PersonOut(**person.model_dump(include=set(PersonOut.model_fields)), assessments=assessments)


def _questionnaire_out(questionnaire: Questionnaire) -> dict[str, Any]:
    return {
        "questionnaire": questionnaire.questionnaire_id,
        "version": questionnaire.version,
        "title": questionnaire.title,
        "domains": questionnaire.domains,
        "sections": questionnaire.sections,
    }
