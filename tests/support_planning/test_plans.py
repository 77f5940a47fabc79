"""Plans: begun half filled, saved and checked at every edit, versioned, never lost."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from braid.command_line.embedded_platform import Databases
from braid.contracts.award import AwardStatus
from braid.contracts.uses import Use
from braid.kit.identity import Role
from tests.ledger.builders import Stream
from tests.support_planning.desk import CARE, Desk, an_item, codes, content

ILF, DFG = Stream.INDEPENDENT_LIVING_FUND, Stream.DISABLED_FACILITIES_GRANT


async def test_a_plan_shows_at_every_edit_which_stream_pays_what_and_what_is_left(desk: Desk) -> None:
    await desk.award(800_000)
    await desk.award(300_000, ILF, uses=(Use.CARE_PERSONAL,))
    care, out = an_item(), an_item("community.access", 900, "2.5")

    plan = await desk.begin(content(care, out))

    told = plan.check
    assert (told["is_checked"], told["is_payable"]) == (True, True)
    # Fifty-two weeks: 10 hours at 10 pounds, and two and a half hours at 9.
    assert {one["item_id"]: (one["pence_each_time"], one["times"]) for one in told["items"]} == {
        care["item_id"]: (10_000, 52),
        out["item_id"]: (2_250, 52),
    }
    assert told["total_pence"] == 52 * 12_250
    assert {one["stream"]: (one["planned_pence"], one["left_pence"]) for one in told["streams"]} == {
        "independent_living_fund": (300_000, 0),
        "adult_social_care": (52 * 12_250 - 300_000, 800_000 - (52 * 12_250 - 300_000)),
    }
    assert sum(sum(one["paid_by"].values()) for one in told["items"]) == told["total_pence"]


async def test_a_half_filled_draft_is_kept_and_says_what_it_lacks(desk: Desk) -> None:
    await desk.award(800_000)
    item = {"item_id": str(uuid4()), "text": "Something for Fridays"}

    plan = await desk.begin({"starts_on": "2009-07-06", "ends_on": "2010-07-04", "items": [item]})

    assert plan.check["total_pence"] == 0
    assert {"no_outcome", "not_costed", "serves_nothing", "not_held"} <= set(codes(plan.check, "stops"))
    assert (await desk.get(plan.path))["content"]["items"][0]["text"] == "Something for Fridays"


async def test_what_is_short_is_told_with_the_smallest_reason_and_what_would_mend_it(desk: Desk) -> None:
    await desk.award(900_000, DFG, uses=(Use.ADAPTATION_MAJOR,))
    await desk.award(1_000_000)
    shower = an_item("adaptation.major", 1_200_000, 1, text="Shower", cadence="one_off", unit="item")

    plan = await desk.begin(content(an_item(), shower))

    (short,) = plan.check["shortages"]
    (finding,) = [one for one in plan.check["findings"] if one["code"] == "short_of_money"]
    assert (plan.check["is_payable"], short["missing_pence"]) == (False, 300_000)
    assert finding["item_ids"] == [shower["item_id"]]
    assert (finding["weight"], finding["pence"]) == ("stops", 300_000)
    assert finding["mend"]


async def test_an_item_that_no_stream_may_buy_is_told_as_that(desk: Desk) -> None:
    await desk.award(1_000_000)

    plan = await desk.begin(content(an_item(), an_item("never.gambling", 500, 1, text="Bingo")))

    finding = next(one for one in plan.check["findings"] if one["code"] == "outside_permitted_uses")
    assert finding["weight"] == "stops"


async def test_money_that_is_not_confirmed_yet_is_told_apart(desk: Desk) -> None:
    await desk.award(800_000, status=AwardStatus.INDICATIVE)

    plan = await desk.begin(content(an_item()))

    assert (plan.check["is_payable"], plan.check["is_payable_once_confirmed"]) == (False, True)
    assert codes(plan.check) == ["awaits_confirmation"]


async def test_good_and_bad_days_make_one_sum_that_is_spent_on_any_day(desk: Desk) -> None:
    await desk.award(2_000_000)
    versions = [
        {"kind": "good", "days": 300, "units_each_day": "2"},
        {"kind": "bad", "days": 64, "units_each_day": "14.5"},
    ]
    item = an_item(units=None, versions=versions, cadence="one_off", unit_pence=1000)

    plan = await desk.begin(content(item, days_of_kind={"good": 300, "bad": 64}))
    too_many = await plan.save(content(item, days_of_kind={"good": 300, "bad": 60}))

    assert plan.check["total_pence"] == (300 * 2 + 64 * 29 // 2) * 1000
    assert too_many.status_code == 422
    assert "64 bad days" in too_many.json()["errors"][0]["message"]


async def test_while_the_ledger_is_away_the_draft_is_saved_and_not_checked(desk: Desk) -> None:
    await desk.award(800_000)
    plan = await desk.begin(content(an_item()))
    there = desk.peers["ledger"]
    desk.peers["ledger"] = httpx.AsyncClient(transport=httpx.MockTransport(_away), base_url="http://ledger")

    saved = await plan.save(content(an_item(units=12)))
    handed_in = await plan.submit()

    assert (saved.status_code, saved.json()["check"]["is_checked"]) == (200, False)
    assert "cannot be checked now" in saved.json()["check"]["text"]
    assert (handed_in.status_code, handed_in.json()["type"].rsplit("/", 1)[1]) == (503, "cannot-be-checked-now")
    desk.peers["ledger"] = there
    assert (await desk.get(plan.path))["content"]["items"][0]["units"] == "12"
    assert (await desk.get(f"{plan.path}/check"))["is_payable"]


def _away(_request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("nobody is there")


@pytest.mark.parametrize("answer", [httpx.Response(500), httpx.Response(200, json={"is_payable": "who knows"})])
async def test_a_ledger_that_talks_nonsense_is_as_good_as_away(desk: Desk, answer: httpx.Response) -> None:
    transport = httpx.MockTransport(lambda _request: answer)
    desk.peers["ledger"] = httpx.AsyncClient(transport=transport, base_url="http://ledger")

    plan = await desk.begin(content(an_item()))

    assert plan.check["is_checked"] is False


async def test_before_a_budget_is_open_a_plan_may_be_drafted_and_not_handed_in(desk: Desk) -> None:
    plan = await desk.begin(content(an_item()))

    handed_in = await plan.submit()

    assert "No budget is open" in plan.check["text"]
    assert [one["name"] for one in handed_in.json()["errors"]] == ["no_budget"]


async def test_a_stale_version_is_refused_with_what_changed_and_neither_draft_is_lost(desk: Desk) -> None:
    item = an_item()
    plan = await desk.begin(content(item))
    stale = plan.etag
    await plan.save(content({**item, "units": "12"}, if_things_go_wrong="I ring the agency."))

    late = await desk.ask("PUT", plan.path, content({**item, "units": "14"}), etag=stale)

    assert (late.status_code, late.headers["etag"]) == (412, plan.etag)
    assert late.json()["errors"] == [
        {"name": "if_things_go_wrong", "message": "changed: if_things_go_wrong"},
        {"name": f"items/{item['item_id']}", "message": "changed: units"},
    ]
    assert (await desk.get(plan.path))["content"]["items"][0]["units"] == "12"


async def test_two_versions_are_compared_thing_by_thing(desk: Desk) -> None:
    item, gone, new = an_item(), an_item(text="Fridays"), an_item(text="Saturdays")
    plan = await desk.begin(content(item, gone))
    await plan.save(content({**item, "unit_pence": 1100}, new))

    told = (await desk.get(f"{plan.path}/differences?before=1&after=2"))["differences"]

    assert {one["part_id"]: (one["change"], one["fields"]) for one in told} == {
        item["item_id"]: ("changed", {"unit_pence": [1000, 1100]}),
        gone["item_id"]: ("removed", {}),
        new["item_id"]: ("added", {}),
    }


async def test_saying_the_same_again_makes_no_version(desk: Desk) -> None:
    body = content(an_item())
    plan = await desk.begin(body)
    before = plan.etag

    await plan.save(body)

    assert plan.etag == before


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"ends_on": "2009-07-05"}, "ends_on"),
        ({"outcomes": [{"outcome_id": "a", "text": "x"}, {"outcome_id": "a", "text": "y"}]}, "outcomes"),
        ({"items": [an_item(outcome_ids=["nowhere"])]}, "items/"),
        ({"items": [an_item(starts_on="2009-07-05")]}, "items/"),
        ({"items": [an_item(days=["monday"], hours_each_day="3", units="4")]}, "items/"),
        ({"items": [an_item(held=[{"holding_id": "council", "per_cent": 60}])]}, "items/"),
        ({"items": [an_item(held=[{"holding_id": "nobody", "per_cent": 100}])]}, "items/"),
        ({"holdings": [{"holding_id": "t", "way": "trust"}]}, "holdings/"),
    ],
)
async def test_what_contradicts_itself_is_refused_with_its_place(
    desk: Desk, change: dict[str, Any], fault: str
) -> None:
    answer = await desk.ask("POST", f"{desk.home}/plans", content(an_item()) | change)

    assert answer.status_code == 422, answer.text
    assert any(one["name"].startswith(fault) for one in answer.json()["errors"])


async def test_an_item_of_somebody_elses_plan_is_refused_whoevers_it_is(desk: Desk) -> None:
    theirs = an_item()
    await desk.begin(content(theirs))
    desk.person = uuid4()
    await desk.open_case()

    here = await desk.ask("POST", f"{desk.home}/plans", content(theirs))
    desk.council, desk.person = "E10009998", uuid4()
    await desk.open_case()
    elsewhere = await desk.ask("POST", f"{desk.home}/plans", content(theirs))

    assert (here.status_code, elsewhere.status_code) == (422, 422)
    assert here.json()["errors"][0]["name"] == f"items/{theirs['item_id']}"


async def test_one_plan_is_open_at_a_time(desk: Desk) -> None:
    plan = await desk.begin(content(an_item()))

    second = await desk.ask("POST", f"{desk.home}/plans", content(an_item()))
    await desk.ask("POST", f"{plan.path}/withdrawal", {"reason": "Not for me."}, etag=plan.etag)
    third = await desk.ask("POST", f"{desk.home}/plans", content(an_item()))

    assert (second.status_code, third.status_code) == (409, 201)


async def test_the_person_plans_themselves_and_nobody_elses(desk: Desk) -> None:
    other = uuid4()
    mine = await desk.ask(
        "POST", f"{desk.home}/plans", content(an_item()), role=Role.BUDGET_HOLDER, person_id=desk.person
    )
    path = f"/v1/plans/{mine.json()['plan_id']}"
    theirs = await desk.ask("GET", path, role=Role.BUDGET_HOLDER, person_id=other)
    new = await desk.ask("POST", f"{desk.home}/plans", content(), role=Role.BUDGET_HOLDER, person_id=other)

    assert (mine.status_code, theirs.status_code, new.status_code) == (201, 404, 404)


async def test_another_council_does_not_see_the_plan(desk: Desk) -> None:
    plan = await desk.begin(content(an_item()))

    desk.council = "E10009998"

    assert (await desk.ask("GET", plan.path)).status_code == 404


async def test_a_plan_of_nothing_that_costs_money_needs_none(desk: Desk) -> None:
    await desk.award(1_000, uses=CARE)
    free = an_item(unit_pence=0, payee={"kind": "family_or_friend", "relation": "friend"})

    plan = await desk.begin(content(free))

    assert (plan.check["is_payable"], plan.check["total_pence"]) == (True, 0)


async def test_no_plan_is_begun_for_somebody_whose_case_nobody_opened(desk: Desk) -> None:
    nobody = uuid4()

    answer = await desk.ask("POST", f"/v1/people/{nobody}/plans", content(an_item()))

    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[1]) == (404, "no-case")
    assert (await desk.get(f"/v1/people/{nobody}/plans"))["plans"] == []


async def test_no_plan_is_begun_for_another_councils_person(
    desk: Desk, shared_databases: Databases, tmp_path: Path
) -> None:
    elsewhere = Desk(shared_databases, tmp_path / "elsewhere")
    try:
        answer = await elsewhere.ask("POST", f"{desk.home}/plans", content(an_item()))
    finally:
        await elsewhere.close()

    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[1]) == (404, "no-case")
