"""Deaths, and decisions to suspend payments: recorded by somebody, lifted by somebody, and never guessed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlmodel import col, select

from braid.contracts.budget import DeathRecorded
from braid.kit.unit_of_work import UnitOfWork
from services.ledger.domain.payments.death import PaidPeriod, Recoverable, recoverable_after_death
from services.ledger.domain.payments.periods import Period
from services.ledger.payments.run_steps import lock_payments
from services.ledger.payments.tables import PaymentStopRow
from services.ledger.tables import BudgetRow


class StopKind(StrEnum):
    """Why payments stop. A stay in hospital is none by itself: somebody decides to suspend, or does not."""

    DEATH = "death"
    SUSPENSION = "suspension"


class NoSuchStop(Exception):
    """There is nothing of that id that could be lifted."""


@dataclass(frozen=True)
class StopAsked:
    """What somebody records.

    Args:
        kind: a death, or a suspension.
        from_on: day of the death, or first day of the suspension.
        to_on: last day of the suspension; none for a death, and where nobody knows yet.
        reason: in words that the person may read.
    """

    kind: StopKind
    from_on: date
    to_on: date | None
    reason: str


async def record_stop(work: UnitOfWork, budget: BudgetRow, asked: StopAsked, *, by: str) -> PaymentStopRow:
    """Record a death or a suspension; runs that are not filed yet look at it before anything is paid."""
    await work.lock_person(budget.person_id)
    await lock_payments(work)
    row = PaymentStopRow(
        stop_id=uuid4(),
        council=work.council,
        budget_id=budget.budget_id,
        stop_kind=asked.kind.value,
        from_on=asked.from_on,
        to_on=asked.to_on,
        reason=asked.reason,
        recorded_by=by,
    )
    work.session.add(row)
    await work.session.flush()
    await _tell_death(work, budget, row)
    return row


async def lift_stop(work: UnitOfWork, stop_id: UUID, *, reason: str, by: str) -> PaymentStopRow:
    """Lift a suspension, or take back a death that was none; what was held meanwhile is payable again.

    Raises:
        NoSuchStop: there is none of that id, or it was lifted already.
    """
    row = await work.session.get(PaymentStopRow, stop_id)
    budget = await work.session.get(BudgetRow, row.budget_id) if row else None
    if row is None or budget is None:
        raise NoSuchStop(f"nothing of the id {stop_id} keeps payments out")
    await work.lock_person(budget.person_id)
    await lock_payments(work)
    await work.session.refresh(row)
    if row.lifted_by is not None:
        raise NoSuchStop(f"nothing of the id {stop_id} keeps payments out")
    row.lifted_by, row.lifted_because = by, reason
    work.session.add(row)
    await work.session.flush()
    await _tell_death(work, budget, row)
    return row


async def stops_of(work: UnitOfWork, budget_id: UUID) -> Sequence[PaymentStopRow]:
    """Every stop of a budget, lifted ones too, in the order of their days."""
    query = select(PaymentStopRow).where(PaymentStopRow.budget_id == budget_id)
    return (await work.session.scalars(query.order_by(col(PaymentStopRow.from_on)))).all()


async def recoverable_of_the_dead(work: UnitOfWork, budget_id: UUID) -> Recoverable | None:
    """What was paid for days after the person's death; None where no death is recorded."""
    died_on = await _died_on(work, budget_id)
    if died_on is None:
        return None
    query = text(
        "SELECT d.period_from, d.period_to, i.sent_pence FROM payment_due d JOIN payment_item i USING (due_id)"
        " JOIN payment_run r USING (run_id)"
        " WHERE d.budget_id = :budget_id AND (i.state = 'settled' OR i.state = 'going' AND r.file_format IS NOT NULL)"
        " ORDER BY d.period_from, d.due_id"
    )
    rows = await work.session.execute(query, {"budget_id": budget_id})
    paid = [PaidPeriod(Period(row.period_from, row.period_to), row.sent_pence) for row in rows]
    return recoverable_after_death(paid, died_on)


async def _died_on(work: UnitOfWork, budget_id: UUID) -> date | None:
    """The day of the death; the first one where several are recorded."""
    stops = await stops_of(work, budget_id)
    deaths = (stop.from_on for stop in stops if stop.stop_kind == StopKind.DEATH and stop.lifted_by is None)
    return min(deaths, default=None)


async def _tell_death(work: UnitOfWork, budget: BudgetRow, changed: PaymentStopRow) -> None:
    if changed.stop_kind == StopKind.DEATH:
        await work.publish(
            DeathRecorded(
                person_id=budget.person_id,
                council=work.council,
                budget_id=budget.budget_id,
                died_on=await _died_on(work, budget.budget_id),
            )
        )
