"""Whom somebody acts for, on a page: what opens each record to them, and why one is closed."""

from typing import Any

import pytest

from braid.kit.identity import Principal, Role
from gateway.console.front_view import chosen
from gateway.console.rendering import home_of
from gateway.development_issuer import EXAMPLE_COUNCIL
from tests.gateway.doubles import PRACTITIONER, StubGateway
from tests.gateway.whole import PERSON_ID, as_services_answer, award, whole

LIST = "/v1/people-acted-for"
DAUGHTER = Principal("delegate:test", EXAMPLE_COUNCIL, frozenset({Role.DELEGATE}))
HOLDER = Principal("budget_holder:test", EXAMPLE_COUNCIL, frozenset({Role.BUDGET_HOLDER}), PERSON_ID)


def acted_for(**other: Any) -> dict[str, Any]:
    authority = {
        "authority_id": "0b7e2c1a-52a9-4e0b-9a53-6f1d7f4f2b11",
        "kind": "welfare_deputy",
        "decisions": ["assessment", "care_and_support"],
        "from_on": "2009-01-01",
        "until_on": None,
        "revoked_on": None,
        "limits": "",
        "source": "Mental Capacity Act 2005 s16",
        "in_force": True,
    }
    return {
        "person_id": str(PERSON_ID),
        "reference": "AB-1",
        "name": "Ada Lovelace",
        "is_open": True,
        "why_closed": [],
        "authorities": [authority | other.pop("authority", {})],
        **other,
    }


async def page_of(stub: StubGateway, path: str, principal: Principal = DAUGHTER, status: int = 200) -> str:
    async with stub.browser(principal) as client:
        answer = await client.get(path)
    assert answer.status_code == status, answer.text
    return " ".join(answer.text.split())


async def test_somebody_goes_from_the_list_to_the_assessment_that_they_answer(stub: StubGateway) -> None:
    limits = {"limits": "Not where <they> live."}
    stub.services.answers[LIST] = {"people": [acted_for(authority=limits)], "next": None}
    text = await page_of(stub, "/acting-for")

    assert f'<a href="/people/{PERSON_ID}/self-assessment">Ada Lovelace</a>' in text
    assert "Deputy for welfare, for the assessment and care and support, from 1 January 2009." in text
    assert "The document leaves out: Not where &lt;they&gt; live." in text


async def test_an_authority_that_is_over_says_so_and_leads_nowhere(stub: StubGateway) -> None:
    over = {"until_on": "2015-12-31", "in_force": False}
    closed = acted_for(is_open=False, why_closed=["it ended on 2015-12-31"], authority=over)
    stub.services.answers[LIST] = {"people": [closed], "next": None}
    text = await page_of(stub, "/acting-for")

    assert "Not open to you now" in text
    assert "It ended on 31 December 2015." in text
    assert "from 1 January 2009 to 31 December 2015" in text
    assert f"/people/{PERSON_ID}" not in text


async def test_the_list_goes_on_and_back(stub: StubGateway) -> None:
    stub.services.answers[LIST] = {"people": [acted_for()], "next": "AB-1"}

    assert 'href="/acting-for?after=AB-1"' in await page_of(stub, "/acting-for")
    assert 'href="/acting-for"' in await page_of(stub, "/acting-for?after=AA")
    assert stub.services.asked[-1].url.params["after"] == "AA"


async def test_whoever_acts_for_nobody_is_told_what_to_do(stub: StubGateway) -> None:
    stub.services.answers[LIST] = {"people": [], "next": None}

    for principal in (DAUGHTER, HOLDER):
        assert "Nobody is recorded for whom you act." in await page_of(stub, "/acting-for", principal)
    await page_of(stub, "/acting-for", PRACTITIONER, status=403)


@pytest.mark.parametrize("page", ["", "/my-budget", "/how-worked-out"])
async def test_a_budget_is_not_told_to_be_missing_where_it_is_not_open_to_somebody(
    stub: StubGateway, page: str
) -> None:
    stub.services.answers.update(as_services_answer(whole(award("adult_social_care", 52_000))))
    text = await page_of(stub, f"/people/{PERSON_ID}{page}", status=403)

    assert "This budget is not open to you" in text
    assert "No budget is open yet" not in text


def test_a_delegate_lands_where_they_find_whom_they_act_for() -> None:
    principal = chosen("delegate")

    assert principal is not None
    assert (principal.roles, home_of(principal)) == (frozenset({Role.DELEGATE}), "/acting-for")
