"""Signing in and out beside the development issuer: a cookie that stays put, and forms from nowhere else."""

import re
from html import unescape
from pathlib import Path

import httpx
import pytest

from braid.kit.identity import Role
from gateway.console.front_view import chosen
from gateway.development_issuer import EXAMPLE_COUNCIL
from tests.gateway.doubles import PRACTITIONER, StubGateway, browser, stub_gateway
from tests.gateway.whole import PERSON_ID, person


@pytest.fixture
def stub_with_people(stub: StubGateway) -> StubGateway:
    stub.services.answers["/v1/people"] = {"people": [person()], "next": None}
    return stub


async def asked_who(client: httpx.AsyncClient) -> tuple[httpx.Response, dict[str, str]]:
    """The issuer's page, with what its form sends along."""
    sent_to = (await client.get("/sign-in")).headers["location"]
    page = await client.get(sent_to)
    return page, dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', unescape(page.text)))


async def chosen_as(client: httpx.AsyncClient, who: str) -> httpx.Response:
    """The issuer's answer to a choice."""
    _, hidden = await asked_who(client)
    return await client.post("/development/authorize", data={**hidden, "who": who})


def goes_on_to(answer: httpx.Response) -> str:
    """Where a page goes on to by itself."""
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', answer.text)
    assert found, answer.text
    return unescape(found[1])


async def signed_in_as(client: httpx.AsyncClient, who: str) -> httpx.Response:
    """The console's answer to somebody who comes back from the issuer."""
    return await client.get(goes_on_to(await chosen_as(client, who)))


@pytest.mark.parametrize(
    ("who", "home"),
    [
        ("practitioner", "/people"),
        ("approver", "/people"),
        ("finance_officer", "/ledger"),
        ("auditor", "/ledger"),
        (f"budget_holder:{PERSON_ID}", f"/people/{PERSON_ID}/my-budget"),
    ],
)
async def test_everybody_lands_where_their_work_is(who: str, home: str, stub_with_people: StubGateway) -> None:
    async with stub_with_people.browser() as client:
        answer = await signed_in_as(client, who)

    assert (answer.status_code, goes_on_to(answer)) == (200, home)


async def test_the_session_is_kept_from_scripts_and_other_sites(stub: StubGateway) -> None:
    async with stub.browser() as client:
        answer = await signed_in_as(client, "practitioner")
    cookie = next(told.lower() for told in answer.headers.get_list("set-cookie") if told.startswith("braid_session="))

    assert {"httponly", "samesite=strict", "path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "max-age" not in cookie


@pytest.mark.parametrize("address", ["http://127.0.0.1:8080", "http://localhost"])
async def test_on_ones_own_machine_a_cookie_needs_no_tls(address: str, stub: StubGateway) -> None:
    async with stub.browser() as client:
        cookie = (await client.get(f"{address}/sign-in")).headers["set-cookie"]

    assert cookie.startswith("braid_sign_in=")
    assert "; secure" not in cookie.lower()


async def test_everywhere_else_a_cookie_is_bound_to_its_host_and_to_tls(stub: StubGateway) -> None:
    async with stub.browser() as client:
        began = (await client.get("https://budgets.example/sign-in")).headers["set-cookie"]
        ended = (await client.post("https://budgets.example/sign-out")).headers["set-cookie"]

    for cookie, name in ((began, "__Host-braid_sign_in="), (ended, "__Host-braid_session=")):
        assert cookie.startswith(name)
        assert {"secure", "path=/", "httponly"} <= {part.strip() for part in cookie.lower().split(";")}
        assert "domain" not in cookie.lower()


async def test_no_token_is_in_an_address_or_a_page(stub_with_people: StubGateway) -> None:
    async with stub_with_people.browser() as client:
        answer = await signed_in_as(client, "practitioner")
        session = client.cookies["braid_session"]
        page = await client.get("/")

    assert session not in answer.text
    assert session not in page.text
    assert "eyJ" not in answer.text + session


async def test_signing_out_takes_the_cookie_away(stub: StubGateway) -> None:
    async with stub.browser() as client:
        await signed_in_as(client, "practitioner")
        answer = await client.post("/sign-out")
        after = await client.get("/people")

    assert answer.headers["location"] == "/?session=signed-out"
    assert after.headers["location"] == "/?session=ended"


async def test_the_front_page_says_that_one_is_signed_out(stub: StubGateway) -> None:
    async with stub.browser() as client:
        assert "You are signed out." in (await client.get("/?session=signed-out")).text


@pytest.mark.parametrize("path", ["/development/authorize", "/sign-out"])
@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://elsewhere.example"},
        {"origin": "null"},
        {},
    ],
    ids=str,
)
async def test_a_form_of_another_site_is_refused(path: str, headers: dict[str, str], stub: StubGateway) -> None:
    async with stub.browser() as client:
        del client.headers["sec-fetch-site"]
        answer = await client.post(path, data={"who": "practitioner"}, headers=headers)

    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


async def test_an_older_browsers_own_form_is_taken(stub: StubGateway) -> None:
    async with stub.browser() as client:
        del client.headers["sec-fetch-site"]
        answer = await client.post("/sign-out", headers={"origin": "http://127.0.0.1"})

    assert answer.status_code == 303


@pytest.mark.parametrize("who", ["", "system", "partner", "budget_holder:", "budget_holder:nobody", "<script>"])
async def test_a_choice_that_is_not_offered_is_asked_again(who: str, stub_with_people: StubGateway) -> None:
    async with stub_with_people.browser() as client:
        answer = await chosen_as(client, who)

    assert answer.status_code == 422
    assert "<title>Error: " in answer.text
    assert 'href="#who-practitioner"' in answer.text
    assert "<script>" not in answer.text


async def test_a_large_form_is_refused(stub: StubGateway) -> None:
    async with stub.browser() as client:
        answer = await client.post("/development/authorize", data={"who": "x" * 20_000})

    assert answer.status_code == 413


async def test_something_that_is_no_form_is_refused(stub: StubGateway) -> None:
    async with stub.browser() as client:
        answer = await client.post("/development/authorize", json={"who": "practitioner"})

    assert answer.status_code == 415


async def test_the_issuers_page_offers_staff_and_people(stub_with_people: StubGateway) -> None:
    async with stub_with_people.browser() as client:
        page, _ = await asked_who(client)
    text = page.text

    assert all(f'value="{role}"' in text for role in ("practitioner", "approver", "finance_officer", "auditor"))
    assert f'value="budget_holder:{PERSON_ID}"' in text
    assert "checked" not in text
    assert 'value="system"' not in text


async def test_the_issuers_page_is_there_while_the_list_of_people_is_not(stub: StubGateway) -> None:
    stub.services.away.add("assessment")
    async with stub.browser() as client:
        answer, _ = await asked_who(client)

    assert answer.status_code == 200
    assert "cannot be had for the moment" in answer.text
    assert 'value="practitioner"' in answer.text


async def test_who_is_signed_in_is_not_asked_again(stub_with_people: StubGateway) -> None:
    async with stub_with_people.browser(PRACTITIONER) as client:
        text = (await client.get("/")).text

    assert "Practitioner at the example council" in text
    assert 'href="/sign-in"' not in text


async def test_without_the_development_issuer_nobody_is_listed(tmp_path: Path) -> None:
    real = stub_gateway(tmp_path, with_issuer=False)
    real.services.answers["/v1/people"] = {"people": [person()], "next": None}
    async with browser(real.app) as client:
        page = await client.get("/")
        refused = await client.get("/development/authorize")
        tokens = await client.post("/development/tokens", json={})

    assert "identity provider" in page.text
    assert "Ada Lovelace" not in page.text
    assert not real.services.asked
    assert (refused.status_code, tokens.status_code) == (404, 404)


def test_a_holder_is_of_the_example_council_and_sees_one_person() -> None:
    principal = chosen(f"budget_holder:{PERSON_ID}")

    assert principal is not None
    assert (principal.council, principal.person_id, principal.roles) == (
        EXAMPLE_COUNCIL,
        PERSON_ID,
        frozenset({Role.BUDGET_HOLDER}),
    )


def test_the_example_council_is_the_demonstrations() -> None:
    from braid.command_line import demonstration

    assert demonstration.EXAMPLE_COUNCIL == EXAMPLE_COUNCIL
