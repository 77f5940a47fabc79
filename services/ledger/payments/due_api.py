"""What is due over the API: schedules, receipts, certificates, invoices, and stops."""

from uuid import UUID

from fastapi import APIRouter

from braid.kit.http import Caller, Reading, UnitOfWorkRoute, Writing
from braid.kit.permissions import Action, may
from braid.kit.problems import responses
from services.ledger.domain.in_words import day
from services.ledger.domain.payments.due_kinds import DueKind
from services.ledger.domain.payments.periods import Period
from services.ledger.domain.payments.receipts import ClaimRules, Receipt, claim
from services.ledger.domain.payments.stages import StagePlan, pay_stage
from services.ledger.invoices import refuse_if_counted
from services.ledger.payments import by_hand, schedules, stops, what_is_due
from services.ledger.payments.asking import FORBIDDEN, INVALID, NO_BUDGET, NO_KEY, open_budget
from services.ledger.payments.due_bodies import (
    CertificateIn,
    ClaimIn,
    ClaimOut,
    DueOut,
    InvoiceIn,
    LetGoIn,
    LiftIn,
    PaymentOut,
    PaymentsOut,
    RevisionIn,
    ScheduleIn,
    ScheduleOut,
    SchedulesOut,
    StageOut,
    StopIn,
    StopOut,
    StopsOut,
)
from services.ledger.payments.fund_accounts import fund_account, fund_accounts
from services.ledger.payments.plan_schedules import follow_plans
from services.ledger.payments.run_reading import payments_of
from services.ledger.payments.schedules import PaidFrom
from services.ledger.payments.stops import StopAsked
from services.ledger.payments.tables import PaymentDueRow, PaymentScheduleRow, PaymentStopRow
from services.ledger.payments.what_is_due import OneOff
from services.ledger.statements.asking import budget_of

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["payments"])


@router.post(
    "/people/{person_id}/payment-schedules",
    status_code=201,
    dependencies=[may(Action.KEEP_PAYMENTS_DUE)],
    responses=responses(
        NO_KEY,
        FORBIDDEN,
        NO_BUDGET,
        (409, "There is one of that name already, or the plan pays the fund."),
        INVALID,
    ),
)
async def open_schedule(person_id: UUID, body: ScheduleIn, work: Writing, caller: Caller) -> ScheduleOut:
    """Pay a fund out by a schedule."""
    await work.lock_person(person_id)
    budget = await open_budget(person_id, work)
    fund = await fund_account(work, budget.budget_id, body.fund_id)
    await by_hand.refuse_if_plan_pays(work, budget.budget_id, body.fund_id, body.payee_id)
    paid = PaidFrom(fund.fund_id, fund.stream, body.payee_id, body.use, body.reference)
    row = await schedules.open_schedule(
        work, budget, body.name, body.terms.terms(), paid, body.reason, by=caller.subject
    )
    await follow_plans(work, budget)
    return _schedule(row)


@router.post(
    "/payment-schedules/{schedule_id}/versions",
    status_code=201,
    dependencies=[may(Action.KEEP_PAYMENTS_DUE)],
    responses=responses(NO_KEY, FORBIDDEN, NO_BUDGET, (409, "It follows the plan."), INVALID),
)
async def revise_schedule(schedule_id: UUID, body: RevisionIn, work: Writing, caller: Caller) -> ScheduleOut:
    """Give a schedule new terms; what is paid stays, and what it is worth more is due at once.

    Where an approved plan waited for its days, payments follow the plan from there.
    """
    budget = await by_hand.revisable_in(work, schedule_id)
    row = await schedules.revise_schedule(
        work, schedule_id, body.terms.terms(), body.payee_id, body.reason, by=caller.subject
    )
    await follow_plans(work, budget)
    return _schedule(row)


@router.get(
    "/people/{person_id}/payment-schedules",
    dependencies=[may(Action.KEEP_PAYMENTS_DUE)],
    responses=responses(FORBIDDEN, NO_BUDGET),
)
async def read_schedules(person_id: UUID, work: Reading) -> SchedulesOut:
    """Every version of every schedule of a budget."""
    budget = await open_budget(person_id, work)
    return SchedulesOut(schedules=[_schedule(row) for row in await schedules.schedules_of(work, budget.budget_id)])


@router.post(
    "/people/{person_id}/receipts",
    status_code=201,
    dependencies=[may(Action.KEEP_PAYMENTS_DUE)],
    responses=responses(NO_KEY, FORBIDDEN, NO_BUDGET, INVALID),
)
async def claim_receipts(person_id: UUID, body: ClaimIn, work: Writing) -> ClaimOut:
    """Hand in receipts to be paid back; each is decided by itself, and the others say which rule keeps them out."""
    budget = await open_budget(person_id, work)
    fund = await fund_account(work, budget.budget_id, body.fund_id)
    before = await what_is_due.one_offs_of(work, budget.budget_id, DueKind.RECEIPT)
    claimed = claim(
        [Receipt(each.reference, each.dated, each.pence) for each in body.receipts],
        ClaimRules(fund.award, body.months_most),
        claimed_on=body.claimed_on,
        paid_before=frozenset(str(due.mark) for due in before),
    )
    due = [
        await what_is_due.add_one_off(
            work,
            budget,
            OneOff(
                DueKind.RECEIPT,
                receipt.reference,
                Period(receipt.dated, receipt.dated),
                body.claimed_on,
                (fund.part_for(body.use, receipt.pence),),
                body.payee_id,
                body.payment_reference,
                (f"A receipt of {day(receipt.dated)}",),
            ),
        )
        for receipt in claimed.payable
    ]
    return ClaimOut(
        payable_pence=claimed.payable_pence,
        due=[row.due_id for row in due],
        refused={each.receipt.reference: each.rule for each in claimed.refused},
    )


@router.post(
    "/people/{person_id}/certificates",
    status_code=201,
    dependencies=[may(Action.KEEP_PAYMENTS_DUE)],
    responses=responses(NO_KEY, FORBIDDEN, NO_BUDGET, (409, "It is another stage's turn."), INVALID),
)
async def certify_stage(person_id: UUID, body: CertificateIn, work: Writing) -> StageOut:
    """Pay for works on the certificate of a stage, as far as the stages up to it may come to."""
    budget = await open_budget(person_id, work)
    fund = await fund_account(work, budget.budget_id, body.fund_id)
    stages = await what_is_due.one_offs_of(work, budget.budget_id, DueKind.STAGE)
    paid = [due.gross_pence for due in stages if due.fund_id == fund.fund_id]
    plan = StagePlan(body.grant_pence, tuple(body.shares))
    stage = pay_stage(plan, paid, body.stage, body.certified_pence)
    row = await what_is_due.add_one_off(
        work,
        budget,
        OneOff(
            DueKind.STAGE,
            f"{fund.fund_id}/{stage.stage}",
            Period(body.certified_on, body.certified_on),
            body.certified_on,
            (fund.part_for(body.use, stage.payable_pence),),
            body.payee_id,
            body.reference,
            stage.reasons,
        ),
    )
    return StageOut(
        due_id=row.due_id,
        payable_pence=stage.payable_pence,
        held_back_pence=stage.held_back_pence,
        left_pence=stage.left_pence,
        reasons=list(stage.reasons),
    )


@router.post(
    "/people/{person_id}/invoices-due",
    status_code=201,
    dependencies=[may(Action.KEEP_PAYMENTS_DUE)],
    responses=responses(
        NO_KEY, FORBIDDEN, NO_BUDGET, (409, "The invoice is due otherwise, or was taken in as paid."), INVALID
    ),
)
async def add_invoice(person_id: UUID, body: InvoiceIn, work: Writing) -> DueOut:
    """Pay an invoice once, from one fund or from several: one payment, and each fund's part of it."""
    await work.lock_person(person_id)
    budget = await open_budget(person_id, work)
    await refuse_if_counted(work, budget.budget_id, body.payee_id, body.number)
    funds = await fund_accounts(work, budget.budget_id, [part.fund_id for part in body.parts])
    row = await what_is_due.add_one_off(
        work,
        budget,
        OneOff(
            DueKind.INVOICE,
            f"{body.payee_id}/{body.number}",
            Period(body.from_on, body.to_on),
            body.due_on,
            tuple(fund.part_for(part.use, part.pence) for fund, part in zip(funds, body.parts, strict=True)),
            body.payee_id,
            body.reference,
            (body.why,),
        ),
    )
    return _due(row)


@router.get(
    "/people/{person_id}/payments",
    dependencies=[may(Action.READ_BUDGET)],
    responses=responses((404, "No budget is open, or it is not yours to see.")),
)
async def read_payments(person_id: UUID, work: Reading, caller: Caller) -> PaymentsOut:
    """Everything that is or was due to a person, how it was worked out, and how far it has got."""
    budget = await budget_of(person_id, work, caller)
    rows = await payments_of(work, budget.budget_id)
    return PaymentsOut(
        payments=[
            PaymentOut.model_validate(
                {**row, "status": _status(row["due_state"], row["item_state"]), "reasons": row["reasons"] or []}
            )
            for row in rows
        ]
    )


@router.post(
    "/payments-due/{due_id}/let-go",
    dependencies=[may(Action.KEEP_PAYMENTS_DUE)],
    responses=responses(NO_KEY, FORBIDDEN, NO_BUDGET, (409, "It has to be mended at its cause."), INVALID),
)
async def let_go(due_id: UUID, body: LetGoIn, work: Writing, caller: Caller) -> DueOut:
    """Let a hold go that somebody has looked at: a sum above the limit, or what looks like a duplicate."""
    return _due(await what_is_due.let_go_of_hold(work, due_id, body.code, reason=body.reason, by=caller.subject))


@router.post(
    "/people/{person_id}/payment-stops",
    status_code=201,
    dependencies=[may(Action.STOP_PAYMENTS)],
    responses=responses(NO_KEY, FORBIDDEN, NO_BUDGET, INVALID),
)
async def record_stop(person_id: UUID, body: StopIn, work: Writing, caller: Caller) -> StopOut:
    """Record a death, or a decision to suspend payments."""
    budget = await open_budget(person_id, work)
    asked = StopAsked(body.kind, body.from_on, body.to_on, body.reason)
    return _stop(await stops.record_stop(work, budget, asked, by=caller.subject))


@router.post(
    "/payment-stops/{stop_id}/lifting",
    dependencies=[may(Action.STOP_PAYMENTS)],
    responses=responses(NO_KEY, FORBIDDEN, NO_BUDGET, INVALID),
)
async def lift_stop(stop_id: UUID, body: LiftIn, work: Writing, caller: Caller) -> StopOut:
    """Lift a suspension, or take back a death that was none."""
    return _stop(await stops.lift_stop(work, stop_id, reason=body.reason, by=caller.subject))


@router.get(
    "/people/{person_id}/payment-stops",
    dependencies=[may(Action.READ_PAYMENT_STOPS)],
    responses=responses(FORBIDDEN, NO_BUDGET),
)
async def read_stops(person_id: UUID, work: Reading) -> StopsOut:
    """What keeps payments out, and what was paid for days after a death."""
    budget = await open_budget(person_id, work)
    recoverable = await stops.recoverable_of_the_dead(work, budget.budget_id)
    return StopsOut(
        stops=[_stop(row) for row in await stops.stops_of(work, budget.budget_id)],
        recoverable_pence=recoverable.pence if recoverable else 0,
        working=list(recoverable.working) if recoverable else [],
    )


def _schedule(row: PaymentScheduleRow) -> ScheduleOut:
    return ScheduleOut(**row.model_dump(include=set(ScheduleOut.model_fields)))


def _due(row: PaymentDueRow) -> DueOut:
    return DueOut(**row.model_dump(include=set(DueOut.model_fields)))


def _stop(row: PaymentStopRow) -> StopOut:
    return StopOut(**row.model_dump(include=set(StopOut.model_fields)))


def _status(due_state: str, item_state: str | None) -> str:
    """How far a payment has got: what a run made of it, or that it is open again after that."""
    if due_state == "taken" and item_state:
        return item_state
    return due_state
