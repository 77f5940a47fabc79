"""Recoveries and year ends over the API: proposed by one person, decided by another, with notice and appeal."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from braid.contracts.codes import StreamCode
from braid.kit.http import Caller, Reading, UnitOfWorkRoute, Writing
from braid.kit.permissions import Action, may
from braid.kit.problems import not_found, responses
from services.ledger import queries
from services.ledger.domain.payments.periods import Every
from services.ledger.domain.payments.recovery import INSTALMENTS_MOST, Plan, Recovery, RecoveryState, instalments
from services.ledger.payments import recoveries, year_ends
from services.ledger.payments.fund_accounts import fund_account
from services.ledger.payments.request_parts import Body, Day, PositivePence, SomePence, Words
from services.ledger.payments.tables import RecoveryRow
from services.ledger.payments.year_ends import YearEndAsked

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["recoveries"])

_PROBLEMS = responses(
    (400, "Idempotency-Key is missing or malformed."),
    (403, "The caller's role does not allow it, or the caller proposed it."),
    (404, "No budget is open for this person, or there is no such recovery."),
    (409, "It is not in a state for this, or the journal refuses it."),
    (422, "The body is not valid, or is against a rule."),
)


class RecoveryIn(Body):
    """A proposal to ask money back."""

    fund_id: UUID
    pence: PositivePence
    instalments: Annotated[int, Field(ge=1, le=INSTALMENTS_MOST)]
    every: Every
    notice_on: Annotated[Day, Field(description="When the person is told.")]
    reply_by: Annotated[Day, Field(description="Until when they can say something about it.")]
    first_due_on: Annotated[Day, Field(description="After that.")]
    reason: Words


class OnIn(Body):
    """When something happened."""

    on: Day


class AppealIn(OnIn):
    """The person's objection."""

    reason: Words


class HeardIn(AppealIn):
    """What came of an appeal."""

    let_off_pence: SomePence


class LetOffIn(AppealIn):
    """What is let go."""

    pence: PositivePence


class ReceivedIn(OnIn):
    """What the person paid back."""

    pence: PositivePence
    reference: Words


class InstalmentOut(BaseModel):
    """A part of what is to be paid back."""

    number: int
    pence: int
    due_on: date


class RecoveryOut(BaseModel):
    """Money that is asked back, and how it is to come."""

    recovery_id: UUID
    fund_id: UUID
    stream: StreamCode
    pence: int
    reason: str
    author: str
    decided_by: str | None
    state: RecoveryState
    received_pence: int
    let_off_pence: int
    owed_pence: int
    notice_on: date
    reply_by: date
    instalments: list[InstalmentOut] = Field(
        description="None before it is decided; while an appeal is open none falls due."
    )


class YearEndIn(Body):
    """A fund whose year is over."""

    fund_id: UUID
    next_fund_id: Annotated[UUID, Field(description="The fund of the next year, of the same stream.")]
    pence_per_week: Annotated[SomePence, Field(description="The weekly rate at its end.")]


class YearEndOut(BaseModel):
    """What was carried over, and what is left for somebody to decide on."""

    carried_over_pence: int
    recoverable_pence: int = Field(description="For decision; nothing is taken by itself.")
    working: list[str]


class RecoveriesOut(BaseModel):
    """Every recovery of a budget."""

    recoveries: list[RecoveryOut]


@router.post(
    "/people/{person_id}/recoveries", status_code=201, dependencies=[may(Action.RECOVER_MONEY)], responses=_PROBLEMS
)
async def propose(person_id: UUID, body: RecoveryIn, work: Writing, caller: Caller) -> RecoveryOut:
    """Propose to ask money back; nothing is owed before somebody else decides it."""
    budget = await queries.budget_of(work, person_id)
    if budget is None:
        raise not_found("open budget")
    fund = await fund_account(work, budget.budget_id, body.fund_id)
    plan = Plan(body.pence, body.instalments, body.every, body.first_due_on, body.notice_on, body.reply_by)
    proposal = Recovery(plan, caller.subject, body.reason)
    on = work.now.date()
    return _out(await recoveries.propose(work, budget, fund.part(body.pence), proposal, on=on))


@router.get(
    "/people/{person_id}/recoveries",
    dependencies=[may(Action.READ_BUDGET)],
    responses=responses((404, "No budget is open, or it is not yours to see.")),
)
async def read_recoveries(person_id: UUID, work: Reading, caller: Caller) -> RecoveriesOut:
    """Every recovery of a person, with what falls due when."""
    budget = await queries.budget_of(work, person_id) if caller.may_read(person_id) else None
    if budget is None:
        raise not_found("open budget")
    return RecoveriesOut(recoveries=[_out(row) for row in await recoveries.recoveries_of(work, budget.budget_id)])


@router.post("/recoveries/{recovery_id}/decision", dependencies=[may(Action.DECIDE_RECOVERY)], responses=_PROBLEMS)
async def decide(recovery_id: UUID, body: OnIn, work: Writing, caller: Caller) -> RecoveryOut:
    """Decide a recovery that somebody else proposed."""
    return _out(await recoveries.decide(work, recovery_id, on=body.on, by=caller.subject))


@router.post("/recoveries/{recovery_id}/appeal", dependencies=[may(Action.DECIDE_RECOVERY)], responses=_PROBLEMS)
async def open_appeal(recovery_id: UUID, body: AppealIn, work: Writing, caller: Caller) -> RecoveryOut:
    """Take in the person's appeal: nothing falls due until it is closed."""
    return _out(await recoveries.open_appeal(work, recovery_id, on=body.on, reason=body.reason, by=caller.subject))


@router.post(
    "/recoveries/{recovery_id}/appeal/outcome", dependencies=[may(Action.DECIDE_RECOVERY)], responses=_PROBLEMS
)
async def close_appeal(recovery_id: UUID, body: HeardIn, work: Writing, caller: Caller) -> RecoveryOut:
    """Close an appeal, with what it takes off."""
    row = await recoveries.close_appeal(
        work, recovery_id, on=body.on, let_off_pence=body.let_off_pence, reason=body.reason, by=caller.subject
    )
    return _out(row)


@router.post("/recoveries/{recovery_id}/write-off", dependencies=[may(Action.DECIDE_RECOVERY)], responses=_PROBLEMS)
async def write_off(recovery_id: UUID, body: LetOffIn, work: Writing, caller: Caller) -> RecoveryOut:
    """Let some or all of what is owed go."""
    row = await recoveries.write_off(
        work, recovery_id, on=body.on, pence=body.pence, reason=body.reason, by=caller.subject
    )
    return _out(row)


@router.post("/recoveries/{recovery_id}/receipts", dependencies=[may(Action.RECOVER_MONEY)], responses=_PROBLEMS)
async def receive(recovery_id: UUID, body: ReceivedIn, work: Writing, caller: Caller) -> RecoveryOut:
    """Take in what the person paid back."""
    row = await recoveries.receive(
        work, recovery_id, on=body.on, pence=body.pence, reference=body.reference, by=caller.subject
    )
    return _out(row)


@router.post("/people/{person_id}/year-ends", dependencies=[may(Action.RECOVER_MONEY)], responses=_PROBLEMS)
async def end_year(person_id: UUID, body: YearEndIn, work: Writing) -> YearEndOut:
    """Carry over what a stream's rule lets stay; the rest stays where it is until somebody decides."""
    budget = await queries.budget_of(work, person_id)
    if budget is None:
        raise not_found("open budget")
    asked = YearEndAsked(body.fund_id, body.next_fund_id, body.pence_per_week)
    ended = await year_ends.end_year(work, budget.budget_id, asked)
    return YearEndOut(
        carried_over_pence=ended.carried_over_pence,
        recoverable_pence=ended.recoverable_pence,
        working=list(ended.working),
    )


def _out(row: RecoveryRow) -> RecoveryOut:
    recovery = recoveries.recovery_of(row)
    return RecoveryOut(
        **row.model_dump(include=set(RecoveryOut.model_fields)),
        owed_pence=recovery.owed_pence if recovery.state is not RecoveryState.PROPOSED else 0,
        notice_on=recovery.plan.notice_on,
        reply_by=recovery.plan.reply_by,
        instalments=[
            InstalmentOut(number=each.number, pence=each.pence, due_on=each.due_on) for each in instalments(recovery)
        ],
    )
