"""Corrections of a person's record over the API: who put what right, and why."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from braid.contracts.codes import UserGroup
from braid.kit.http import Caller, ExpectedVersion, Reading, UnitOfWorkRoute, Writing, entity_tag
from braid.kit.permissions import Action, may
from braid.kit.problems import responses
from braid.kit.unit_of_work import UnitOfWork
from services.assessment import correcting, of_another_group
from services.assessment.access import person_to_change, person_to_read
from services.assessment.bodies import (
    KEY,
    NO_PERSON,
    NO_VERSION,
    STALE,
    Command,
    DayOfBirth,
    LongText,
)
from services.assessment.handlers import NotSameAs
from services.assessment.of_another_group import Follows
from services.assessment.people_api import MAY_BE_KNOWN, NotSameAsIn
from services.assessment.tables import PersonRow

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["assessment"])

_MUST_BE_THERE = ("reference", "name", "user_group")
_FIELDS = (*_MUST_BE_THERE, "nhs_number", "date_of_birth", "uprn", "postcode")


class CorrectionIn(Command):
    """What ought to be in the record: a field that is not named stays, null takes away what should not be there."""

    reason: LongText
    reference: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    name: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    user_group: UserGroup | None = None
    nhs_number: Annotated[str, Field(max_length=20)] | None = None
    date_of_birth: DayOfBirth | None = None
    uprn: Annotated[str, Field(max_length=20)] | None = None
    postcode: Annotated[str, Field(max_length=10)] | None = None
    not_same_as: NotSameAsIn | None = Field(None, description="As when a case is opened.")

    @model_validator(mode="after")
    def _something_that_can_be(self) -> Self:
        told = self.model_fields_set & set(_FIELDS)
        if not told:
            raise ValueError(f"one of {', '.join(_FIELDS)} must be told")
        if gone := [name for name in _MUST_BE_THERE if name in told and getattr(self, name) is None]:
            raise ValueError(f"{', '.join(gone)} can be changed and not taken away")
        return self


class CorrectionOut(BaseModel):
    """One correction: the fields that it changed, before and after."""

    number: int
    before: dict[str, str | None]
    after: dict[str, str | None]
    reason: str
    corrected_by: str
    recorded_at: datetime


class OfAnotherGroupOut(BaseModel):
    """An assessment that a wrong user group reached, and what follows."""

    model_config = ConfigDict(from_attributes=True)

    assessment_id: UUID
    user_group: UserGroup = Field(description="The group that was in the record then.")
    questions: list[str] = Field(description="Answered in that group's words, and not again since.")
    follows: Follows = Field(
        description="confirm_again: the draft asks for these answers again. look_at_with_the_person: it is handed in;"
        " the practitioner goes through them, and disputes what was meant otherwise. change_of_circumstances: it is"
        " agreed and stays as it is, with the figure of that group's table; the next agreement has the right one worked"
        " out."
    )


class CorrectionsOut(BaseModel):
    """What was corrected in a person's record, oldest first."""

    corrections: list[CorrectionOut]
    telling_otherwise: list[UUID] = Field(
        description="Assessments that tell the streams another date of birth: an open one is changed, and an agreed one"
        " is put right by a change of circumstances."
    )
    of_another_group: list[OfAnotherGroupOut] = Field(description="Assessments that a wrong user group reached.")


@router.post(
    "/people/{person_id}/corrections",
    status_code=201,
    dependencies=[may(Action.CORRECT_PERSON)],
    responses=responses(
        KEY, NO_PERSON, MAY_BE_KNOWN, STALE, NO_VERSION, (422, "The body is not valid, or an identifier is not one.")
    ),
)
async def correct(
    person_id: UUID, body: CorrectionIn, work: Writing, caller: Caller, seen: ExpectedVersion, response: Response
) -> CorrectionsOut:
    """Put names, identifiers and the user group right; who may be known already, and what follows, is named."""
    await work.lock_person(person_id)
    person = await person_to_change(work, caller, person_id)
    told = correcting.Correction(
        fields={name: getattr(body, name) for name in _FIELDS if name in body.model_fields_set},
        reason=body.reason,
        not_same_as=NotSameAs(tuple(body.not_same_as.people), body.not_same_as.reason) if body.not_same_as else None,
    )
    await correcting.correct(person, told, work, seen=seen, by=caller.subject)
    return await _out(person, work, response)


@router.get(
    "/people/{person_id}/corrections", dependencies=[may(Action.CORRECT_PERSON)], responses=responses(NO_PERSON)
)
async def read_corrections(person_id: UUID, work: Reading, caller: Caller, response: Response) -> CorrectionsOut:
    """What was corrected in a person's record, by whom and why."""
    person = await person_to_read(work, caller, person_id)
    return await _out(person, work, response)


async def _out(person: PersonRow, work: UnitOfWork, response: Response) -> CorrectionsOut:
    made = await correcting.corrections_of(work, person.person_id)
    response.headers.update(entity_tag(len(made)))
    return CorrectionsOut(
        corrections=[CorrectionOut(**each.model_dump(include=set(CorrectionOut.model_fields))) for each in made],
        telling_otherwise=await correcting.telling_otherwise(person, work),
        of_another_group=[
            OfAnotherGroupOut.model_validate(each) for each in await of_another_group.reached(person, made, work)
        ],
    )
