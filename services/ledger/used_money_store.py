"""What is spent and held of a budget's funds, read by day for limits that funds share."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import text

from braid.kit.unit_of_work import UnitOfWork
from services.ledger.domain import used_money
from services.ledger.domain.braiding.plan import Payment
from services.ledger.domain.chart_of_accounts import Account

_BY_DAY = """
    SELECT a.fund_id, l.value_date, -sum(l.amount_pence)::bigint AS pence
    FROM account a JOIN journal_leg l USING (account_id)
    WHERE a.budget_id = ANY(:budget_ids) AND a.code = ANY(:codes)
    GROUP BY a.fund_id, l.value_date
"""

_HELD = """
    SELECT a.fund_id, c.item_id, a.opens_on, a.ends_on, i.starts_on AS item_starts_on, i.ends_on AS item_ends_on,
        sum(c.amount_pence - c.settled_pence - c.released_pence)::bigint AS pence
    FROM commitment c JOIN account a USING (account_id)
    LEFT JOIN LATERAL (
        SELECT p.starts_on, p.ends_on FROM planned_item p
        WHERE p.item_id = c.item_id ORDER BY p.version DESC LIMIT 1
    ) i ON true
    WHERE c.budget_id = :budget_id AND c.amount_pence > c.settled_pence + c.released_pence
    GROUP BY a.fund_id, c.item_id, a.opens_on, a.ends_on, i.starts_on, i.ends_on
    ORDER BY a.fund_id, c.item_id
"""


async def spent_by_day(work: UnitOfWork, *budget_ids: UUID, counts_advanced: bool = False) -> dict[UUID, Counter[date]]:
    """What was spent of each fund of the budgets by value date, less what came back on that day.

    Args:
        counts_advanced: whether money that was paid into the person's own account counts on that day, spent or not.
    """
    accounts = [Account.FUND_PAID, Account.FUND_ADVANCED] if counts_advanced else [Account.FUND_PAID]
    values = {"budget_ids": list(budget_ids), "codes": [one.value for one in accounts]}
    found: dict[UUID, Counter[date]] = defaultdict(Counter)
    for row in await work.session.execute(text(_BY_DAY), values):
        found[row.fund_id][row.value_date] = row.pence
    return found


async def held_of(
    work: UnitOfWork, budget_id: UUID, *, given_up: Mapping[tuple[UUID, UUID], int] | None = None
) -> list[Payment]:
    """What commitments hold of a budget's funds, over the days of the items that they are for.

    Args:
        given_up: pence by item and fund that do not count.
    """
    let_go = given_up or {}
    rows = await work.session.execute(text(_HELD), {"budget_id": budget_id})
    return [
        used_money.held(
            str(row.fund_id),
            row.pence - let_go.get((row.item_id, row.fund_id), 0),
            (row.opens_on, row.ends_on),
            (row.item_starts_on, row.item_ends_on) if row.item_starts_on else None,
        )
        for row in rows
        if row.pence > let_go.get((row.item_id, row.fund_id), 0)
    ]
