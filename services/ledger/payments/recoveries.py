"""Recoveries over the database: each step decided by the rules, put on record, and posted where money moves."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4, uuid5

from sqlmodel import col, func, select

from braid.kit.unit_of_work import UnitOfWork
from services.ledger.domain import postings
from services.ledger.domain.journal import Entry
from services.ledger.domain.payments import recovery as rules
from services.ledger.domain.payments.periods import Every
from services.ledger.domain.payments.recovery import Appeal, Plan, Recovery, RecoveryState
from services.ledger.domain.postings import About, Part
from services.ledger.domain.refusals import MEANING
from services.ledger.payments.journal import post_whole
from services.ledger.payments.run_steps import lock_payments
from services.ledger.payments.tables import RecoveryRow, RecoveryStepRow
from services.ledger.tables import BudgetRow


class NoSuchRecovery(Exception):
    """The council has no recovery of that id."""


class RecoveryNotPosted(Exception):
    """The journal refuses it, such as asking back more than was paid out."""


class RecoveryStep(StrEnum):
    """What happened to a recovery."""

    PROPOSED = "proposed"
    DECIDED = "decided"
    APPEALED = "appealed"
    HEARD = "heard"
    RECEIVED = "received"
    LET_OFF = "let_off"


async def propose(
    work: UnitOfWork, budget: BudgetRow, part: Part, recovery: Recovery, *, on: date, recovery_id: UUID | None = None
) -> RecoveryRow:
    """Put a proposal on record, under an id of its own unless told; nothing is owed before somebody else decides it."""
    await lock_payments(work)
    row = RecoveryRow(
        recovery_id=recovery_id or uuid4(),
        council=work.council,
        budget_id=budget.budget_id,
        person_id=budget.person_id,
        fund_id=part.fund_id,
        stream=part.stream,
        pence=recovery.plan.pence,
        plan=_plan_as_told(recovery.plan),
        reason=recovery.reason,
        author=recovery.author,
    )
    work.session.add(row)
    await work.session.flush()
    await _keep_step(work, row, RecoveryStep.PROPOSED, 0, on, recovery.author, recovery.reason)
    return row


async def decide(work: UnitOfWork, recovery_id: UUID, *, on: date, by: str) -> RecoveryRow:
    """Decide a proposal, and post what is owed from then on.

    Raises:
        NoSuchRecovery: there is none of that id.
        RecoveryRefused: it was decided already, or by the one who proposed it.
        RecoveryNotPosted: less was paid out than would be asked back.
    """
    row, recovery = await _locked(work, recovery_id)
    await _keep(work, row, rules.decide(recovery, by=by))
    row.decided_on = on
    number = await _keep_step(work, row, RecoveryStep.DECIDED, row.pence, on, by, row.reason)
    await _post(work, postings.recovery_decided(_about(row, number, on, row.reason), _part(row, row.pence)))
    return row


async def open_appeal(work: UnitOfWork, recovery_id: UUID, *, on: date, reason: str, by: str) -> RecoveryRow:
    """Take in an appeal: nothing falls due until it is closed.

    Raises:
        NoSuchRecovery: there is none of that id.
        RecoveryRefused: nothing is decided, or an appeal is open already.
    """
    row, recovery = await _locked(work, recovery_id)
    await _keep(work, row, rules.appeal(recovery, on=on, reason=reason))
    await _keep_step(work, row, RecoveryStep.APPEALED, 0, on, by, reason)
    return row


async def close_appeal(
    work: UnitOfWork, recovery_id: UUID, *, on: date, let_off_pence: int, reason: str, by: str
) -> RecoveryRow:
    """Close an appeal with what it takes off.

    Raises:
        NoSuchRecovery: there is none of that id.
        RecoveryRefused: no appeal is open, or it would take off more than is owed.
    """
    row, recovery = await _locked(work, recovery_id)
    await _keep(work, row, rules.close_appeal(recovery, on=on, let_off_pence=let_off_pence, reason=reason))
    number = await _keep_step(work, row, RecoveryStep.HEARD, let_off_pence, on, by, reason)
    if let_off_pence:
        await _post(work, _let_off(row, number, on, reason, let_off_pence))
    return row


async def write_off(work: UnitOfWork, recovery_id: UUID, *, on: date, pence: int, reason: str, by: str) -> RecoveryRow:
    """Let some or all of what is owed go.

    Raises:
        NoSuchRecovery: there is none of that id.
        RecoveryRefused: it is more than is owed, or has no reason.
    """
    row, recovery = await _locked(work, recovery_id)
    await _keep(work, row, rules.write_off(recovery, pence=pence, reason=reason))
    number = await _keep_step(work, row, RecoveryStep.LET_OFF, pence, on, by, reason)
    await _post(work, _let_off(row, number, on, reason, pence))
    return row


async def receive(work: UnitOfWork, recovery_id: UUID, *, on: date, pence: int, reference: str, by: str) -> RecoveryRow:
    """Take in what the person paid back.

    Raises:
        NoSuchRecovery: there is none of that id.
        RecoveryRefused: it is more than is owed.
    """
    row, recovery = await _locked(work, recovery_id)
    await _keep(work, row, rules.receive(recovery, pence=pence))
    number = await _keep_step(work, row, RecoveryStep.RECEIVED, pence, on, by, reference)
    await _post(work, postings.instalment_received(_about(row, number, on, reference), _part(row, pence)))
    return row


async def recoveries_of(work: UnitOfWork, budget_id: UUID) -> Sequence[RecoveryRow]:
    """Every recovery of a budget, in the order in which they were proposed."""
    query = select(RecoveryRow).where(RecoveryRow.budget_id == budget_id)
    return (
        await work.session.scalars(query.order_by(col(RecoveryRow.recorded_at), col(RecoveryRow.recovery_id)))
    ).all()


async def recovery_row(work: UnitOfWork, recovery_id: UUID) -> RecoveryRow:
    """A recovery as it is stored.

    Raises:
        NoSuchRecovery: there is none of that id.
    """
    row = await work.session.get(RecoveryRow, recovery_id)
    if row is None:
        raise NoSuchRecovery(f"there is no recovery {recovery_id}")
    return row


def recovery_of(row: RecoveryRow) -> Recovery:
    """A recovery as the rules see it."""
    return Recovery(
        plan=_plan(row),
        author=row.author,
        reason=row.reason,
        state=RecoveryState(row.state),
        decided_by=row.decided_by,
        appeals=tuple(
            Appeal(date.fromisoformat(each["opened_on"]), each["closed_on"] and date.fromisoformat(each["closed_on"]))
            for each in row.appeals
        ),
        received_pence=row.received_pence,
        let_off_pence=row.let_off_pence,
    )


async def _locked(work: UnitOfWork, recovery_id: UUID) -> tuple[RecoveryRow, Recovery]:
    await lock_payments(work)
    row = await recovery_row(work, recovery_id)
    return row, recovery_of(row)


async def _keep(work: UnitOfWork, row: RecoveryRow, recovery: Recovery) -> None:
    row.state, row.decided_by = recovery.state.value, recovery.decided_by
    row.received_pence, row.let_off_pence = recovery.received_pence, recovery.let_off_pence
    row.appeals = [
        {"opened_on": each.opened_on.isoformat(), "closed_on": each.closed_on and each.closed_on.isoformat()}
        for each in recovery.appeals
    ]
    work.session.add(row)
    await work.session.flush()


async def _keep_step(
    work: UnitOfWork, row: RecoveryRow, step: RecoveryStep, pence: int, on: date, actor: str, reason: str
) -> int:
    query = select(func.count()).where(RecoveryStepRow.recovery_id == row.recovery_id)
    number = (await work.session.scalar(query) or 0) + 1
    work.session.add(
        RecoveryStepRow(
            recovery_id=row.recovery_id,
            number=number,
            council=row.council,
            step=step.value,
            pence=pence,
            taken_on=on,
            actor=actor,
            reason=reason,
        )
    )
    await work.session.flush()
    return number


def _let_off(row: RecoveryRow, number: int, on: date, reason: str, pence: int) -> Entry:
    """The decision to ask it back, taken back in part: the money stays advanced."""
    return postings.recovery_decided(_about(row, number, on, reason), _part(row, -pence))


async def _post(work: UnitOfWork, entry: Entry) -> None:
    refused = await post_whole(work, [[entry]])
    if refused:
        raise RecoveryNotPosted(MEANING[refused[0]])


def _about(row: RecoveryRow, number: int, on: date, reason: str) -> About:
    return About(
        entry_id=uuid5(row.recovery_id, f"step/{number}"),
        budget_id=row.budget_id,
        value_date=on,
        reason=reason,
        subject_id=row.recovery_id,
    )


def _part(row: RecoveryRow, pence: int) -> Part:
    return Part(row.fund_id, row.stream, pence)


def _plan_as_told(plan: Plan) -> dict[str, Any]:
    told = asdict(plan)
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in told.items()}


def _plan(row: RecoveryRow) -> Plan:
    told = row.plan
    return Plan(
        pence=told["pence"],
        instalments=told["instalments"],
        every=Every(told["every"]),
        first_due_on=date.fromisoformat(told["first_due_on"]),
        notice_on=date.fromisoformat(told["notice_on"]),
        reply_by=date.fromisoformat(told["reply_by"]),
    )
