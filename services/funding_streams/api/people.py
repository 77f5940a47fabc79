"""A person's case with something supposed otherwise, and what each stream still lacks; nothing is stored."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from braid.contracts.award import AwardStatus
from braid.contracts.codes import Pence
from braid.kit.http import Caller, Reading, UnitOfWorkRoute
from braid.kit.identity import Principal
from braid.kit.permissions import Action, may
from braid.kit.problems import not_found, responses
from braid.kit.unit_of_work import UnitOfWork
from services.funding_streams.api.awards import NOTHING_DECIDED
from services.funding_streams.api.documents import FactOut, StepChangeOut, WhatIfIn
from services.funding_streams.discovery import adapters
from services.funding_streams.domain.alignment import aligned
from services.funding_streams.domain.decision import Decision
from services.funding_streams.domain.what_if import changed_steps
from services.funding_streams.evaluation import evaluate
from services.funding_streams.fact_check import refused
from services.funding_streams.stored_case import case_of, has_all, ready
from services.funding_streams.tables import CaseRow

router = APIRouter(prefix="/v1/people/{person_id}", route_class=UnitOfWorkRoute, tags=["funding streams"])


class SumsOut(BaseModel):
    """A decision in short."""

    model_config = ConfigDict(from_attributes=True)

    status: AwardStatus
    amount_pence: Pence
    contribution_pence: Pence
    pence_per_week: int
    starts_on: date
    ends_on: date
    missing_facts: list[str]


class BeforeAndAfterOut(BaseModel):
    """One stream's decision as it is and as it would be."""

    stream: str
    label: str
    before: SumsOut
    after: SumsOut
    changed_steps: list[StepChangeOut]


class SupposedOut(BaseModel):
    """What would be decided on a person if something were otherwise."""

    person_id: UUID
    on: date = Field(description="The day that is supposed.")
    streams: list[BeforeAndAfterOut]


class AlignmentOut(BaseModel):
    """One stream's need of facts."""

    stream: str
    label: str
    decided_by: str
    status: AwardStatus
    lacks: list[FactOut] = Field(description="Facts without which it cannot be decided.")
    needless: list[FactOut] = Field(
        description="Facts that could matter on that day, are not known, and make no difference given what is."
    )
    knows: list[str]


class PersonsAlignmentOut(BaseModel):
    """What each stream still lacks about a person, and what nobody needs to ask any more."""

    person_id: UUID
    assessment_id: UUID
    on: date
    streams: list[AlignmentOut]


@router.post(
    "/what-if",
    dependencies=[may(Action.READ_AWARDS)],
    responses=responses(
        NOTHING_DECIDED, (422, "A fact that is supposed is unknown, impossible, or against another; each is named.")
    ),
)
async def what_if(person_id: UUID, body: WhatIfIn, work: Reading, caller: Caller) -> SupposedOut:
    """What each stream would decide with other facts or on another day, beside what it decides now."""
    row = await _case(person_id, work, caller)
    now = await ready(row, work)
    supposed = await ready(row, work, on=body.on, changes=body.facts)
    # What is wrong in the stored facts alone is not the caller's to mend: those streams stay open, before and after.
    theirs = [doubt for doubt in supposed.doubts if not body.facts.keys().isdisjoint(doubt.facts)]
    if theirs:
        raise refused(theirs)
    before = evaluate(now.case, doubts=now.doubts)
    after = evaluate(supposed.case, doubts=supposed.doubts)
    return SupposedOut(
        person_id=person_id,
        on=supposed.case.on,
        streams=[_both(one, other) for one, other in zip(before, after, strict=True)],
    )


@router.get("/alignment", dependencies=[may(Action.READ_AWARDS)], responses=responses(NOTHING_DECIDED))
async def read_alignment(person_id: UUID, work: Reading, caller: Caller) -> PersonsAlignmentOut:
    """Which facts each stream still lacks, which it no longer needs, and what they mean."""
    row = await _case(person_id, work, caller)
    assert row.assessment_id is not None
    now = await ready(row, work)
    decisions = evaluate(now.case, doubts=now.doubts)
    streams = [aligned(adapter, made, now.case.facts) for adapter, made in zip(adapters(), decisions, strict=True)]
    return PersonsAlignmentOut(
        person_id=person_id,
        assessment_id=row.assessment_id,
        on=now.case.on,
        streams=[
            AlignmentOut(
                stream=one.stream,
                label=one.label,
                decided_by=one.decided_by,
                status=AwardStatus(one.status),
                lacks=[FactOut.of(name) for name in one.lacks],
                needless=[FactOut.of(name) for name in one.needless],
                knows=list(one.knows),
            )
            for one in streams
        ],
    )


async def _case(person_id: UUID, work: UnitOfWork, caller: Principal) -> CaseRow:
    row = await case_of(person_id, work) if caller.may_read(person_id) else None
    if row is None or not has_all(row):
        raise not_found("decision")
    return row


def _both(before: Decision, after: Decision) -> BeforeAndAfterOut:
    return BeforeAndAfterOut(
        stream=before.stream,
        label=before.stream_label,
        before=SumsOut.model_validate(before),
        after=SumsOut.model_validate(after),
        changed_steps=[StepChangeOut.model_validate(step) for step in changed_steps(before, after)],
    )
