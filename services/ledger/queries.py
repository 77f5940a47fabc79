"""What the ledger can be asked: a person's budget, its entries, and the proof that the journal balances."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel import select

from braid.kit.unit_of_work import UnitOfWork
from services.ledger.tables import BudgetRow, FundRow


async def budget_of(work: UnitOfWork, person_id: UUID) -> BudgetRow | None:
    """The person's budget, if one is open."""
    return (await work.session.scalars(select(BudgetRow).where(BudgetRow.person_id == person_id))).first()


async def open_funds(work: UnitOfWork, budget_id: UUID) -> Sequence[FundRow]:
    """The funds of a budget that are open, by stream."""
    query = select(FundRow).where(FundRow.budget_id == budget_id, FundRow.closed_on == None)  # noqa: E711
    return (await work.session.scalars(query.order_by(FundRow.stream))).all()


async def awarded_pence(work: UnitOfWork, budget_id: UUID) -> Mapping[UUID, int]:
    """What the journal holds as awarded for each fund of a budget, in pence."""
    query = text(
        "SELECT l.fund_id, -sum(l.amount_pence)::bigint AS pence FROM journal_leg l"
        " JOIN journal_entry e USING (council, sequence)"
        " WHERE e.budget_id = :budget_id AND l.account = 'fund.awarded' GROUP BY l.fund_id"
    )
    rows = await work.session.execute(query, {"budget_id": budget_id})
    return {row.fund_id: row.pence for row in rows}


async def trial_balance(work: UnitOfWork) -> Sequence[tuple[str, str, int]]:
    """Debits less credits of each stream and account of the council, in pence."""
    query = text(
        "SELECT stream, account, sum(amount_pence)::bigint AS pence FROM journal_leg"
        " GROUP BY stream, account ORDER BY stream, account"
    )
    return [(row.stream, row.account, row.pence) for row in await work.session.execute(query)]
