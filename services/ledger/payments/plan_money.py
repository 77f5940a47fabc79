"""What each fund of a budget pays of its approved plans, and where it goes; braiding decides, as for the plan check."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from uuid import UUID

from sqlalchemy import text

from braid.contracts.award import Cadence
from braid.contracts.plan import ApprovedItem
from braid.kit.unit_of_work import UnitOfWork
from services.ledger import plan_check, queries
from services.ledger.domain.braiding.funding import fund
from services.ledger.domain.braiding.plan import Fund, Payment, Per
from services.ledger.domain.payments.periods import Period
from services.ledger.domain.payments.plan_funding import PaidOut, Piece, paid_by, pieces, still_needed
from services.ledger.domain.payments.plans_in_force import Waiting, what_falls_due
from services.ledger.domain.used_money import pence_by_fund
from services.ledger.payments.approved_plans import KnownPlan
from services.ledger.solvers import solvers
from services.ledger.spending import purse_store


@dataclass(frozen=True)
class PayingFund:
    """A fund that holds confirmed money.

    Args:
        award: first and last day of its award.
        cadence: when it pays.
        contribution: the person's share of it.
        rules: what it may pay for, with everything that was ever put into it and not taken back.
    """

    fund_id: UUID
    stream: str
    award: Period
    cadence: Cadence
    contribution: Fraction
    rules: plan_check.FundRules


@dataclass(frozen=True)
class PlanMoney:
    """What is paid out by the approved plans of a budget.

    Args:
        kept: what is paid, or on its way, and stays.
        new: what is to be paid besides.
        waiting: ways that wait for what is to be signed.
        short_pence: what of the plans no confirmed money pays.
    """

    kept: Sequence[PaidOut]
    new: Sequence[PaidOut]
    waiting: Sequence[Waiting]
    short_pence: int


def money_for(plans: Sequence[KnownPlan], funds: Sequence[PayingFund], paid: Sequence[PaidOut]) -> PlanMoney:
    """Say which fund pays what of approved plans on which day, and where that goes.

    Args:
        plans: all of the budget.
        funds: those that hold confirmed money.
        paid: what is paid by the plans already, or in a run that may pay it.

    Raises:
        SolverFailed: a solver's answer does not stand up to being checked.
    """
    falling, waiting = what_falls_due([one.plan for one in plans])
    kept, left = still_needed(falling, paid)
    cut = pieces(left, [one.award for one in funds])
    payments = _braided(cut, plans, funds, kept)
    new = [one for piece in cut for one in paid_by(piece, payments[piece.item.item_id])]
    needed = sum(piece.item.pence for piece in cut)
    short = needed - sum(one.pence for of_piece in payments.values() for one in of_piece)
    return PlanMoney(kept, new, waiting, short)


def _braided(
    cut: Sequence[Piece], plans: Sequence[KnownPlan], funds: Sequence[PayingFund], kept: Sequence[PaidOut]
) -> Mapping[str, list[Payment]]:
    by_id = {one.plan.plan_id: one.items for one in plans}
    asked = [_asked(piece, by_id[piece.days[0].falling.plan_id]) for piece in cut]
    # Limits that funds share count what is paid already; it is in the funds' sums as well.
    used = [Payment("", str(one.fund_id), one.sum.on, one.sum.on, one.sum.pence) for one in kept]
    used_pence = pence_by_fund(used)
    rules = [_at_least(one.rules, used_pence.get(str(one.fund_id), 0)) for one in funds]
    found: dict[str, list[Payment]] = defaultdict(list)
    for payment in fund(plan_check.plan_of(asked, rules, used=used), solvers()).payments:
        found[payment.item_id].append(payment)
    return found


def _asked(piece: Piece, items: Mapping[UUID, ApprovedItem]) -> plan_check.PlannedItem:
    told = items[piece.days[0].falling.item.item_id]
    shares = {one.stream: one.pence * piece.item.pence // told.pence for one in told.shares}
    return plan_check.PlannedItem(piece.item, told.spend, shares)


def _at_least(rules: plan_check.FundRules, pence: int) -> plan_check.FundRules:
    """A fund that has no less than was paid out of it: an award may have gone down since."""
    return replace(rules, fund=replace(rules.fund, pence=max(rules.fund.pence, pence)))


_AWARDS = text(
    "SELECT f.fund_id, v.cadence, v.amount_pence, v.contribution_pence FROM fund f JOIN LATERAL ("
    " SELECT * FROM fund_version v WHERE v.fund_id = f.fund_id AND v.status = 'confirmed' AND v.cadence <> 'in_kind'"
    " ORDER BY v.award_version DESC LIMIT 1) v ON true WHERE f.budget_id = :budget_id"
)


async def paying_funds(work: UnitOfWork, budget_id: UUID) -> list[PayingFund]:
    """The funds of a budget that hold confirmed money."""
    awards = {row.fund_id: row for row in await work.session.execute(_AWARDS, {"budget_id": budget_id})}
    awarded = await queries.awarded_pence(work, budget_id)
    found = []
    for one in await purse_store.rules_of(work, budget_id):
        # A fund that was closed before its first day has no days left.
        if one.fund_id not in awards or one.starts_on > one.ends_on:
            continue
        award = awards[one.fund_id]
        rank = plan_check.flexibility_of(one.permitted)
        pence = max(awarded.get(one.fund_id, 0), 0)
        money = Fund(str(one.fund_id), one.name, pence, Per.ONCE, one.starts_on, one.ends_on, rank)
        found.append(
            PayingFund(
                one.fund_id,
                one.stream,
                Period(one.starts_on, one.ends_on),
                Cadence(award.cadence),
                Fraction(award.contribution_pence, award.amount_pence or 1),
                plan_check.FundRules(money, one.stream, one.permitted, one.bars, one.joint_limits, one.minimums),
            )
        )
    return found
