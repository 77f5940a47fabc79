"""Spending beside the council's input and under a joint limit: who pays, week by week, and what is asked about."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from braid.contracts.uses import Use
from services.ledger.domain.chart_of_accounts import Account
from tests.ledger.beside_others import LEAST, LEAST_TEXT, MOST, MOST_TEXT
from tests.ledger.builders import Stream
from tests.ledger.spending.builders import FIRST_DAY
from tests.ledger.spending.desk import Desk, Line

ASC, ILF = Stream.ADULT_SOCIAL_CARE, Stream.INDEPENDENT_LIVING_FUND
CARE = (Use.CARE_PERSONAL,)


async def awards(desk: Desk, council_a_week: int, fund_a_week: int, **others: Any) -> tuple[UUID, UUID]:
    """The council's fund and the trust's, in pence a week for 52 weeks."""
    council = await desk.award(ASC, council_a_week * 52, uses=(*CARE, Use.LEISURE_ACTIVITY, Use.EDUCATION_FEE))
    return council, await desk.award(ILF, fund_a_week * 52, uses=(*CARE, Use.EMPLOYING_INSURANCE), others=others)


def end_of_week(number: int) -> date:
    return FIRST_DAY + timedelta(days=7 * number - 1)


async def parts(desk: Desk) -> list[dict[str, int]]:
    return [{part["stream"]: part["pence"] for part in spend["parts"]} for spend in await desk.spends()]


async def test_the_fund_pays_beside_the_council_week_by_week(desk: Desk) -> None:
    funds = await awards(desk, 45_000, 47_500, **LEAST)
    await desk.plan("Maria", ["Maria Kowalska"], 70_000)

    taken = await desk.take_in(*(Line(end_of_week(week), "Maria Kowalska", 70_000) for week in range(1, 53)))

    assert taken["queries"] == []
    assert {tuple(spend.items()) for spend in await parts(desk)} == {((ILF, 36_000), (ASC, 34_000))}
    assert [await desk.balance(fund, Account.FUND_PAID) for fund in funds] == [1_768_000, 1_872_000]


async def test_files_taken_in_one_by_one_come_to_the_same(desk: Desk) -> None:
    await awards(desk, 45_000, 47_500, **LEAST)
    await desk.plan("Maria", ["Maria Kowalska"], 70_000)

    for week in (1, 2, 3):
        await desk.take_in(Line(end_of_week(week), "Maria Kowalska", 70_000))

    assert await parts(desk) == [{ASC: 34_000, ILF: 36_000}] * 3


async def test_what_came_back_of_the_councils_money_must_be_put_in_again(desk: Desk) -> None:
    await awards(desk, 45_000, 47_500, **LEAST)
    await desk.plan("Maria", ["Maria Kowalska"], 70_000)
    await desk.take_in(Line(end_of_week(1), "Maria Kowalska", 70_000))

    back = await desk.take_in(Line(end_of_week(1) + timedelta(days=1), "Maria Kowalska", -70_000))
    again = await desk.take_in(Line(end_of_week(2), "Maria Kowalska", 70_000))

    assert (back["queries"], again["queries"]) == ([], [])
    assert (await parts(desk))[-1] == {ASC: 68_000, ILF: 2_000}


async def test_what_only_the_fund_may_pay_is_asked_about_while_nothing_was_put_in(desk: Desk) -> None:
    await awards(desk, 45_000, 47_500, **LEAST)
    await desk.plan("Maria", ["Maria Kowalska"], 70_000)
    insurance = {"use": "employing.insurance", "cadence": "yearly"}
    await desk.plan("Insurance", ["Fish Insurance"], 10_000, **insurance)

    (query,) = (await desk.take_in(Line(FIRST_DAY, "Fish Insurance", 10_000)))["queries"]

    assert (query["kind"], query["pence"]) == ("more_than_is_left", 10_000)
    assert any(LEAST_TEXT in reason for reason in query["reasons"])


async def test_what_is_held_of_the_councils_money_is_put_in(desk: Desk) -> None:
    council, _ = await awards(desk, 45_000, 47_500, **LEAST)
    maria = await desk.plan("Maria", ["Maria Kowalska"], 70_000)
    insurance = {"use": "employing.insurance", "cadence": "yearly"}
    await desk.plan("Insurance", ["Fish Insurance"], 10_000, **insurance)
    placed = await desk.ask("POST", f"{desk.home}/commitments", {"item_id": str(maria)})
    assert placed.status_code == 201, placed.text

    taken = await desk.take_in(Line(FIRST_DAY, "Fish Insurance", 10_000))

    assert (taken["queries"], await parts(desk)) == ([], [{ILF: 10_000}])
    assert await desk.balance(council, Account.FUND_COMMITTED) >= 1_768_000


async def test_nobody_pays_beyond_the_joint_limit_and_the_rest_is_asked_about(desk: Desk) -> None:
    council, fund = await awards(desk, 50_000, 45_500, **MOST)
    await desk.plan("Maria", ["Maria Kowalska"], 360_000, cadence="four_weekly")

    taken = await desk.take_in(*(Line(end_of_week(4 * month), "Maria Kowalska", 360_000) for month in range(1, 14)))

    paid = {ASC: await desk.balance(council, Account.FUND_PAID), ILF: await desk.balance(fund, Account.FUND_PAID)}
    assert paid == {ILF: 2_366_000, ASC: 1_716_000}
    assert sum(query["pence"] for query in taken["queries"]) == 13 * 360_000 - 4_082_000
    assert all(any(MOST_TEXT in reason for reason in query["reasons"]) for query in taken["queries"])


async def test_a_dear_week_is_paid_as_long_as_the_year_keeps_the_joint_limit(desk: Desk) -> None:
    await awards(desk, 50_000, 45_500, **MOST)
    await desk.plan("Maria", ["Maria Kowalska"], 250_000, cadence="one_off")

    assert (await desk.take_in(Line(FIRST_DAY, "Maria Kowalska", 250_000)))["queries"] == []


async def test_a_plan_with_nothing_set_over_other_money_is_attributed_as_before(desk: Desk) -> None:
    await awards(desk, 45_000, 47_500)
    await desk.plan("Maria", ["Maria Kowalska"], 70_000)

    await desk.take_in(Line(end_of_week(1), "Maria Kowalska", 70_000))

    assert await parts(desk) == [{ILF: 70_000}]
