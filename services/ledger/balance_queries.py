"""Balances of a budget, a fund, a stream or the whole council: now, or for any date as known at any moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text

from braid.kit.unit_of_work import UnitOfWork
from services.ledger.domain.chart_of_accounts import Account


@dataclass(frozen=True)
class Whose:
    """Which accounts are asked for; those of the whole council where nothing is told."""

    budget_id: UUID | None = None
    fund_id: UUID | None = None
    stream: str | None = None


@dataclass(frozen=True)
class Balance:
    """Debits less credits of an account, in pence.

    Args:
        fund_id: of the fund; none where funds are added up, and on a council's own accounts.
    """

    stream: str
    fund_id: UUID | None
    account: Account
    pence: int


async def balances_of(
    work: UnitOfWork, whose: Whose, *, for_date: date | None = None, known_at: datetime | None = None
) -> Sequence[Balance]:
    """Balances by stream, fund and account; for a stream or the council, by stream and account.

    Args:
        work: the unit of work.
        whose: which accounts.
        for_date: what is valued on this day or before counts; None: everything.
        known_at: what was recorded at this moment or before counts; None: everything.
    """
    is_by_fund = whose.budget_id is not None or whose.fund_id is not None
    fund = "a.fund_id" if is_by_fund else "NULL::uuid"
    where = "a.council = :council"
    where += " AND a.budget_id = :budget_id" if whose.budget_id else ""
    where += " AND a.fund_id = :fund_id" if whose.fund_id else ""
    where += " AND a.stream = :stream" if whose.stream else ""
    if for_date is None and known_at is None:
        pence = (
            "CROSS JOIN LATERAL (SELECT l.balance_pence AS pence FROM journal_leg AS l"
            " WHERE l.account_id = a.account_id ORDER BY l.number DESC LIMIT 1) AS l"
        )
    else:
        pence = (
            "CROSS JOIN LATERAL (SELECT sum(l.amount_pence) AS pence FROM journal_leg AS l"
            " WHERE l.account_id = a.account_id"
            + (" AND l.value_date <= :for_date" if for_date else "")
            + (" AND l.sequence <= (SELECT last_sequence FROM known)" if known_at else "")
            + ") AS l"
        )
    query = text(
        "WITH known AS MATERIALIZED (SELECT coalesce(max(b.last_sequence), 0) AS last_sequence FROM journal_block AS b"
        f"  WHERE b.council = :council AND b.recorded_at <= coalesce(:known_at, 'infinity'::timestamptz))"
        f" SELECT a.stream, {fund} AS fund_id, a.code, sum(l.pence)::bigint AS pence FROM account AS a {pence}"
        f" WHERE {where} AND l.pence IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    )
    values = {**vars(whose), "council": work.council, "for_date": for_date, "known_at": known_at}
    rows = await work.session.execute(query, values)
    return [Balance(row.stream, row.fund_id, Account(row.code), row.pence) for row in rows]
