"""Collections page by page, and requests that can be followed: ``Link``, ``traceparent``, ``X-Request-ID``."""

import re
import typing
from uuid import uuid4

import asyncpg
import httpx
import pytest
from fastapi.routing import APIRoute
from pydantic import BaseModel

from braid.command_line.embedded_platform import Databases
from gateway.routing import ROUTES
from tests.architecture.test_routes import service_routes
from tests.audit.test_every_route import SIGNER, service_with_two_people, somebody_who_may
from tests.gateway.conftest import Platform
from tests.ledger.test_council_guard import url_of

#: Lists that are not about one person, and that are short by what they are.
SHORT = {
    "/v1/questionnaires": "the questionnaires that are released",
    "/v1/questionnaires/{questionnaire}/{version}/alignment": "the questions of one questionnaire",
    "/v1/allocation-tables/{council}": "a council's tables",
    "/v1/streams": "the streams",
    "/v1/facts": "the facts of the catalogue",
    "/v1/ledger-settings": "the council's settings by name",
    "/v1/planning-times": "a line a step",
    "/v1/council-settings": "the council's choices by name",
    "/v1/council-settings/{name}": "what was chosen when, by name",
    "/v1/planning-choices/{name}": "what was chosen when, by name",
    "/v1/general-ledger-mapping": "a line a code",
    "/v1/trial-balance": "a line an account of the chart",
    "/v1/streams/{stream}/balances": "a line an account of the chart",
    "/v1/balances": "a line an account of the chart",
    "/v1/journal/proof": "what is wrong, if anything is",
    "/v1/payment-runs/{run_id}": "the steps of one run",
    "/v1/partners/{agency}/decisions/{reference}": "the versions of one decision",
    "/v1/outcome-instruments": "the instruments that are released",
    "/v1/outcome-instruments/{instrument_id}/licence": "a council's licences of one instrument",
    "/v1/council-reports": "the reports that there are",
    "/v1/council-reports/{report}": "a line a group, a step or a stream",
    "/v1/webhook-event-types": "the events of the platform",
    "/v1/webhook-subscriptions": "fifty at most",
    "/v1/webhook-subscriptions/{subscription_id}": "the kinds of events of one system",
    "/v1/webhook-subscriptions/{subscription_id}/deliveries/{delivery_id}": "the attempts to send one message",
}
#: Whose lists are of one person, or of one thing of theirs: as long as a life, read whole.
OF_ONE = re.compile(
    r"/v1/(people/{person_id}|(assessments|carers|plans|reviews|entries|funds|scenarios)/{\w+_id}|questionnaires/.*)"
)


def collections() -> list[tuple[APIRoute, bool]]:
    """Every route that answers with a list, and whether it comes page by page."""
    found = []
    for _, route in service_routes():
        model = route.response_model
        if "GET" not in (route.methods or ()):
            continue
        if isinstance(model, type) and issubclass(model, BaseModel):
            fields = model.model_fields
            if any(typing.get_origin(field.annotation) is list for field in fields.values()):
                found.append((route, "next" in fields))
        elif typing.get_origin(model) is list:
            found.append((route, False))
    return found


def test_every_collection_that_can_grow_comes_page_by_page() -> None:
    whole = {route.path for route, is_paged in collections() if not is_paged}

    assert {path for path in whole if not OF_ONE.match(path)} <= set(SHORT)


def test_every_page_is_asked_for_in_the_same_words() -> None:
    for route, is_paged in collections():
        names = {parameter.name for parameter in route.dependant.query_params}
        # What stops somebody's payments is shown whole to them, in the form of the council's list.
        assert "after" in names or not is_paged or route.path == "/v1/people/{person_id}/payment-matters", route.path


PAGED = {
    "GET /v1/people": ("assessment", "limit"),
    "GET /v1/budget-alerts": ("ledger", "most"),
    "GET /v1/spending-queries": ("ledger", "most"),
}


@pytest.mark.parametrize("name", PAGED)
async def test_the_link_of_each_page_leads_to_the_next_with_what_else_was_asked(
    databases: Databases, name: str
) -> None:
    service, most = PAGED[name]
    row = next(row for row in ROUTES if f"{row.method} {row.path}" == name)
    headers = {"authorization": f"Bearer {SIGNER.sign(somebody_who_may(row))}"}
    async with service_with_two_people(databases, service) as client:
        whole = (await client.get(row.path, headers=headers)).json()
        pages, path = [], f"{row.path}?{most}=1"
        while path:
            answer = await client.get(path, headers=headers)
            pages.append(answer.json())
            path = next_of(answer)
            assert f"{most}=1" in path or not path

    (items,) = (name for name in whole if name != "next")
    assert len(pages) == 2
    assert [item for page in pages for item in page[items]] == whole[items]


def next_of(answer: httpx.Response) -> str:
    """Where the page behind an answer is; nothing behind the last one."""
    link = answer.headers.get("link")
    assert (link is None) == (answer.json()["next"] is None)
    found = re.fullmatch(r'<(/[^>]+)>; rel="next"', link or "")
    assert found or not link
    return found[1] if found else ""


async def test_pages_are_followed_through_the_gateway(platform: Platform) -> None:
    async with await platform.system("practitioner") as client:
        for number in range(3):
            case = {"name": "Ada & co", "user_group": "older_people", "opened_on": "2009-06-01"}
            headers = {"idempotency-key": str(uuid4())}
            answer = await client.post("/v1/people", json=case | {"reference": f"P/{number}&%"}, headers=headers)
            assert answer.status_code == 201, answer.text
        seen, path = [], "/v1/people?limit=1"
        while path:
            answer = await client.get(path)
            seen += [person["reference"] for person in answer.json()["people"]]
            path = next_of(answer)

    assert seen == ["P/0&%", "P/1&%", "P/2&%"]


async def test_a_request_is_followed_through_the_gateway_to_the_service_and_into_its_events(
    platform: Platform, databases: Databases
) -> None:
    trace_id, request_id = "5b8aa5a2d2c872e8321cf37308d69df2", "followed-through-it-all"
    headers = {
        "traceparent": f"00-{trace_id}-051581bf3cb55c13-01",
        "x-request-id": request_id,
        "idempotency-key": str(uuid4()),
    }
    case = {"reference": "T-1", "name": "Ada", "user_group": "older_people", "opened_on": "2009-06-01"}
    async with await platform.system("practitioner") as client:
        answer = await client.post("/v1/people", json=case, headers=headers)

    assert answer.headers["x-request-id"] == request_id
    db = await asyncpg.connect(url_of(databases, "assessment", "superuser"))
    record = await db.fetchrow("SELECT request_id, trace_id FROM access_record WHERE action = 'open-case'")
    event = await db.fetchval("SELECT headers::text FROM outbox")
    await db.close()
    assert tuple(record) == (request_id, trace_id)
    assert trace_id in event
