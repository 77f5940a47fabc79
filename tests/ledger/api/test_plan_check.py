"""The plan check over HTTP, and its promise: what is payable can be committed in any order, and then spent."""

import random
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from braid.contracts.award import AwardStatus
from braid.contracts.uses import Use
from braid.kit.identity import Role
from tests.ledger.builders import Stream
from tests.ledger.spending.desk import Desk

ASC, SP, ILF, ATW = (
    Stream.ADULT_SOCIAL_CARE,
    Stream.SUPPORTING_PEOPLE,
    Stream.INDEPENDENT_LIVING_FUND,
    Stream.ACCESS_TO_WORK,
)


def an_item(use: str, pence: int, **changes: Any) -> dict[str, Any]:
    return {
        "item_id": str(uuid4()),
        "text": use,
        "use": use,
        "pence": pence,
        "cadence": "one_off",
        "relation": "not_related",
        "starts_on": "2009-06-01",
        "ends_on": "2010-05-30",
        **changes,
    }


async def check(desk: Desk, *items: dict[str, Any], **others: Any) -> Any:
    answer = await desk.ask("POST", f"{desk.home}/plan-check", {"items": list(items), **others}, role=Role.PRACTITIONER)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_plan_that_can_be_paid_leaves_the_most_flexible_money(desk: Desk) -> None:
    await desk.award(ASC, 500_000, uses=(Use.CARE_PERSONAL, Use.LEISURE_ACTIVITY))
    await desk.award(ILF, 300_000, uses=(Use.CARE_PERSONAL,))

    told = await check(desk, an_item("care.personal", 350_000), an_item("leisure.activity", 20_000))

    assert (told["is_payable"], told["text"]) == (True, "Everything can be paid: £3,700.00.")
    assert {fund["stream"]: fund["left_pence"] for fund in told["left"]} == {ASC: 430_000, ILF: 0}
    assert sum(payment["pence"] for payment in told["payments"]) == told["needed_pence"] == 370_000


async def test_what_is_short_is_explained_with_its_mends_and_nothing_else_is_blamed(desk: Desk) -> None:
    await desk.award(Stream.DISABLED_FACILITIES_GRANT, 900_000, uses=(Use.ADAPTATION_MAJOR,))
    await desk.award(ASC, 1_000_000, uses=(Use.CARE_PERSONAL,))
    shower, care = an_item("adaptation.major", 1_200_000, text="Shower"), an_item("care.personal", 800_000)

    told = await check(desk, shower, care)

    (short,) = told["shortages"]
    assert (told["is_payable"], told["unpaid_pence"], short["missing_pence"]) == (False, 300_000, 300_000)
    assert [need["item_id"] for need in short["needs"]] == [shower["item_id"]]
    assert [(one["stream"], one["left_pence"]) for one in short["kept_out"]] == [(ASC, 200_000)]
    assert {mend["kind"] for mend in short["mends"]} >= {"more_money", "drop_item"}


async def test_indicative_money_makes_a_plan_payable_once_it_is_confirmed(desk: Desk) -> None:
    fund = await desk.award(ILF, 1_040_000, uses=(Use.CARE_PERSONAL,), status=AwardStatus.INDICATIVE)

    told = await check(desk, an_item("care.personal", 20_000, cadence="weekly"))

    assert (told["is_payable"], told["is_payable_once_confirmed"]) == (False, True)
    assert told["awaiting"] == [str(fund)]
    assert told["text"].endswith("Payable once Independent living fund confirms.")


async def test_an_answer_that_rules_turn_on_is_asked_for_and_never_guessed(desk: Desk) -> None:
    bar = {
        "relations": ["close_relative"],
        "only_in_same_household": True,
        "unless": "necessity",
        "text": "A close relative in the same household may not be paid.",
        "citation": "reg 3",
    }
    await desk.award(ASC, 100_000, uses=(Use.CARE_PERSONAL,), others={"payee_bars": [bar]})

    unknown = await check(desk, an_item("care.personal", 1_000, relation=None))
    barred = await check(desk, an_item("care.personal", 1_000, relation="close_relative", same_household=True))

    assert "relation" in unknown["shortages"][0]["kept_out"][0]["reasons"][0]
    assert bar["text"] in barred["shortages"][0]["kept_out"][0]["reasons"][0]


async def test_a_stream_that_pays_a_share_pays_no_more_than_that(desk: Desk) -> None:
    await desk.award(ATW, 550_000, uses=(Use.WORK_EQUIPMENT,))
    tablet = an_item("work.equipment", 100_000, shares={ATW.value: 57_143})

    told = await check(desk, tablet)

    assert (told["unpaid_pence"], told["payments"][0]["pence"]) == (42_857, 57_143)


async def test_what_is_held_and_spent_for_an_item_counts_as_paid(desk: Desk) -> None:
    await desk.award(ASC, 100_000, uses=(Use.CARE_PERSONAL,))
    item = an_item("care.personal", 100_000)
    placed = (await desk.ask("POST", f"{desk.home}/commitments", {"item": item})).json()
    path = f"{desk.home}/commitments/{placed['commitment_id']}/settlements"
    await desk.ask("POST", path, {"pence": 30_000, "on": "2009-06-10", "reason": "Invoice"})

    whole, another = await check(desk, item), await check(desk, an_item("care.personal", 1))

    assert (whole["is_payable"], whole["needed_pence"]) == (True, 0)
    assert [(one["pence"], one["is_done"]) for one in whole["payments"]] == [(100_000, True)]
    assert another["is_payable"] is False


async def test_money_in_the_persons_own_account_counts_where_that_is_asked(desk: Desk) -> None:
    fund = await desk.award(ASC, 100_000, uses=(Use.CARE_PERSONAL,))
    await desk.pay_out(fund, 60_000)
    item = an_item("care.personal", 100_000)

    held_here, anywhere = await check(desk, item), await check(desk, item, counts_advanced=True)

    assert (held_here["is_payable"], anywhere["is_payable"]) == (False, True)


async def test_the_agreed_plan_is_checked_where_no_items_are_given(desk: Desk) -> None:
    await desk.award(ASC, 520_000)
    await desk.plan("Assistant", ["A Mills"], 10_000)

    answer = await desk.ask("POST", f"{desk.home}/plan-check", {}, role=Role.PRACTITIONER)

    assert (answer.json()["is_payable"], answer.json()["needed_pence"]) == (True, 520_000)


async def test_an_item_that_is_due_each_week_is_cut_where_money_ends(desk: Desk) -> None:
    await desk.award(ILF, 780_000, uses=(Use.CARE_PERSONAL,), ends_on=date(2009, 11, 29))
    await desk.award(ASC, 600_000, uses=(Use.CARE_PERSONAL, Use.RESPITE_COMMUNITY))
    weekly = an_item("care.personal", 20_000, cadence="weekly", text="Assistant")
    respite = an_item("respite.community", 100_000, starts_on="2009-11-30")

    told = await check(desk, weekly, respite)

    (short,) = told["shortages"]
    assert short["missing_pence"] == 20_000
    assert sorted(need["text"] for need in short["needs"]) == [
        "Assistant (30 November 2009 to 30 May 2010)",
        "respite.community",
    ]
    assert {one["stream"]: one["left_pence"] for one in told["left"]} == {ILF: 260_000, ASC: 0}


async def test_items_that_cost_more_than_any_budget_are_refused(desk: Desk) -> None:
    await desk.award(ASC, 520_000)
    items = [an_item("care.personal", 2**53 - 1) for _ in range(2)]

    answer = await desk.ask("POST", f"{desk.home}/plan-check", {"items": items})

    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (422, "plan-impossible")


async def test_two_items_of_one_id_are_refused(desk: Desk) -> None:
    await desk.award(ASC, 520_000)
    item = an_item("care.personal", 1)

    answer = await desk.ask("POST", f"{desk.home}/plan-check", {"items": [item, item]})

    assert answer.status_code == 422


@pytest.mark.parametrize("seed", range(4))
async def test_what_is_payable_is_committed_in_any_order_and_then_spent(desk: Desk, seed: int) -> None:
    """Tight plans, with nothing left over, whose items compete for narrow money."""
    chance = random.Random(seed)
    uses = [Use.CARE_PERSONAL, Use.LEISURE_ACTIVITY, Use.HOUSING_SUPPORT, Use.WORK_EQUIPMENT]
    streams = [ASC, SP, ILF, ATW]
    # Each item is paid for by a fund that was chosen first, so that all can be paid and nothing is left over.
    permitted = {stream: tuple(chance.sample(uses, chance.randrange(1, 4))) for stream in streams}
    items, award = [], dict.fromkeys(streams, 0)
    for _ in range(7):
        stream = chance.choice(streams)
        pence = chance.randrange(1, 50_000)
        items.append(an_item(chance.choice(permitted[stream]).value, pence))
        award[stream] += pence
    for stream in streams:
        await desk.award(stream, award[stream] or 1, uses=permitted[stream])
    for item in items:
        facts = {name: item[name] for name in ("relation", "starts_on", "ends_on", "cadence", "use")}
        body = {**facts, "text": item["text"], "pence": item["pence"], "payees": []}
        await desk.ask("PUT", f"{desk.home}/items/{item['item_id']}", body, role=Role.PRACTITIONER)
    assert (await check(desk, *items))["is_payable"]

    for item in chance.sample(items, len(items)):
        placed = await desk.ask("POST", f"{desk.home}/commitments", {"item_id": item["item_id"]})
        assert placed.status_code == 201, placed.text
        assert (await check(desk, *items))["is_payable"]
    for placed in chance.sample((await desk.get(f"{desk.home}/commitments"))["commitments"], len(items)):
        body = {"on": "2009-07-01", "reason": "Invoice"}
        path = f"{desk.home}/commitments/{placed['commitment_id']}/settlements"
        assert (await desk.ask("POST", path, body)).json()["state"] == "settled"
    assert sum(fund["left_pence"] for fund in (await desk.get(f"{desk.home}/balances"))["money"]) == sum(
        1 for pence in award.values() if not pence
    )


async def test_what_is_held_for_an_item_that_is_to_go_counts_and_stays_held_until_somebody_lets_go(desk: Desk) -> None:
    await desk.award(ASC, 500_000, uses=(Use.CARE_PERSONAL,))
    goes, comes = an_item("care.personal", 400_000), an_item("care.personal", 450_000)
    commit = await desk.ask("POST", f"{desk.home}/commitments", {"item": goes}, role=Role.FINANCE_OFFICER)
    assert commit.status_code == 201, commit.text

    without = await check(desk, comes)
    told = await check(desk, comes, gives_up=[goes["item_id"]])

    assert (without["is_payable"], told["is_payable"]) == (False, True)
    assert [(fund["stream"], fund["left_pence"]) for fund in told["left"]] == [(ASC, 50_000)]
    held = (await desk.get(f"{desk.home}/commitments"))["commitments"]
    assert [part["held_pence"] for one in held for part in one["parts"]] == [400_000]
