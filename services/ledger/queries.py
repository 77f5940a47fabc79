"""What the ledger can be asked: budgets and their funds, and balances now or for any date as known at any moment."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select

from braid.kit.unit_of_work import UnitOfWork
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.tables import BudgetRow, FundRow, FundVersionRow

#: The balance of an account is that of its last leg.
_LAST_LEG = (
    " LEFT JOIN LATERAL (SELECT l.balance_pence FROM journal_leg AS l"
    "  WHERE l.account_id = a.account_id ORDER BY l.number DESC LIMIT 1) AS last ON true"
)


@dataclass(frozen=True)
class FundNow:
    """A fund with what the latest version of its award says."""

    fund: FundRow
    version: FundVersionRow

    @property
    def fund_id(self) -> UUID:
        """The fund's id."""
        return self.fund.fund_id


async def budget_of(work: UnitOfWork, person_id: UUID) -> BudgetRow | None:
    """The person's budget, if one is open."""
    return (await work.session.scalars(select(BudgetRow).where(BudgetRow.person_id == person_id))).first()


async def people_of(work: UnitOfWork, budget_ids: Iterable[UUID]) -> Mapping[UUID, UUID]:
    """Whose budgets these are: person by budget."""
    query = select(BudgetRow).where(col(BudgetRow.budget_id).in_(set(budget_ids)))
    return {row.budget_id: row.person_id for row in await work.session.scalars(query)}


async def open_funds(work: UnitOfWork, budget_id: UUID) -> Sequence[FundNow]:
    """The funds of a budget that are open, by stream."""
    query = (
        select(FundRow, FundVersionRow)
        .join(
            FundVersionRow,
            (FundVersionRow.fund_id == FundRow.fund_id)  # type: ignore[arg-type]
            & (FundVersionRow.award_version == FundRow.award_version),
        )
        .where(FundRow.budget_id == budget_id, FundRow.closed_on == None)  # noqa: E711
        .order_by(FundRow.stream)
    )
    return [FundNow(fund, version) for fund, version in (await work.session.execute(query)).all()]


async def fund_balances(work: UnitOfWork, *budget_ids: UUID) -> Mapping[UUID, Mapping[Account, int]]:
    """Debits less credits of each account of each fund of the budgets that anything was posted to, in pence.

    Below zero is money for the person. An available balance above zero is a fund that is over-committed: its award was
    cut below what was committed and spent of it.
    """
    query = text(
        "SELECT a.fund_id, a.code, last.balance_pence FROM account AS a"
        + _LAST_LEG
        + " WHERE a.budget_id = ANY(:budget_ids) AND last.balance_pence IS NOT NULL ORDER BY a.fund_id, a.code"
    )
    balances: dict[UUID, dict[Account, int]] = {}
    for row in await work.session.execute(query, {"budget_ids": list(budget_ids)}):
        balances.setdefault(row.fund_id, {})[Account(row.code)] = row.balance_pence
    return balances


async def awarded_pence(work: UnitOfWork, budget_id: UUID) -> Mapping[UUID, int]:
    """What the journal holds as awarded to each fund of a budget, in pence: left, committed, advanced and spent."""
    return {
        fund_id: -sum(pence for account, pence in balances.items() if account.holds_money_for_the_person)
        for fund_id, balances in (await fund_balances(work, budget_id)).items()
    }


async def trial_balance(work: UnitOfWork) -> Sequence[tuple[str, str, int]]:
    """Debits less credits of each stream and account of the council, in pence."""
    query = text(
        "SELECT a.stream, a.code, sum(last.balance_pence)::bigint AS pence FROM account AS a"
        + _LAST_LEG
        + " WHERE last.balance_pence IS NOT NULL GROUP BY a.stream, a.code ORDER BY a.stream, a.code"
    )
    return [(row.stream, row.code, row.pence) for row in await work.session.execute(query)]


async def balance_as_of(
    work: UnitOfWork,
    account: Account,
    *,
    for_date: date,
    known_at: datetime,
    fund_id: UUID | None = None,
    stream: str | None = None,
) -> int:
    """Debits less credits of an account, in pence: what is valued up to a date, of what was recorded up to a moment.

    Args:
        work: the unit of work.
        account: which account.
        for_date: what is valued on this day or before counts.
        known_at: what was recorded at this moment or before counts; with its zone.
        fund_id: the fund, for an account that is kept for one.
        stream: the stream, for one of the council's own accounts.
    """
    query = text(
        "SELECT coalesce(sum(balance_as_of(a.account_id, :for_date, :known_at)), 0)::bigint FROM account AS a"
        " WHERE a.code = :code AND a.council = :council"
        + (" AND a.fund_id = :fund_id" if fund_id else " AND a.stream = :stream AND a.fund_id IS NULL")
    )
    values: dict[str, object] = {
        "for_date": for_date,
        "known_at": known_at,
        "code": account.value,
        "council": work.council,
    }
    values |= {"fund_id": fund_id} if fund_id else {"stream": stream}
    pence: int = (await work.session.execute(query, values)).scalar_one()
    return pence
