"""Limits and minimums that awards set over each other's money, held against what the journal says was used.

The journal is whole whether or not they are kept: an award that is cut later may leave more spent than its new limit
lets be, and the money is not taken back for it. Somebody should know, so the proof tells it beside what it proves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from prometheus_client import Gauge
from sqlalchemy import text

from braid.kit.unit_of_work import UnitOfWork
from services.ledger.domain.beside_others import joint_limits_of, minimums_of
from services.ledger.domain.braiding.limits import NotKept, overspent, underspent
from services.ledger.domain.braiding.plan import Fund, Per, Plan
from services.ledger.domain.in_words import days, pounds
from services.ledger.domain.used_money import pence_by_fund
from services.ledger.spending.purse import Purse
from services.ledger.spending.purse_store import purses_of

#: Budgets whose money does not keep what awards say of each other's, as last looked at.
NOT_KEPT = Gauge("braid_ledger_budgets_beyond_joint_limits", "Budgets beyond what awards set together.", ["council"])

#: Budgets that an award sets a limit or a minimum in and whose money anything was held or spent of: where nothing was
#: used, nothing can be passed, and a minimum is asked for by what was spent.
_BOUND = """
    SELECT DISTINCT f.budget_id FROM fund f JOIN fund_version v USING (fund_id)
    WHERE (v.joint_limits <> '[]' OR v.minimums <> '[]') AND EXISTS (
        SELECT FROM account a WHERE a.budget_id = f.budget_id AND a.code IN ('fund.committed', 'fund.paid')
    )
    ORDER BY f.budget_id
"""
#: Budgets that are read at once.
_TOGETHER = 200


@dataclass(frozen=True)
class NotKeptIn:
    """A limit or minimum that a budget's money does not keep."""

    budget_id: UUID
    rule: NotKept

    @property
    def text(self) -> str:
        """The same in words."""
        rule = self.rule
        span = days(rule.starts_on, date.fromordinal(rule.until.toordinal() - 1))
        return f"{span}: {pounds(rule.used_pence)} was used of {rule.label}, which came to {pounds(rule.limit_pence)}"


async def not_kept(work: UnitOfWork) -> Sequence[NotKeptIn]:
    """Return what the council's budgets do not keep, by budget."""
    budgets = (await work.session.scalars(text(_BOUND))).all()
    found: list[NotKeptIn] = []
    for first in range(0, len(budgets), _TOGETHER):
        purses = await purses_of(work, budgets[first : first + _TOGETHER])
        found += [NotKeptIn(budget_id, rule) for budget_id, purse in purses.items() for rule in rules_not_kept(purse)]
    NOT_KEPT.labels(work.council).set(len({one.budget_id for one in found}))
    return found


def rules_not_kept(purse: Purse) -> list[NotKept]:
    """Return the joint limits that what was spent and is held passes, and the minimums that it does not reach.

    A minimum is looked at on the last day on which its fund was spent, and on the last on which any money was: what is
    held for an item is drawn of the fund first, so that it is enough to reach it by the later day.
    """
    if purse.used is None:
        return []
    spent = {str(fund_id): [on for on, out in by_day.items() if out] for fund_id, by_day in purse.used.spent.items()}
    until_its_last = {fund_id: max(on) for fund_id, on in spent.items() if on}
    latest = max(until_its_last.values(), default=None)
    until_the_latest = dict.fromkeys(until_its_last, latest) if latest else {}
    plan = _plan(purse, until_its_last)
    at_the_latest = {one.limit_id for one in underspent(_plan(purse, until_the_latest))}
    return [*overspent(plan), *(one for one in underspent(plan) if one.limit_id in at_the_latest)]


def _plan(purse: Purse, until: dict[str, date]) -> Plan:
    funds, used = purse.beside(), purse.used_but_for(None)
    assert purse.used is not None
    first = purse.used.asked_from
    pence = pence_by_fund(used)
    return Plan(
        [],
        [
            Fund(one.fund_id, one.label, pence.get(one.fund_id, 0), Per.ONCE, one.starts_on, one.ends_on, 0)
            for one in funds
        ],
        {},
        joint_limits_of(funds),
        minimums_of(funds, {fund_id: (min(on, first.get(fund_id, on)), on) for fund_id, on in until.items()}),
        used=used,
    )
