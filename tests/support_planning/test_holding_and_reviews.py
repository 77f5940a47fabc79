"""Holding the money in five ways, money that carries on, reviews on time, and waits that are told when too long."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from braid.contracts.assessment import CarerAssessed, CarerOutcome, CircumstancesChanged, PersonWithdrew
from braid.contracts.award import TermKind
from braid.contracts.budget import AlertKind, AlertRaised
from braid.contracts.plan import HoldingChanged, PlanApproved, StepOverdue
from braid.contracts.review import ReviewDue
from braid.kit.identity import Role
from services.support_planning.council_choices import from_file
from services.support_planning.domain.holding import Way, held_parts
from services.support_planning.domain.plan import HeldShare
from tests.support_planning.desk import ENDS_ON, Desk, an_item, content
from tests.support_planning.test_where_is_my_budget import an

SIGNED = {"agreement": "2009-06-01", "bank_account": "2009-06-01"}


@given(st.integers(0, 10**12), st.lists(st.integers(1, 100), min_size=1, max_size=5))
def test_parts_that_are_held_apart_come_to_the_whole_to_the_penny(pence: int, weights: list[int]) -> None:
    total = sum(weights)
    cents = [weight * 100 // total for weight in weights]
    cents[0] += 100 - sum(cents)
    shares = [HeldShare(str(at), per_cent) for at, per_cent in enumerate(cents)]

    parts = held_parts(pence, shares, "")

    assert sum(part for _, part in parts) == pence
    assert all(abs(part - pence * share.per_cent / 100) < 1 for (_, part), share in zip(parts, shares, strict=True))


@pytest.mark.parametrize("way", Way)
async def test_each_way_of_holding_money_waits_for_what_it_needs_and_no_longer(desk: Desk, way: Way) -> None:
    await desk.award(800_000)
    holding: dict[str, Any] = {"holding_id": "h", "way": way, "holder_reference": "holder-1"}
    plan = await (await desk.begin(content(an_item(), holdings=[holding]))).approved()
    needed = {one["code"]: "2009-06-01" for one in from_file("holding")[way]["agreements"]}
    before = await desk.get(f"{desk.home}/progress")

    body = {"holdings": [{**holding, "signed": needed}], "effective_from": "2009-07-06", "reason": "All is signed."}
    answer = await desk.ask("POST", f"{plan.path}/holding", body)

    assert before["stage"] == ("waiting_for_agreements" if needed else "waiting_for_the_money")
    assert answer.json()["ways"][0]["still_to_sign"] == []
    assert (await desk.get(f"{desk.home}/progress"))["stage"] == "waiting_for_the_money"
    told = (await desk.told())[-1]
    assert isinstance(told, HoldingChanged)
    assert (told.holdings[0].way.value, told.holdings[0].is_ready) == (way.value, True)


async def test_a_mixture_is_held_item_by_item_and_part_by_part_and_changes_from_a_day_on(desk: Desk) -> None:
    await desk.award(800_000)
    care, out = (
        an_item(),
        an_item(
            "community.access",
            901,
            1,
            held=[{"holding_id": "mine", "per_cent": 50}, {"holding_id": "agency", "per_cent": 50}],
        ),
    )
    holdings = [
        {"holding_id": "mine", "way": "direct_payment", "payroll_by": "payroll_service", "signed": SIGNED},
        {"holding_id": "agency", "way": "provider_account", "holder_reference": "agency-1"},
    ]
    plan = await (await desk.begin(content(care, out, holdings=holdings))).approved()
    (approved,) = await desk.told()
    assert isinstance(approved, PlanApproved)
    held = {str(one.item_id): [(part.holding_id, part.pence) for part in one.held] for one in approved.items}
    assert held == {care["item_id"]: [("mine", 10_000)], out["item_id"]: [("mine", 451), ("agency", 450)]}

    whole = {"holding_id": "agency", "per_cent": 100}
    body = {
        "holdings": holdings,
        "held": {care["item_id"]: [whole]},
        "effective_from": "2009-10-05",
        "reason": "Tired.",
    }
    changed = (await desk.ask("POST", f"{plan.path}/holding", body)).json()

    assert {one["holding_id"]: one["pence_in_plan"] for one in changed["ways"]} == {
        "mine": 451 * 52,
        "agency": (10_000 + 450) * 52,
    }
    late = await desk.ask("POST", f"{plan.path}/holding", {**body, "effective_from": "2009-09-01"})
    assert late.status_code == 422


async def test_how_a_draft_is_held_is_changed_in_the_draft(desk: Desk) -> None:
    plan = await desk.begin(content(an_item()))
    body = {"holdings": [{"holding_id": "c", "way": "council_managed"}], "effective_from": "2009-07-06", "reason": "x"}

    assert (await desk.ask("POST", f"{plan.path}/holding", body)).status_code == 409


async def test_the_ledger_keeps_the_items_of_an_approved_plan_and_ends_what_a_new_one_leaves_out(desk: Desk) -> None:
    await desk.award(2_000_000)
    stays, ends = an_item(), an_item("community.access", 900, 2)
    await (await desk.begin(content(stays, ends))).approved()
    await desk.deliver()
    new = an_item("care.night", 5_000, 1, unit="night")
    plan = await desk.begin(content(stays, new))
    await plan.submit()
    before = await _items(desk)

    await plan.decide(decided_on="2009-09-25", effective_from="2009-10-05")
    await desk.deliver()

    assert {one["item_id"]: one["ends_on"] for one in before} == dict.fromkeys(
        (stays["item_id"], ends["item_id"]), ENDS_ON.isoformat()
    )
    assert {one["item_id"]: (one["ends_on"], one["is_withdrawn"]) for one in await _items(desk)} == {
        stays["item_id"]: (ENDS_ON.isoformat(), False),
        ends["item_id"]: ("2009-10-04", False),
        new["item_id"]: (ENDS_ON.isoformat(), False),
    }


async def test_what_is_held_for_an_item_that_a_new_plan_leaves_out_is_let_go_of_from_its_first_day(desk: Desk) -> None:
    await desk.award(2_000_000)
    stays, ends, later = an_item(), an_item("community.access", 900, 2), an_item("care.night", 5_000, 1, unit="night")
    later["starts_on"] = "2010-01-04"
    await (await desk.begin(content(stays, ends, later))).approved()
    await desk.deliver()
    for item in (stays, ends, later):
        commitment = {"item_id": item["item_id"]}
        held = await desk.ask("POST", f"{desk.home}/budget/commitments", commitment, of_ledger=True)
        assert held.is_success, held.text
        if item is ends:
            # Two weeks were paid.
            settled = {"pence": 3_600, "on": "2009-07-13", "paid_by": "council", "reason": "Two weeks"}
            path = f"{desk.home}/budget/commitments/{held.json()['commitment_id']}/settlements"
            answer = await desk.ask("POST", path, settled, of_ledger=True, role=Role.FINANCE_OFFICER)
            assert answer.is_success, answer.text

    plan = await desk.begin(content(stays))
    await plan.submit(asks_for_less=True)
    await plan.decide(decided_on="2009-09-25", effective_from="2009-10-05")
    await desk.deliver()
    once = await _held(desk)
    await desk.hear(*[one for one in await desk.told() if isinstance(one, PlanApproved)][-1:])

    # From 6 July to 4 October thirteen weeks fall due, of which two are paid.
    assert once == {stays["item_id"]: 520_000, ends["item_id"]: 11 * 1_800, later["item_id"]: 0}
    assert await _held(desk) == once


async def test_events_about_plans_hold_none_of_the_persons_words(desk: Desk) -> None:
    await desk.award(800_000)
    await (await desk.begin(content(an_item(text="Aunt Mabel comes round")))).approved()

    assert all("Mabel" not in one.model_dump_json() for one in await desk.told())


async def test_money_carries_on_while_a_plan_is_changed_and_argued_over(desk: Desk) -> None:
    await desk.award(600_000)
    care = an_item()
    await (await desk.begin(content(care))).approved()
    await desk.deliver()
    commit = {"item_id": care["item_id"]}
    held = await desk.ask("POST", f"{desk.home}/budget/commitments", commit, of_ledger=True)
    assert held.is_success, held.text
    before = await desk.get(f"{desk.home}/budget/commitments", of_ledger=True)
    items = await _items(desk)

    plan = await desk.begin(content(an_item(units=9)))
    await plan.submit(asks_for_less=True)
    await plan.decide("refuse", reasons="The needs say more.")
    await desk.deliver()

    assert await desk.get(f"{desk.home}/budget/commitments", of_ledger=True) == before
    assert await _items(desk) == items
    plans = await desk.get(f"{desk.home}/plans")
    assert [one["state"] for one in plans["plans"]] == ["approved", "refused"]


async def test_what_is_held_for_the_plan_in_force_is_not_asked_for_twice_by_its_next_version(desk: Desk) -> None:
    await desk.award(520_000)
    care = an_item()
    await (await desk.begin(content(care))).approved()

    again = await desk.begin(content(care))

    assert again.check["is_payable"]


async def test_reviews_are_planned_for_six_to_eight_weeks_each_year_and_where_a_stream_asks(desk: Desk) -> None:
    term = {"kind": TermKind.REVIEW, "text": "Again", "citation": "x", "unconfirmed": False, "due_on": "2009-12-01"}
    await desk.award(800_000, others={"terms": [term]})
    await (await desk.begin(content(an_item()))).approved()

    reviews = (await desk.get(f"{desk.home}/reviews"))["reviews"]

    assert [(one["kind"], one["stream"], one["due_on"]) for one in reviews] == [
        ("first", None, "2009-08-31"),
        ("stream", "adult_social_care", "2009-12-01"),
        ("yearly", None, "2010-07-05"),
    ]


async def test_a_review_is_reminded_of_once_and_told_when_its_day_is_over(desk: Desk) -> None:
    await desk.award(800_000)
    await (await desk.begin(content(an_item()))).approved()

    # Six weeks after 6 July: 17 August; the last day on time is 31 August.
    done = [await desk.let_time_pass(days) for days in ((date(2009, 8, 16) - date(2009, 6, 1)).days, 1, 1, 14)]

    told = [one for one in await desk.told() if isinstance(one, ReviewDue | StepOverdue)]
    reviews = [one for one in told if isinstance(one, ReviewDue) or one.stage == "review"]
    assert [type(one).__name__ for one in reviews] == ["ReviewDue", "StepOverdue"]
    assert done[1] == 1


async def test_new_needs_less_money_and_overspending_call_for_a_review_and_saving_does_not(desk: Desk) -> None:
    award = await desk.award(800_000)
    await (await desk.begin(content(an_item()))).approved()
    desk.clock.pass_days(40)

    await desk.hear(_alert(desk, AlertKind.UNDERSPEND))
    quiet = await _triggered(desk)
    await desk.hear(_alert(desk, AlertKind.OVERSPEND))
    await desk.award(700_000, version=award.version + 1)

    assert (quiet, await _triggered(desk)) == ([], ["An alert was raised: overspend."])


async def test_changed_circumstances_call_for_a_review_and_withdrawing_for_none(desk: Desk) -> None:
    await desk.award(800_000)
    await (await desk.begin(content(an_item()))).approved()
    desk.clock.pass_days(40)

    await desk.hear(an(PersonWithdrew, desk.person, council=desk.council))
    quiet = await _triggered(desk)
    await desk.hear(an(CircumstancesChanged, desk.person, council=desk.council))

    assert (quiet, await _triggered(desk)) == ([], ["Circumstances have changed."])


async def test_a_carers_own_assessment_calls_for_a_review_and_is_shown_to_the_councils_staff_alone(desk: Desk) -> None:
    await desk.award(800_000)
    await (await desk.begin(content(an_item()))).approved()
    desk.clock.pass_days(40)
    carer = an(CarerAssessed, desk.person, council=desk.council, version=1, outcome="refused", willing=None, able=None)

    await desk.hear(carer)
    quiet = await _triggered(desk)
    await desk.hear(carer.model_copy(update={"version": 2, "outcome": CarerOutcome.ELIGIBLE, "able": False}), carer)

    assert (quiet, await _triggered(desk)) == ([], ["A carer's own assessment was made."])
    reviews = (await desk.get(f"{desk.home}/reviews"))["reviews"]
    for path in (f"{desk.home}/progress", f"/v1/reviews/{reviews[0]['review_id']}"):
        staff = await desk.get(path)
        person = await desk.get(path, role=Role.BUDGET_HOLDER, name="me", person_id=desk.person)
        assert [(one["outcome"], one["able"]) for one in staff["carers"]] == [("eligible", False)]
        assert person["carers"] == []


async def test_the_person_asks_for_a_review_of_their_own(desk: Desk) -> None:
    body = {"reason": "My nights have got worse.", "due_on": "2009-09-01"}

    answer = await desk.ask(
        "POST", f"{desk.home}/reviews", body, role=Role.BUDGET_HOLDER, name="me", person_id=desk.person
    )

    assert (answer.status_code, answer.json()["kind"]) == (201, "requested")


async def test_who_waits_longer_than_promised_is_told_once_and_listed(desk: Desk) -> None:
    await desk.award(800_000)
    plan = await desk.begin(content(an_item()))
    await plan.submit()

    on_time = await desk.let_time_pass(14)
    late = await desk.let_time_pass(1)
    again = await desk.let_time_pass(1)

    assert (on_time, late, again) == (0, 1, 0)
    told = [one for one in await desk.told() if isinstance(one, StepOverdue)]
    assert [(one.stage, one.due_on) for one in told] == [("waiting_for_approval", date(2009, 6, 15))]
    (listed,) = (await desk.get("/v1/overdue"))["overdue"]
    assert (listed["person_id"], listed["stage"]) == (str(desk.person), "waiting_for_approval")
    progress = await desk.get(f"{desk.home}/progress")
    assert (progress["is_overdue"], progress["due_on"]) == (True, "2009-06-15")


async def _items(desk: Desk) -> list[dict[str, Any]]:
    found = (await desk.get(f"{desk.home}/budget/items", of_ledger=True))["items"]
    return sorted(found, key=lambda one: str(one["item_id"]))


async def _held(desk: Desk) -> dict[str, int]:
    """Pence that the ledger holds, by item."""
    found = (await desk.get(f"{desk.home}/budget/commitments", of_ledger=True))["commitments"]
    return {one["item_id"]: one["held_pence"] for one in found}


async def _triggered(desk: Desk) -> list[str]:
    reviews = (await desk.get(f"{desk.home}/reviews"))["reviews"]
    return [one["reason"] for one in reviews if one["kind"] == "triggered"]


def _alert(desk: Desk, kind: AlertKind) -> Any:
    return an(AlertRaised, desk.person, council=desk.council, kind=kind)
