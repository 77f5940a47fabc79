"""Balances over HTTP: of a budget, a fund, a stream or the council, now or for any date as known at any moment."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from braid.contracts.codes import StreamCode
from braid.kit.http import Caller, Reading, UnitOfWorkRoute
from braid.kit.permissions import Action, may
from braid.kit.problems import not_found, responses
from services.ledger.api.asking import NOT_YOURS
from services.ledger.balance_queries import Balance, Whose, balances_of
from services.ledger.domain.chart_of_accounts import MEANING, Account
from services.ledger.statements.asking import budget_of, known_time

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["ledger"])

ForDate = Annotated[date | None, Query(description="What is valued on this day or before counts; else all.")]
AsKnownAt = Annotated[
    datetime | None,
    Query(description="What was recorded at this moment or before counts; with its zone. Now, where not given."),
]
_WRONG_TIME = (422, "A date is not valid, or a time has no zone.")
_NOT_ALL = (403, "The caller is neither finance officer, auditor nor system.")


class BalanceOut(BaseModel):
    """Debits less credits of an account."""

    stream: StreamCode
    fund_id: UUID | None
    account: Account
    meaning: str
    balance_pence: int


class MoneyOut(BaseModel):
    """Where a fund's or a stream's money for people is: the parts add up to what was awarded."""

    stream: StreamCode
    fund_id: UUID | None
    awarded_pence: int
    left_pence: int = Field(description="Neither committed nor paid out; below zero where the award was cut too late.")
    committed_pence: int
    advanced_pence: int = Field(description="In people's own accounts and not yet accounted for.")
    paid_pence: int
    recovered_pence: int


class BalancesOut(BaseModel):
    """Balances, and what they say of the money that is held for people."""

    for_date: date | None
    as_known_at: datetime | None
    money: list[MoneyOut]
    balances: list[BalanceOut]


@router.get(
    "/people/{person_id}/budget/balances",
    dependencies=[may(Action.READ_BUDGET)],
    responses=responses(NOT_YOURS, _WRONG_TIME),
)
async def read_budget_balances(
    person_id: UUID, work: Reading, caller: Caller, for_date: ForDate = None, as_known_at: AsKnownAt = None
) -> BalancesOut:
    """The balances of each fund of a person's budget."""
    budget = await budget_of(person_id, work, caller)
    return await _asked(work, Whose(budget_id=budget.budget_id), for_date, as_known_at)


@router.get(
    "/funds/{fund_id}/balances",
    dependencies=[may(Action.READ_ANY_ACCOUNT)],
    responses=responses((403, "The caller is not of the council."), (404, "No such fund has money."), _WRONG_TIME),
)
async def read_fund_balances(
    fund_id: UUID, work: Reading, for_date: ForDate = None, as_known_at: AsKnownAt = None
) -> BalancesOut:
    """The balances of one fund."""
    if not await balances_of(work, Whose(fund_id=fund_id)):
        raise not_found("fund with money in it")
    return await _asked(work, Whose(fund_id=fund_id), for_date, as_known_at)


@router.get(
    "/streams/{stream}/balances", dependencies=[may(Action.READ_BOOKS)], responses=responses(_NOT_ALL, _WRONG_TIME)
)
async def read_stream_balances(
    stream: StreamCode, work: Reading, for_date: ForDate = None, as_known_at: AsKnownAt = None
) -> BalancesOut:
    """The balances of a stream over all budgets, and of the council's own accounts for it."""
    return await _asked(work, Whose(stream=stream), for_date, as_known_at)


@router.get("/balances", dependencies=[may(Action.READ_BOOKS)], responses=responses(_NOT_ALL, _WRONG_TIME))
async def read_balances(work: Reading, for_date: ForDate = None, as_known_at: AsKnownAt = None) -> BalancesOut:
    """The balances of the council by stream and account."""
    return await _asked(work, Whose(), for_date, as_known_at)


async def _asked(work: Reading, whose: Whose, for_date: date | None, as_known_at: datetime | None) -> BalancesOut:
    known_at = known_time(as_known_at, work) if as_known_at else None
    found = await balances_of(work, whose, for_date=for_date, known_at=known_at)
    return BalancesOut(
        for_date=for_date,
        as_known_at=as_known_at,
        money=list(_money(found)),
        balances=[
            BalanceOut(
                stream=one.stream,
                fund_id=one.fund_id,
                account=one.account,
                meaning=MEANING[one.account],
                balance_pence=one.pence,
            )
            for one in found
        ],
    )


def _money(balances: Sequence[Balance]) -> Iterable[MoneyOut]:
    own = [one for one in balances if one.account.holds_money_for_the_person]
    for (stream, fund_id), group in groupby(own, lambda one: (one.stream, one.fund_id)):
        has = {one.account: -one.pence for one in group}
        yield MoneyOut(
            stream=stream,
            fund_id=fund_id,
            awarded_pence=sum(has.values()),
            left_pence=has.get(Account.FUND_AVAILABLE, 0),
            committed_pence=has.get(Account.FUND_COMMITTED, 0),
            advanced_pence=has.get(Account.FUND_ADVANCED, 0),
            paid_pence=has.get(Account.FUND_PAID, 0),
            recovered_pence=has.get(Account.FUND_RECOVERED, 0),
        )
