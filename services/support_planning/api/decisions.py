"""Deciding on plans over HTTP, and who is involved with whom."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from braid.kit.http import Caller, ExpectedVersion, Reading, UnitOfWorkRoute, Writing, entity_tag
from braid.kit.permissions import Action, may
from braid.kit.problems import Problem, responses
from services.support_planning import deciding, involvements
from services.support_planning.api.finding_plans import AWAY, KEY, NO_VERSION, NOT_YOURS, STALE, plan_for
from services.support_planning.api.plans import PlanOut
from services.support_planning.asking_the_ledger import Ledger
from services.support_planning.content import Day, Name, Part, Words
from services.support_planning.domain.approval import Involvement
from services.support_planning.domain.lifecycle import Step

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["support planning"])

Subject = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]


class DecisionIn(Part):
    """What an approver decides."""

    decision: Literal["approve", "ask_for_amendment", "refuse"]
    reasons: Annotated[Words, Field(description="The person reads them.")]
    decided_on: Day
    answers: Annotated[dict[Name, Words], Field(default_factory=dict, description="To the questions of the route.")]
    effective_from: Annotated[Day | None, Field(description="First day of the plan; until then the one before it.")] = (
        None
    )
    declares_no_interest: Annotated[
        bool, Field(description="That the approver is no relative, friend or supervisor of the person.")
    ]


class InvolvementIn(Part):
    """That somebody is involved with a person beyond their work."""

    subject: Annotated[Subject, Field(description="Stable id from the identity provider.")]
    kind: Involvement
    is_ended: bool = False


class InvolvementOut(BaseModel):
    """That somebody is involved with a person beyond their work."""

    subject: str
    kind: Involvement


class InvolvementsOut(BaseModel):
    """Everybody who is involved with a person."""

    involvements: list[InvolvementOut]


@router.post(
    "/plans/{plan_id}/decision",
    dependencies=[may(Action.DECIDE_PLAN)],
    responses=responses(
        KEY,
        NOT_YOURS,
        STALE,
        NO_VERSION,
        AWAY,
        (403, "The caller is involved, planned it, or has no limit that high."),
        (409, "The plan does not wait for a decision, or no money pays for it."),
        (422, "A question is unanswered, or it would take effect too early."),
    ),
)
async def decide_on_plan(
    plan_id: UUID,
    body: DecisionIn,
    work: Writing,
    caller: Caller,
    ledger: Ledger,
    seen: ExpectedVersion,
    response: Response,
) -> PlanOut:
    """Approve a plan, ask for an amendment, or refuse it."""
    row = await plan_for(plan_id, work, caller, for_update=True)
    if not body.declares_no_interest:
        detail = "Whoever is involved with the person leaves the decision to somebody else."
        raise Problem(403, "interest-not-declared", "Declare that you have no interest", detail)
    decision = deciding.Decision(
        Step(body.decision), body.reasons, body.decided_on, dict(body.answers), body.effective_from
    )
    decider = deciding.Decider(caller.subject, caller.person_id)
    row = await deciding.decide(work, row, decision, decider, ledger, seen_version=seen)
    response.headers.update(entity_tag(row.version))
    return PlanOut.model_validate(row, from_attributes=True)


@router.post(
    "/people/{person_id}/involvements",
    dependencies=[may(Action.RECORD_INVOLVEMENT)],
    responses=responses(KEY, (403, "The caller is not of the council's staff.")),
)
async def record_involvement(person_id: UUID, body: InvolvementIn, work: Writing, caller: Caller) -> InvolvementsOut:
    """Record that somebody is involved with a person beyond their work, so that they never decide on the budget."""
    await work.lock_person(person_id)
    await involvements.record(work, person_id, body.subject, body.kind, is_ended=body.is_ended, by=caller.subject)
    return await _involvements(person_id, work)


@router.get(
    "/people/{person_id}/involvements",
    dependencies=[may(Action.READ_PLANNING_QUEUES)],
    responses=responses((403, "The caller is not of the council's staff.")),
)
async def read_involvements(person_id: UUID, work: Reading) -> InvolvementsOut:
    """Who is involved with a person beyond their work."""
    return await _involvements(person_id, work)


async def _involvements(person_id: UUID, work: Reading) -> InvolvementsOut:
    found = await involvements.all_of(work, person_id)
    return InvolvementsOut(
        involvements=[InvolvementOut(subject=one.subject, kind=Involvement(one.kind)) for one in found]
    )
