"""The pages of payment runs: each step offered to whom it is for, told when it is refused, and sent once."""

import json
import re
from typing import Any

import httpx
import pytest

from braid.kit.identity import Principal
from tests.gateway.doubles import AUDITOR, PRACTITIONER, StubGateway
from tests.gateway.payments import APPROVER, FINANCE, OTHER_FINANCE, RUN_ID, RUN_PAGE, a_run, fill_payments

STATUS_REPORT = b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"/>'
FILE_FORM: dict[str, str] = {
    "format": "standard18",
    "name": "Example Council",
    "sort_code": "20-00-00",
    "account_number": "73124567",
    "service_user_number": "123456",
    "key": "k",
}
NEW_RUN = {"due_by": "2009-06-05", "pay_on": "2009-06-08", "number": "2", "most": "£25,000", "key": "once"}


async def page_of(stub: StubGateway, path: str, principal: Principal = FINANCE) -> str:
    async with stub.browser(principal) as client:
        answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return " ".join(answer.text.split())


async def sent(stub: StubGateway, path: str, form: dict[str, str], principal: Principal = FINANCE) -> httpx.Response:
    async with stub.browser(principal) as client:
        return await client.post(path, data=form)


def buttons(text: str) -> list[str]:
    return re.findall(r'name="step"[^>]*value="([a-z]+)"|value="([a-z]+)"[^>]*name="step"', text)


def steps_offered(text: str) -> set[str]:
    return {name for pair in buttons(text) for name in pair if name}


def last_asked(stub: StubGateway, method: str = "POST") -> httpx.Request:
    return next(request for request in reversed(stub.services.asked) if request.method == method)


async def seen(stub: StubGateway, principal: Principal = FINANCE) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', await page_of(stub, RUN_PAGE, principal))
    return found[1] if found else ""


async def test_the_list_tells_how_far_each_run_is(stub: StubGateway) -> None:
    fill_payments(stub)
    text = await page_of(stub, "/payments")

    assert f'href="{RUN_PAGE}"' in text
    assert "What is due by 5 June 2009" in text
    assert "£1,334.56" in text


async def test_a_run_tells_what_is_held_and_why(stub: StubGateway) -> None:
    fill_payments(stub)
    text = await page_of(stub, RUN_PAGE)

    assert '<p class="total">£1,234.56</p>' in text
    assert "The person died on 30 May 2009." in text
    assert "Ada Lovelace" in text


@pytest.mark.parametrize(
    ("state", "principal", "offered"),
    [
        ("built", FINANCE, {"check", "cancellation"}),
        ("built", APPROVER, set()),
        ("checked", FINANCE, {"check", "cancellation"}),
        ("checked", OTHER_FINANCE, {"approval", "check", "cancellation"}),
        ("checked", APPROVER, {"approval"}),
        ("checked", AUDITOR, set()),
        ("approved", FINANCE, {"cancellation"}),
        ("filed", FINANCE, {"sent"}),
        ("sent", FINANCE, {"finish"}),
        ("done", FINANCE, set()),
        ("cancelled", FINANCE, set()),
    ],
)
async def test_each_step_is_offered_to_those_who_may_take_it(
    state: str, principal: Principal, offered: set[str], stub: StubGateway
) -> None:
    fill_payments(stub, a_run(state))

    assert steps_offered(await page_of(stub, RUN_PAGE, principal)) == offered


async def test_whoever_built_a_run_is_told_that_somebody_else_approves_it(stub: StubGateway) -> None:
    fill_payments(stub)

    assert "You built this run, so somebody else approves it." in await page_of(stub, RUN_PAGE)


async def test_a_practitioner_sees_no_payments(stub: StubGateway) -> None:
    fill_payments(stub)
    async with stub.browser(PRACTITIONER) as client:
        answers = [(await client.get(path)).status_code for path in ("/payments", RUN_PAGE, "/payments/new")]

    assert answers == [403, 403, 403]


async def test_a_run_is_built_as_it_was_asked_for(stub: StubGateway) -> None:
    stub.services.answers["/v1/payment-runs"] = lambda _: httpx.Response(201, json=a_run("built"))
    answer = await sent(stub, "/payments/new", NEW_RUN)

    assert (answer.status_code, answer.headers["location"]) == (303, f"{RUN_PAGE}?done=build")
    asked = last_asked(stub)
    assert asked.headers["idempotency-key"] == "once"
    assert json.loads(asked.content) == {
        "due_by": "2009-06-05",
        "pay_on": "2009-06-08",
        "number": 2,
        "most_pence": 2_500_000,
    }


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("due_by", "soon", "Enter the day up to which things are due"),
        ("pay_on", "", "Enter the bank’s day"),
        ("number", "0", "Enter a number from 1 to 99"),
        ("number", "²", "Enter a number from 1 to 99"),
        ("most", "0", "Enter the largest payment in pounds"),
        ("most", "1.005", "Enter the largest payment in pounds"),
    ],
)
async def test_a_run_that_cannot_be_read_is_told_at_its_field(
    field: str, value: str, told: str, stub: StubGateway
) -> None:
    answer = await sent(stub, "/payments/new", {**NEW_RUN, field: value})

    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert told in answer.text
    assert "<title>Error: " in answer.text
    assert 'value="2009-06-0' in answer.text
    assert not stub.services.asked


async def test_a_day_on_which_banks_do_not_pay_is_told_in_words(stub: StubGateway) -> None:
    problem = {"title": "Banks do not pay on this day", "detail": "2009-06-06 is a Saturday"}
    stub.services.answers["/v1/payment-runs"] = lambda _: httpx.Response(422, json=problem)
    answer = await sent(stub, "/payments/new", NEW_RUN)

    assert answer.status_code == 422
    assert "Banks do not pay on this day: 6 June 2009 is a Saturday" in answer.text


async def test_a_step_is_taken_with_the_key_of_its_form(stub: StubGateway) -> None:
    fill_payments(stub)
    stub.services.answers[f"/v1/payment-runs/{RUN_ID}/approval"] = a_run("approved")
    form = {"step": "approval", "key": "abc", "seen": await seen(stub, APPROVER)}
    answer = await sent(stub, f"{RUN_PAGE}/step", form, APPROVER)

    assert (answer.status_code, answer.headers["location"]) == (303, f"{RUN_PAGE}?done=approval")
    assert last_asked(stub).headers["idempotency-key"] == "abc"


async def test_a_run_that_changed_since_it_was_seen_is_shown_again(stub: StubGateway) -> None:
    fill_payments(stub)
    form = {"step": "approval", "key": "abc", "seen": await seen(stub, APPROVER)}
    fill_payments(stub, a_run(items={"going": 3}, pence={"going": 133_456}))
    answer = await sent(stub, f"{RUN_PAGE}/step", form, APPROVER)

    assert answer.status_code == 409
    assert "The run has changed since you looked at it." in answer.text
    assert "£1,334.56" in answer.text
    assert not [request for request in stub.services.asked if request.url.path.endswith("/approval")]


async def test_a_refused_step_is_told_on_the_run_as_it_is_now(stub: StubGateway) -> None:
    fill_payments(stub, a_run("sent"))
    problem = {"title": "The bank may still reject payments", "detail": "until the end of 2009-06-08"}
    stub.services.answers[f"/v1/payment-runs/{RUN_ID}/finish"] = lambda _: httpx.Response(409, json=problem)
    answer = await sent(stub, f"{RUN_PAGE}/step", {"step": "finish", "key": "k", "seen": await seen(stub)})

    assert answer.status_code == 409
    assert "The bank may still reject payments: until the end of 8 June 2009" in answer.text


async def test_no_other_step_can_be_taken(stub: StubGateway) -> None:
    fill_payments(stub)

    assert (await sent(stub, f"{RUN_PAGE}/step", {"step": "../../journal", "key": "k"})).status_code == 404


@pytest.mark.parametrize("path", ["/payments/new", f"{RUN_PAGE}/step", f"{RUN_PAGE}/file/new", "/payments/bank-answer"])
async def test_forms_of_another_site_are_refused(path: str, stub: StubGateway) -> None:
    fill_payments(stub)
    async with stub.browser(FINANCE) as client:
        answer = await client.post(path, data=NEW_RUN, headers={"sec-fetch-site": "cross-site"})

    assert answer.status_code == 403
    assert all(request.method == "GET" for request in stub.services.asked)


async def test_the_file_is_made_with_the_councils_own_account(stub: StubGateway) -> None:
    fill_payments(stub, a_run("approved"))
    stub.services.answers[f"/v1/payment-runs/{RUN_ID}/file"] = a_run("filed")
    answer = await sent(stub, f"{RUN_PAGE}/file/new", FILE_FORM)

    assert answer.status_code == 303
    payer = {"name": "Example Council", "sort_code": "200000", "account_number": "73124567"}
    assert json.loads(last_asked(stub).content) == {
        "format": "standard18",
        "payer": {**payer, "service_user_number": "123456"},
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("format", "cheque"),
        ("sort_code", "20-00"),
        ("account_number", "1234567x"),
        ("name", ""),
        ("service_user_number", ""),
    ],
)
async def test_an_account_that_cannot_be_is_told_at_its_field(field: str, value: str, stub: StubGateway) -> None:
    fill_payments(stub, a_run("approved"))
    answer = await sent(stub, f"{RUN_PAGE}/file/new", {**FILE_FORM, field: value})

    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert all(request.method == "GET" for request in stub.services.asked)


async def test_the_file_is_given_as_the_ledger_made_it(stub: StubGateway) -> None:
    headers = {"content-type": "application/xml", "content-disposition": 'attachment; filename="B.xml"'}
    stub.services.answers[f"/v1/payment-runs/{RUN_ID}/file"] = lambda _: httpx.Response(
        200, content=b"<x/>", headers=headers
    )
    async with stub.browser(FINANCE) as client:
        answer = await client.get(f"{RUN_PAGE}/file")

    assert answer.content == b"<x/>"
    assert answer.headers["content-disposition"] == headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"


async def brought(stub: StubGateway, content: bytes) -> httpx.Response:
    async with stub.browser(FINANCE) as client:
        return await client.post(
            "/payments/bank-answer", data={"key": "k"}, files={"file": ("answer.xml", content, "text/xml")}
        )


async def test_the_banks_report_goes_to_the_ledger_as_it_came(stub: StubGateway) -> None:
    followed: dict[str, Any] = {"run_id": RUN_ID, "counts": {"settle": 2}, "for_a_person": {"abc": "other_amount"}}
    stub.services.answers["/v1/payment-status-reports"] = followed
    answer = await brought(stub, STATUS_REPORT)

    assert answer.status_code == 200
    assert last_asked(stub).content == STATUS_REPORT
    assert "2 payments: paid" in answer.text
    assert "of another amount than we sent" in answer.text
    assert f'href="{RUN_PAGE}"' in answer.text


async def test_a_statement_of_the_account_goes_where_statements_go(stub: StubGateway) -> None:
    stub.services.answers["/v1/payment-account-statements"] = {"run_id": None, "counts": {}, "for_a_person": {}}
    answer = await brought(stub, STATUS_REPORT.replace(b"pain.002", b"camt.053"))

    assert answer.status_code == 200
    assert "There was nothing in it about payments of ours." in answer.text


@pytest.mark.parametrize(
    ("content", "told"), [(b"", "Select the file"), (b"<html/>", "The file must be a status report")]
)
async def test_a_file_of_another_kind_is_told_at_its_field(content: bytes, told: str, stub: StubGateway) -> None:
    answer = await brought(stub, content)

    assert answer.status_code == 422
    assert told in answer.text
    assert 'href="#file"' in answer.text
    assert not stub.services.asked


async def test_a_file_that_is_too_large_is_refused_before_it_is_kept(
    stub: StubGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.console.payment_pages.ANSWER_BYTES_MAX", 1_000)
    answer = await brought(stub, STATUS_REPORT + b" " * 20_000)

    assert answer.status_code == 413
    assert not stub.services.asked
