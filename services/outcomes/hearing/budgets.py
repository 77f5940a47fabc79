"""What the ledger tells: budgets and what the bank paid."""

from datetime import date

from sqlalchemy.dialects.postgresql import insert

from braid.contracts.budget import BudgetOpened
from braid.contracts.payment import PaymentRejected, PaymentRunApproved, PaymentSettled
from braid.kit.unit_of_work import UnitOfWork
from services.outcomes.domain.told import BudgetTold
from services.outcomes.tables import PaymentRow
from services.outcomes.told_store import keep

Payment = PaymentRunApproved | PaymentSettled | PaymentRejected


async def hear_budget(event: BudgetOpened, work: UnitOfWork) -> None:
    """Hear that a budget was opened."""
    await keep(work, event.person_id, BudgetTold(event.budget_id, event.opened_on))


async def hear_approval(event: PaymentRunApproved, work: UnitOfWork) -> None:
    """Hear on which day the bank is to pay."""
    await _keep(event, work, pay_on=event.pay_on)


async def hear_paid(event: PaymentSettled, work: UnitOfWork) -> None:
    """Hear that the bank paid."""
    await _keep(event, work, is_settled=True)


async def hear_not_paid(event: PaymentRejected, work: UnitOfWork) -> None:
    """Hear that the bank did not pay, or gave it back."""
    await _keep(event, work, is_rejected=True)


async def _keep(event: Payment, work: UnitOfWork, **known: date | bool) -> None:
    await work.lock_person(event.person_id)
    nothing_known = {"pay_on": None, "is_settled": False, "is_rejected": False}
    whose = {"payment_id": event.payment_id, "council": work.council, "person_id": event.person_id}
    row = insert(PaymentRow).values({**nothing_known, **whose, **known})
    await work.session.execute(row.on_conflict_do_update(index_elements=["payment_id"], set_=known))
