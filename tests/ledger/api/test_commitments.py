"""Commitments over HTTP: placed, settled, let go of, run out."""

import asyncio
from datetime import date
from typing import Any
from uuid import uuid4

import httpx
import pytest

from braid.contracts.award import AwardStatus
from braid.contracts.uses import Use
from braid.kit.identity import Role
from services.ledger.domain.chart_of_accounts import Account
from tests.ledger.builders import Stream
from tests.ledger.spending.desk import Desk

COURSE = {"text": "Pottery course", "use": "leisure.activity", "cadence": "one_off", "relation": "not_related"}
DAYS = {"starts_on": "2009-06-01", "ends_on": "2010-05-30"}


def an_item(pence: int, **changes: Any) -> dict[str, Any]:
    return {"item_id": str(uuid4()), "pence": pence, **COURSE, **DAYS, **changes}


async def commit(desk: Desk, item: dict[str, Any], *, status: int = 201, **others: Any) -> Any:
    answer = await desk.ask("POST", f"{desk.home}/commitments", {"item": item, **others})
    assert answer.status_code == status, answer.text
    return answer.json()


async def settle(desk: Desk, commitment: Any, pence: int | None, *, on: str = "2009-06-10") -> httpx.Response:
    path = f"{desk.home}/commitments/{commitment['commitment_id']}/settlements"
    return await desk.ask("POST", path, {"pence": pence, "on": on, "reason": "Invoice"})


async def release(desk: Desk, commitment: Any, pence: int | None = None) -> httpx.Response:
    path = f"{desk.home}/commitments/{commitment['commitment_id']}/release"
    return await desk.ask("POST", path, {"pence": pence, "on": "2009-06-20", "reason": "No longer needed"})


async def money(desk: Desk) -> tuple[int, int, int, int]:
    """Awarded, committed, paid and left, over all funds."""
    told = (await desk.get(f"{desk.home}/balances"))["money"]
    names = ("awarded_pence", "committed_pence", "paid_pence", "left_pence")
    awarded, committed, paid, left = (sum(fund[name] for fund in told) for name in names)
    return awarded, committed, paid, left


def refusal(answer: httpx.Response) -> str:
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    return str(problem["errors"][0]["name"]) if "errors" in problem else str(problem["type"].rsplit("/", 1)[-1])


async def test_a_commitment_is_settled_in_part_and_the_rest_let_go(desk: Desk) -> None:
    await desk.award(pence=520_000)

    placed = await commit(desk, an_item(100_000))
    assert (placed["state"], placed["held_pence"]) == ("open", 100_000)
    assert await money(desk) == (520_000, 100_000, 0, 420_000)

    assert (await settle(desk, placed, 60_000)).json()["held_pence"] == 40_000
    let_go = (await release(desk, placed)).json()

    assert (let_go["state"], let_go["settled_pence"], let_go["released_pence"]) == ("released", 60_000, 40_000)
    assert await money(desk) == (520_000, 0, 60_000, 460_000)


async def test_no_more_is_settled_than_was_committed(desk: Desk) -> None:
    await desk.award(pence=520_000)
    placed = await commit(desk, an_item(100_000))

    for pence in (60_000, 40_000):
        assert (await settle(desk, placed, pence)).status_code == 200
    too_much = await settle(desk, placed, 1)

    assert (too_much.status_code, refusal(too_much)) == (409, "commitment_already_settled")
    assert await money(desk) == (520_000, 0, 100_000, 420_000)


async def test_more_than_is_held_is_refused_whole(desk: Desk) -> None:
    await desk.award(pence=520_000)
    placed = await commit(desk, an_item(100_000))

    too_much = await settle(desk, placed, 100_001)

    assert (too_much.status_code, refusal(too_much)) == (409, "exceeds_commitment")
    assert await money(desk) == (520_000, 100_000, 0, 420_000)


async def test_of_two_commitments_at_the_same_time_one_finds_the_money_gone(desk: Desk) -> None:
    await desk.award(pence=520_000)

    answers = await asyncio.gather(
        *(desk.ask("POST", f"{desk.home}/commitments", {"item": an_item(300_000)}) for _ in range(2))
    )

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert await money(desk) == (520_000, 300_000, 0, 220_000)


async def test_indicative_money_is_not_held_and_the_answer_says_who_must_confirm(desk: Desk) -> None:
    await desk.award(
        Stream.INDEPENDENT_LIVING_FUND, 1_040_000, uses=(Use.CARE_PERSONAL,), status=AwardStatus.INDICATIVE
    )

    problem = await commit(desk, an_item(20_000, use="care.personal", cadence="weekly"), status=409)

    assert problem["type"].endswith("/not-payable")
    assert problem["detail"].endswith("Payable once Independent living fund confirms.")


async def test_what_cannot_be_paid_whole_is_not_held_and_the_answer_says_what_is_missing(desk: Desk) -> None:
    await desk.award(pence=50_000)

    problem = await commit(desk, an_item(60_000), status=409)

    assert problem["errors"] == [
        {
            "name": "shortage",
            "message": "Pottery course needs £600.00; only Adult social care may pay for it; it has £500.00;"
            " so £100.00 is missing.",
        }
    ]
    assert await money(desk) == (50_000, 0, 0, 50_000)


async def test_a_use_that_no_fund_permits_is_never_held(desk: Desk) -> None:
    await desk.award(pence=500_000)

    problem = await commit(desk, an_item(60_000, use="adaptation.major"), status=409)

    assert "no money in the budget may pay for it" in problem["errors"][0]["message"]


async def test_an_item_that_several_funds_pay_for_is_held_by_each_for_its_own_days(desk: Desk) -> None:
    first = await desk.award(
        Stream.INDEPENDENT_LIVING_FUND, 300_000, uses=(Use.CARE_PERSONAL,), ends_on=date(2009, 8, 30)
    )
    second = await desk.award(pence=520_000)
    item = an_item(10_000, text="Assistant", use="care.personal", cadence="weekly", ends_on="2009-09-27")

    placed = await commit(desk, item)

    assert {part["fund_id"]: part["held_pence"] for part in placed["parts"]} == {
        str(first): 13 * 10_000,
        str(second): 4 * 10_000,
    }
    assert (await settle(desk, placed, 10_000, on="2009-09-14")).status_code == 200
    assert await desk.balance(second, Account.FUND_PAID) == 10_000
    assert (await settle(desk, placed, 10_000, on="2009-06-15")).status_code == 200
    assert await desk.balance(first, Account.FUND_PAID) == 10_000


async def test_an_item_of_the_plan_is_committed_once(desk: Desk) -> None:
    await desk.award(pence=520_000)
    item_id = await desk.plan("Assistant", ["A Mills"], 1_000)

    async def again() -> httpx.Response:
        return await desk.ask("POST", f"{desk.home}/commitments", {"item_id": str(item_id)})

    placed, repeated = await again(), await again()

    assert (placed.status_code, placed.json()["held_pence"]) == (201, 52_000)
    assert (repeated.status_code, refusal(repeated)) == (409, "nothing-to-commit")
    listed = await desk.get(f"{desk.home}/commitments", item_id=item_id)
    assert listed["commitments"] == [placed.json()]
    assert await desk.get(f"{desk.home}/commitments/{placed.json()['commitment_id']}") == placed.json()


async def test_the_same_request_sent_again_places_one_commitment(desk: Desk) -> None:
    await desk.award(pence=520_000)
    body, key = {"item": an_item(100_000)}, str(uuid4())

    first, second = [await desk.ask("POST", f"{desk.home}/commitments", body, key=key) for _ in range(2)]

    assert first.json() == second.json()
    assert await money(desk) == (520_000, 100_000, 0, 420_000)


async def test_what_has_run_out_is_let_go_and_cannot_be_settled(desk: Desk) -> None:
    await desk.award(pence=520_000)
    placed = await commit(desk, an_item(100_000), expires_on="2009-06-30")
    kept = await commit(desk, an_item(50_000), expires_on="2009-07-31")

    late = await settle(desk, placed, 100, on="2009-07-01")
    told = await desk.ask("POST", "/v1/commitments:expire", {"as_of": "2009-07-01"})
    again = await desk.ask("POST", "/v1/commitments:expire", {"as_of": "2009-07-01"})

    assert refusal(late) == "commitment_expired"
    assert told.json() == {
        "commitment_ids": [placed["commitment_id"]],
        "released_pence": 100_000,
        "most": 5_000,
    }
    assert again.json()["commitment_ids"] == []
    states = {one["commitment_id"]: one["state"] for one in (await desk.get(f"{desk.home}/commitments"))["commitments"]}
    assert states == {placed["commitment_id"]: "expired", kept["commitment_id"]: "open"}
    assert await money(desk) == (520_000, 50_000, 0, 470_000)


async def test_a_settlement_before_the_award_or_after_its_end_is_refused(desk: Desk) -> None:
    await desk.award(pence=520_000)
    placed = await commit(desk, an_item(100_000))

    before, after = await settle(desk, placed, 1, on="2009-05-31"), await settle(desk, placed, 1, on="2010-05-31")

    assert (refusal(before), refusal(after)) == ("before_award", "after_award_end")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"pence": 0}, "body:/item/pence"),
        ({"pence": -1}, "body:/item/pence"),
        ({"pence": 2**53}, "body:/item/pence"),
        ({"pence": 1.5}, "body:/item/pence"),
        ({"use": "holidays"}, "body:/item/use"),
        ({"ends_on": "2009-05-01"}, "body:/item"),
        ({"starts_on": "0001-01-01"}, "body:/item/starts_on"),
    ],
)
async def test_an_item_that_makes_no_sense_is_told_where(desk: Desk, change: dict[str, Any], pointer: str) -> None:
    await desk.award(pence=520_000)

    problem = await commit(desk, an_item(**{"pence": 100, **change}), status=422)

    assert [error["pointer"] for error in problem["errors"]] == [pointer]


@pytest.mark.parametrize("body", [{}, {"item_id": str(uuid4())}])
async def test_an_item_that_is_not_planned_is_not_committed(desk: Desk, body: dict[str, Any]) -> None:
    await desk.award(pence=520_000)

    answer = await desk.ask("POST", f"{desk.home}/commitments", body)

    assert (answer.status_code, refusal(answer)) == (422, "no-such-item")


async def test_nobody_commits_from_a_budget_that_is_not_theirs(desk: Desk) -> None:
    await desk.award(pence=520_000)
    body = {"item": an_item(100)}

    another = await desk.ask("POST", f"{desk.home}/commitments", body, council="E10009998")
    person = await desk.ask("POST", f"{desk.home}/commitments", body, role=Role.BUDGET_HOLDER, person_id=desk.person)
    nobodys = await desk.ask("GET", f"{desk.home}/commitments/{uuid4()}")

    assert (another.status_code, person.status_code, nobodys.status_code) == (404, 403, 404)
