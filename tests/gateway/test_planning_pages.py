"""Writing a plan on pages: items, what it is for, how its money is held; each step is kept and nothing else is lost."""

import json
from collections import defaultdict
from typing import Any

import httpx
import pytest

from braid.kit.identity import Principal, Role
from gateway.console.plan_forms import Seen
from gateway.console.plan_view import plan_view
from gateway.console.planning_forms import (
    begun,
    holding_filled,
    holding_saved,
    item_filled,
    item_saved,
    wishes_filled,
    wishes_saved,
)
from gateway.development_issuer import EXAMPLE_COUNCIL
from services.support_planning.content import Content
from tests.gateway.doubles import AUDITOR, PRACTITIONER, StubGateway
from tests.gateway.plans import CARE, PLAN_ID, PLAN_PAGE, a_plan, fill_plans
from tests.gateway.whole import PERSON_ID

HOLDER = Principal("budget_holder:test", EXAMPLE_COUNCIL, frozenset({Role.BUDGET_HOLDER}), PERSON_ID)
PLAN = f"/v1/plans/{PLAN_ID}"
PRICE = {
    "price_id": "pa-hour",
    "text": "Personal assistant, an hour",
    "use": "care.personal",
    "unit": "hour",
    "payee": "personal_assistant",
    "low_pence": 700,
    "usual_pence": 850,
    "high_pence": 1_100,
}
RULES = {"direct_payment": {"agreements": [{"code": "a", "text": "The agreement"}], "conditions": ["Keep statements."]}}
CONTENT: dict[str, Any] = {
    "starts_on": "2009-06-01",
    "ends_on": "2010-05-30",
    "outcomes": [
        {"outcome_id": "mine", "text": "I see my friends."},
        {"outcome_id": "up", "text": "I get up when I want."},
    ],
    "needs": [{"need_id": "wash", "text": "Washing"}],
    "days_of_kind": {"good": 100, "bad": 65},
    "items": [
        {
            "item_id": CARE,
            "text": "Help to wash",
            "use": "care.personal",
            "unit": "hour",
            "unit_pence": 1_250,
            "units": "14",
            "cadence": "weekly",
            "days": ["monday", "tuesday"],
            "hours_each_day": "7",
            "outcome_ids": ["up"],
            "need_ids": ["wash"],
            "payee": {"kind": "agency", "reference": "AG-1", "relation": "not_related", "same_household": False},
            "price_id": "agency-hour",
            "shares": {"adult_social_care": 100},
            "circumstances": {"need_in_plan": True, "within_council_policy": False, "weeks_in_a_year_at_most": 4},
            "exceptions": ["necessity"],
            "other_uses": ["domestic.help"],
            "held": [{"holding_id": "a", "per_cent": 60}, {"holding_id": "b", "per_cent": 40}],
        },
        {
            "item_id": "3f0a5b0e-9a4e-4d1b-8f57-7a6f1f2b3c4d",
            "text": "Care on bad days",
            "use": "care.night",
            "unit": "hour",
            "unit_pence": 900,
            "cadence": "one_off",
            "versions": [{"kind": "bad", "days": 65, "units_each_day": "4.5"}],
            "held": [{"holding_id": "b", "per_cent": 100}],
        },
    ],
    "holdings": [
        {"holding_id": "a", "way": "direct_payment", "payroll_by": "employer", "signed": {"agreement": "2009-05-01"}},
        {"holding_id": "b", "way": "trust", "holder_reference": "TR-9", "payroll_by": "employer"},
    ],
    "if_things_go_wrong": "Ring my sister.",
    "area": "moorland",
}


def as_kept(content: dict[str, Any]) -> dict[str, Any]:
    """What the service keeps of a content; it refuses what it does not know."""
    return Content.model_validate(content).as_kept()


def seen(content: dict[str, Any] | None = None, item_id: str | None = None, **more: Any) -> Seen:
    plan = a_plan("draft", content=as_kept(content or CONTENT))
    asked = {"price": more.pop("price")} if "price" in more else {}
    part = {"item_id": item_id} if item_id else {}
    return Seen(plan, plan_view(plan, None, ""), '"3"', HOLDER, part, asked, {"prices": [PRICE], **more})


@pytest.mark.parametrize("item", CONTENT["items"], ids=lambda item: str(item["text"]))
def test_a_form_that_is_sent_as_it_was_filled_in_changes_nothing(item: dict[str, Any]) -> None:
    at = seen(item_id=item["item_id"])
    body, faults = item_saved(at, item_filled(at))

    assert faults == ()
    assert as_kept(dict(body)) == as_kept(CONTENT)


def test_wishes_and_ways_that_are_sent_as_they_were_change_nothing() -> None:
    at = seen()

    assert as_kept(dict(wishes_saved(at, wishes_filled(at))[0])) == as_kept(CONTENT)
    assert as_kept(dict(holding_saved(at, holding_filled(at))[0])) == as_kept(CONTENT)


def test_another_number_of_hours_no_longer_holds_to_days_of_the_week() -> None:
    at = seen(item_id=CARE)
    body, _ = item_saved(at, defaultdict(str, item_filled(at) | {"units": "10"}))
    kept = as_kept(dict(body))["items"][0]

    assert (kept["units"], kept["days"], kept["hours_each_day"]) == ("10", [], None)
    assert (kept["circumstances"], kept["exceptions"]) == (CONTENT["items"][0]["circumstances"], ["necessity"])


def test_what_differs_by_kind_of_day_is_one_sum_for_all_its_days() -> None:
    at = seen()
    given = {"text": "Night care", "use": "care.night", "price": "60", "unit": "night", "cadence": "weekly"}
    given |= {"days-good": "100", "units-good": "1", "days-bad": "65", "units-bad": "2.5"}
    body, faults = item_saved(at, defaultdict(str, given))

    assert faults == ()
    new = as_kept(dict(body))["items"][-1]
    assert (new["cadence"], new["units"], len(new["versions"])) == ("one_off", None, 2)


def test_a_thing_of_the_catalogue_comes_with_its_price() -> None:
    given = item_filled(seen(price="pa-hour"))

    assert (given["text"], given["price"], given["unit"], given["payee"]) == (
        "Personal assistant",
        "8.50",
        "hour",
        "personal_assistant",
    )


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "x" * 201}, "text"),
        ({"use": ""}, "use"),
        ({"price": "twelve"}, "price"),
        ({"price": "1000000.01"}, "price"),
        ({"units": "0"}, "units"),
        ({"units": "1.234"}, "units"),
        ({"starts_on": "soon"}, "starts_on"),
        ({"days-bad": "2.5", "units-bad": "1", "units": ""}, "days-bad"),
        ({"days-bad": "2", "units": ""}, "units-bad"),
        ({"days-bad": "2", "units-bad": "1"}, "units"),
    ],
)
def test_what_stands_against_an_item_is_told_beside_its_field(given: dict[str, str], field: str) -> None:
    at = seen(item_id=CARE)
    _, faults = item_saved(at, defaultdict(str, item_filled(at) | given))

    assert [fault.field for fault in faults] == [field]


def test_a_wish_that_goes_is_no_longer_served_and_the_others_are() -> None:
    at = seen()
    body, _ = wishes_saved(
        at, defaultdict(str, outcomes="I see my friends.\n\n I learn to swim. ", if_things_go_wrong="")
    )
    kept = as_kept(dict(body))

    assert [each["text"] for each in kept["outcomes"]] == ["I see my friends.", "I learn to swim."]
    assert kept["outcomes"][0]["outcome_id"] == "mine"
    assert [each["outcome_ids"] for each in kept["items"]] == [[], []]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"outcomes": " \n "}, "outcomes"),
        ({"outcomes": "x" * 2001}, "outcomes"),
        ({"outcomes": "\n".join(map(str, range(51)))}, "outcomes"),
        ({"outcomes": "x", "if_things_go_wrong": "x" * 2001}, "if_things_go_wrong"),
    ],
)
def test_what_stands_against_wishes_is_told(given: dict[str, str], field: str) -> None:
    assert [fault.field for fault in wishes_saved(seen(), defaultdict(str, given))[1]] == [field]


def test_a_way_that_goes_leaves_its_items_to_the_first_and_one_that_stays_keeps_what_was_signed() -> None:
    at = seen()
    given = defaultdict(str, {"way-direct_payment": "yes", "payroll_by": "payroll_service"})
    kept = as_kept(dict(holding_saved(at, given)[0]))

    (way,) = kept["holdings"]
    assert (way["holding_id"], way["signed"], way["payroll_by"]) == (
        "a",
        {"agreement": "2009-05-01"},
        "payroll_service",
    )
    assert [each["held"] for each in kept["items"]] == [[], []]


@pytest.mark.parametrize(("given", "field"), [({}, "way"), ({"way-trust": "yes"}, "reference-trust")])
def test_money_is_held_somehow_and_by_somebody(given: dict[str, str], field: str) -> None:
    assert [fault.field for fault in holding_saved(seen(), defaultdict(str, given))[1]] == [field]


def test_a_new_plan_is_empty_or_begins_with_what_holds() -> None:
    days = {"starts_on": "2010-06-01", "ends_on": "2011-05-30"}
    empty, _ = begun(defaultdict(str, days), CONTENT)
    again, _ = begun(defaultdict(str, {**days, "again": "yes"}), as_kept(CONTENT))

    assert empty == days
    kept = as_kept(dict(again))
    assert [each["text"] for each in kept["items"]] == ["Help to wash", "Care on bad days"]
    assert not {each["item_id"] for each in kept["items"]} & {each["item_id"] for each in CONTENT["items"]}
    assert begun(defaultdict(str, {**days, "ends_on": "soon"}), None)[1][0].field == "ends_on"


def fill_planning(stub: StubGateway, plan: dict[str, Any] | None = None) -> dict[str, Any]:
    """A plan that is written, with the council's catalogue and ways; returns it."""
    plan = plan or a_plan("draft", content=as_kept(CONTENT), submission=None)
    fill_plans(stub, plan)
    stub.services.answers["/v1/planning-choices/catalogue"] = {"content": {"prices": [PRICE]}}
    stub.services.answers["/v1/planning-choices/holding"] = {"content": RULES}
    return plan


def takes(stub: StubGateway, status: int = 200, **problem: Any) -> None:
    """Let the service take a change, or refuse it."""
    read = stub.services.answers[PLAN]
    refused = httpx.Response(status, json=problem)
    stub.services.answers[PLAN] = lambda request: (
        read(request) if request.method == "GET" else refused if problem else httpx.Response(200, json={})
    )


async def page_of(stub: StubGateway, path: str, principal: Principal = HOLDER, status: int = 200) -> str:
    async with stub.browser(principal) as client:
        answer = await client.get(path)
    assert answer.status_code == status, answer.text
    return " ".join(answer.text.split())


async def sent(stub: StubGateway, path: str, form: dict[str, str], principal: Principal = HOLDER) -> httpx.Response:
    async with stub.browser(principal) as client:
        return await client.post(f"{PLAN_PAGE}/{path}", data={"key": "once", "etag": '"3"', **form})


def put(stub: StubGateway) -> dict[str, Any]:
    request = next(each for each in reversed(stub.services.asked) if each.method == "PUT")
    assert request.headers["if-match"] == '"3"'
    return as_kept(json.loads(request.content))


async def test_the_plan_leads_to_every_step_of_writing_it_while_it_is_open(stub: StubGateway) -> None:
    fill_planning(stub)
    text = await page_of(stub, PLAN_PAGE)
    for path in ("items/catalogue", f"items/{CARE}", f"items/{CARE}/removal", "wishes", "money", "submission"):
        assert f'href="{PLAN_PAGE}/{path}"' in text

    fill_planning(stub, a_plan("submitted"))
    assert f'href="{PLAN_PAGE}/items' not in await page_of(stub, PLAN_PAGE)


async def test_the_catalogue_tells_prices_and_leads_to_the_form(stub: StubGateway) -> None:
    fill_planning(stub)

    assert "Usually £8.50, from £7.00 to £11.00" in await page_of(stub, f"{PLAN_PAGE}/items/catalogue")
    form = await page_of(stub, f"{PLAN_PAGE}/items/new?price=pa-hour")
    assert 'value="8.50"' in form
    assert "usually costs £8.50" in form


async def test_without_its_catalogue_and_its_ways_a_plan_can_still_be_written(stub: StubGateway) -> None:
    fill_planning(stub)
    for name in ("catalogue", "holding"):
        del stub.services.answers[f"/v1/planning-choices/{name}"]

    assert "Something else" in await page_of(stub, f"{PLAN_PAGE}/items/catalogue")
    assert "What is it?" in await page_of(stub, f"{PLAN_PAGE}/items/new")
    assert "Its conditions cannot be shown" in await page_of(stub, f"{PLAN_PAGE}/money")


async def test_an_item_is_added_to_the_version_that_was_seen(stub: StubGateway) -> None:
    fill_planning(stub)
    takes(stub)
    form = {
        "text": "A season ticket",
        "use": "leisure.activity",
        "price": "£120",
        "unit": "item",
        "outcome-mine": "yes",
    }
    answer = await sent(stub, "items/new", form)

    assert (answer.status_code, answer.headers["location"]) == (303, f"{PLAN_PAGE}?done=item")
    new = put(stub)["items"][-1]
    assert (new["text"], new["unit_pence"], new["outcome_ids"]) == ("A season ticket", 12_000, ["mine"])


async def test_an_item_is_taken_out(stub: StubGateway) -> None:
    fill_planning(stub)
    takes(stub)

    assert "Take “Help to wash” out of the plan?" in await page_of(stub, f"{PLAN_PAGE}/items/{CARE}/removal")
    answer = await sent(stub, f"items/{CARE}/removal", {})
    assert answer.headers["location"] == f"{PLAN_PAGE}?done=removal"
    assert [each["text"] for each in put(stub)["items"]] == ["Care on bad days"]


async def test_ways_of_holding_are_told_with_their_conditions_and_chosen(stub: StubGateway) -> None:
    fill_planning(stub)
    takes(stub)
    text = await page_of(stub, f"{PLAN_PAGE}/money")

    assert "Keep statements." in text
    assert "The agreement" in text
    await sent(stub, "money", {"way-council_managed": "yes"})
    assert [each["way"] for each in put(stub)["holdings"]] == ["council_managed"]


async def test_what_stands_against_a_form_is_told_and_nothing_is_lost(stub: StubGateway) -> None:
    fill_planning(stub)
    answer = await sent(stub, f"items/{CARE}", {"text": "A <thing>", "price": "dear"})

    assert answer.status_code == 422
    assert 'href="#use"' in answer.text
    assert 'href="#price"' in answer.text
    assert "A &lt;thing&gt;" in answer.text
    assert all(request.method == "GET" for request in stub.services.asked)


async def test_a_plan_that_changed_meanwhile_is_changed_as_it_is_now(stub: StubGateway) -> None:
    fill_planning(stub)
    takes(stub, 412, title="It changed in the meantime")
    form = {"text": "Swimming", "use": "leisure.activity", "etag": '"2"'}
    answer = await sent(stub, "items/new", form)

    assert answer.status_code == 412
    assert "It changed in the meantime" in answer.text
    assert 'name="etag" value="&#34;3&#34;"' in answer.text
    assert 'value="Swimming"' in answer.text


async def test_a_person_begins_a_plan_for_the_days_of_their_money(stub: StubGateway) -> None:
    plans = f"/v1/people/{PERSON_ID}/plans"
    fill_planning(stub)
    stub.services.answers[plans] = lambda request: (
        httpx.Response(200, json={"plans": [], "in_force": None})
        if request.method == "GET"
        else httpx.Response(201, json=a_plan("draft"))
    )
    fund = {"starts_on": "2009-06-01", "ends_on": "2010-05-30"}
    stub.services.answers[f"/v1/people/{PERSON_ID}/budget"] = {"funds": [fund]}

    assert f"/people/{PERSON_ID}/plans/new" in await page_of(stub, f"/people/{PERSON_ID}/plans")
    text = await page_of(stub, f"/people/{PERSON_ID}/plans/new")
    assert 'value="2009-06-01"' in text
    assert 'value="2010-05-30"' in text
    async with stub.browser(HOLDER) as client:
        answer = await client.post(f"/people/{PERSON_ID}/plans/new", data={"key": "once", **fund})
    assert answer.headers["location"] == f"{PLAN_PAGE}?done=begun"


async def test_nobody_begins_a_second_plan_beside_an_open_one(stub: StubGateway) -> None:
    fill_planning(stub)

    assert "plans/new" not in await page_of(stub, f"/people/{PERSON_ID}/plans")


@pytest.mark.parametrize("path", ["items/new", f"items/{CARE}", f"items/{CARE}/removal", "wishes", "money"])
async def test_writing_is_for_the_person_and_the_office_and_sent_from_here_alone(path: str, stub: StubGateway) -> None:
    fill_planning(stub)
    await page_of(stub, f"{PLAN_PAGE}/{path}", PRACTITIONER)
    await page_of(stub, f"{PLAN_PAGE}/{path}", AUDITOR, status=403)
    async with stub.browser(HOLDER) as client:
        answer = await client.post(f"{PLAN_PAGE}/{path}", data={}, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403


async def test_an_item_that_is_not_in_the_plan_is_not_there(stub: StubGateway) -> None:
    fill_planning(stub)
    for path in ("items/00000000-0000-4000-8000-000000000000", "items/nothing/removal"):
        await page_of(stub, f"{PLAN_PAGE}/{path}", status=404)
        assert (await sent(stub, path, {"text": "x", "use": "leisure.activity"})).status_code == 404


async def test_the_person_hands_in_without_what_a_practitioner_alone_may_ask(stub: StubGateway) -> None:
    fill_planning(stub)
    stub.services.answers[f"{PLAN}/submission"] = a_plan()
    form = {"submitted_on": "2009-06-02", "why_though_not_payable": "I want it."}

    assert "why_though_not_payable" not in await page_of(stub, f"{PLAN_PAGE}/submission")
    assert (await sent(stub, "submission", form)).status_code == 303
    asked = next(each for each in reversed(stub.services.asked) if each.method == "POST")
    assert json.loads(asked.content)["why_though_not_payable"] is None
