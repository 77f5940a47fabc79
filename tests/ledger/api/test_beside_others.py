"""The fund's joint limit with the council, and the council's least input: held to by plan check and commitments.

Sums are of 52 weeks: £785.00 a week are £40,820.00, £340.00 are £17,680.00.
"""

import random
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from braid.contracts.award import AwardStatus
from braid.contracts.uses import Use
from braid.kit.identity import Role
from services.ledger.domain.chart_of_accounts import Account
from tests.ledger.api.test_plan_check import ASC, ILF, an_item, check
from tests.ledger.beside_others import LEAST, LEAST_TEXT, MOST, MOST_TEXT
from tests.ledger.spending.desk import Desk

CARE = (Use.CARE_PERSONAL, Use.RESPITE_COMMUNITY)


async def awards(desk: Desk, council_a_week: int, fund_a_week: int, **others: Any) -> None:
    """Money of the council and of the fund, in pence a week for 52 weeks; the fund's is the more restricted."""
    await desk.award(ASC, council_a_week * 52, uses=(*CARE, Use.LEISURE_ACTIVITY))
    await desk.award(ILF, fund_a_week * 52, uses=CARE, others={**others})


def weekly(pence: int, **changes: Any) -> dict[str, Any]:
    return an_item("care.personal", pence, cadence="weekly", text="Assistant", **changes)


def paid(told: Any) -> dict[str, int]:
    found: dict[str, int] = {}
    for payment in told["payments"]:
        found[payment["stream"]] = found.get(payment["stream"], 0) + payment["pence"]
    return found


async def test_what_the_joint_limit_leaves_is_all_that_both_pay(desk: Desk) -> None:
    await awards(desk, 50_000, 45_500, **MOST)

    told = await check(desk, weekly(90_000))

    assert paid(told) == {ILF: 2_366_000, ASC: 1_716_000}
    assert (told["is_payable"], told["unpaid_pence"]) == (False, 598_000)
    (short,) = told["shortages"]
    within = "the £785.00 a week on average that Independent living fund and Adult social care may pay together"
    assert f"can pay £40,820.00 within {within}" in short["text"]
    (kept_out,) = short["kept_out"]
    assert (kept_out["stream"], kept_out["left_pence"]) == (ASC, 884_000)
    assert kept_out["reasons"] == [f"What Adult social care has left is beyond {within}."]
    assert "more_money" not in {mend["kind"] for mend in short["mends"]}, "more money would be beyond it too"


async def test_without_the_rule_the_same_money_pays_everything(desk: Desk) -> None:
    await awards(desk, 50_000, 45_500)

    told = await check(desk, weekly(90_000))

    assert (told["is_payable"], told["beside_others"]) == (True, [])


async def test_the_councils_least_input_is_put_in_before_the_fund_pays(desk: Desk) -> None:
    await awards(desk, 50_000, 47_500, **LEAST)

    told = await check(desk, weekly(70_000))

    assert (told["is_payable"], paid(told)) == (True, {ILF: 1_872_000, ASC: 1_768_000})


async def test_without_the_councils_input_the_fund_pays_nothing_and_that_is_told(desk: Desk) -> None:
    await awards(desk, 30_000, 47_500, **LEAST)

    told = await check(desk, weekly(70_000))

    assert (paid(told), told["unpaid_pence"]) == ({ASC: 1_560_000}, 2_080_000)
    (kept_out,) = told["shortages"][0]["kept_out"]
    assert kept_out["reasons"] == [
        "Independent living fund pays only beside at least £340.00 a week on average from Adult social care."
    ]
    more = next(mend for mend in told["shortages"][0]["mends"] if mend["kind"] == "more_money")
    assert more["text"] == "Adult social care pays £2,080.00 more."


async def test_what_is_kept_to_is_told_with_its_source(desk: Desk) -> None:
    await awards(desk, 50_000, 47_500, **LEAST, **MOST)

    told = await check(desk, weekly(70_000))

    assert [(one["text"], one["citation"], one["unconfirmed"]) for one in told["beside_others"]] == [
        (LEAST_TEXT, "Policy 25", False),
        (MOST_TEXT, "Newsletter", True),
    ]


async def test_weeks_before_the_support_begins_ask_for_no_input(desk: Desk) -> None:
    await awards(desk, 50_000, 47_500, **LEAST)

    told = await check(desk, weekly(70_000, starts_on="2009-09-07"))

    assert (told["is_payable"], paid(told)) == (True, {ILF: 38 * 36_000, ASC: 38 * 34_000})


async def test_the_councils_money_outside_the_days_of_the_fund_counts_for_neither(desk: Desk) -> None:
    await desk.award(ASC, 5_000_000, uses=CARE)
    fund_days: dict[str, Any] = {"starts_on": date(2009, 6, 1), "ends_on": date(2009, 11, 29)}
    await desk.award(ILF, 26 * 45_500, uses=CARE[:1], others=MOST, **fund_days)

    told = await check(desk, weekly(90_000, ends_on="2009-11-29"), weekly(90_000, starts_on="2009-11-30"))

    assert told["unpaid_pence"] == 26 * (90_000 - 78_500)


async def test_an_award_that_is_not_confirmed_binds_nobody_yet(desk: Desk) -> None:
    await desk.award(ASC, 52 * 90_000, uses=CARE)
    await desk.award(ILF, 52 * 40_000, uses=CARE, others={**LEAST, **MOST}, status=AwardStatus.INDICATIVE)

    assert (await check(desk, weekly(90_000)))["is_payable"] is True


async def test_to_confirm_the_award_is_no_mend_where_it_could_pay_nothing(desk: Desk) -> None:
    await desk.award(ASC, 52 * 30_000, uses=CARE)
    await desk.award(ILF, 52 * 40_000, uses=CARE, others=LEAST, status=AwardStatus.INDICATIVE)

    told = await check(desk, weekly(70_000))

    assert (told["is_payable_once_confirmed"], told["awaiting"]) == (False, [])
    assert "confirm_award" not in {mend["kind"] for mend in told["shortages"][0]["mends"]}


async def test_the_latest_version_of_the_award_says_what_holds(desk: Desk) -> None:
    await awards(desk, 50_000, 45_500, **MOST)
    await desk.award(ILF, 52 * 45_500, uses=CARE, version=2)

    told = await check(desk, weekly(90_000))

    assert (told["is_payable"], told["beside_others"]) == (True, [])


async def test_what_is_held_and_spent_counts_for_both(desk: Desk) -> None:
    await awards(desk, 50_000, 47_500, **LEAST, **MOST)
    assistant = weekly(70_000)
    placed = await commit(desk, assistant)
    path = f"{desk.home}/commitments/{placed['commitment_id']}/settlements"
    settled = await desk.ask("POST", path, {"pence": 700_000, "on": "2009-08-10", "reason": "Invoice"})
    assert settled.status_code == 200, settled.text

    more = await check(desk, assistant, an_item("care.personal", 442_000))
    too_much = await check(desk, assistant, an_item("care.personal", 442_001))

    assert (more["is_payable"], too_much["is_payable"], too_much["unpaid_pence"]) == (True, False, 1)


async def test_money_in_the_persons_own_account_counts_once(desk: Desk) -> None:
    await awards(desk, 50_000, 45_500, **MOST)
    council = next(fund for fund in (await desk.get(desk.home))["funds"] if fund["stream"] == ASC)
    await desk.pay_out(council["fund_id"], 1_000_000)

    held_here = await check(desk, an_item("care.personal", 40_820_00))
    anywhere = await check(desk, an_item("care.personal", 40_820_00), counts_advanced=True)

    assert (held_here["unpaid_pence"], anywhere["unpaid_pence"]) == (1_000_000, 0)


async def test_what_the_joint_limit_does_not_leave_is_not_held(desk: Desk) -> None:
    await awards(desk, 50_000, 45_500, **MOST)

    answer = await desk.ask("POST", f"{desk.home}/commitments", {"item": weekly(90_000)})

    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (409, "not-payable")
    assert "may pay together" in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize("seed", range(6))
async def test_a_plan_that_is_payable_beside_the_council_can_be_committed_in_any_order(desk: Desk, seed: int) -> None:
    chance = random.Random(seed)
    await desk.award(ASC, 52 * 45_000, uses=(*CARE, Use.LEISURE_ACTIVITY))
    await desk.award(ILF, 52 * 40_000, uses=(*CARE, Use.EMPLOYING_INSURANCE), others={**LEAST, **MOST})
    items = [
        weekly(chance.randrange(30_000, 40_000)),
        weekly(chance.randrange(10_000, 20_000)),
        an_item("leisure.activity", chance.randrange(1, 100_000)),
        an_item("respite.community", chance.randrange(1, 300_000), starts_on="2009-08-03", ends_on="2009-08-16"),
        an_item("employing.insurance", chance.randrange(1, 20_000)),
    ]
    items.append(an_item("care.personal", 0))
    items[-1] = an_item("care.personal", 3_900_000 - sum(due(item) for item in items[:5]))
    for item in items:
        body = {name: value for name, value in item.items() if name != "item_id"} | {"payees": [item["text"]]}
        put = await desk.ask("PUT", f"{desk.home}/items/{item['item_id']}", body, role=Role.PRACTITIONER)
        assert put.status_code == 200, put.text
    assert (await check(desk, *items))["is_payable"] is True

    chance.shuffle(items)
    for item in items:
        await commit(desk, None, item_id=item["item_id"])

    funds = {fund["stream"]: fund["fund_id"] for fund in (await desk.get(desk.home))["funds"]}
    held = {stream: await desk.balance(UUID(fund), Account.FUND_COMMITTED) for stream, fund in funds.items()}
    assert held[ASC] >= 52 * 34_000
    assert held[ASC] + held[ILF] == 3_900_000 <= 52 * 78_500


def due(item: dict[str, Any]) -> int:
    pence: int = item["pence"] * (52 if item["cadence"] == "weekly" else 1)
    return pence


async def commit(desk: Desk, item: dict[str, Any] | None, **others: Any) -> Any:
    body = {"item": item} if item else others
    answer = await desk.ask("POST", f"{desk.home}/commitments", body, key=str(uuid4()))
    assert answer.status_code == 201, answer.text
    return answer.json()
