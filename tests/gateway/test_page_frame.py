"""What every page carries, whatever it shows: headers, escaping, errors told to people, assets that may be kept."""

import hashlib
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from braid.kit.identity import Principal
from gateway import console
from gateway.console.rendering import PAGE_HEADERS
from tests.gateway.allocations import FINAL, a_figure, an_allocation, fill
from tests.gateway.doubles import AUDITOR, PRACTITIONER, StubGateway
from tests.gateway.payments import APPROVER, FINANCE, RUN_PAGE, fill_payments
from tests.gateway.plans import PLAN_PAGE, fill_plans
from tests.gateway.whole import PERSON_ID, as_services_answer, award, person, step, whole

CONSOLE = Path(console.__path__[0])
FIRST_LOAD_BYTES_MAX = 200_000
PERSON_PAGE = f"/people/{PERSON_ID}"
PROOF: dict[str, Any] = {
    "holds": True,
    "entries": 0,
    "broken_at": None,
    "difference": None,
    "debits_less_credits_pence": {},
    "trial_balance": [],
}
PAGES = [
    ("/", None),
    ("/", PRACTITIONER),
    ("/people", PRACTITIONER),
    (PERSON_PAGE, PRACTITIONER),
    (f"{PERSON_PAGE}/allocation", PRACTITIONER),
    (f"{PERSON_PAGE}/allocation/settlement", PRACTITIONER),
    ("/ledger", AUDITOR),
    ("/approvals", APPROVER),
    (PLAN_PAGE, APPROVER),
    (f"{PLAN_PAGE}/decision", APPROVER),
    (f"{PERSON_PAGE}/plans", PRACTITIONER),
    (f"{PERSON_PAGE}/timeline", PRACTITIONER),
    ("/payments", AUDITOR),
    (RUN_PAGE, FINANCE),
    ("/payments/new", FINANCE),
    (f"{RUN_PAGE}/file/new", FINANCE),
    ("/payments/bank-answer", FINANCE),
]
REFUSED = [("/nothing", None), ("/people", None), (f"/people/{PERSON_ID.int}", PRACTITIONER)]


@pytest.fixture
def filled(stub: StubGateway) -> StubGateway:
    fill(stub, an_allocation(final=FINAL), a_figure("final", 104_000, FINAL))
    stub.services.answers["/v1/people"] = {"people": [person()], "next": None}
    stub.services.answers["/v1/journal/proof"] = PROOF
    fill_payments(stub)
    fill_plans(stub)
    return stub


@pytest.mark.parametrize(("path", "principal"), [*PAGES, *REFUSED])
async def test_every_page_carries_the_headers(path: str, principal: Principal | None, filled: StubGateway) -> None:
    async with filled.browser(principal) as client:
        answer = await client.get(path)

    assert {name: answer.headers[name] for name in PAGE_HEADERS} == dict(PAGE_HEADERS)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("path", "principal"), PAGES)
async def test_every_page_is_one_that_machines_can_read_out(
    path: str, principal: Principal | None, filled: StubGateway
) -> None:
    async with filled.browser(principal) as client:
        answer = await client.get(path)

    text = answer.text
    levels = [int(level) for level in re.findall(r"<h([1-6])", text)]
    assert answer.status_code == 200
    assert '<html lang="en-GB" ' in text
    assert 'href="#main"' in text
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert text.count("<table") == text.count("<caption")
    assert not re.findall(r"<th(?![^>]*scope=)[ >]", text)
    assert "<script" not in text
    assert " style=" not in text


async def test_titles_say_which_page_it_is(filled: StubGateway) -> None:
    titles = set()
    for path, principal in PAGES:
        async with filled.browser(principal) as client:
            titles |= set(re.findall("<title>(.*)</title>", (await client.get(path)).text))

    assert {title.removesuffix("Braid")[:-3].replace("\u2019", "'") for title in titles} == {
        "Individual budgets",
        "People",
        "Ada Lovelace: individual budget",
        "Ada Lovelace: allocation",
        "Settle the final figure",
        "The ledger's proof",
        "Plans to approve",
        "Support plan 1: Ada Lovelace",
        "Decide on support plan 1",
        "Support plans of Ada Lovelace",
        "Timeline: Ada Lovelace",
        "Payment runs",
        "Payment run: what is due by 5 June 2009",
        "Build a payment run",
        "Make the file of a payment run",
        "Bring in the bank's answer",
    }


@pytest.mark.parametrize("path", [PERSON_PAGE, f"{PERSON_PAGE}/allocation", "/people", "/sign-in"])
async def test_script_in_a_name_is_shown_as_text(path: str, filled: StubGateway) -> None:
    evil = person('<script>alert("x")</script>')
    filled.services.answers["/v1/people"] = {"people": [evil], "next": None}
    filled.services.answers[f"/v1{PERSON_PAGE}"] = evil
    async with filled.browser(PRACTITIONER) as client:
        text = (await client.get(path, follow_redirects=True)).text

    assert "<script>" not in text
    assert "&lt;script&gt;" in text


async def test_script_in_what_somebody_filled_in_is_shown_as_text(filled: StubGateway) -> None:
    helper = {"who": "<b>x", "hours_per_week": "<b>x", "agreed": True}
    evil = {**FINAL, "reason": "<b>x", "author": "<b>x", "carer_hours": [helper]}
    fill(filled, an_allocation(final=evil), a_figure("final", 104_000, evil))
    form = {"made_of": "lines", "line-1-text": '"><b>x', "reason": "</textarea><b>x", "decided_on": "<b>x"}
    async with filled.browser(PRACTITIONER) as client:
        shown = await client.get(f"{PERSON_PAGE}/allocation")
        again = await client.post(f"{PERSON_PAGE}/allocation/settlement", data=form)

    assert "<b>x" not in shown.text + again.text
    assert "&lt;b&gt;x" in shown.text
    assert "&lt;b&gt;x" in again.text


async def test_script_in_what_a_service_tells_is_shown_as_text(filled: StubGateway) -> None:
    told = award(
        "adult_social_care", 5200, decided_by="<b>x", conditions=["<b>x"], trace=[step("<b>x", citation="<b>x")]
    )
    filled.services.answers.update(as_services_answer(whole(told)))
    async with filled.browser(PRACTITIONER) as client:
        text = (await client.get(PERSON_PAGE)).text

    assert "<b>x" not in text


async def test_an_unknown_address_is_a_page_for_people(stub: StubGateway) -> None:
    async with stub.browser() as client:
        answer = await client.get("/nothing")

    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "<h1>Page not found</h1>" in answer.text


async def test_an_unknown_address_is_a_problem_for_systems(stub: StubGateway) -> None:
    async with stub.browser() as client:
        answer = await client.get("/nothing", headers={"accept": "application/json"})

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


async def test_the_api_answers_a_browser_with_problems_too(stub: StubGateway) -> None:
    async with stub.browser() as client:
        answer = await client.get("/v1/nothing")

    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_malformed_person_id_is_not_found(stub: StubGateway) -> None:
    async with stub.browser(PRACTITIONER) as client:
        answer = await client.get("/people/nobody")

    assert answer.status_code == 404
    assert "<h1>Page not found</h1>" in answer.text


async def test_a_page_whose_service_is_away_says_so(stub: StubGateway) -> None:
    stub.services.away.add("assessment")
    async with stub.browser(PRACTITIONER) as client:
        answer = await client.get("/people")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert "not available for the moment" in answer.text


async def test_a_fault_of_ours_is_a_page_that_tells_nothing_about_it(stub: StubGateway) -> None:
    stub.services.answers["/v1/people"] = {"unexpected": "shape"}
    async with stub.browser(PRACTITIONER) as client:
        answer = await client.get("/people")

    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.text
    assert "KeyError" not in answer.text


async def test_the_list_of_people_goes_on_at_the_next_page(stub: StubGateway) -> None:
    stub.services.answers["/v1/people"] = {"people": [person()], "next": "a&b"}
    async with stub.browser(PRACTITIONER) as client:
        text = (await client.get("/people")).text
        second = (await client.get("/people?after=a%26b")).text

    assert 'href="/people?after=a%26b"' in text
    assert stub.services.asked[-2].url.params["after"] == "a&b"
    assert re.search(r'href="/people"[^>]*>.*?First page', second, re.DOTALL)


async def test_where_a_budget_is_can_be_away_without_the_list(stub: StubGateway) -> None:
    stub.services.answers["/v1/people"] = {"people": [person()], "next": None}
    stub.services.away.add("support_planning")
    async with stub.browser(PRACTITIONER) as client:
        answer = await client.get("/people")

    assert answer.status_code == 200
    assert "Not known for the moment" in answer.text


async def test_an_asset_named_by_its_content_may_be_kept_for_a_year(stub: StubGateway) -> None:
    async with stub.browser() as client:
        address = re.findall(r'href="(/assets/braid\.css[^"]*)"', (await client.get("/")).text)[0]
        answer = await client.get(address)
        again = await client.get(address, headers={"if-none-match": answer.headers["etag"]})
        unnamed = await client.get("/assets/braid.css")

    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert (again.status_code, again.content) == (304, b"")
    assert unnamed.headers["cache-control"] == "public, max-age=300"


@pytest.mark.parametrize("name", ["nothing.css", "..%2Fpages.py", "../pages.py", ""])
async def test_only_assets_are_served_as_assets(name: str, stub: StubGateway) -> None:
    async with stub.browser() as client:
        assert (await client.get(f"/assets/{name}")).status_code == 404


def test_the_stylesheet_asks_nobody_else_for_anything() -> None:
    style = (CONSOLE / "assets" / "braid.css").read_text()
    assert re.findall(r"url\((?!data:)", style) == []
    assert "@import" not in style


def test_the_stylesheet_wears_nobody_elses_brand() -> None:
    style = (CONSOLE / "assets" / "braid.css").read_text()
    assert "GDS Transport" not in style
    assert "crown" not in style.partition("*/")[2]


def test_the_stylesheet_is_made_of_the_sources_beside_it() -> None:
    sources = CONSOLE / "styles"
    content = b"".join(file.read_bytes() for file in [sources / "package.json", *sorted(sources.glob("*.scss"))])
    told = re.search(r"/\* sources: ([0-9a-f]{64}) \*/", (CONSOLE / "assets" / "braid.css").read_text())

    assert told, "make assets writes which sources it was made of"
    assert told[1] == hashlib.sha256(content).hexdigest(), "run make assets"


@pytest.mark.parametrize(("path", "principal"), PAGES)
async def test_the_first_load_of_a_page_is_under_200_kb(
    path: str, principal: Principal | None, filled: StubGateway
) -> None:
    async with filled.browser(principal) as client:
        text = (await client.get(path)).text
        parts = [
            (await client.get(address)).content for address in set(re.findall(r'"(/assets/[^"]+\?v=[^"]+)"', text))
        ]

    assert len(text.encode()) + sum(len(part) for part in parts) < FIRST_LOAD_BYTES_MAX
    assert len(parts) == 2
