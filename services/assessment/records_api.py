"""A person's right to their record, and its end: subject access, legal holds, erasure."""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel, Field
from sqlmodel import select

from braid.kit.http import Caller, Reading, UnitOfWorkRoute, Writing
from braid.kit.permissions import Action, may
from braid.kit.problems import not_found, responses
from services.assessment import erasure
from services.assessment.access import person_to_change, person_to_read
from services.assessment.bodies import (
    INVALID,
    KEY,
    NO_AUTHORITY,
    NO_PERSON,
    Command,
    LongText,
    PlausibleDay,
)
from services.assessment.domain.retention import ErasureBasis
from services.assessment.subject_access import as_page, whole_record
from services.assessment.tables import LegalHoldRow

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["assessment"])

_PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_PRIVATE = {"Cache-Control": "private, no-store"}


class Form(StrEnum):
    """How a record is told."""

    JSON = "json"
    HTML = "html"


class HoldIn(Command):
    """Why nothing of a person may be erased: an inquiry, a claim, an investigation."""

    because: LongText
    from_on: PlausibleDay


class LiftingIn(Command):
    """The hold is over."""

    lifted_on: PlausibleDay


class HoldOut(BaseModel):
    """A legal hold."""

    hold_id: UUID
    because: str
    from_on: date
    lifted_on: date | None


class HoldsOut(BaseModel):
    """A person's legal holds, oldest first."""

    holds: list[HoldOut]


class ErasureIn(Command):
    """On what grounds a record is erased."""

    basis: ErasureBasis


class ErasureOut(BaseModel):
    """What is left of a record: that there was one."""

    person_id: UUID
    erased_on: date
    basis: ErasureBasis
    rule: str = Field(description="The retention rule that was looked at.")


@router.get(
    "/people/{person_id}/subject-access.{form}",
    dependencies=[may(Action.READ_RECORD)],
    response_class=Response,
    responses={**responses(NO_PERSON, NO_AUTHORITY), 200: {"content": {"application/json": {}, "text/html": {}}}},
)
async def subject_access(person_id: UUID, form: Form, work: Reading, caller: Caller) -> Response:
    """Everything that this service holds about a person, with who read it, and what is withheld and why."""
    person = await person_to_read(work, caller, person_id)
    record: dict[str, Any] = await whole_record(person, work)
    if form is Form.JSON:
        return JSONResponse(record, headers=_PRIVATE)
    return HTMLResponse(as_page(record), headers={**_PRIVATE, "Content-Security-Policy": _PAGE_POLICY})


@router.post(
    "/people/{person_id}/legal-holds",
    status_code=201,
    dependencies=[may(Action.HOLD_RECORD)],
    responses=responses(KEY, NO_PERSON, INVALID),
)
async def hold(person_id: UUID, body: HoldIn, work: Writing, caller: Caller) -> HoldOut:
    """Hold a record: nothing of it is erased until the hold is lifted."""
    # An erasure that is under way comes first or sees the hold.
    await work.lock_person(person_id)
    await person_to_change(work, caller, person_id)
    row = LegalHoldRow(
        hold_id=uuid4(), council=work.council, person_id=person_id, set_by=caller.subject, **body.model_dump()
    )
    work.session.add(row)
    await work.session.flush()
    return _hold_out(row)


@router.get("/people/{person_id}/legal-holds", dependencies=[may(Action.HOLD_RECORD)], responses=responses(NO_PERSON))
async def read_holds(person_id: UUID, work: Reading, caller: Caller) -> HoldsOut:
    """A person's legal holds, lifted ones too."""
    person = await person_to_read(work, caller, person_id)
    return HoldsOut(holds=[_hold_out(row) for row in await erasure.holds_of(work, person)])


@router.post(
    "/legal-holds/{hold_id}/lifting",
    dependencies=[may(Action.HOLD_RECORD)],
    responses=responses(KEY, (404, "No such hold, or it is lifted already."), INVALID),
)
async def lift(hold_id: UUID, body: LiftingIn, work: Writing, caller: Caller) -> HoldOut:
    """Lift a hold."""
    query = select(LegalHoldRow).where(LegalHoldRow.hold_id == hold_id).with_for_update()
    row = (await work.session.scalars(query)).first()
    if row is None or row.lifted_on is not None:
        raise not_found("legal hold")
    row.lifted_on, row.lifted_by = body.lifted_on, caller.subject
    work.session.add(row)
    await work.session.flush()
    return _hold_out(row)


@router.post(
    "/people/{person_id}/erasure",
    dependencies=[may(Action.ERASE_RECORD)],
    responses=responses(
        KEY,
        NO_PERSON,
        (409, "The record must be kept: a legal hold, an open assessment, or a period that has not run out."),
        INVALID,
    ),
)
async def erase(person_id: UUID, body: ErasureIn, work: Writing, caller: Caller) -> ErasureOut:
    """Erase a person's record for good. Money records stay with the ledger, under an id that then means nobody."""
    person = await person_to_change(work, caller, person_id)
    row = await erasure.erase(person, body.basis, work, by=caller.subject)
    return ErasureOut(**row.model_dump(include=set(ErasureOut.model_fields)))


def _hold_out(row: LegalHoldRow) -> HoldOut:
    return HoldOut(**row.model_dump(include=set(HoldOut.model_fields)))
