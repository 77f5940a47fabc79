"""What the API's description shows can be sent: each example is taken, on a budget that has its ids."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest

from braid.contracts.uses import Use
from braid.kit.service import describe_api
from services.ledger.api.examples import BATCHES, BUDGET_ID, FUND_ID, PLAN_CHECKS
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.main import SERVICE
from tests.ledger.spending.desk import Desk

SHOWN: Mapping[str, Any] = describe_api(SERVICE).openapi()["components"]["schemas"]


def shown(schema: str) -> list[dict[str, Any]]:
    """The examples of a body, as the description has them."""
    told: list[dict[str, Any]] = SHOWN[schema]["examples"]
    return told


def with_ids(example: dict[str, Any], ids: Mapping[str, UUID]) -> Any:
    """An example on a budget of a test's own."""
    text = json.dumps(example)
    for told, own in ids.items():
        text = text.replace(told, str(own))
    return json.loads(text)


async def test_the_description_shows_them() -> None:
    assert shown("CheckIn") == [*PLAN_CHECKS]
    assert shown("BatchIn") == [*BATCHES]


@pytest.mark.parametrize("number", range(len(PLAN_CHECKS)))
async def test_a_plan_that_is_shown_can_be_checked_and_paid_for(desk: Desk, number: int) -> None:
    await desk.award(uses=(Use.CARE_PERSONAL, Use.LEISURE_ACTIVITY))

    answer = await desk.ask("POST", f"{desk.home}/plan-check", shown("CheckIn")[number])

    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["is_payable"], told["text"]
    assert {paid["item_id"] for paid in told["payments"]} == {
        item["item_id"] for item in shown("CheckIn")[number].get("items", [])
    }


async def test_a_batch_that_is_shown_is_posted_whole(desk: Desk) -> None:
    fund_id = await desk.award()
    for example in shown("BatchIn"):
        batch = with_ids(example, {BUDGET_ID: desk.budget_id, FUND_ID: fund_id})

        answers = (await desk.ask("POST", "/v1/entries:batch", batch)).json()["answers"]

        assert [one["outcome"] for one in answers] == ["posted"] * len(batch["entries"]), answers
    assert await desk.balance(fund_id, Account.FUND_PAID) == 17_000
    assert await desk.balance(fund_id, Account.FUND_ADVANCED) == 8_000


async def test_an_entry_that_is_shown_is_posted(desk: Desk) -> None:
    fund_id = await desk.award()
    for example in shown("EntryAsked"):
        answer = await desk.ask("POST", "/v1/entries", with_ids(example, {BUDGET_ID: desk.budget_id, FUND_ID: fund_id}))

        assert answer.status_code == 201, answer.text
