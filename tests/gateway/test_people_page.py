"""The list of people begins with a search, and what is looked for stands in no address."""

import json
import re

import httpx
import pytest

from tests.gateway.doubles import PRACTITIONER, StubGateway
from tests.gateway.whole import person


async def searched(stub: StubGateway, **form: str) -> httpx.Response:
    async with stub.browser(PRACTITIONER) as client:
        return await client.post("/people", data=form)


def asked_for(stub: StubGateway) -> dict[str, object]:
    request = next(each for each in stub.services.asked if each.url.path == "/v1/people:search")
    found: dict[str, object] = json.loads(request.content)
    return found


async def test_people_are_found_by_what_is_known_of_them(stub: StubGateway) -> None:
    stub.services.answers["/v1/people:search"] = {"people": [person()], "next": None}
    answer = await searched(stub, text=" Ada ", user_group="older_people")

    assert asked_for(stub) == {"text": "Ada", "user_group": "older_people", "limit": 25}
    assert "Ada Lovelace" in answer.text
    assert "1 person found." in " ".join(answer.text.split())
    assert 'value="Ada"' in answer.text


async def test_the_list_itself_has_the_search_on_top(stub: StubGateway) -> None:
    stub.services.answers["/v1/people"] = {"people": [person()], "next": None}
    async with stub.browser(PRACTITIONER) as client:
        text = (await client.get("/people")).text

    assert re.search(r'<form method="post" action="/people" role="search"', text)


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
