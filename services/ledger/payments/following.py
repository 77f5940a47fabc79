"""Schedules that follow the plan, as they are: what each pays, what of it is paid, and what of each item."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select

from braid.kit.unit_of_work import UnitOfWork
from services.ledger.domain.payments.due_kinds import DueKind
from services.ledger.domain.payments.periods import Period
from services.ledger.domain.payments.plan_funding import PaidOut
from services.ledger.domain.payments.plans_in_force import Route, Way
from services.ledger.payments.schedules import dated_sums_of
from services.ledger.payments.tables import PaymentDueRow, PaymentScheduleRow


class PaidBySchedule(Exception):
    """An item is paid out by a schedule, whose runs hold its money."""


@dataclass(frozen=True)
class Following:
    """A schedule that follows the plan, as it is now.

    Args:
        taken: the days that runs have, or have paid.
    """

    row: PaymentScheduleRow
    route: Route
    taken: Sequence[Period]

    @property
    def paid(self) -> list[PaidOut]:
        """What is paid, or on its way, by item and day."""
        return [
            PaidOut(self.route, self.row.fund_id, one)
            for one in dated_sums_of(self.row.terms)
            if any(period.from_on <= one.on <= period.to_on for period in self.taken)
        ]


async def following_of(work: UnitOfWork, budget_id: UUID) -> dict[tuple[Route, UUID], Following]:
    """The schedules of a budget that follow its plans, by where the money goes and the fund that it is of."""
    query = select(PaymentScheduleRow).where(
        PaymentScheduleRow.budget_id == budget_id, col(PaymentScheduleRow.way).is_not(None)
    )
    latest = {
        row.schedule_id: row for row in await work.session.scalars(query.order_by(col(PaymentScheduleRow.version)))
    }
    dues = select(PaymentDueRow).where(
        col(PaymentDueRow.schedule_id).in_(latest),
        PaymentDueRow.due_kind == DueKind.SCHEDULE.value,
        PaymentDueRow.state == "taken",
    )
    taken: dict[UUID | None, list[Period]] = defaultdict(list)
    for due in await work.session.scalars(dues):
        taken[due.schedule_id].append(Period(due.period_from, due.period_to))
    found = {}
    for schedule_id, row in latest.items():
        route = Route(Way(str(row.way)), row.holder_reference or "")
        found[route, row.fund_id] = Following(row, route, taken[schedule_id])
    return found


async def paid_by_plans(work: UnitOfWork, budget_id: UUID) -> list[PaidOut]:
    """What is paid by the approved plans of a budget, or in a run that may pay it, by item and day."""
    return [paid for one in (await following_of(work, budget_id)).values() for paid in one.paid]


async def paid_by_schedules(work: UnitOfWork, budget_id: UUID) -> Mapping[UUID, int]:
    """What schedules that follow the plan pay of each item from its first day to its last, in pence."""
    pence: dict[UUID, int] = defaultdict(int)
    for one in (await following_of(work, budget_id)).values():
        for due in dated_sums_of(one.row.terms):
            pence[due.item_id] += due.pence
    return pence


async def refuse_if_schedule_pays(work: UnitOfWork, budget_id: UUID, item_id: UUID) -> None:
    """Refuse to hold money by hand for what a schedule pays: it would be put aside twice.

    Raises:
        PaidBySchedule: one pays for the item, in whole or in part.
    """
    if item_id in await paid_by_schedules(work, budget_id):
        raise PaidBySchedule(
            "A schedule pays this item out as it falls due, and each payment run holds its money. What the council buys"
            " of it itself is held as an item of its own."
        )
