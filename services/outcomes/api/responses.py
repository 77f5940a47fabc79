"""Answers over HTTP: recorded by staff or by the person about themselves, read, and taken back."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Response

from braid.kit.http import Caller, Reading, UnitOfWorkRoute, Writing
from braid.kit.identity import COUNCIL_ROLES, Principal
from braid.kit.permissions import Action, may
from braid.kit.problems import Problem, not_found, responses
from services.outcomes import recording
from services.outcomes.api.bodies import ReasonIn, ResponseIn, ResponseOut, ResponsesOut
from services.outcomes.domain.instruments import Respondent
from services.outcomes.recording import Answered

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["outcomes"])

KEY = (400, "Idempotency-Key is missing or malformed.")
NO_PERSON = (404, "No such person, or the record is not yours to see.")
_EXAMPLE = {
    "instrument_id": "life",
    "version": 1,
    "respondent": "self",
    "wave": "baseline",
    "answered_on": "2026-01-31",
    "answers": {"quality_of_life": 4, "control_over_daily_life": 2, "satisfaction": 5},
}


@router.post(
    "/people/{person_id}/outcome-responses",
    status_code=201,
    dependencies=[may(Action.RECORD_OUTCOME)],
    responses=responses(
        KEY,
        (403, "People answer about themselves, and for themselves."),
        NO_PERSON,
        (409, "A second baseline, a wave that was answered, a day after a death or without a licence."),
        (410, "The record was erased."),
        (422, "The instrument has no such item, level, wave or respondent."),
    ),
)
async def record_response(
    person_id: UUID,
    body: Annotated[ResponseIn, Body(openapi_examples={"baseline": {"summary": "A baseline", "value": _EXAMPLE}})],
    work: Writing,
    caller: Caller,
    response: Response,
) -> ResponseOut:
    """Record what was answered about a person's life, or about a carer's; nothing is put where an answer is missing."""
    if not caller.may_read(person_id):
        raise not_found("person")
    if not _is_staff(caller) and (body.respondent is not Respondent.SELF or body.carer_id is not None):
        detail = "What others answer, and answers about carers, are recorded by the council's staff."
        raise Problem(403, "not-about-yourself", "You answer for yourself here", detail)
    recorded = await recording.record(work, person_id, Answered(**body.model_dump()), by=caller.subject)
    response.headers["Location"] = f"/v1/people/{person_id}/outcome-responses"
    return ResponseOut.of(recorded)


@router.get(
    "/people/{person_id}/outcome-responses",
    dependencies=[may(Action.READ_OUTCOMES)],
    responses=responses(NO_PERSON),
)
async def read_responses(person_id: UUID, work: Reading, caller: Caller) -> ResponsesOut:
    """What was answered about a person, with its scores; what carers answered is for the carer and the staff."""
    if not caller.may_read(person_id):
        raise not_found("person")
    found = await recording.responses_of(work, person_id)
    return ResponsesOut(
        responses=[ResponseOut.of(one) for one in found if one.row.carer_id is None or _is_staff(caller)]
    )


@router.post(
    "/outcome-responses/{response_id}/taking-back",
    dependencies=[may(Action.RECORD_OUTCOME)],
    responses=responses(
        KEY, (404, "No such answers, or they are not yours to take back."), (409, "They were taken back.")
    ),
)
async def take_back_response(response_id: UUID, body: ReasonIn, work: Writing, caller: Caller) -> ResponseOut:
    """Take back answers that were recorded wrongly; right ones may then be recorded in their place."""
    row = await recording.response(work, response_id)
    if row is None or not caller.may_read(row.person_id):
        raise not_found("response")
    if not _is_staff(caller) and row.recorded_by != caller.subject:
        raise not_found("response")
    return ResponseOut.of(await recording.take_back(work, row, reason=body.reason, by=caller.subject))


def _is_staff(caller: Principal) -> bool:
    return bool(caller.roles & COUNCIL_ROLES)
