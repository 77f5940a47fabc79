"""Transfers between funds: where the law gives the person one sum, and nowhere else."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from braid.contracts.uses import Use
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.transfers import Side, TransferNotAllowed, check_transfer
from tests.ledger.builders import ASC, SP, Stream
from tests.ledger.spending.desk import Desk

FIRST, LAST = date(2009, 6, 1), date(2010, 5, 30)


async def transfer(desk: Desk, giver: UUID, taker: UUID, pence: int, on: str = "2009-09-01") -> httpx.Response:
    body = {"from_fund_id": str(giver), "to_fund_id": str(taker), "pence": pence, "on": on, "reason": "As reviewed"}
    return await desk.ask("POST", f"{desk.home}/transfers", body)


async def two_funds_of_adult_social_care(desk: Desk) -> tuple[UUID, UUID]:
    """A personal budget, and a contingency that the council keeps beside it."""
    budget = await desk.award(pence=520_000)
    award = desk.ledger.an_award_decided(desk.person, amount_pence=10_000, others={"award_id": uuid4()})
    await desk.ledger.take(award)
    funds = (await desk.get(desk.home))["funds"]
    return budget, next(UUID(fund["fund_id"]) for fund in funds if UUID(fund["fund_id"]) != budget)


async def test_a_personal_budget_gives_to_its_contingency(desk: Desk) -> None:
    budget, contingency = await two_funds_of_adult_social_care(desk)

    answer = await transfer(desk, budget, contingency, 5_000)

    assert answer.status_code == 201
    assert await desk.balance(budget, Account.FUND_AVAILABLE) == 515_000
    assert await desk.balance(contingency, Account.FUND_AVAILABLE) == 15_000
    assert (await desk.get(f"/v1/entries/{answer.json()['entry_id']}"))["kind"] == "transfer"


async def test_one_streams_money_never_becomes_anothers(desk: Desk) -> None:
    giver = await desk.award(Stream.SUPPORTING_PEOPLE, 100_000, uses=(Use.HOUSING_SUPPORT,))
    taker = await desk.award(pence=520_000)

    answer = await transfer(desk, giver, taker, 5_000)

    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (409, "transfer-not-allowed")
    assert answer.json()["detail"] == (
        "Supporting people money is given for its own purpose, and cannot become Adult social care."
    )
    assert await desk.balance(giver, Account.FUND_AVAILABLE) == 100_000


async def test_a_fund_gives_no_more_than_it_has(desk: Desk) -> None:
    budget, contingency = await two_funds_of_adult_social_care(desk)

    answer = await transfer(desk, contingency, budget, 10_001)

    assert (answer.status_code, answer.json()["errors"][0]["name"]) == (409, "insufficient")


async def test_a_fund_of_somebody_else_is_not_there(desk: Desk) -> None:
    budget = await desk.award(pence=520_000)

    assert (await transfer(desk, budget, uuid4(), 1)).status_code == 404
    assert (await transfer(desk, budget, budget, 1)).status_code == 409


def a_side(stream: str = ASC, **changes: Any) -> Side:
    return Side(**{"stream": stream, "name": stream, "starts_on": FIRST, "ends_on": LAST, **changes})


@pytest.mark.parametrize(
    ("giver", "taker", "on"),
    [
        (a_side(SP), a_side(ASC), FIRST),
        (a_side(ASC), a_side(SP), FIRST),
        (a_side("disabled_facilities_grant"), a_side("disabled_facilities_grant"), FIRST),
        (a_side("access_to_work"), a_side("access_to_work"), FIRST),
        (a_side(ends_on=date(2009, 8, 31)), a_side(), date(2009, 9, 1)),
        (a_side(), a_side(starts_on=date(2009, 9, 2)), date(2009, 9, 1)),
    ],
)
def test_money_that_may_not_move_stays(giver: Side, taker: Side, on: date) -> None:
    with pytest.raises(TransferNotAllowed):
        check_transfer(giver, taker, on)
