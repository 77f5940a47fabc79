"""Schedules that follow the plan: opened, changed and ended by what was approved and how its money is held.

Everything is worked out from what is known, and compared with what is there: whatever is heard twice, or in another
order, changes nothing. What is paid, or in a run, stays where it went; a new way begins with the days after it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from uuid import UUID

from braid.kit.unit_of_work import UnitOfWork
from services.ledger.domain.payments.payees import PayeeKind
from services.ledger.domain.payments.periods import Every
from services.ledger.domain.payments.plan_funding import PaidOut, by_route_and_fund, with_contributions
from services.ledger.domain.payments.plans_in_force import Route
from services.ledger.domain.payments.schedules import DatedSum, DatedSums, Terms
from services.ledger.domain.spending.planned_items import ItemCadence, PlannedItem
from services.ledger.payments.approved_plans import plans_of, unheard_plans
from services.ledger.payments.by_hand import days_paid_by_hand, is_paid_by_hand
from services.ledger.payments.following import Following, following_of
from services.ledger.payments.held_by_hand import let_go_of_what_schedules_pay
from services.ledger.payments.matters import keep_matters
from services.ledger.payments.payees import PayeeNow, payees_now
from services.ledger.payments.plan_money import PayingFund, money_for, paying_funds
from services.ledger.payments.run_steps import lock_payments
from services.ledger.payments.schedules import (
    PaidFrom,
    open_schedule,
    revise_schedule,
    terms_as_told,
    terms_of,
)
from services.ledger.payments.ways_of_paying import TURNS, ways_of_paying
from services.ledger.payments.what_is_missing import (
    account_missing,
    left_to_hand,
    money_missing,
    plans_missing,
    signatures_missing,
)
from services.ledger.spending.settings_store import payment_settings
from services.ledger.tables import BudgetRow

#: Who writes the schedules that follow the plan.
BY_PLAN = "support_planning"
#: What payees see on their statement.
_REFERENCE = "CARE BUDGET"
_REASON = "As the approved plan says, and how its money is held"


async def follow_plans(work: UnitOfWork, budget: BudgetRow) -> None:
    """Have the schedules of a budget say what its approved plans say now, and tell what is missing for that.

    The caller holds the person, and has posted nothing: whoever steps payments holds them before the journal.
    """
    plans, unheard = await plans_of(work, budget.budget_id), await unheard_plans(work, budget.budget_id)
    if not plans and not unheard:
        return
    await lock_payments(work)
    following = await following_of(work, budget.budget_id)
    funds = {one.fund_id: one for one in await paying_funds(work, budget.budget_id)}
    money = money_for(plans, list(funds.values()), [paid for one in following.values() for paid in one.paid])
    by_hand = await days_paid_by_hand(work, budget.budget_id)
    by_schedule = [one for one in money.new if _pays_by_schedule(one, funds)]
    of_hand = [one for one in by_schedule if is_paid_by_hand(one, by_hand)]
    wanted = _wanted(money.kept, [one for one in by_schedule if not is_paid_by_hand(one, by_hand)], funds)
    items = {item.item_id: item for one in plans for item in one.plan.items}
    payees = await payees_now(work, budget.budget_id)
    in_advance_every = (await payment_settings(work)).in_advance_every
    missing = [
        *plans_missing(unheard),
        *signatures_missing(money.waiting),
        *money_missing(money.short_pence),
        *left_to_hand(of_hand, funds),
    ]
    for route, fund_id in sorted(wanted.keys() | following.keys()):
        sums, known = wanted.get((route, fund_id), ()), following.get((route, fund_id))
        payee = _payee_for(route, payees, known)
        if sums:
            missing += account_missing(route, payee)
        if payee is None:
            continue
        terms = _terms(route, funds.get(fund_id), sums, items, known, in_advance_every)
        if known is None:
            paid = PaidFrom(fund_id, funds[fund_id].stream, payee.row.payee_id, None, _REFERENCE, route)
            name = f"plan/{fund_id}/{route.way.value}/{route.holder}"
            await open_schedule(work, budget, name, terms, paid, _REASON, by=BY_PLAN)
        elif (terms_as_told(terms), payee.row.payee_id) != (known.row.terms, known.row.payee_id):
            schedule_id, payee_id = known.row.schedule_id, payee.row.payee_id
            await revise_schedule(work, schedule_id, terms, payee_id, _REASON, by=BY_PLAN, reference=_REFERENCE)
    await keep_matters(work, budget, missing)
    await let_go_of_what_schedules_pay(work, budget.budget_id, work.now.date())


def _pays_by_schedule(one: PaidOut, funds: Mapping[UUID, PayingFund]) -> bool:
    """Whether money is paid out at all, and not on receipts or certificates."""
    return ways_of_paying()[one.route.way].payee_kind is not None and funds[one.fund_id].cadence in TURNS


def _wanted(
    kept: Sequence[PaidOut], new: Sequence[PaidOut], funds: Mapping[UUID, PayingFund]
) -> dict[tuple[Route, UUID], tuple[DatedSum, ...]]:
    """What each schedule is to pay, with the person's contribution in each sum."""
    paid, added = by_route_and_fund(kept), by_route_and_fund(new)
    found = {}
    for key in paid.keys() | added.keys():
        contribution = funds[key[1]].contribution if key[1] in funds else Fraction(0)
        found[key] = with_contributions(paid.get(key, ()), added.get(key, ()), contribution)
    return found


def _terms(
    route: Route,
    fund: PayingFund | None,
    sums: tuple[DatedSum, ...],
    items: Mapping[UUID, PlannedItem],
    known: Following | None,
    in_advance_every: Every,
) -> Terms:
    """How a schedule pays its sums. One that has none left, or whose award pays otherwise now, pays as it did.

    Args:
        in_advance_every: how often what is paid in advance is paid by a schedule that opens now.
    """
    amount = DatedSums(sums, {one.item_id: items[one.item_id].text for one in sums})
    turns = TURNS.get(fund.cadence) if fund else None
    if fund is None or turns is None or not sums:
        assert known is not None, "what nothing was ever paid by is opened with its sums"
        return replace(terms_of(known.row.terms), amount=amount)
    every = in_advance_every if turns.in_advance else turns.every
    if known is not None:
        before = terms_of(known.row.terms)
        # A cycle that changed within an award would cut turns that are paid: it stays.
        every = before.every if before.in_advance == turns.in_advance else every
    starts_on = min(one.on for one in sums)
    ends_on = min(fund.award.to_on, max(_covers_until(items[one.item_id], one.on) for one in sums))
    return Terms(
        starts_on,
        max(starts_on, ends_on),
        every,
        turns.in_advance,
        ways_of_paying()[route.way].contribution,
        amount,
        # The award's first day, whatever the plan does: so days that are paid for stay whole turns.
        cycle_on=fund.award.from_on,
    )


def _covers_until(item: PlannedItem, on: date) -> date:
    """The last day for which an item that is due on a day is had; what is due once may be used a week at a time."""
    days = 7 if item.cadence is ItemCadence.ONE_OFF else item.days_between
    return max(on, min(item.ends_on, on + timedelta(days=days - 1)))


def _payee_for(route: Route, payees: Sequence[PayeeNow], known: Following | None) -> PayeeNow | None:
    """Whose account it is: the one that was paid before; else one that is confirmed, and the latest of several."""
    kind = ways_of_paying()[route.way].payee_kind
    fitting = [
        one
        for one in payees
        if one.row.payee_kind == kind and (kind is PayeeKind.HOLDER or (one.row.holder_reference or "") == route.holder)
    ]
    ranked = sorted(
        fitting, key=lambda one: (known is not None and one.row.payee_id == known.row.payee_id, one.is_confirmed)
    )
    return ranked[-1] if ranked else None
