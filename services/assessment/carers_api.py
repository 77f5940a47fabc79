"""Carers over the API: who helps, what they say themselves, and their own assessment, which is theirs."""

from datetime import date
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter
from pydantic import BaseModel, Field, field_validator

from braid.kit.http import Caller, Reading, UnitOfWorkRoute, Writing
from braid.kit.identity import COUNCIL_ROLES, Principal
from braid.kit.permissions import Action, may
from braid.kit.problems import Problem, not_found, responses
from braid.kit.unit_of_work import UnitOfWork
from services.assessment import carers
from services.assessment.access import person_to_change, person_to_read
from services.assessment.bodies import (
    INVALID,
    KEY,
    NO_AUTHORITY,
    NO_PERSON,
    OFFICE,
    Command,
    PlausibleDay,
    ShortText,
)
from services.assessment.domain.carers import CARER_OUTCOMES, CarerNeeds, CarerOutcome, DomainHelp, Help, Said, SaidBy
from services.assessment.tables import CarerAssessmentRow, CarerRow

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["assessment"])

_NONE = (404, "No such carer, or the record is not yours to see.")
DomainCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]


class CarerIn(Command):
    """Somebody who helps and is not paid for it."""

    name: ShortText
    relationship: ShortText
    subject: ShortText | None = Field(None, description="How the carer signs in, if they do.")


class DomainHelpIn(Command):
    """Help in one domain: how much, and whether the carer is willing, and able, to go on. These are two questions."""

    help: Help
    willing: Said
    able: Said


class StatementIn(Command):
    """What is said of a carer's help, and whose word it is."""

    said_by: SaidBy = Field(description="The carer's own word alone confirms it.")
    said_on: PlausibleDay
    domains: Annotated[dict[DomainCode, DomainHelpIn], Field(min_length=1, max_length=30)]


class StatementOut(BaseModel):
    """What was said last by one of those who may say it."""

    said_by: SaidBy
    said_on: date
    domains: dict[str, DomainHelpIn]


class CarerOut(BaseModel):
    """A carer."""

    carer_id: UUID
    person_id: UUID
    name: str
    relationship: str
    confirmed: bool = Field(description="The carer has spoken for themselves.")
    statements: list[StatementOut]


class CarersOut(BaseModel):
    """A person's carers, oldest first."""

    carers: list[CarerOut]


class NeedsIn(Command):
    """What a carer's own assessment found."""

    necessary_care: bool = Field(description="The needs come from giving care that is necessary.")
    health_at_risk: bool
    outcomes_not_achieved: list[str] = Field([], max_length=len(CARER_OUTCOMES))
    significant_impact: bool = Field(description="There is a significant impact on the carer's well-being.")
    willing: Said
    able: Said

    @field_validator("outcomes_not_achieved")
    @classmethod
    def _known(cls, codes: list[str]) -> list[str]:
        unknown = [code for code in codes if code not in CARER_OUTCOMES]
        if unknown:
            raise ValueError(f"knows {', '.join(CARER_OUTCOMES)}")
        return codes


class CarerAssessmentIn(Command):
    """A carer's own assessment; without needs, the carer refused one."""

    assessed_on: PlausibleDay
    needs: NeedsIn | None = None
    own_words: Annotated[str, Field(max_length=4000)] = ""


class CarerAssessmentOut(BaseModel):
    """A carer's own assessment, with its outcome and why."""

    carer_assessment_id: UUID
    carer_id: UUID
    version: int
    assessed_on: date
    outcome: CarerOutcome
    reasons: list[str]
    needs: NeedsIn | None
    own_words: str


class CarerAssessmentsOut(BaseModel):
    """A carer's own assessments, oldest first."""

    assessments: list[CarerAssessmentOut]


@router.post(
    "/people/{person_id}/carers",
    dependencies=[may(Action.CHANGE_RECORD)],
    status_code=201,
    responses=responses(KEY, NO_PERSON, NO_AUTHORITY, INVALID),
)
async def record_carer(person_id: UUID, body: CarerIn, work: Writing, caller: Caller) -> CarerOut:
    """Record somebody who helps a person."""
    await person_to_change(work, caller, person_id)
    if body.subject is not None and not caller.roles & OFFICE:
        raise Problem(403, "not-allowed", "Your role does not allow this", "The office says how a carer signs in.")
    row = CarerRow(
        carer_id=uuid4(), council=work.council, person_id=person_id, recorded_by=caller.subject, **body.model_dump()
    )
    work.session.add(row)
    await work.session.flush()
    return await _out(row, work)


@router.get(
    "/people/{person_id}/carers", dependencies=[may(Action.READ_RECORD)], responses=responses(NO_PERSON, NO_AUTHORITY)
)
async def read_carers(person_id: UUID, work: Reading, caller: Caller) -> CarersOut:
    """Who helps a person, what the person says of it, and what the carers say themselves."""
    await person_to_read(work, caller, person_id)
    return CarersOut(carers=[await _out(row, work) for row in await carers.carers_of(work, person_id)])


@router.post(
    "/carers/{carer_id}/statements",
    dependencies=[may(Action.CHANGE_RECORD)],
    status_code=201,
    responses=responses(KEY, _NONE, NO_AUTHORITY, INVALID),
)
async def state_help(carer_id: UUID, body: StatementIn, work: Writing, caller: Caller) -> CarerOut:
    """Say how much a carer helps and whether they are willing and able; what was said before is kept."""
    row = await _carer(work, carer_id)
    if not _is_carer(caller, row):
        await person_to_change(work, caller, row.person_id, named="carer")
    allowed = {SaidBy.CARER} if _is_carer(caller, row) else set(SaidBy) if caller.roles & OFFICE else {SaidBy.PERSON}
    if body.said_by not in allowed:
        raise Problem(403, "not-allowed", "Your role does not allow this", "Nobody gives another's word.")
    domains = {domain: DomainHelp(told.help, told.willing, told.able) for domain, told in body.domains.items()}
    await carers.state_help(row, body.said_by, body.said_on, domains, work, by=caller.subject)
    return await _out(row, work, to_carer=_is_carer(caller, row))


@router.post(
    "/carers/{carer_id}/assessments",
    status_code=201,
    dependencies=[may(Action.ASSESS_CARER)],
    responses=responses(KEY, _NONE, INVALID),
)
async def assess_carer(carer_id: UUID, body: CarerAssessmentIn, work: Writing, caller: Caller) -> CarerAssessmentOut:
    """Record a carer's own assessment; the outcome follows from what was found."""
    row = await _carer(work, carer_id)
    needs = _needs(body.needs) if body.needs else None
    told = carers.CarerAssessmentTold(body.assessed_on, needs, body.own_words)
    return _assessment_out(await carers.assess_carer(row, told, work, by=caller.subject))


@router.get(
    "/carers/{carer_id}/assessments", dependencies=[may(Action.READ_CARER_ASSESSMENT)], responses=responses(_NONE)
)
async def read_carer_assessments(carer_id: UUID, work: Reading, caller: Caller) -> CarerAssessmentsOut:
    """A carer's own assessments: for the carer and the council's staff, not for the person who is cared for."""
    row = await _carer(work, carer_id)
    if not (_is_carer(caller, row) or caller.roles & COUNCIL_ROLES):
        raise not_found("carer")
    return CarerAssessmentsOut(
        assessments=[_assessment_out(each) for each in await carers.assessments_of(work, carer_id)]
    )


def _needs(told: NeedsIn) -> CarerNeeds:
    return CarerNeeds(**{**told.model_dump(), "outcomes_not_achieved": frozenset(told.outcomes_not_achieved)})


def _is_carer(caller: Principal, row: CarerRow) -> bool:
    return row.subject is not None and caller.subject == row.subject


async def _carer(work: UnitOfWork, carer_id: UUID) -> CarerRow:
    row = await carers.carer(work, carer_id)
    if row is None:
        raise not_found("carer")
    return row


async def _out(row: CarerRow, work: UnitOfWork, *, to_carer: bool = False) -> CarerOut:
    """Show a carer; to the carer, without what others said of them."""
    said = [each for each in await carers.statements_of(work, row.person_id) if each.carer_id == row.carer_id]
    if to_carer:
        said = [each for each in said if each.said_by == SaidBy.CARER]
    return CarerOut(
        **row.model_dump(include={"carer_id", "person_id", "name", "relationship"}),
        confirmed=any(each.said_by == SaidBy.CARER for each in said),
        statements=[StatementOut(**each.model_dump(include=set(StatementOut.model_fields))) for each in said],
    )


def _assessment_out(row: CarerAssessmentRow) -> CarerAssessmentOut:
    return CarerAssessmentOut(**row.model_dump(include=set(CarerAssessmentOut.model_fields)))
