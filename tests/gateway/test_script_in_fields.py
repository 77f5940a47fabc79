"""Script in any text that services hold is shown as text on every page, and run on none."""

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from braid.kit.identity import Principal, Role
from gateway.development_issuer import EXAMPLE_COUNCIL
from tests.gateway import allocations, payments, plans, test_statement_page
from tests.gateway.doubles import StubGateway
from tests.gateway.whole import PERSON_ID, as_services_answer, award, entry, leg, line, step, term, whole

SCRIPT = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}"
EVERYBODY = Principal(
    "everybody:test",
    EXAMPLE_COUNCIL,
    frozenset({Role.PRACTITIONER, Role.APPROVER, Role.FINANCE_OFFICER, Role.AUDITOR}),
)


def _fill_people(stub: StubGateway) -> None:
    told = award(
        "adult_social_care",
        5200,
        conditions=["Keep receipts"],
        trace=[step("Old enough", name="age")],
        terms=[term("condition", "Tell us of changes")],
        lines=[line("Support", "weekly", 100, 5200)],
    )
    entries = {"entries": [entry(1, leg("adult_social_care", "fund.awarded", 5200))], "next": None}
    read = whole(told, entries=entries)
    stub.services.answers.update(as_services_answer(read))
    stub.services.answers["/v1/people"] = {"people": [read["person"]], "next": "AB-2"}
    stub.services.answers["/v1/people:search"] = {"people": [read["person"]], "next": None}


def _fill_ledger(stub: StubGateway) -> None:
    """A journal that does not hold, which says where and why."""
    stub.services.answers["/v1/journal/proof"] = {
        "holds": False,
        "entries": 3,
        "broken_at": 2,
        "difference": "the link differs",
        "debits_less_credits_pence": {"adult_social_care": 1},
        "trial_balance": [{"stream": "adult_social_care", "account": "fund.awarded", "balance_pence": 1}],
    }


def _fill_statement(stub: StubGateway) -> None:
    more = f"{test_statement_page.LEDGER}/statement?after=7"
    test_statement_page.fill(stub, test_statement_page.a_statement(more=more))


PAGES: dict[str, tuple[Callable[[StubGateway], None], tuple[str, ...]]] = {
    "people": (_fill_people, ("/people", f"/people/{PERSON_ID}", f"/people/{PERSON_ID}/timeline")),
    "allocation": (
        lambda stub: allocations.fill(stub, allocations.an_allocation()),
        (allocations.PAGE, f"{allocations.PAGE}/settlement"),
    ),
    "statement": (_fill_statement, (test_statement_page.PAGE,)),
    "ledger": (_fill_ledger, ("/ledger",)),
    "payments": (payments.fill_payments, ("/payments", payments.RUN_PAGE)),
    "plans": (plans.fill_plans, (plans.PLAN_PAGE, f"/people/{PERSON_ID}/plans", "/plans")),
}


def texts(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where the texts of an answer stand."""
    if isinstance(value, str):
        yield path
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from texts(inner, (*path, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from texts(inner, (*path, number))


def with_script(answer: Any, path: tuple[Any, ...]) -> Any:
    """An answer with script in one of its texts."""
    changed = copy.deepcopy(answer)
    place = changed
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = SCRIPT
    return changed


def plain(stub: StubGateway) -> dict[str, Any]:
    """What the services answer, as documents."""
    found = {}
    for path, answer in stub.services.answers.items():
        told = answer(httpx.Request("GET", f"http://service{path}")) if callable(answer) else None
        found[path] = json.loads(told.content) if told is not None else answer
    return found


def _answering(document: Any) -> Callable[[httpx.Request], httpx.Response]:
    return lambda _request: httpx.Response(200, json=document, headers={"etag": '"4"'})


@pytest.mark.parametrize("name", PAGES)
async def test_script_in_a_text_is_shown_as_text(stub: StubGateway, name: str) -> None:
    fill, addresses = PAGES[name]
    fill(stub)
    documents, shown, run = plain(stub), 0, []
    async with stub.browser(EVERYBODY) as client:
        for path, document in documents.items():
            for place in texts(document):
                answers = {**documents, path: with_script(document, place)}
                stub.services.answers = {each: _answering(told) for each, told in answers.items()}
                for address in addresses:
                    page = (await client.get(address)).text
                    if any(raw in page for raw in ("<script>", "<img src=x", "\"'>", ">49<")):
                        run.append(f"{address}: {path} {place}")
                    shown += "&lt;script&gt;alert(1)" in page

    assert run == []
    assert shown > 0, "the script is seen nowhere: nothing was tried"
