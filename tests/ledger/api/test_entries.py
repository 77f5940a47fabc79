"""Entries over HTTP: page by page, one by one, and taken back."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from braid.kit.identity import Role
from services.ledger.domain.chart_of_accounts import Account
from tests.ledger.api.entries_asked import a_spend
from tests.ledger.builders import ILF, Stream
from tests.ledger.spending.desk import Desk


async def spend(desk: Desk, fund: UUID, pence: int, **changes: Any) -> str:
    entry = a_spend(desk, fund, pence, **changes)
    assert (await desk.ask("POST", "/v1/entries", entry)).status_code == 201
    return str(entry["entry_id"])


async def reverse(desk: Desk, entry_id: str, **changes: Any) -> Any:
    body = {"reason": "Paid by the wrong card", **changes}
    return await desk.ask("POST", f"/v1/entries/{entry_id}/reversal", body)


async def test_pages_hold_every_entry_once_while_others_are_posted(desk: Desk) -> None:
    fund = await desk.award(pence=1_000)
    posted = [await spend(desk, fund, 1) for _ in range(5)]

    seen, after = list[str](), 0
    for _ in range(10):
        page = await desk.get(f"{desk.home}/entries", after=after, limit=2, kind="spend")
        seen += [entry["entry_id"] for entry in page["entries"]]
        if len(seen) < 5:
            posted.append(await spend(desk, fund, 1))
        after = page["next"]
        if after is None:
            break

    assert seen == posted


async def test_entries_are_chosen_by_fund_kind_and_days(desk: Desk) -> None:
    fund = await desk.award(pence=1_000)
    other = await desk.award(Stream.INDEPENDENT_LIVING_FUND, 1_000)
    early = await spend(desk, fund, 1, value_date="2009-06-02")
    late = await spend(desk, fund, 1, value_date="2009-07-02")

    async def chosen(**filters: Any) -> list[str]:
        return [entry["entry_id"] for entry in (await desk.get(f"{desk.home}/entries", **filters))["entries"]]

    assert await chosen(fund_id=fund, kind="spend") == [early, late]
    assert await chosen(kind="spend", first="2009-06-03") == [late]
    assert await chosen(kind="spend", last="2009-06-02") == [early]
    assert len(await chosen(fund_id=other)) == 1
    assert await chosen(fund_id=uuid4()) == []


async def test_one_entry_is_told_with_its_legs(desk: Desk) -> None:
    fund = await desk.award(Stream.INDEPENDENT_LIVING_FUND, 1_000)
    listed = (await desk.get(f"{desk.home}/entries"))["entries"][0]

    assert await desk.get(f"/v1/entries/{listed['entry_id']}") == listed
    assert {leg["account"]: (leg["stream"], leg["fund_id"], leg["amount_pence"]) for leg in listed["legs"]} == {
        "funder.receivable": (ILF, str(fund), 1_000),
        "fund.available": (ILF, str(fund), -1_000),
    }


async def test_an_entry_is_taken_back_once_with_its_reason_and_both_stay(desk: Desk) -> None:
    fund = await desk.award(pence=1_000)
    entry_id = await spend(desk, fund, 400)

    first, second = await reverse(desk, entry_id), await reverse(desk, entry_id)

    assert (first.status_code, first.json()["reverses"]) == (201, entry_id)
    assert first.json()["reason"] == "Paid by the wrong card"
    assert (second.status_code, second.json()["errors"][0]["name"]) == (409, "already_reversed")
    assert await desk.balance(fund, Account.FUND_AVAILABLE) == 1_000
    assert len((await desk.get(f"{desk.home}/entries"))["entries"]) == 3


async def test_a_reversal_in_a_closed_period_is_refused_and_dated_after_it_is_posted(desk: Desk) -> None:
    fund = await desk.award(pence=1_000)
    entry_id = await spend(desk, fund, 400)
    await desk.ledger.lock_period(date(2009, 6, 30))

    closed, later = await reverse(desk, entry_id), await reverse(desk, entry_id, value_date="2009-07-01")

    assert closed.json()["errors"][0]["name"] == "period_locked"
    assert (later.status_code, later.json()["value_date"]) == (201, "2009-07-01")


async def test_an_entry_that_is_not_there_is_neither_told_nor_taken_back(desk: Desk) -> None:
    told, reversed_ = await desk.ask("GET", f"/v1/entries/{uuid4()}"), await reverse(desk, str(uuid4()))

    assert (told.status_code, reversed_.status_code) == (404, 404)


async def test_another_councils_entry_is_not_there(desk: Desk) -> None:
    fund = await desk.award(pence=1_000)
    entry_id = await spend(desk, fund, 1)

    assert (await desk.ask("GET", f"/v1/entries/{entry_id}", council="E10009998")).status_code == 404


@pytest.mark.parametrize("role", [Role.PRACTITIONER, Role.AUDITOR, Role.BUDGET_HOLDER])
async def test_only_finance_and_systems_take_an_entry_back(desk: Desk, role: Role) -> None:
    fund = await desk.award(pence=1_000)
    entry_id = await spend(desk, fund, 1)

    answer = await desk.ask(
        "POST", f"/v1/entries/{entry_id}/reversal", {"reason": "x"}, role=role, person_id=desk.person
    )

    assert answer.status_code == 403


@pytest.mark.parametrize("reason", ["", None, "a\x00b", "x" * 501])
async def test_a_reversal_needs_its_reason(desk: Desk, reason: str | None) -> None:
    answer = await reverse(desk, str(uuid4()), reason=reason)

    assert answer.status_code == 422
