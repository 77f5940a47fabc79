"""Authority to act over the API: recorded with its dates and limits, objected to, revoked."""

from datetime import date
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter
from pydantic import BaseModel, Field

from braid.kit.http import Caller, Reading, UnitOfWorkRoute, Writing
from braid.kit.identity import Principal, Role
from braid.kit.permissions import Action, may
from braid.kit.problems import Problem, not_found, responses
from braid.kit.unit_of_work import UnitOfWork
from services.assessment import authority_store
from services.assessment.access import may_write, person_to_change, person_to_read
from services.assessment.bodies import (
    INVALID,
    KEY,
    NO_AUTHORITY,
    NO_PERSON,
    Command,
    LongText,
    PlausibleDay,
    ShortText,
)
from services.assessment.domain.authority import BASES, Acting, AuthorityKind, Decision, recording_problems
from services.assessment.domain.errors import AuthorityNotSound
from services.assessment.tables import AuthorityRow

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["assessment"])

_NONE = (404, "No such authority, or the record is not yours to see.")


class AuthorityIn(Command):
    """An authority as its document tells it."""

    holder_name: ShortText
    holder_subject: ShortText | None = Field(None, description="How the holder signs in, if they do.")
    kind: AuthorityKind
    decisions: Annotated[list[Decision], Field(min_length=1, max_length=len(Decision))]
    acting: Acting = Acting.ALONE
    from_on: PlausibleDay
    until_on: PlausibleDay | None = None
    limits: Annotated[str, Field(max_length=4000, description="What the document leaves out.")] = ""
    evidence: LongText = Field(description="Which document was seen, by its number or court, and who saw it.")


class RevocationIn(Command):
    """From this day on it is no more."""

    revoked_on: PlausibleDay
    because: LongText


class ObjectionIn(Command):
    """The person, or somebody for them, objects."""

    objected_on: PlausibleDay
    objection: LongText
    has_capacity: bool | None = Field(
        None, description="Whether the person decides this themselves; null while that is not assessed."
    )


class AuthorityOut(BaseModel):
    """An authority to act."""

    authority_id: UUID
    person_id: UUID
    holder_name: str
    kind: AuthorityKind
    decisions: list[Decision]
    acting: Acting
    from_on: date
    until_on: date | None
    limits: str
    evidence: str
    revoked_on: date | None
    objected_on: date | None
    objection: str | None
    has_capacity: bool | None
    source: str = Field(description="The law that it rests on.")
    in_force: bool = Field(description="Today, objections left aside.")
    is_yours: bool = Field(description="The caller holds it.")


class AuthoritiesOut(BaseModel):
    """A person's authorities, oldest first."""

    authorities: list[AuthorityOut]


@router.post(
    "/people/{person_id}/authorities",
    status_code=201,
    dependencies=[may(Action.RECORD_AUTHORITY)],
    responses=responses(KEY, NO_PERSON, (422, "It cannot be recorded as told; each reason is named.")),
)
async def record_authority(person_id: UUID, body: AuthorityIn, work: Writing, caller: Caller) -> AuthorityOut:
    """Record somebody's authority to act for a person."""
    await person_to_change(work, caller, person_id)
    told = body.model_dump() | {
        "kind": body.kind.value,
        "acting": body.acting.value,
        "decisions": sorted(set(body.decisions)),
    }
    row = AuthorityRow(
        authority_id=uuid4(), council=work.council, person_id=person_id, recorded_by=caller.subject, **told
    )
    if problems := recording_problems(authority_store.authority_of(row)):
        raise AuthorityNotSound(problems)
    work.session.add(row)
    await work.session.flush()
    return _out(row, work, caller)


@router.get(
    "/people/{person_id}/authorities",
    dependencies=[may(Action.READ_RECORD)],
    responses=responses(NO_PERSON, NO_AUTHORITY),
)
async def read_authorities(person_id: UUID, work: Reading, caller: Caller) -> AuthoritiesOut:
    """Who may act for a person, who could once, and who will."""
    await person_to_read(work, caller, person_id)
    rows = await authority_store.authority_rows(work, person_id)
    return AuthoritiesOut(authorities=[_out(row, work, caller) for row in rows])


@router.post(
    "/authorities/{authority_id}/revocation",
    dependencies=[may(Action.RECORD_AUTHORITY)],
    responses=responses(KEY, _NONE, INVALID),
)
async def revoke(authority_id: UUID, body: RevocationIn, work: Writing, caller: Caller) -> AuthorityOut:
    """End an authority before its time."""
    row = await _row(work, caller, authority_id)
    row.revoked_on, row.revoked_because = body.revoked_on, body.because
    return await _kept(row, work, caller)


@router.post(
    "/authorities/{authority_id}/objection",
    dependencies=[may(Action.OBJECT_TO_AUTHORITY)],
    responses=responses(KEY, _NONE, (403, "Not yours to tell."), INVALID),
)
async def object_to(authority_id: UUID, body: ObjectionIn, work: Writing, caller: Caller) -> AuthorityOut:
    """Object to an authority: a person with capacity is heard at once, and nothing is decided in their place."""
    row = await _row(work, caller, authority_id)
    if body.has_capacity is False and Role.BUDGET_HOLDER in caller.roles:
        detail = "Whether somebody lacks capacity is for an assessor to say."
        raise Problem(403, "not-allowed", "Your role does not allow this", detail)
    row.objected_on, row.objection, row.has_capacity = body.objected_on, body.objection, body.has_capacity
    return await _kept(row, work, caller)


async def _row(work: UnitOfWork, caller: Principal, authority_id: UUID) -> AuthorityRow:
    row = await authority_store.authority_row(work, authority_id)
    if row is None or not may_write(caller, row.person_id):
        raise not_found("authority")
    return row


async def _kept(row: AuthorityRow, work: UnitOfWork, caller: Principal) -> AuthorityOut:
    work.session.add(row)
    await work.session.flush()
    return _out(row, work, caller)


def _out(row: AuthorityRow, work: UnitOfWork, caller: Principal) -> AuthorityOut:
    authority = authority_store.authority_of(row)
    return AuthorityOut(
        **row.model_dump(include=set(AuthorityOut.model_fields)),
        source=BASES[authority.kind].source,
        in_force=authority.in_force(work.now.date()),
        is_yours=row.holder_subject == caller.subject,
    )
