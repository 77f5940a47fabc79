"""Spends put right: taken back, and attributed to what they were for; their entries are not reversed alone."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from braid.kit.identity import Role
from services.ledger.domain.chart_of_accounts import Account
from tests.ledger.spending.builders import FIRST_DAY
from tests.ledger.spending.desk import Desk, Line


@pytest.fixture
async def fund(desk: Desk) -> UUID:
    """Money in the person's account, and an item that a wage fits."""
    fund = await desk.award()
    await desk.pay_out(fund, 50_000)
    await desk.plan("Maria, my assistant", ["Maria Kowalska"], 1_000)
    return fund


async def correct(desk: Desk, spend: dict[str, Any], *shares: tuple[UUID, int], **others: Any) -> Any:
    body = {
        "on": "2009-07-15",
        "reason": "It was for the club",
        "shares": [{"item_id": str(item), "pence": pence} for item, pence in shares],
    }
    path = f"{desk.home}/spends/{spend['spend_id']}/correction"
    return await desk.ask("POST", path, {**body, **others.pop("body", {})}, **others)


async def test_an_entry_of_a_spend_is_not_reversed_by_itself_and_the_right_way_is_named(desk: Desk, fund: UUID) -> None:
    await desk.take_in(Line(FIRST_DAY, "Maria Kowalska", 1_000))
    (spend,) = await desk.spends()

    entry_id = spend["parts"][0]["entry"].rsplit("/", 1)[-1]
    refused = await desk.ask("POST", f"/v1/entries/{entry_id}/reversal", {"reason": "Not ours"})

    assert refused.status_code == 409
    assert refused.json()["type"].endswith("/entry-kept-elsewhere")
    assert refused.json()["errors"][0]["name"] == "spending"
    assert "/correction" in refused.json()["detail"]
    assert await desk.balance(fund, Account.FUND_PAID) == 1_000


async def test_a_spend_that_was_for_another_item_is_attributed_to_that(desk: Desk, fund: UUID) -> None:
    club = await desk.plan("Club", ["Chess club"], 1_000, use="leisure.activity")
    await desk.take_in(Line(FIRST_DAY, "Maria Kowalska", 1_000))
    (spend,) = await desk.spends()

    answer = await correct(desk, spend, (club, 600))

    assert answer.status_code == 200, answer.text
    corrected = answer.json()["spend"]
    assert (corrected["state"], corrected["attributed_pence"]) == ("attributed", 600)
    assert [(part["pence"], part["use"]) for part in corrected["parts"]] == [
        (1_000, "care.personal"),
        (-1_000, "care.personal"),
        (600, "leisure.activity"),
    ]
    assert await desk.balance(fund, Account.FUND_PAID) == 600
    assert await desk.balance(fund, Account.FUND_ADVANCED) == 49_400
    assert (await desk.ledger.proof()).holds


async def test_a_spend_of_the_persons_own_money_is_withdrawn_and_may_be_corrected_again(desk: Desk, fund: UUID) -> None:
    item = await desk.plan("Club", ["Chess club"], 1_000, use="leisure.activity")
    await desk.take_in(Line(FIRST_DAY, "Maria Kowalska", 1_000))
    (spend,) = await desk.spends()

    withdrawn = (await correct(desk, spend)).json()["spend"]
    again = (await correct(desk, spend)).json()["spend"]
    assert (withdrawn["state"], withdrawn["attributed_pence"], again["parts"]) == ("set_aside", 0, withdrawn["parts"])
    assert await desk.balance(fund, Account.FUND_PAID) == 0

    assert (await correct(desk, spend, (item, 1_000))).json()["spend"]["attributed_pence"] == 1_000
    assert await desk.balance(fund, Account.FUND_PAID) == 1_000


async def test_money_that_came_back_of_nothing_is_corrected_before_the_spend_it_was_put_to(
    desk: Desk, fund: UUID
) -> None:
    back = Line(FIRST_DAY + timedelta(days=3), "Maria Kowalska", -400)
    await desk.take_in(Line(FIRST_DAY, "Maria Kowalska", 1_000), back)
    spend, refund = await desk.spends()

    refused = await correct(desk, spend)
    assert (refused.status_code, refused.json()["type"].rsplit("/", 1)[-1]) == (409, "something-comes-first")

    assert (await correct(desk, refund)).json()["spend"]["state"] == "paid_in"
    assert await desk.balance(fund, Account.FUND_PAID) == 1_000
    assert (await correct(desk, spend)).status_code == 200
    assert await desk.balance(fund, Account.FUND_PAID) == 0


async def test_an_open_question_is_answered_and_not_gone_round(desk: Desk, fund: UUID) -> None:
    (query,) = (await desk.take_in(Line(FIRST_DAY, "SUMUP 0042", 2_500)))["queries"]

    refused = await correct(desk, query)

    assert (refused.status_code, refused.json()["type"].rsplit("/", 1)[-1]) == (409, "something-comes-first")


async def test_what_is_not_there_or_more_than_there_is_changes_nothing(desk: Desk, fund: UUID) -> None:
    item = await desk.plan("Club", ["Chess club"], 1_000, use="leisure.activity")
    await desk.take_in(Line(FIRST_DAY, "Maria Kowalska", 1_000))
    (spend,) = await desk.spends()

    assert (await correct(desk, {"spend_id": uuid4()})).status_code == 404
    assert (await correct(desk, spend, (uuid4(), 1_000))).json()["type"].endswith("/no-such-item")
    assert (await correct(desk, spend, (item, 1_001))).json()["type"].endswith("/parts-do-not-add-up")
    assert (await correct(desk, spend, role=Role.BUDGET_HOLDER, person_id=desk.person)).status_code == 403
    assert await desk.balance(fund, Account.FUND_PAID) == 1_000
