"""Money to look at: questions about spending answered, alerts, what payments lack, recoveries decided by two people."""

import json
from typing import Any

import httpx
import pytest

from braid.kit.identity import Principal, Role
from gateway.development_issuer import EXAMPLE_COUNCIL
from tests.gateway.doubles import AUDITOR, PRACTITIONER, StubGateway
from tests.gateway.payments import APPROVER, FINANCE, OTHER_FINANCE
from tests.gateway.whole import PERSON_ID, person

HOLDER = Principal("budget_holder:test", EXAMPLE_COUNCIL, frozenset({Role.BUDGET_HOLDER}), PERSON_ID)
QUERY_ID, SPEND_ID = "1f0e8e1a-6a1f-5a52-8a43-0d7b3c1c7a01", "1f0e8e1a-6a1f-5a52-8a43-0d7b3c1c7a02"
ITEM_ID, FUND_ID = "1f0e8e1a-6a1f-5a52-8a43-0d7b3c1c7a03", "1f0e8e1a-6a1f-5a52-8a43-0d7b3c1c7a04"
RECOVERY_ID = "1f0e8e1a-6a1f-5a52-8a43-0d7b3c1c7a05"
HOME, BUDGET = f"/v1/people/{PERSON_ID}", f"/v1/people/{PERSON_ID}/budget"
MONEY = f"/people/{PERSON_ID}/money"
QUERY = f"/people/{PERSON_ID}/queries/{QUERY_ID}"
RECOVERY = f"/people/{PERSON_ID}/recoveries/{RECOVERY_ID}"
TERMS = {
    "instalments": "3",
    "every": "month",
    "notice_on": "2009-07-01",
    "reply_by": "2009-07-29",
    "first_due_on": "2009-08-12",
}


def a_query(**other: Any) -> dict[str, Any]:
    return {
        "query_id": QUERY_ID,
        "spend_id": SPEND_ID,
        "kind": "no_item",
        "pence": 8_450,
        "reasons": ["No item of the plan fits £84.50 to Corner Garage on 2009-06-01."],
        "owner": "practitioner",
        "raised_on": "2009-06-03",
        "due_on": "2009-07-01",
        "answer": None,
        "history": [{"on": "2009-06-03", "by": "", "words": "Asked of the practitioner."}],
        "recovery_id": None,
        **other,
    }


def a_recovery(state: str = "proposed", **other: Any) -> dict[str, Any]:
    return {
        "recovery_id": RECOVERY_ID,
        "fund_id": FUND_ID,
        "stream": "adult_social_care",
        "pence": 12_050,
        "reason": "Money was left at the end of the year",
        "author": FINANCE.subject,
        "decided_by": None if state == "proposed" else OTHER_FINANCE.subject,
        "state": state,
        "received_pence": 0,
        "let_off_pence": 0,
        "owed_pence": 0 if state == "proposed" else 12_050,
        "notice_on": "2009-07-01",
        "reply_by": "2009-07-29",
        "instalments": [] if state == "proposed" else [{"number": 1, "pence": 12_050, "due_on": "2009-08-12"}],
        **other,
    }


ALERT = {
    "alert_id": QUERY_ID,
    "budget_id": QUERY_ID,
    "kind": "overspend",
    "about": FUND_ID,
    "text": "The fund will be spent by 2009-11-01",
    "pence": 50_000,
    "raised_on": "2009-06-03",
    "cleared_on": None,
}
MATTER = {
    "matter_id": QUERY_ID,
    "person_id": str(PERSON_ID),
    "code": "account_missing",
    "words": "No account is known to pay into",
    "recorded_at": "2009-06-03T10:00:00Z",
}


def fill(stub: StubGateway, query: dict[str, Any] | None = None, recovery: dict[str, Any] | None = None) -> None:
    """A person with a question, an alert, something missing and a recovery."""
    query = query or a_query()
    spend = {"spend_id": SPEND_ID, "pence": 8_450, "payee": "Corner Garage", "value_date": "2009-06-01"}
    stub.services.answers.update(
        {
            HOME: person(),
            "/v1/people:search": {"people": [person()], "next": None},
            BUDGET: {"funds": [{"fund_id": FUND_ID, "stream": "adult_social_care"}]},
            f"{BUDGET}/queries": {"queries": [query], "next": None},
            f"{BUDGET}/spends": {"spends": [{**spend, "reference": ""}], "next": None},
            f"{BUDGET}/items": {"items": [{"item_id": ITEM_ID, "text": "Swimming"}]},
            f"{BUDGET}/standing": {"alerts": [ALERT]},
            f"{HOME}/payment-matters": {"matters": [MATTER], "next": None},
            f"{HOME}/recoveries": {"recoveries": [recovery or a_recovery()]},
            "/v1/spending-queries": {"queries": [{**query, "person_id": str(PERSON_ID)}], "next": None},
            "/v1/budget-alerts": {"alerts": [{**ALERT, "person_id": str(PERSON_ID)}], "next": None},
            "/v1/payment-matters": {"matters": [MATTER], "next": None},
        }
    )


async def page_of(stub: StubGateway, path: str, principal: Principal = FINANCE, status: int = 200) -> str:
    async with stub.browser(principal) as client:
        answer = await client.get(path)
    assert answer.status_code == status, answer.text
    return " ".join(answer.text.split())


async def sent(stub: StubGateway, path: str, principal: Principal = FINANCE, /, **form: str) -> httpx.Response:
    async with stub.browser(principal) as client:
        return await client.post(path, data={"key": "once", "on": "2009-07-01", **form})


def last_posted(stub: StubGateway) -> httpx.Request:
    return next(
        request
        for request in reversed(stub.services.asked)
        if request.method == "POST" and request.url.path != "/v1/people:search"
    )


def nothing_changed(stub: StubGateway) -> bool:
    return all(request.method == "GET" or request.url.path == "/v1/people:search" for request in stub.services.asked)


async def test_open_questions_are_listed_with_whose_turn_it_is_and_which_are_late(stub: StubGateway) -> None:
    fill(stub)
    text = await page_of(stub, "/money/queries?owner=practitioner")

    assert f'<a href="{QUERY}">Ada Lovelace</a>' in text
    assert "Nothing in the plan fits" in text
    assert "Overdue" in text
    asked = next(each for each in stub.services.asked if each.url.path == "/v1/spending-queries")
    assert dict(asked.url.params) == {"owner": "practitioner", "is_open": "true", "most": "25"}


async def test_a_list_that_does_not_tell_whose_it_is_is_shown_all_the_same(stub: StubGateway) -> None:
    fill(stub)
    stub.services.answers["/v1/spending-queries"] = {"queries": [a_query()], "next": "c=="}
    stub.services.answers["/v1/budget-alerts"] = {"alerts": [ALERT], "next": None}

    text = await page_of(stub, "/money/queries?state=answered&owner=nobody-we-know")
    assert "Not told by the list" in text
    assert 'href="/money/queries?state=answered&amp;after=c%3D%3D"' in text
    assert "Not told by the list" in await page_of(stub, "/money/alerts")


async def test_alerts_and_what_payments_lack_lead_to_the_person(stub: StubGateway) -> None:
    fill(stub)

    alerts, matters = await page_of(stub, "/money/alerts"), await page_of(stub, "/money/matters")
    assert f'<a href="{MONEY}">Ada Lovelace</a>' in alerts
    assert "The fund will be spent by 1 November 2009." in alerts
    assert f'<a href="{MONEY}">Ada Lovelace</a>' in matters
    assert "No account is known to pay into." in matters


async def test_everything_around_one_persons_money_is_on_one_page(stub: StubGateway) -> None:
    fill(stub)
    text = await page_of(stub, MONEY)

    for told in (QUERY, RECOVERY, "The fund will be spent by 1 November 2009.", "No account is known to pay into."):
        assert told in text
    assert "Propose to ask money back" in text
    assert "Propose to ask money back" not in await page_of(stub, MONEY, PRACTITIONER)


async def test_who_has_no_budget_has_nothing_to_look_at(stub: StubGateway) -> None:
    stub.services.answers[HOME] = person()

    assert "No budget is open for Ada Lovelace" in await page_of(stub, MONEY)


@pytest.mark.parametrize(
    ("kind", "offered"),
    [
        ("no_item", ["attribute", "personal_money", "pay_back", "write_off"]),
        ("maybe_told_twice", ["same_payment", "attribute", "personal_money", "pay_back", "write_off"]),
        ("line_changed", ["keep_as_it_was", "take_the_change"]),
    ],
)
async def test_a_question_takes_the_answers_of_its_kind(kind: str, offered: list[str], stub: StubGateway) -> None:
    fill(stub, a_query(kind=kind))
    text = await page_of(stub, QUERY)

    assert "£84.50 to Corner Garage on 1 June 2009." in text
    assert [code for code in offered if f'value="{code}"' not in text] == []
    assert text.count('type="radio"') == len(offered)


async def test_without_items_nothing_can_be_attributed_to_one(stub: StubGateway) -> None:
    fill(stub)
    stub.services.answers[f"{BUDGET}/items"] = {"items": []}

    assert 'value="attribute"' not in await page_of(stub, QUERY)


async def test_an_auditor_reads_a_question_and_answers_none(stub: StubGateway) -> None:
    fill(stub)

    assert 'type="radio"' not in await page_of(stub, QUERY, AUDITOR)
    assert (await sent(stub, f"{QUERY}/answer", AUDITOR, answer="personal_money")).status_code == 403


async def test_choosing_no_answer_is_told_at_the_choice(stub: StubGateway) -> None:
    fill(stub)

    assert '<a href="#answer">Select which answer it is</a>' in await page_of(stub, f"{QUERY}/answer", status=422)


@pytest.mark.parametrize(
    ("form", "body"),
    [
        (
            {"answer": "attribute", f"share-{ITEM_ID}": "£80"},
            {"reason": "", "shares": [{"item_id": ITEM_ID, "pence": 8_000}]},
        ),
        ({"answer": "personal_money", "reason": "It was\na present."}, {"reason": "It was a present."}),
        ({"answer": "write_off", "fund_id": FUND_ID, "reason": "Lost."}, {"reason": "Lost.", "fund_id": FUND_ID}),
        (
            {"answer": "pay_back", "fund_id": FUND_ID, "reason": "Not for support.", **TERMS},
            {"reason": "Not for support.", "fund_id": FUND_ID, "pay_back": {**TERMS, "instalments": 3}},
        ),
    ],
)
async def test_an_answer_goes_to_the_ledger_as_it_was_given(
    form: dict[str, str], body: dict[str, Any], stub: StubGateway
) -> None:
    fill(stub)
    answered = a_query(answer=None if form["answer"] == "write_off" else form["answer"])
    stub.services.answers[f"{BUDGET}/queries/{QUERY_ID}/answer"] = {"queries": [answered]}
    answer = await sent(stub, f"{QUERY}/answer", **form)

    done = {"write_off": "proposed-write-off", "pay_back": "recovery"}.get(form["answer"], "answered")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{MONEY}?done={done}")
    asked = last_posted(stub)
    assert asked.headers["idempotency-key"] == "once"
    assert json.loads(asked.content) == {"answer": form["answer"], "on": "2009-07-01", **body}


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"answer": "attribute"}, f"share-{ITEM_ID}"),
        ({"answer": "attribute", f"share-{ITEM_ID}": "some"}, f"share-{ITEM_ID}"),
        ({"answer": "attribute", f"share-{ITEM_ID}": "1e50"}, f"share-{ITEM_ID}"),
        ({"answer": "write_off", "fund_id": FUND_ID}, "reason"),
        ({"answer": "write_off", "reason": "Lost."}, "fund_id"),
        ({"answer": "pay_back", "fund_id": FUND_ID, "reason": "x" * 501, **TERMS}, "reason"),
        ({"answer": "pay_back", "fund_id": FUND_ID, "reason": "x", **TERMS, "instalments": "9" * 5_000}, "instalments"),
        ({"answer": "pay_back", "fund_id": FUND_ID, "reason": "x", **TERMS, "every": "day"}, "every"),
        ({"answer": "pay_back", "fund_id": FUND_ID, "reason": "x", **TERMS, "reply_by": "2009-08-12"}, "reply_by"),
        ({"answer": "personal_money", "on": "soon"}, "on"),
    ],
)
async def test_an_answer_that_cannot_be_read_is_told_at_its_field_and_nothing_is_typed_again(
    form: dict[str, str], field: str, stub: StubGateway
) -> None:
    fill(stub)
    answer = await sent(stub, f"{QUERY}/answer", **form)

    assert answer.status_code == 422
    assert f'<a href="#{field}">' in answer.text
    assert f'id="{field}"' in answer.text
    assert "<title>Error: " in answer.text
    assert [value for name, value in form.items() if name != "every" and value not in answer.text] == []
    assert nothing_changed(stub)


async def test_what_the_ledger_refuses_is_told_in_its_words(stub: StubGateway) -> None:
    fill(stub)
    problem = {"title": "A second person has to do this", "detail": "somebody else has to decide what you proposed"}
    stub.services.answers[f"{BUDGET}/queries/{QUERY_ID}/answer"] = lambda _: httpx.Response(403, json=problem)
    answer = await sent(stub, f"{QUERY}/answer", answer="write_off", fund_id=FUND_ID, reason="Lost.")

    assert answer.status_code == 403
    assert "A second person has to do this: somebody else has to decide what you proposed" in answer.text


async def test_a_recovery_is_proposed_with_notice_reply_and_instalments(stub: StubGateway) -> None:
    fill(stub)
    stub.services.answers[f"{HOME}/recoveries"] = lambda request: httpx.Response(
        201 if request.method == "POST" else 200, json={"recoveries": [a_recovery()]}
    )
    form = {"fund_id": FUND_ID, "pence": "120.50", "reason": "Left over.", **TERMS}
    answer = await sent(stub, f"/people/{PERSON_ID}/recoveries/new", **form)

    assert answer.headers["location"] == f"{MONEY}?done=recovery"
    told = {"fund_id": FUND_ID, "pence": 12_050, "reason": "Left over.", **TERMS, "instalments": 3}
    assert json.loads(last_posted(stub).content) == told


@pytest.mark.parametrize(
    ("state", "principal", "steps"),
    [
        ("proposed", FINANCE, set()),
        ("proposed", OTHER_FINANCE, {"decision"}),
        ("proposed", APPROVER, {"decision"}),
        ("proposed", AUDITOR, set()),
        ("decided", FINANCE, {"receipt", "appeal", "write-off"}),
        ("decided", APPROVER, {"appeal", "write-off"}),
        ("decided", PRACTITIONER, set()),
        ("appealed", OTHER_FINANCE, {"appeal-outcome"}),
        ("ended", FINANCE, set()),
    ],
)
async def test_each_step_of_a_recovery_is_offered_to_those_who_may_take_it(
    state: str, principal: Principal, steps: set[str], stub: StubGateway
) -> None:
    fill(stub, recovery=a_recovery(state))
    text = await page_of(stub, RECOVERY, principal)

    every = {"decision", "receipt", "appeal", "appeal-outcome", "write-off"}
    assert {step for step in every if f'href="{RECOVERY}/{step}"' in text} == steps


async def test_whoever_proposed_a_recovery_is_told_that_somebody_else_decides(stub: StubGateway) -> None:
    fill(stub)

    assert "You proposed it, so somebody else decides." in await page_of(stub, RECOVERY)
    await page_of(stub, f"{RECOVERY}/decision", status=404)


@pytest.mark.parametrize(
    ("step", "state", "form", "path", "body"),
    [
        ("decision", "proposed", {}, "decision", {}),
        ("appeal", "decided", {"reason": "I saved it."}, "appeal", {"reason": "I saved it."}),
        (
            "appeal-outcome",
            "appealed",
            {"reason": "Half is right.", "let_off": "0"},
            "appeal/outcome",
            {"reason": "Half is right.", "let_off_pence": 0},
        ),
        (
            "write-off",
            "decided",
            {"reason": "Hardship.", "pence": "20"},
            "write-off",
            {"reason": "Hardship.", "pence": 2_000},
        ),
        (
            "receipt",
            "decided",
            {"pence": "40.17", "reference": "R 1"},
            "receipts",
            {"pence": 4_017, "reference": "R 1"},
        ),
    ],
)
async def test_a_step_is_taken_as_it_was_written_down(
    step: str, state: str, form: dict[str, str], path: str, body: dict[str, Any], stub: StubGateway
) -> None:
    fill(stub, recovery=a_recovery(state))
    await page_of(stub, f"{RECOVERY}/{step}", OTHER_FINANCE)
    stub.services.answers[f"/v1/recoveries/{RECOVERY_ID}/{path}"] = a_recovery("decided")
    answer = await sent(stub, f"{RECOVERY}/{step}", OTHER_FINANCE, **form)

    assert answer.headers["location"] == f"{RECOVERY}?done={step}"
    assert json.loads(last_posted(stub).content) == {"on": "2009-07-01", **body}


@pytest.mark.parametrize(
    ("step", "form", "field"),
    [
        ("decision", {"on": ""}, "on"),
        ("appeal", {}, "reason"),
        ("appeal-outcome", {"reason": "x"}, "let_off"),
        ("write-off", {"reason": "x", "pence": "0"}, "pence"),
        ("receipt", {"pence": "5"}, "reference"),
    ],
)
async def test_a_step_that_is_not_whole_is_told_at_its_field(
    step: str, form: dict[str, str], field: str, stub: StubGateway
) -> None:
    fill(stub, recovery=a_recovery("decided"))
    answer = await sent(stub, f"{RECOVERY}/{step}", **form)

    assert answer.status_code == 422
    assert f'<a href="#{field}">' in answer.text
    assert nothing_changed(stub)


@pytest.mark.parametrize("path", ["/money/queries", "/money/alerts", "/money/matters", MONEY, QUERY, RECOVERY])
async def test_these_pages_are_for_staff(path: str, stub: StubGateway) -> None:
    fill(stub)

    await page_of(stub, path, HOLDER, status=403)


@pytest.mark.parametrize("path", [f"{QUERY}/answer", f"/people/{PERSON_ID}/recoveries/new", f"{RECOVERY}/decision"])
async def test_forms_of_another_site_are_refused(path: str, stub: StubGateway) -> None:
    fill(stub)
    async with stub.browser(FINANCE) as client:
        answer = await client.post(path, data={"answer": "personal_money"}, headers={"sec-fetch-site": "cross-site"})

    assert answer.status_code == 403
    assert nothing_changed(stub)
