"""Balances over HTTP: now, and for any date as known at any moment."""

from typing import Any
from uuid import uuid4

import pytest

from braid.kit.identity import Role
from tests.ledger.api.entries_asked import a_spend
from tests.ledger.builders import ASC, ILF, Stream
from tests.ledger.spending.desk import Desk


async def paid(desk: Desk, path: str, **asked: Any) -> int:
    query = "&".join(f"{name}={value}" for name, value in asked.items()).replace("+", "%2B")
    told = (await desk.ask("GET", f"{path}?{query}")).json()
    return sum(one["paid_pence"] for one in told["money"])


async def recorded_at(desk: Desk, entry_id: str) -> str:
    return str((await desk.get(f"/v1/entries/{entry_id}"))["recorded_at"])


@pytest.mark.parametrize("of", ["budget", "fund", "stream", "council"])
async def test_a_balance_is_told_for_a_day_as_known_at_a_moment(desk: Desk, of: str) -> None:
    """A spend of 10 May, recorded later and taken back later still."""
    fund = await desk.award(pence=520_000)
    path = {
        "budget": f"{desk.home}/balances",
        "fund": f"/v1/funds/{fund}/balances",
        "stream": f"/v1/streams/{ASC}/balances",
        "council": "/v1/balances",
    }[of]
    before = await recorded_at(desk, (await desk.get(f"{desk.home}/entries"))["entries"][0]["entry_id"])
    entry = a_spend(desk, fund, 5_000, value_date="2010-05-10")
    await desk.ask("POST", "/v1/entries", entry)
    spent_at = await recorded_at(desk, entry["entry_id"])
    reversal = await desk.ask("POST", f"/v1/entries/{entry['entry_id']}/reversal", {"reason": "Not ours"})
    taken_back_at = reversal.json()["recorded_at"]

    assert await paid(desk, path, for_date="2010-05-15", as_known_at=before) == 0
    assert await paid(desk, path, for_date="2010-05-15", as_known_at=spent_at) == 5_000
    assert await paid(desk, path, for_date="2010-05-09", as_known_at=spent_at) == 0
    assert await paid(desk, path, for_date="2010-05-15", as_known_at=taken_back_at) == 0
    assert await paid(desk, path) == 0


async def test_the_parts_of_a_funds_money_add_up_to_what_was_awarded(desk: Desk) -> None:
    fund = await desk.award(pence=520_000)
    await desk.award(Stream.INDEPENDENT_LIVING_FUND, 100_000)
    await desk.pay_out(fund, 40_000)
    await desk.ask("POST", "/v1/entries", a_spend(desk, fund, 5_000))

    told = await desk.get(f"{desk.home}/balances")

    of_fund = next(one for one in told["money"] if one["fund_id"] == str(fund))
    names = ("awarded_pence", "left_pence", "committed_pence", "advanced_pence", "paid_pence")
    assert [of_fund[name] for name in names] == [520_000, 475_000, 0, 40_000, 5_000]
    assert {one["stream"] for one in told["money"]} == {ASC, ILF}


async def test_the_councils_balances_add_up_to_nothing_in_each_stream(desk: Desk) -> None:
    fund = await desk.award(pence=520_000)
    await desk.pay_out(fund, 40_000)

    told = await desk.get("/v1/balances")

    assert sum(one["balance_pence"] for one in told["balances"]) == 0
    assert all(one["fund_id"] is None for one in told["balances"])
    assert {one["account"] for one in told["balances"]} >= {"council.bank", "fund.advanced"}


@pytest.mark.parametrize("path", ["/v1/balances", "/v1/streams/adult_social_care/balances"])
@pytest.mark.parametrize("role", [Role.PRACTITIONER, Role.BUDGET_HOLDER])
async def test_the_councils_books_are_for_finance_and_audit(desk: Desk, path: str, role: Role) -> None:
    assert (await desk.ask("GET", path, role=role, person_id=desk.person)).status_code == 403


async def test_a_fund_of_another_council_or_none_has_no_balance(desk: Desk) -> None:
    fund = await desk.award(pence=520_000)

    anothers = await desk.ask("GET", f"/v1/funds/{fund}/balances", council="E10009998")
    nobodys = await desk.ask("GET", f"/v1/funds/{uuid4()}/balances")

    assert (anothers.status_code, nobodys.status_code) == (404, 404)


@pytest.mark.parametrize("query", ["as_known_at=2010-05-15T00:00:00", "for_date=tomorrow"])
async def test_a_time_without_its_zone_and_a_day_that_is_none_are_refused(desk: Desk, query: str) -> None:
    assert (await desk.ask("GET", f"/v1/balances?{query}")).status_code == 422
