"""Schedules that people open by hand, beside those that follow the plan: no day of a fund is paid by both."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import text

from braid.kit.unit_of_work import UnitOfWork
from services.ledger.domain.payments.payees import PayeeKind
from services.ledger.domain.payments.periods import Period
from services.ledger.domain.payments.plan_funding import PaidOut
from services.ledger.payments.payees import payee_of
from services.ledger.payments.schedules import NoSuchSchedule
from services.ledger.payments.tables import PaymentScheduleRow
from services.ledger.tables import BudgetRow


class FollowsThePlan(Exception):
    """A schedule follows the plan: it is changed there, or by how its money is held."""


class PaidByThePlan(Exception):
    """The approved plan pays this fund out already."""


_DAYS = text(
    "SELECT DISTINCT d.fund_id, d.period_from, d.period_to FROM payment_due d JOIN payee p ON p.payee_id = d.payee_id"
    " WHERE d.budget_id = :budget_id AND d.due_kind = 'schedule' AND d.state <> 'withdrawn'"
    " AND p.payee_kind <> 'provider' AND EXISTS ("
    " SELECT FROM payment_schedule s WHERE s.schedule_id = d.schedule_id AND s.version = 1 AND s.way IS NULL)"
)
_PAYS = text(
    "SELECT EXISTS (SELECT FROM payment_schedule s JOIN payment_due d USING (schedule_id)"
    " WHERE s.budget_id = :budget_id AND s.fund_id = :fund_id AND s.way IS NOT NULL AND d.state = 'open')"
)


async def days_paid_by_hand(work: UnitOfWork, budget_id: UUID) -> Mapping[UUID, list[Period]]:
    """By fund, the days whose money goes to somebody's account by a schedule that was opened by hand."""
    found: dict[UUID, list[Period]] = defaultdict(list)
    for row in await work.session.execute(_DAYS, {"budget_id": budget_id}):
        found[row.fund_id].append(Period(row.period_from, row.period_to))
    return found


def is_paid_by_hand(one: PaidOut, days: Mapping[UUID, Sequence[Period]]) -> bool:
    """Whether the day of a sum is paid for by a schedule that was opened by hand."""
    return any(period.from_on <= one.sum.on <= period.to_on for period in days.get(one.fund_id, ()))


async def revisable_in(work: UnitOfWork, schedule_id: UUID) -> BudgetRow:
    """The budget of a schedule that may be changed by hand, its person held until the transaction ends.

    Raises:
        NoSuchSchedule: there is none of that id.
        FollowsThePlan: it follows the plan.
    """
    row = await work.session.get(PaymentScheduleRow, (schedule_id, 1))
    if row is None:
        raise NoSuchSchedule(f"there is no schedule {schedule_id}")
    if row.way is not None:
        raise FollowsThePlan("Change the plan, or how its money is held; payments are stopped by a payment stop.")
    await work.lock_person(row.person_id)
    budget = await work.session.get(BudgetRow, row.budget_id)
    assert budget is not None, "a schedule is of a budget"
    return budget


async def refuse_if_plan_pays(work: UnitOfWork, budget_id: UUID, fund_id: UUID, payee_id: UUID) -> None:
    """Refuse to pay a fund into somebody's account a second time; to pay a provider from it is another thing.

    Raises:
        NoSuchPayee: the budget has none of that id.
        PaidByThePlan: a schedule that follows the plan pays it out.
    """
    payee = await payee_of(work, payee_id, budget_id)
    if PayeeKind(payee.payee_kind).accounts_for_it_later and await work.session.scalar(
        _PAYS, {"budget_id": budget_id, "fund_id": fund_id}
    ):
        raise PaidByThePlan("The approved plan has this fund paid out already: see the budget's payment schedules.")
