"""The steps of a payment run, each one transaction: built, checked, approved, cancelled.

Whatever is repeated does nothing twice: a run's id follows from its day and number, an entry's id from its payment, and
the run's state says which step comes next.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select

from braid.contracts.payment import PaymentPart, PaymentRunApproved
from braid.kit.unit_of_work import UnitOfWork
from services.ledger import journal_store
from services.ledger.domain.payments import entries, runs
from services.ledger.domain.payments.holds import Checker, Hold, HoldCode
from services.ledger.domain.payments.payment_ids import run_id_of
from services.ledger.domain.payments.results import ItemState
from services.ledger.domain.payments.runs import PaymentRun, RunState, Step, StepTaken
from services.ledger.domain.refusals import MEANING
from services.ledger.payments.bank_days import bank_holidays_around, processed_before
from services.ledger.payments.journal import post_whole
from services.ledger.payments.run_items import RunItem, change_state, facts_of, items_of, reopen
from services.ledger.payments.tables import PaymentRunRow, PaymentRunStepRow

#: The largest single payment that a run makes without somebody looking at it, unless its builder names another: ours.
MOST_PENCE = 2_500_000


#: Dues that one statement takes: all of a large council's at once would pass the time that a statement may take.
DUES_A_STATEMENT = 20_000

_TAKE_WHAT_IS_DUE = text(
    "WITH due AS MATERIALIZED ("
    " SELECT due_id FROM payment_due"
    " WHERE council = :council AND state = 'open' AND due_on <= :due_by LIMIT :most),"
    " taken AS ("
    " UPDATE payment_due AS d SET state = 'taken' FROM due WHERE d.due_id = due.due_id"
    " RETURNING d.due_id, d.payee_id, d.gross_pence - d.kept_pence AS sent_pence)"
    " INSERT INTO payment_item (payment_id, council, run_id, due_id, payee_id, sent_pence, account_version)"
    " SELECT payment_id_of(:run_id, t.due_id), :council, :run_id, t.due_id, t.payee_id, t.sent_pence, p.version"
    " FROM taken t LEFT JOIN payee p ON p.payee_id = t.payee_id"
)


class NoSuchRun(Exception):
    """The council has no run of that id."""


class RunDiffers(Exception):
    """There is a run for the day and number already, and it is paid on another day or has another limit."""


@dataclass(frozen=True)
class RunAsked:
    """What a run is asked to be.

    Args:
        due_by: what is due up to this day belongs to it.
        pay_on: the bank's processing day; where none is told, the last on whose money accounts have it on ``due_by``.
        number: from 1; another for a second run on one day.
        most_pence: the largest single payment that nobody has to look at.
    """

    due_by: date
    pay_on: date | None
    number: int = 1
    most_pence: int = MOST_PENCE


async def build_run(work: UnitOfWork, asked: RunAsked, *, actor: str) -> PaymentRunRow:
    """Build a run of everything that is due and in no other run; built again, it is the same run with nothing new.

    Raises:
        RunDiffers: it was built for another day of payment, or with another limit.
        NotAWorkingDay: it would be paid at a weekend or on a bank holiday.
    """
    await lock_payments(work)
    pay_on = asked.pay_on or processed_before(asked.due_by)
    run_id = run_id_of(work.council, asked.due_by, asked.number)
    existing = await work.session.get(PaymentRunRow, run_id)
    if existing is not None:
        if (existing.pay_on, existing.most_pence) != (pay_on, asked.most_pence):
            raise RunDiffers(f"run {asked.number} of {asked.due_by.isoformat()} is there already, built otherwise")
        return existing
    run = runs.build(
        due_by=asked.due_by,
        pay_on=pay_on,
        number=asked.number,
        actor=actor,
        at=work.now,
        bank_holidays=bank_holidays_around(pay_on),
    )
    row = PaymentRunRow(
        run_id=run_id,
        council=work.council,
        due_by=asked.due_by,
        number=asked.number,
        pay_on=pay_on,
        most_pence=asked.most_pence,
    )
    work.session.add(row)
    await work.session.flush()
    await _keep_step(work, row, run)
    values = {"council": work.council, "due_by": asked.due_by, "run_id": run_id, "most": DUES_A_STATEMENT}
    while (await work.session.execute(_TAKE_WHAT_IS_DUE, values)).rowcount:  # type: ignore[attr-defined]
        pass
    return row


async def check_run(work: UnitOfWork, run_id: UUID, *, actor: str) -> PaymentRunRow:
    """Look at every item of a run, and hold those that may not be paid; checked again, everything is looked at anew.

    Raises:
        NoSuchRun: there is none of that id.
        StepOutOfTurn: it was approved already.
    """
    row = await take_step(work, run_id, Step.CHECK, actor=actor)
    await work.session.execute(
        text("UPDATE payment_item SET state = 'going', reasons = '[]' WHERE run_id = :run_id AND state = 'held'"),
        {"run_id": run_id},
    )
    await work.session.execute(
        text(
            "UPDATE payment_item AS i SET account_version = p.version"
            " FROM payment_due AS d JOIN payee AS p ON p.payee_id = d.payee_id"
            " WHERE i.run_id = :run_id AND d.due_id = i.due_id AND i.account_version IS DISTINCT FROM p.version"
        ),
        {"run_id": run_id},
    )
    checker = Checker(row.most_pence)
    async for page in facts_of(work, run_id, are_funds_held=False):
        held = {item.payment_id: holds for item in page if (holds := checker.holds(item.facts))}
        await change_state(work, ItemState.HELD, held)
    return row


async def approve_run(work: UnitOfWork, run_id: UUID, *, actor: str) -> PaymentRunRow:
    """Approve a run and hold the money of its items; what is held back, or lacks money now, goes to a later run.

    Raises:
        NoSuchRun: there is none of that id.
        StepOutOfTurn: it was not checked, or was approved already.
        ApprovedByItsBuilder: the one who built it would approve it.
    """
    row = await take_step(work, run_id, Step.APPROVE, actor=actor)
    closed_until = await journal_store.locked_until(work)
    async for page in items_of(work, run_id, ItemState.GOING):
        refused = await post_whole(
            work, [entries.held(entries.dated_after(item.payment, closed_until)) for item in page]
        )
        short = {
            page[place].payment.payment_id: (Hold(HoldCode.NOT_HELD, f"The money cannot be held. {MEANING[why]}"),)
            for place, why in refused.items()
        }
        await change_state(work, ItemState.HELD, short)
        approved = [item for place, item in enumerate(page) if place not in refused]
        await work.publish_in_bulk([_approved_event(work, row, item) for item in approved])
    await reopen(work, run_id, ItemState.HELD)
    return row


async def cancel_run(work: UnitOfWork, run_id: UUID, *, actor: str) -> PaymentRunRow:
    """Give a run up before its file is made; money that was held is free again, and everything is due as before.

    Raises:
        NoSuchRun: there is none of that id.
        StepOutOfTurn: its file was made, and the bank may have it.
    """
    was_approved = (await locked_run(work, run_id)).state == RunState.APPROVED
    row = await take_step(work, run_id, Step.CANCEL, actor=actor)
    async for page in items_of(work, run_id, ItemState.GOING, ItemState.HELD):
        if was_approved:
            await withdraw(work, [item for item in page if item.state is ItemState.GOING], "The run was cancelled")
        await change_state(work, ItemState.WITHDRAWN, [item.payment.payment_id for item in page])
    await reopen(work, run_id, ItemState.WITHDRAWN)
    return row


async def withdraw(work: UnitOfWork, items: list[RunItem], reason: str) -> None:
    """Let the money of approved items go."""
    closed_until = await journal_store.locked_until(work)
    refused = await post_whole(
        work, [entries.let_go(entries.dated_after(item.payment, closed_until), reason) for item in items]
    )
    assert not refused, f"money that is held can be let go: {refused}"


async def lock_payments(work: UnitOfWork) -> None:
    """Hold all payments of the council until the transaction ends, so that their steps come one after the other."""
    await work.session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:what, 0))"), {"what": f"payments/{work.council}"}
    )


async def locked_run(work: UnitOfWork, run_id: UUID) -> PaymentRunRow:
    """A run, held until the transaction ends.

    Raises:
        NoSuchRun: there is none of that id.
    """
    await lock_payments(work)
    return await run_row(work, run_id)


async def run_row(work: UnitOfWork, run_id: UUID) -> PaymentRunRow:
    """A run as it is stored.

    Raises:
        NoSuchRun: there is none of that id.
    """
    row = await work.session.get(PaymentRunRow, run_id)
    if row is None:
        raise NoSuchRun(f"there is no payment run {run_id}")
    return row


async def take_step(work: UnitOfWork, run_id: UUID, step: Step, *, actor: str) -> PaymentRunRow:
    """Take a step with a run and put it on record.

    Raises:
        NoSuchRun: there is none of that id.
        StepOutOfTurn: its turn has not come, or has gone.
        ApprovedByItsBuilder: the one who built it would approve it.
    """
    row = await locked_run(work, run_id)
    after = runs.take(await run_of(work, row), step, actor=actor, at=work.now)
    await _keep_step(work, row, after)
    return row


async def run_of(work: UnitOfWork, row: PaymentRunRow) -> PaymentRun:
    """A run with its steps."""
    query = (
        select(PaymentRunStepRow).where(PaymentRunStepRow.run_id == row.run_id).order_by(col(PaymentRunStepRow.number))
    )
    steps = tuple(StepTaken(Step(step.step), step.actor, step.taken_at) for step in await work.session.scalars(query))
    return PaymentRun(row.due_by, row.pay_on, row.number, RunState(row.state), steps)


async def _keep_step(work: UnitOfWork, row: PaymentRunRow, run: PaymentRun) -> None:
    latest = run.steps[-1]
    row.state = run.state.value
    work.session.add(row)
    work.session.add(
        PaymentRunStepRow(
            run_id=row.run_id,
            number=len(run.steps),
            council=work.council,
            step=latest.step.value,
            actor=latest.actor,
            taken_at=latest.at,
        )
    )
    await work.session.flush()


def _approved_event(work: UnitOfWork, run: PaymentRunRow, item: RunItem) -> PaymentRunApproved:
    return PaymentRunApproved(
        **about_payment(work, item), period_from=item.period.from_on, period_to=item.period.to_on, pay_on=run.pay_on
    )


def about_payment(work: UnitOfWork, item: RunItem) -> dict[str, object]:
    """What every event about a payment says."""
    return {
        "person_id": item.person_id,
        "council": work.council,
        "budget_id": item.payment.budget_id,
        "run_id": item.run_id,
        "payment_id": item.payment.payment_id,
        "due_id": item.due_id,
        "sent_pence": item.sent_pence,
        "kept_pence": item.payment.kept_pence,
        "parts": tuple(
            PaymentPart(fund_id=each.part.fund_id, stream=each.part.stream, pence=each.part.pence)
            for each in item.payment.parts
        ),
    }
