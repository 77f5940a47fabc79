"""The list of people: searched first, narrowed by filters that stand in the address; names stand in no address."""

import json
import re
from typing import Any

import httpx
import pytest

from braid.kit.identity import Principal
from tests.gateway.doubles import AUDITOR, PRACTITIONER, StubGateway
from tests.gateway.payments import APPROVER, FINANCE
from tests.gateway.whole import PERSON_ID, person


def a_case(**other: Any) -> dict[str, Any]:
    return {
        "person_id": str(PERSON_ID),
        "stage": "waiting_for_agreement",
        "waits_for": "A practitioner to agree the assessment.",
        "awaited": "practitioner",
        "since": "2009-05-31T23:30:00Z",
        "due_on": "2009-06-10",
        "is_overdue": True,
        "user_group": "older_people",
        **other,
    }


def cases(*found: dict[str, Any], count: int = 0, **other: Any) -> dict[str, Any]:
    return {"cases": list(found), "count": count or len(found), "count_is_least": False, "next": None, **other}


def fill(stub: StubGateway, *found: dict[str, Any], **other: Any) -> None:
    stub.services.answers["/v1/people"] = {"people": [person()], "next": None}
    stub.services.answers["/v1/people:search"] = {"people": [person()], "next": None}
    stub.services.answers["/v1/cases"] = cases(*found, **other)


async def searched(stub: StubGateway, filters: str = "", **form: str) -> httpx.Response:
    async with stub.browser(PRACTITIONER) as client:
        return await client.post(f"/people{filters}", data=form)


async def listed(stub: StubGateway, filters: str = "", principal: Principal = PRACTITIONER) -> str:
    async with stub.browser(principal) as client:
        answer = await client.get(f"/people{filters}")
    assert answer.status_code == 200, answer.text
    return " ".join(answer.text.split())


def asked_for(stub: StubGateway) -> dict[str, object]:
    request = next(each for each in stub.services.asked if each.url.path == "/v1/people:search")
    found: dict[str, object] = json.loads(request.content)
    return found


def cases_asked(stub: StubGateway) -> list[list[tuple[str, str]]]:
    return [request.url.params.multi_items() for request in stub.services.asked if request.url.path == "/v1/cases"]


async def test_people_are_found_by_what_is_known_of_them(stub: StubGateway) -> None:
    fill(stub, a_case())
    answer = await searched(stub, text=" Ada ")

    assert asked_for(stub) == {"text": "Ada", "limit": 25}
    assert "Ada Lovelace" in answer.text
    assert "1 person found." in " ".join(answer.text.split())
    assert 'value="Ada"' in answer.text


async def test_a_search_is_narrowed_by_the_filters_of_its_address(stub: StubGateway) -> None:
    fill(stub, a_case())
    text = (await searched(stub, "?stage=waiting_for_agreement&overdue=yes", text="Ada")).text

    assert asked_for(stub) == {"text": "Ada", "limit": 100}
    narrowed = [
        ("stage", "waiting_for_agreement"),
        ("is_overdue", "true"),
        ("person_id", str(PERSON_ID)),
        ("most", "1"),
    ]
    assert cases_asked(stub) == [narrowed]
    assert 'action="/people?stage=waiting_for_agreement&amp;overdue=yes"' in text


async def test_whom_the_filters_leave_out_is_not_among_those_found(stub: StubGateway) -> None:
    fill(stub)
    text = " ".join((await searched(stub, "?overdue=yes", text="Ada")).text.split())

    assert "0 people found who fit the filters." in text
    assert "Ada Lovelace" not in text


async def test_a_search_that_finds_more_than_is_looked_at_says_so(stub: StubGateway) -> None:
    fill(stub, a_case())
    stub.services.answers["/v1/people:search"] = {"people": [person()], "next": "AB-1"}

    assert "More people than were looked at fit the search." in (await searched(stub, "?overdue=yes", text="Ada")).text


async def test_filters_stand_in_the_address_and_can_be_taken_off_one_by_one(stub: StubGateway) -> None:
    fill(stub, a_case(), count=7, next="2009-06-01T00:00:00+00:00/x")
    text = await listed(stub, "?awaited=practitioner&stage=waiting_for_agreement&stage=planning&stream=access_to_work")

    assert cases_asked(stub) == [
        [
            ("awaited", "practitioner"),
            ("stage", "waiting_for_agreement"),
            ("stage", "planning"),
            ("stream", "access_to_work"),
            ("most", "25"),
        ]
    ]
    assert "7 cases, the longest wait first." in text
    assert 'href="/people?awaited=practitioner&amp;stage=planning&amp;stream=access_to_work"' in text
    assert "stream=access_to_work&amp;after=2009-06-01T00" in text
    assert re.search(r'name="stage" type="checkbox" value="planning" checked', text)


async def test_a_case_tells_whose_turn_it_is_and_that_it_is_late(stub: StubGateway) -> None:
    fill(stub, a_case())
    text = await listed(stub, "?overdue=yes")

    assert "Ada Lovelace" in text
    assert "Waiting for agreement" in text
    assert '<td role="cell" data-label="Whose turn it is">A practitioner</td>' in text
    assert "1 June 2009" in text
    assert "Promised by 10 June 2009" in text


async def test_a_filter_that_we_do_not_know_counts_for_nothing(stub: StubGateway) -> None:
    fill(stub, a_case())
    await listed(stub, "?stage=%3Cscript%3E&colour=red&awaited=practitioner")

    assert cases_asked(stub) == [[("awaited", "practitioner"), ("most", "25")]]


@pytest.mark.parametrize(
    ("principal", "told"),
    [
        (PRACTITIONER, ["1,000 assessments wait to be agreed", "1,000 cases have waited longer than promised"]),
        (APPROVER, ["1,000 plans wait for a decision"]),
        (FINANCE, ["1,000 budgets wait for their first payment"]),
        (AUDITOR, []),
    ],
)
async def test_everybody_is_told_what_waits_for_them(principal: Principal, told: list[str], stub: StubGateway) -> None:
    fill(stub, a_case(), count=1_000)
    text = await listed(stub, principal=principal)

    assert [words for words in told if words not in text] == []
    assert ("What waits for you" in text) == bool(told)


async def test_the_list_is_shown_while_nobody_knows_where_budgets_are(stub: StubGateway) -> None:
    fill(stub)
    stub.services.away.add("support_planning")
    text = await listed(stub)

    assert "Ada Lovelace" in text
    assert "Not known for the moment" in text


async def test_cases_are_shown_while_nobody_can_be_named(stub: StubGateway) -> None:
    fill(stub, a_case())
    stub.services.away.add("assessment")
    text = await listed(stub, "?overdue=yes")

    assert f'<a href="/people/{PERSON_ID}">Name not available for the moment</a>' in text
    assert "Older people" in text


async def test_the_list_itself_has_the_search_on_top(stub: StubGateway) -> None:
    fill(stub, a_case())

    assert re.search(r'<form method="post" action="/people" role="search"', await listed(stub))


async def test_more_of_those_found_are_asked_for_with_the_same_search(stub: StubGateway) -> None:
    stub.services.answers["/v1/people:search"] = {"people": [person()], "next": "AB-1"}
    answer = await searched(stub, text="Ada")

    assert re.search(r'name="after"[^>]*value="AB-1"|value="AB-1"[^>]*name="after"', answer.text)
    assert '<input type="hidden" name="text" value="Ada">' in answer.text
    assert "text=Ada" not in answer.text


async def test_nobody_found_is_told_with_a_way_on(stub: StubGateway) -> None:
    stub.services.answers["/v1/people:search"] = {"people": [], "next": None}

    assert "Nobody fits." in (await searched(stub, text="Nobody")).text


async def test_a_search_that_cannot_be_made_is_told_at_its_field(stub: StubGateway) -> None:
    stub.services.answers["/v1/people:search"] = lambda _: httpx.Response(422, json={"title": "x"})
    answer = await searched(stub, text="x")

    assert answer.status_code == 422
    assert 'href="#text"' in answer.text
    assert 'value="x"' in answer.text


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}])
async def test_another_site_searches_for_nobody(headers: dict[str, str], stub: StubGateway) -> None:
    async with stub.browser(PRACTITIONER) as client:
        answer = await client.post("/people", data={"text": "Ada"}, headers=headers)

    assert answer.status_code == 403
    assert not stub.services.asked
