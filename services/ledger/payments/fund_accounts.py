"""What payments need to know of a fund: its stream, its days, and whether it holds money at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from braid.kit.unit_of_work import UnitOfWork
from services.ledger.domain.payments.entries import PartForUse
from services.ledger.domain.payments.periods import Period
from services.ledger.domain.postings import Part


class NoMoneyInFund(Exception):
    """The budget has no such fund, or its award is not confirmed money."""


@dataclass(frozen=True)
class FundAccount:
    """A fund that holds confirmed money.

    Args:
        fund_id: its id.
        stream: whose money it is.
        award: first and last day of its award.
        available_pence: what it has left to commit or pay.
    """

    fund_id: UUID
    stream: str
    award: Period
    available_pence: int

    def part(self, pence: int) -> Part:
        """A part that it pays."""
        return Part(self.fund_id, self.stream, pence)

    def part_for(self, use: str, pence: int) -> PartForUse:
        """A part that it pays for a use."""
        return PartForUse(self.part(pence), use)


async def fund_account(work: UnitOfWork, budget_id: UUID, fund_id: UUID) -> FundAccount:
    """A fund of a budget.

    Raises:
        NoMoneyInFund: the budget has none of that id, or it holds no confirmed money.
    """
    return (await fund_accounts(work, budget_id, [fund_id]))[0]


async def fund_accounts(work: UnitOfWork, budget_id: UUID, fund_ids: Sequence[UUID]) -> list[FundAccount]:
    """Funds of a budget, in the order asked for.

    Raises:
        NoMoneyInFund: the budget has none of one of the ids, or it holds no confirmed money.
    """
    query = text(
        "SELECT a.fund_id, a.stream, a.opens_on, a.ends_on, -("
        " SELECT l.balance_pence FROM journal_leg l WHERE l.account_id = a.account_id ORDER BY l.number DESC LIMIT 1"
        ") AS available_pence FROM account a"
        " WHERE a.budget_id = :budget_id AND a.code = 'fund.available' AND a.fund_id = ANY(:fund_ids)"
    )
    rows = await work.session.execute(query, {"budget_id": budget_id, "fund_ids": list(fund_ids)})
    found = {
        row.fund_id: FundAccount(row.fund_id, row.stream, Period(row.opens_on, row.ends_on), row.available_pence)
        for row in rows
    }
    missing = [fund_id for fund_id in fund_ids if fund_id not in found]
    if missing:
        raise NoMoneyInFund(f"the budget has no confirmed money in fund {missing[0]}")
    return [found[fund_id] for fund_id in fund_ids]
