"""A plan that takes the place of another: what is true of its money from its day on, and what is held until then."""

from typing import Any

from braid.kit.identity import Role
from tests.support_planning.desk import ENDS_ON, Desk, PlanAtDesk, an_item, codes, content

#: Thirteen weeks of the plan fall due before it, and thirty-nine from it on.
CHANGES_ON = "2009-10-05"
DECIDED_ON = "2009-09-25"


async def held(desk: Desk) -> dict[str, int]:
    """What is held for each item."""
    found: dict[str, int] = {}
    for one in (await desk.get(f"{desk.home}/budget/commitments", of_ledger=True))["commitments"]:
        pence = sum(part["held_pence"] for part in one["parts"])
        found[one["item_id"]] = found.get(one["item_id"], 0) + pence
    return found


async def hold(desk: Desk, *items: dict[str, Any]) -> None:
    """Have the ledger hold items whole."""
    for item in items:
        body = {"item_id": item["item_id"]}
        answer = await desk.ask("POST", f"{desk.home}/budget/commitments", body, of_ledger=True)
        assert answer.is_success, answer.text


async def in_force(desk: Desk, *items: dict[str, Any]) -> None:
    """Have a plan approved, and all its items held."""
    await (await desk.begin(content(*items))).approved()
    await desk.deliver()
    await hold(desk, *items)


async def changed_to(desk: Desk, *items: dict[str, Any]) -> PlanAtDesk:
    """Hand in another plan late in September; it is the person who asks for it."""
    desk.clock.pass_days(116)
    plan = await desk.begin(content(*items))
    answer = await plan.submit(submitted_on=DECIDED_ON, asks_for_less=True)
    assert answer.is_success, answer.text
    return plan


async def test_money_of_what_is_lowered_pays_for_what_is_new_from_the_day_of_the_change(desk: Desk) -> None:
    await desk.award(520_000)
    care, out = an_item(), an_item("community.access", 1_000, 2, starts_on=CHANGES_ON)
    await in_force(desk, care)

    plan = await changed_to(desk, {**care, "units": "8"}, out)
    decided = await plan.decide(decided_on=DECIDED_ON, effective_from=CHANGES_ON)
    await desk.deliver()

    assert decided.status_code == 200, decided.text
    # Thirteen weeks of ten hours, then thirty-nine of eight: the difference pays for going out, to the penny.
    assert await held(desk) == {care["item_id"]: 13 * 10_000 + 39 * 8_000}
    await hold(desk, out)
    assert (await held(desk))[out["item_id"]] == 39 * 2_000


async def test_a_penny_more_than_becomes_free_is_not_payable_and_the_plan_in_force_goes_on(desk: Desk) -> None:
    await desk.award(520_000)
    care, out = an_item(), an_item("community.access", 2_001, 1, starts_on=CHANGES_ON)
    await in_force(desk, care)
    before = await held(desk)

    desk.clock.pass_days(126)
    plan = await desk.begin(content({**care, "units": "8"}, out))

    assert "short_of_money" in codes(plan.check)
    assert plan.check["unpaid_pence"] == 39
    assert await held(desk) == before


async def test_what_still_falls_due_of_an_item_that_goes_is_no_money_of_the_new_plan(desk: Desk) -> None:
    await desk.award(520_000)
    goes = an_item()
    await in_force(desk, goes)
    all_the_rest = an_item("care.night", 390_000, 1, unit="item", cadence="one_off", starts_on=CHANGES_ON)
    desk.clock.pass_days(126)
    plan = await desk.begin(content(all_the_rest))
    await plan.submit(submitted_on=CHANGES_ON, asks_for_less=True)

    a_week_later: dict[str, Any] = {"decided_on": CHANGES_ON, "effective_from": "2009-10-12"}
    assert (await plan.decide(**a_week_later)).status_code == 409, "a week more of the old plan is due by then"
    assert (await plan.decide(decided_on=CHANGES_ON)).status_code == 200
    await desk.deliver()
    assert await held(desk) == {goes["item_id"]: 13 * 10_000}


async def test_what_falls_due_before_the_change_counts_though_nobody_held_or_paid_it_yet(desk: Desk) -> None:
    await desk.award(520_000)
    await (await desk.begin(content(an_item()))).approved()
    await desk.deliver()
    desk.clock.pass_days(126)

    night = an_item("care.night", 10_000, 1, unit="night", starts_on=CHANGES_ON)
    plan = await desk.begin(content(night))
    first = plan.check
    await plan.save(content({**night, "unit_pence": 10_001}))

    # The streams are told what this plan takes of them: the weeks of the old one are not its own.
    assert (first["is_payable"], plan.check["unpaid_pence"]) == (True, 39)
    assert [one["planned_pence"] for one in first["streams"]] == [39 * 10_000]


async def test_a_dearer_price_counts_from_its_day_on_only(desk: Desk) -> None:
    award = 13 * 10_000 + 39 * 11_000
    await desk.award(award)
    care = an_item()
    await in_force(desk, care)
    desk.clock.pass_days(126)

    plan = await desk.begin(content({**care, "unit_pence": 1_100}))

    assert plan.check["is_payable"], plan.check["text"]
    assert [one["left_pence"] for one in plan.check["streams"]] == [0]


async def test_what_was_bought_is_not_asked_for_twice_nor_taken_back_when_the_plan_changes(desk: Desk) -> None:
    await desk.award(600_000)
    care, chair = an_item(), an_item("care.night", 50_000, 1, cadence="one_off", unit="item")
    await in_force(desk, care, chair)

    plan = await changed_to(desk, care, {**chair, "unit_pence": 30_000})
    await plan.decide(decided_on=DECIDED_ON, effective_from=CHANGES_ON)
    await desk.deliver()

    # It fell due on the plan's first day, at what it cost then.
    assert await held(desk) == {care["item_id"]: 520_000, chair["item_id"]: 50_000}


async def test_a_sum_for_bad_days_is_lowered_from_the_week_of_the_change_on(desk: Desk) -> None:
    await desk.award(600_000)
    days = {"good": 300, "bad": 64, "other": 0}

    def nights(each: str) -> list[dict[str, Any]]:
        return [{"kind": "bad", "days": 64, "units_each_day": each}]

    fluctuating = an_item(units=None, cadence="one_off", versions=nights("5"))
    whole = content(fluctuating, days_of_kind=days)
    await (await desk.begin(whole)).approved()
    await desk.deliver()
    await hold(desk, fluctuating)
    desk.clock.pass_days(116)

    plan = await desk.begin(content({**fluctuating, "versions": nights("4")}, days_of_kind=days))
    await plan.submit(submitted_on=DECIDED_ON, asks_for_less=True)
    decided = await plan.decide(decided_on=DECIDED_ON, effective_from=CHANGES_ON)
    await desk.deliver()

    assert decided.status_code == 200, decided.text
    # 320,000 and 256,000 pence, week by week in whole pence: thirteen weeks of the one, thirty-nine of the other.
    assert await held(desk) == {fluctuating["item_id"]: 13 * 6_154 + 39 * 4_923}


async def test_a_third_plan_counts_what_the_first_paid_for_and_lets_go_of_no_more_than_is_free(desk: Desk) -> None:
    await desk.award(520_000)
    care = an_item()
    await in_force(desk, care)
    second = await changed_to(desk, {**care, "units": "8"})
    await second.decide(decided_on=DECIDED_ON, effective_from=CHANGES_ON)
    await desk.deliver()

    third = await desk.begin(content({**care, "units": "6"}, starts_on="2010-01-04", ends_on=ENDS_ON.isoformat()))
    await third.submit(submitted_on="2009-12-20", asks_for_less=True)
    decided = await third.decide(decided_on="2009-12-20")
    await desk.deliver()

    assert decided.status_code == 200, decided.text
    assert await held(desk) == {care["item_id"]: 13 * 10_000 + 13 * 8_000 + 26 * 6_000}


async def test_what_was_paid_beyond_the_day_of_the_change_is_not_taken_back_by_it(desk: Desk) -> None:
    await desk.award(520_000)
    care = an_item()
    await in_force(desk, care)
    commitment = (await desk.get(f"{desk.home}/budget/commitments", of_ledger=True))["commitments"][0]
    path = f"{desk.home}/budget/commitments/{commitment['commitment_id']}/settlements"
    settled = {"pence": 150_000, "on": "2009-09-07", "paid_by": "council", "reason": "Paid ahead"}
    answer = await desk.ask("POST", path, settled, of_ledger=True, role=Role.FINANCE_OFFICER)
    assert answer.is_success, answer.text

    plan = await changed_to(desk, an_item("community.access", 1_000, 1, starts_on=CHANGES_ON))
    await plan.decide(decided_on=DECIDED_ON, effective_from=CHANGES_ON)
    await desk.deliver()

    # Two weeks were paid that will not come: that is for somebody to recover, and is never taken here.
    assert await held(desk) == {care["item_id"]: 0}
