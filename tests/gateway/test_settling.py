"""Settling a final figure by the form: what is sent on, what cannot be read, what is refused, and who may at all."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from braid.kit.identity import Principal, Role
from gateway.console.settlement_form import LINES_AT_FIRST, LINES_MAX
from gateway.development_issuer import EXAMPLE_COUNCIL
from tests.gateway.allocations import FINAL, PAGE, an_allocation, fill
from tests.gateway.conftest import Platform
from tests.gateway.doubles import AUDITOR, PRACTITIONER, StubGateway
from tests.gateway.whole import PERSON_ID

APPROVER = Principal("approver:test", EXAMPLE_COUNCIL, frozenset({Role.APPROVER}))
HOLDER = Principal("budget_holder:test", EXAMPLE_COUNCIL, frozenset({Role.BUDGET_HOLDER}), PERSON_ID)
FORM, SETTLEMENT = f"{PAGE}/settlement", f"/v1{PAGE}/settlement"
FILLED = {
    "etag": '"3"',
    "key": "a-key-of-its-own",
    "decided_on": "2010-06-20",
    "made_of": "lines",
    "line-1-text": "A personal assistant",
    "line-1-units": "40.5",
    "line-1-unit": "hour",
    "line-1-pounds": "£14.50",
    "reason": "Needed",
}


@pytest.fixture
def stub_with_figure(stub: StubGateway) -> StubGateway:
    fill(stub, an_allocation())
    stub.services.answers[SETTLEMENT] = lambda _request: httpx.Response(201, json=FINAL)
    return stub


async def sent(stub: StubGateway, who: Principal = PRACTITIONER, /, **changes: Any) -> httpx.Response:
    """The form as it is filled in, but for some changes."""
    return await posted(stub, {**FILLED, **changes}, who)


async def posted(stub: StubGateway, form: dict[str, str], who: Principal = PRACTITIONER) -> httpx.Response:
    async with stub.browser(who) as client:
        return await client.post(FORM, data=form)


def settlements(stub: StubGateway) -> list[httpx.Request]:
    return [request for request in stub.services.asked if request.url.path == SETTLEMENT]


def refusing(status: int, **problem: Any) -> Callable[[httpx.Request], httpx.Response]:
    return lambda _request: httpx.Response(status, json={"status": status, **problem})


@pytest.mark.parametrize("who", [PRACTITIONER, APPROVER])
async def test_what_was_filled_in_is_settled_on_the_version_that_was_seen(
    stub_with_figure: StubGateway, who: Principal
) -> None:
    answer = await sent(stub_with_figure, who)

    (asked,) = settlements(stub_with_figure)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?settled=yes")
    assert (asked.headers["if-match"], asked.headers["idempotency-key"]) == ('"3"', "a-key-of-its-own")
    assert json.loads(asked.content) == {
        "decided_on": "2010-06-20",
        "lines": [
            {"text": "A personal assistant", "units_per_week": "40.5", "unit": "hour", "pence_per_unit": 1450},
        ],
        "reason": "Needed",
        "grounds": None,
        "carer_hours": [],
    }


async def test_the_indicative_figure_as_it_stands_has_no_lines(stub_with_figure: StubGateway) -> None:
    await sent(stub_with_figure, made_of="as_it_stands")

    (asked,) = settlements(stub_with_figure)
    assert json.loads(asked.content)["lines"] == []


async def test_grounds_and_helpers_are_sent_as_they_were_named(stub_with_figure: StubGateway) -> None:
    helpers = {"carer-1-who": "my sister", "carer-1-hours": "6", "carer-1-agreed": "yes"}
    unsure = {"carer-2-who": "a neighbour", "carer-2-hours": "1.5"}
    await sent(stub_with_figure, grounds="help_by_others", **helpers, **unsure)

    (asked,) = settlements(stub_with_figure)
    told = json.loads(asked.content)
    assert told["grounds"] == "help_by_others"
    assert told["carer_hours"] == [
        {"who": "my sister", "hours_per_week": "6", "agreed": True},
        {"who": "a neighbour", "hours_per_week": "1.5", "agreed": False},
    ]


@pytest.mark.parametrize(
    ("field", "filled_in", "fault"),
    [
        ("decided_on", "yesterday", "Enter the day of the decision"),
        ("decided_on", "", "Enter the day of the decision"),
        ("line-1-text", "", "Line 1: say what it is for"),
        ("line-1-units", "many", "Line 1: enter how many a week"),
        ("line-1-units", "0", "Line 1: enter how many a week"),
        ("line-1-units", "NaN", "Line 1: enter how many a week"),
        ("line-1-pounds", "-1", "Line 1: enter the price"),
        ("line-1-pounds", "12.505", "Line 1: enter the price"),
        ("line-1-pounds", "Infinity", "Line 1: enter the price"),
        ("carer-1-hours", "6", "Helper 1: say who it is"),
        ("carer-2-who", "my sister", "Helper 2: enter the hours a week"),
    ],
)
async def test_what_cannot_be_read_is_named_and_nothing_is_settled(
    stub_with_figure: StubGateway, field: str, filled_in: str, fault: str
) -> None:
    answer = await sent(stub_with_figure, **{field: filled_in})

    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert fault in answer.text
    assert 'value="A personal assistant"' in answer.text or field == "line-1-text"
    assert settlements(stub_with_figure) == []


async def test_a_figure_that_is_itemised_needs_a_line(stub_with_figure: StubGateway) -> None:
    answer = await posted(stub_with_figure, {"decided_on": "2010-06-20", "made_of": "lines"})

    assert answer.status_code == 422
    assert '<a href="#line-1-text">Fill in a line' in answer.text


async def test_a_refusal_is_shown_with_what_was_filled_in(stub_with_figure: StubGateway) -> None:
    refusal = refusing(403, title="An approver must decide this", detail="it departs by more than 5%")
    stub_with_figure.services.answers[SETTLEMENT] = refusal

    answer = await sent(stub_with_figure)

    assert answer.status_code == 403
    assert "An approver must decide this: it departs by more than 5%" in answer.text
    assert 'value="A personal assistant"' in answer.text
    assert 'name="etag" value="&#34;3&#34;"' in answer.text
    assert "a-key-of-its-own" not in answer.text


async def test_a_refusal_names_the_grounds_as_the_form_does(stub_with_figure: StubGateway) -> None:
    refusal = refusing(422, title="A lower figure needs grounds", detail="give its grounds (less_need, lower_price)")
    stub_with_figure.services.answers[SETTLEMENT] = refusal

    told = (await sent(stub_with_figure)).text
    assert "(the needs were assessed again and are less, the same support costs less)" in told


async def test_every_fault_that_the_service_finds_is_told(stub_with_figure: StubGateway) -> None:
    errors = [{"pointer": "body:/lines/0", "message": "Too much"}, {"pointer": "body:/reason", "message": "Too long"}]
    stub_with_figure.services.answers[SETTLEMENT] = refusing(422, title="The request is not valid", errors=errors)

    assert "The request is not valid: Too much; Too long" in (await sent(stub_with_figure)).text


async def test_whoever_is_told_that_something_changed_decides_on_what_is_there_now(
    stub_with_figure: StubGateway,
) -> None:
    stub_with_figure.services.answers[SETTLEMENT] = refusing(412, title="The record has changed since you read it")

    answer = await sent(stub_with_figure)

    assert answer.status_code == 412
    assert 'name="etag" value="&#34;4&#34;"' in answer.text


async def test_more_lines_are_given_and_none_that_was_filled_in_is_lost(stub_with_figure: StubGateway) -> None:
    answer = await sent(stub_with_figure, more="yes", rows="3")

    assert answer.status_code == 200
    assert answer.text.count(">Line ") == 6
    assert 'value="A personal assistant"' in answer.text
    assert settlements(stub_with_figure) == []


@pytest.mark.parametrize("rows", ["-5", "1000000", "x", "", "²"])
async def test_no_form_has_fewer_lines_than_the_first_or_more_than_it_can_send(
    stub_with_figure: StubGateway, rows: str
) -> None:
    answer = await sent(stub_with_figure, more="yes", rows=rows)

    assert LINES_AT_FIRST < answer.text.count(">Line ") <= LINES_MAX


@pytest.mark.parametrize("who", [HOLDER, AUDITOR])
async def test_others_neither_see_the_form_nor_send_it(stub_with_figure: StubGateway, who: Principal) -> None:
    async with stub_with_figure.browser(who) as client:
        shown = await client.get(FORM)
    answer = await sent(stub_with_figure, who)

    assert (shown.status_code, answer.status_code) == (403, 403)
    assert settlements(stub_with_figure) == []


async def test_the_form_of_another_site_settles_nothing(stub_with_figure: StubGateway) -> None:
    async with stub_with_figure.browser(PRACTITIONER) as client:
        answer = await client.post(FORM, data=FILLED, headers={"sec-fetch-site": "cross-site"})

    assert answer.status_code == 403
    assert settlements(stub_with_figure) == []


async def test_a_form_with_too_many_fields_is_refused(stub_with_figure: StubGateway) -> None:
    answer = await posted(stub_with_figure, {f"line-{row}-text": "x" for row in range(1000)})

    assert answer.status_code == 413


async def test_a_figure_that_a_person_must_find_is_itemised(stub: StubGateway) -> None:
    fill(stub, an_allocation("beyond the table"))
    async with stub.browser(APPROVER) as client:
        text = (await client.get(FORM)).text

    assert "itemise the budget, line by line" in text
    assert "The indicative figure as it stands" not in text


async def test_an_approver_settles_a_persons_figure_and_sees_it_on_the_page(platform: Platform) -> None:
    person_id = await platform.journey()
    form = f"/people/{person_id}/allocation/settlement"
    filled = {**FILLED, "etag": '"1"'}
    async with await platform.browser("practitioner") as practitioner:
        refused = await practitioner.post(form, data=filled)
    async with await platform.browser("approver") as approver:
        settled = await approver.post(form, data=filled)
        page = await approver.get(settled.headers["location"])
    async with await platform.browser("budget_holder", person_id=person_id) as holder:
        own = await holder.get(f"/people/{person_id}/allocation")

    assert refused.status_code == 403
    assert "An approver must decide this" in refused.text
    assert settled.status_code == 303
    for text in (page.text, own.text):
        assert "£30,537.00" in text
        assert "Reason: Needed" in text
    assert "The final figure is settled." in page.text
