"""The pages of support plans: who pays for what and why not, the queue, decisions with their written reasons."""

import json

import httpx
import pytest

from braid.kit.identity import Principal
from tests.gateway.doubles import PRACTITIONER, StubGateway
from tests.gateway.payments import APPROVER
from tests.gateway.plans import PLAN_ID, PLAN_PAGE, a_check, a_plan, fill_plans
from tests.gateway.test_acting_pages import HOLDER
from tests.gateway.whole import PERSON_ID

DECISION = {
    "decision": "refuse",
    "reasons": "Two agencies are cheaper.",
    "decided_on": "2009-06-03",
    "declares": "yes",
    "etag": '"3"',
    "key": "once",
}
HANDED_IN = {"submitted_on": "2009-06-02", "positive_risk": "yes", "etag": '"3"', "key": "once"}


async def page_of(stub: StubGateway, path: str, principal: Principal = APPROVER) -> str:
    async with stub.browser(principal) as client:
        answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return " ".join(answer.text.split())


async def sent(stub: StubGateway, path: str, form: dict[str, str], principal: Principal = APPROVER) -> httpx.Response:
    async with stub.browser(principal) as client:
        return await client.post(path, data=form)


def posted(stub: StubGateway) -> httpx.Request:
    return next(request for request in reversed(stub.services.asked) if request.method == "POST")


async def test_the_queue_tells_why_each_plan_goes_where(stub: StubGateway) -> None:
    fill_plans(stub)
    text = await page_of(stub, "/approvals")

    assert f'href="{PLAN_PAGE}">Ada Lovelace' in text
    for told in ("£9,540.00", "Team manager", "1 question has to be answered in writing", "2 June 2009"):
        assert told in text


async def test_an_empty_queue_says_so(stub: StubGateway) -> None:
    stub.services.answers["/v1/plans-to-approve"] = {"plans": []}

    assert "No plan waits for a decision." in await page_of(stub, "/approvals")


async def test_a_plan_tells_item_by_stream_what_is_paid_and_what_is_not_and_why(stub: StubGateway) -> None:
    fill_plans(stub)
    text = await page_of(stub, PLAN_PAGE)

    assert '<td class="pays">Pays £1,300.00</td>' in text
    assert '<td class="not">Not allowed: Leisure is not care.</td>' in text
    for told in (
        "The plan cannot be paid for as it is",
        "No stream pays for it.",
        "Leave it out.",
        "I see my friends.",
    ):
        assert told in text


async def test_a_plan_is_shown_without_its_check_while_that_is_away(stub: StubGateway) -> None:
    fill_plans(stub)
    del stub.services.answers[f"/v1/plans/{PLAN_ID}/check"]
    text = await page_of(stub, PLAN_PAGE)

    assert "The check cannot be shown for the moment" in text
    assert "Help to wash" in text


async def test_a_decision_is_shown_with_its_reasons(stub: StubGateway) -> None:
    decision = {"decided_on": "2009-06-03", "decided_by": "approver:x", "reasons": "Too dear.", "answers": {}}
    fill_plans(stub, a_plan("refused", decision=decision))
    text = await page_of(stub, PLAN_PAGE)

    assert "Refused on 3 June 2009 by approver:x." in text
    assert "Too dear." in text
    assert f"{PLAN_PAGE}/decision" not in text


async def test_a_persons_plans_are_listed(stub: StubGateway) -> None:
    fill_plans(stub)

    assert f'href="{PLAN_PAGE}">Support plan 1' in await page_of(stub, f"/people/{PERSON_ID}/plans", PRACTITIONER)


@pytest.mark.parametrize(
    ("principal", "state", "path", "status"),
    [
        (APPROVER, "submitted", "decision", 200),
        (APPROVER, "draft", "decision", 403),
        (PRACTITIONER, "submitted", "decision", 403),
        (PRACTITIONER, "draft", "submission", 200),
        (PRACTITIONER, "submitted", "submission", 403),
        (APPROVER, "draft", "submission", 403),
    ],
)
async def test_each_form_is_for_those_who_may_fill_it_in_now(
    principal: Principal, state: str, path: str, status: int, stub: StubGateway
) -> None:
    fill_plans(stub, a_plan(state))
    async with stub.browser(principal) as client:
        assert (await client.get(f"{PLAN_PAGE}/{path}")).status_code == status


async def test_a_refusal_goes_out_with_its_reasons_on_the_version_that_was_seen(stub: StubGateway) -> None:
    fill_plans(stub)
    stub.services.answers[f"/v1/plans/{PLAN_ID}/decision"] = a_plan("refused")
    answer = await sent(stub, f"{PLAN_PAGE}/decision", DECISION)

    assert (answer.status_code, answer.headers["location"]) == (303, f"{PLAN_PAGE}?done=decision")
    asked = posted(stub)
    assert (asked.headers["if-match"], asked.headers["idempotency-key"]) == ('"3"', "once")
    assert json.loads(asked.content) == {
        "decision": "refuse",
        "reasons": "Two agencies are cheaper.",
        "decided_on": "2009-06-03",
        "answers": {},
        "effective_from": None,
        "declares_no_interest": True,
    }


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"decision": ""}, "decision"),
        ({"reasons": "  "}, "reasons"),
        ({"decided_on": "yesterday"}, "decided_on"),
        ({"declares": ""}, "declares"),
        ({"decision": "approve"}, "answer-positive_risk"),
        ({"effective_from": "later"}, "effective_from"),
    ],
)
async def test_what_a_decision_lacks_is_told_and_nothing_is_lost(
    change: dict[str, str], field: str, stub: StubGateway
) -> None:
    fill_plans(stub)
    answer = await sent(stub, f"{PLAN_PAGE}/decision", {**DECISION, **change})

    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert f'id="{field}"' in answer.text
    assert "reasons" in change or "Two agencies are cheaper." in answer.text
    assert all(request.method == "GET" for request in stub.services.asked)


async def test_a_plan_that_changed_meanwhile_is_decided_on_as_it_is_now(stub: StubGateway) -> None:
    fill_plans(stub, a_plan(version=4))
    refused = httpx.Response(412, json={"title": "It changed in the meantime"}, headers={"etag": '"4"'})
    stub.services.answers[f"/v1/plans/{PLAN_ID}/decision"] = lambda _: refused
    answer = await sent(stub, f"{PLAN_PAGE}/decision", {**DECISION, "etag": '"2"'})

    assert answer.status_code == 412
    assert "It changed in the meantime" in answer.text
    assert 'name="etag" value="&#34;3&#34;"' in answer.text


async def test_somebody_without_a_limit_is_told_so(stub: StubGateway) -> None:
    fill_plans(stub)
    problem = {"title": "You may not decide on this plan", "errors": [{"name": "no_grant", "message": "No limit."}]}
    stub.services.answers[f"/v1/plans/{PLAN_ID}/decision"] = lambda _: httpx.Response(403, json=problem)
    answer = await sent(stub, f"{PLAN_PAGE}/decision", DECISION)

    assert answer.status_code == 403
    assert "You may not decide on this plan: No limit." in answer.text


async def test_a_plan_is_handed_in_with_its_risks(stub: StubGateway) -> None:
    fill_plans(stub, a_plan("draft", submission=None))
    stub.services.answers[f"/v1/plans/{PLAN_ID}/submission"] = a_plan()
    answer = await sent(stub, f"{PLAN_PAGE}/submission", HANDED_IN, PRACTITIONER)

    assert answer.status_code == 303
    assert json.loads(posted(stub).content) == {
        "submitted_on": "2009-06-02",
        "risks": ["positive_risk"],
        "asks_for_less": False,
        "judged": [],
        "why_though_not_payable": None,
    }


def difference(name: str, direction: str) -> dict[str, object]:
    told = {"part": "need", "name": name, "label": f"The label of {name}", "domain": None, "direction": direction}
    return {**told, "then": ["hurt_myself"], "now": ["get_lost"]}


CHANGED = {"then": None, "now": None, "is_reassessed": True}
NEEDS = {**CHANGED, "differences": [difference("risks", "other"), difference("nights", "less")]}
JUDGED = {"judged-need-risks": "less", "because-need-risks": "The door is mended."}


async def test_a_practitioner_judges_what_cannot_be_ranked_where_the_plan_is_handed_in(stub: StubGateway) -> None:
    fill_plans(stub, a_plan("draft", submission=None), a_check(needs=NEEDS))
    stub.services.answers[f"/v1/plans/{PLAN_ID}/submission"] = a_plan()
    page = await page_of(stub, f"{PLAN_PAGE}/submission", PRACTITIONER)
    answer = await sent(stub, f"{PLAN_PAGE}/submission", {**HANDED_IN, **JUDGED}, PRACTITIONER)

    assert "Then: hurt myself. Now: get lost." in page
    assert "The label of nights" not in page
    assert answer.status_code == 303
    word = {"part": "need", "name": "risks", "is_less": True, "because": "The door is mended."}
    assert json.loads(posted(stub).content)["judged"] == [word]


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ({"judged-need-risks": ""}, "Select whether it is less need: the label of risks"),
        ({"because-need-risks": ""}, "Enter why: the label of risks"),
        ({"because-need-risks": "x" * 2_001}, "The reason must be 2,000 characters or fewer"),
    ],
)
async def test_a_judgement_without_its_reason_is_told_beside_its_field(
    form: dict[str, str], fault: str, stub: StubGateway
) -> None:
    fill_plans(stub, a_plan("draft", submission=None), a_check(needs=NEEDS))
    answer = await sent(stub, f"{PLAN_PAGE}/submission", {**HANDED_IN, **JUDGED, **form}, PRACTITIONER)

    assert answer.status_code == 422
    assert answer.text.count(fault) == 2


async def test_a_judgement_is_not_lost_while_what_changed_cannot_be_looked_up(stub: StubGateway) -> None:
    fill_plans(stub, a_plan("draft", submission=None))
    stub.services.answers[f"/v1/plans/{PLAN_ID}/check"] = lambda _: httpx.Response(503, json={})
    answer = await sent(stub, f"{PLAN_PAGE}/submission", {**HANDED_IN, **JUDGED}, PRACTITIONER)

    assert answer.status_code == 422
    assert "cannot be looked up for the moment" in answer.text


async def test_the_person_judges_nothing_of_their_own_needs(stub: StubGateway) -> None:
    fill_plans(stub, a_plan("draft", submission=None), a_check(needs=NEEDS))
    stub.services.answers[f"/v1/plans/{PLAN_ID}/submission"] = a_plan()
    page = await page_of(stub, f"{PLAN_PAGE}/submission", HOLDER)
    await sent(stub, f"{PLAN_PAGE}/submission", {**HANDED_IN, **JUDGED}, HOLDER)

    assert "no rule can rank" not in page
    assert json.loads(posted(stub).content)["judged"] == []


@pytest.mark.parametrize("path", [PLAN_PAGE, f"{PLAN_PAGE}/decision"])
async def test_what_was_judged_is_read_by_the_approver_and_the_person(path: str, stub: StubGateway) -> None:
    word = {"part": "need", "name": "risks", "is_less": True, "because": "The door is mended."}
    told = a_plan()
    fill_plans(stub, {**told, "submission": {**told["submission"], "judged_needs": [word]}}, a_check(needs=NEEDS))

    for principal in (APPROVER, HOLDER) if path == PLAN_PAGE else (APPROVER,):
        text = await page_of(stub, path, principal)
        assert "The label of risks: it is less need" in text
        assert "The door is mended." in text


async def test_what_stops_a_plan_is_told_where_it_is_handed_in(stub: StubGateway) -> None:
    fill_plans(stub, a_plan("draft", submission=None))
    problem = {"title": "Something stops the plan", "errors": [{"name": "x", "message": "No stream pays for it."}]}
    stub.services.answers[f"/v1/plans/{PLAN_ID}/submission"] = lambda _: httpx.Response(422, json=problem)
    answer = await sent(stub, f"{PLAN_PAGE}/submission", HANDED_IN, PRACTITIONER)

    assert answer.status_code == 422
    assert "Something stops the plan: No stream pays for it." in answer.text


@pytest.mark.parametrize("path", ["decision", "submission"])
async def test_forms_of_another_site_are_refused(path: str, stub: StubGateway) -> None:
    fill_plans(stub)
    async with stub.browser(APPROVER) as client:
        answer = await client.post(f"{PLAN_PAGE}/{path}", data=DECISION, headers={"sec-fetch-site": "cross-site"})

    assert answer.status_code == 403
    assert all(request.method == "GET" for request in stub.services.asked)


async def test_script_in_a_plan_is_shown_as_text(stub: StubGateway) -> None:
    plan = a_plan()
    plan["content"]["items"][0]["text"] = "<script>alert(1)</script>"
    plan["content"]["outcomes"][0]["text"] = "<img src=x onerror=alert(1)>"
    fill_plans(stub, plan)
    text = await page_of(stub, PLAN_PAGE)

    assert "<script" not in text
    assert "<img src=x" not in text
