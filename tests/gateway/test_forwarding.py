"""What the gateway passes on, what it keeps back, and what it says when it cannot."""

import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import jwt
import pytest
from prometheus_client import REGISTRY
from starlette.routing import Match, compile_path
from structlog.testing import capture_logs

from braid.command_line.services import all_definitions
from braid.kit.service import describe_api
from gateway.answer_headers import SAFE
from gateway.forwarded_routes import ForwardedRoutes
from gateway.forwarding import WHOLE_ANSWER_MOST
from gateway.routing import BODY_BYTES_MAX, ROUTES
from gateway.service_clients import ServiceAway, ServiceSlow
from tests.gateway.doubles import PRACTITIONER, StubGateway
from tests.gateway.whole import PERSON_ID


def test_the_routing_table_is_the_services_own_description() -> None:
    described = {
        (method.upper(), path, definition.name)
        for definition in all_definitions()
        for path, operations in describe_api(definition).openapi()["paths"].items()
        for method in operations
    }

    assert {(row.method, row.path, row.service) for row in ROUTES} == described


def test_no_route_is_in_the_table_twice() -> None:
    assert len({(row.method, row.path) for row in ROUTES}) == len(ROUTES)


@pytest.mark.parametrize("given", ["x", "a.b", "people", "a b"])
def test_a_request_finds_the_first_row_that_fits_however_many_have_the_shape_of_its_path(given: str) -> None:
    routes = ForwardedRoutes(None, ROUTES)  # type: ignore[arg-type]  # nothing is sent on
    patterns = [(compile_path(row.path)[0], row) for row in ROUTES]
    paths = {re.sub(r"{\w+}", given, row.path) for row in ROUTES}
    paths |= {f"{path}/{given}" for path in paths} | {path.rsplit("/", 1)[0] for path in paths}

    for path in paths:
        fitting = [row for pattern, row in patterns if pattern.match(path)]
        for method in ("GET", "PUT", "POST", "DELETE"):
            wanted = next((row for row in fitting if row.method == method), None)
            match, found = routes.matches({"type": "http", "method": method, "path": path})
            assert found.get("route") == wanted, (method, path)
            assert match == (Match.FULL if wanted else Match.PARTIAL if fitting else Match.NONE), (method, path)


async def test_headers_that_steer_a_request_go_through(stub: StubGateway) -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        headers = {"etag": '"2"', "location": "/v1/people/1", "idempotency-replayed": "true", "x-powered-by": "secret"}
        return httpx.Response(201, json={}, headers=headers)

    stub.services.answers["/v1/people"] = answer
    sent = {"idempotency-key": "a-key", "if-match": '"1"', "x-request-id": "request-0001", "cookie": "braid_session=x"}
    async with stub.system() as client:
        got = await client.post("/v1/people", json={"a": 1}, headers=sent)

    passed = stub.services.asked[0]
    assert {name: passed.headers[name] for name in ("idempotency-key", "if-match", "x-request-id")} == {
        name: sent[name] for name in ("idempotency-key", "if-match", "x-request-id")
    }
    assert passed.content == b'{"a":1}'
    assert "cookie" not in passed.headers
    assert (got.status_code, got.headers["etag"], got.headers["location"]) == (201, '"2"', "/v1/people/1")
    assert got.headers["idempotency-replayed"] == "true"
    assert "x-powered-by" not in got.headers


async def test_a_file_goes_through_byte_for_byte_under_its_name(stub: StubGateway) -> None:
    path = f"/v1/people/{PERSON_ID}/budget/statement.pdf"
    told = {
        "content-type": "application/pdf",
        "content-disposition": 'attachment; filename="statement.pdf"',
        "cache-control": "no-store",
        "braid-until-sequence": "7",
    }
    content = bytes(range(256)) * 40_000
    stub.services.answers[path] = lambda _request: httpx.Response(200, content=content, headers=told)

    async with stub.system() as client:
        got = await client.get(path)

    assert got.content == content
    assert {name: got.headers[name] for name in told} == told


async def test_headers_that_keep_a_document_from_being_run_go_through(stub: StubGateway) -> None:
    safe = {
        "content-type": "application/pdf",
        "content-disposition": 'attachment; filename="a.pdf"',
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; sandbox",
        "cache-control": "private, no-store",
    }
    place = f"/v1/evidence/{PERSON_ID}/content"
    stub.services.answers[place] = lambda _request: httpx.Response(200, content=b"%PDF-", headers=safe)

    async with stub.system() as client:
        got = await client.get(place)

    assert {name: got.headers[name] for name in safe} == safe


async def test_services_get_a_token_of_the_gateway_for_the_same_principal(stub: StubGateway) -> None:
    stub.services.answers["/v1/people"] = {}
    async with stub.system() as client:
        await client.get("/v1/people")
        outside = client.headers["authorization"].removeprefix("Bearer ")

    inside = stub.services.asked[0].headers["authorization"].removeprefix("Bearer ")
    claims: dict[str, Any] = jwt.decode(inside, options={"verify_signature": False})
    assert inside != outside
    assert (claims["iss"], claims["sub"], claims["roles"]) == ("braid-gateway", PRACTITIONER.subject, ["practitioner"])


async def test_the_query_goes_through_as_it_came(stub: StubGateway) -> None:
    stub.services.answers["/v1/people"] = {}
    async with stub.system() as client:
        await client.get("/v1/people?after=a%26b%3D%C3%A9&limit=2")

    assert stub.services.asked[0].url.query == b"after=a%26b%3D%C3%A9&limit=2"


async def test_a_request_id_is_echoed(stub: StubGateway) -> None:
    async with stub.system() as client:
        answer = await client.get("/livez", headers={"x-request-id": "request-0001"})

    assert answer.headers["x-request-id"] == "request-0001"


@pytest.mark.parametrize("given", ["short", "x" * 65, "spaces are not ids"])
async def test_a_malformed_request_id_is_replaced(given: str, stub: StubGateway) -> None:
    async with stub.system() as client:
        answer = await client.get("/livez", headers={"x-request-id": given})

    assert answer.headers["x-request-id"] != given


@pytest.mark.parametrize(("size", "status"), [(BODY_BYTES_MAX, 200), (BODY_BYTES_MAX + 1, 413)])
async def test_a_body_over_the_limit_is_refused(size: int, status: int, stub: StubGateway) -> None:
    stub.services.answers["/v1/people"] = {}
    async with stub.system() as client:
        answer = await client.post("/v1/people", content=b"x" * size)

    assert answer.status_code == status
    assert len(stub.services.asked) == (1 if status == 200 else 0)


async def test_an_unknown_route_is_a_problem(stub: StubGateway) -> None:
    async with stub.system() as client:
        answer = await client.get("/v1/nothing")

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert answer.json()["type"].endswith("/not-found")


async def test_an_unknown_method_is_a_problem(stub: StubGateway) -> None:
    async with stub.system() as client:
        answer = await client.delete("/v1/people")

    assert (answer.status_code, answer.headers["content-type"]) == (405, "application/problem+json")


async def test_a_refusal_is_a_problem_with_safe_headers_whatever_the_caller_reads(stub: StubGateway) -> None:
    async with stub.browser() as client:
        answer = await client.get("/v1/people", headers={"accept": "text/html", "x-request-id": "request-0001"})

    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    assert {name: answer.headers[name] for name in SAFE} == dict(SAFE)
    assert (answer.headers["x-request-id"], answer.headers["www-authenticate"]) == ("request-0001", "Bearer")


async def test_what_nobody_expected_of_a_service_is_a_problem_that_tells_nothing(stub: StubGateway) -> None:
    def breaks(_request: httpx.Request) -> httpx.Response:
        raise RuntimeError("Ada Lovelace")

    stub.services.answers["/v1/people"] = breaks
    with capture_logs() as lines:
        async with stub.system() as client:
            answer = await client.get("/v1/people")

    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "Ada" not in answer.text
    assert [(line["event"], line.get("error"), line.get("route"), line.get("status")) for line in lines] == [
        ("unexpected_error", "RuntimeError", None, None),
        ("request", None, "/v1/people", 500),
    ]


@pytest.mark.parametrize(("path", "status"), [("/v1/people", 503), (f"/v1/people/{PERSON_ID}/plans", 404)])
async def test_what_is_forwarded_is_logged_and_counted_once_by_its_route(
    path: str, status: int, stub: StubGateway
) -> None:
    stub.services.away.add("assessment")
    route = path.replace(str(PERSON_ID), "{person_id}")
    labels = {"service": "gateway", "method": "GET", "route": route, "status": str(status)}

    def counted() -> float:
        return REGISTRY.get_sample_value("braid_http_request_seconds_count", labels) or 0

    before = counted()
    with capture_logs() as lines:
        async with stub.system() as client:
            await client.get(path)

    assert counted() == before + 1
    assert [(line["event"], line["route"], line["status"]) for line in lines] == [("request", route, status)]


async def test_a_service_that_is_away_is_a_problem_with_a_time_to_come_back(stub: StubGateway) -> None:
    stub.services.away.add("assessment")
    async with stub.system() as client:
        answer = await client.get("/v1/people")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert answer.json()["title"] == "The assessment service cannot be reached"


async def test_a_service_that_does_not_answer_in_time_is_a_problem_that_says_it_may_have_been_done(
    stub: StubGateway,
) -> None:
    def slow(_request: httpx.Request) -> httpx.Response:
        raise ServiceSlow

    stub.services.answers["/v1/people"] = slow
    async with stub.system() as client:
        answer = await client.post("/v1/people", json={})

    assert (answer.status_code, answer.headers["retry-after"]) == (504, "2")
    assert answer.json()["title"] == "The assessment service does not answer in time"
    assert "same Idempotency-Key" in answer.json()["detail"]


def breaks_off(length: int) -> Callable[[httpx.Request], httpx.Response]:
    """A service that dies in the middle of an answer of so many bytes."""

    async def parts() -> AsyncIterator[bytes]:
        yield b"half"
        raise ServiceAway

    return lambda _request: httpx.Response(200, content=parts(), headers={"content-length": str(length)})


async def test_an_answer_that_breaks_off_is_a_problem(stub: StubGateway) -> None:
    stub.services.answers["/v1/people"] = breaks_off(8)
    async with stub.system() as client:
        assert (await client.get("/v1/people")).status_code == 503


async def test_a_long_answer_that_breaks_off_is_told_to_be_longer_than_it_is(stub: StubGateway) -> None:
    stub.services.answers["/v1/people"] = breaks_off(WHOLE_ANSWER_MOST + 1)
    async with stub.system() as client:
        answer = await client.get("/v1/people")

    assert (answer.content, answer.headers["content-length"]) == (b"half", str(WHOLE_ANSWER_MOST + 1))


async def test_a_header_that_is_no_ascii_is_passed_on(stub: StubGateway) -> None:
    stub.services.answers["/v1/people"] = {}
    async with stub.system() as client:
        answer = await client.get("/v1/people", headers=[(b"accept", b"text/\xe9")])

    assert answer.status_code == 200
    assert (b"accept", b"text/\xe9") in [(name.lower(), value) for name, value in stub.services.asked[0].headers.raw]


async def test_a_whole_budget_names_what_is_away(stub: StubGateway) -> None:
    stub.services.answers[f"/v1/people/{PERSON_ID}"] = {"name": "Ada"}
    stub.services.away.add("ledger")
    async with stub.system() as client:
        read = (await client.get(f"/v1/people/{PERSON_ID}/whole-budget")).json()

    assert (read["unavailable"], read["person"], read["awards"]) == (["budget", "entries"], {"name": "Ada"}, None)


async def test_many_people_at_once_may_be_a_larger_body_than_others(stub: StubGateway) -> None:
    path = "/v1/decisions:evaluate-in-bulk"
    stub.services.answers[path] = {"people": []}
    async with stub.system() as client:
        answer = await client.post(path, content=b"x" * (BODY_BYTES_MAX + 1))

    assert answer.status_code == 200


ASSESSMENT_ID = "0b6c2f1e-0000-4000-8000-000000000001"


def alignment(*facts: str) -> dict[str, Any]:
    """An alignment of two streams, both of which lack the facts."""
    lacks = [{"fact": name, "kind": "code", "meaning": f"What {name} means.", "codes": []} for name in facts]
    streams = [{"label": label, "lacks": lacks} for label in ("Adult social care", "Supporting People")]
    return {"assessment_id": ASSESSMENT_ID, "streams": streams}


def knows_questions(stub: StubGateway) -> None:
    """Let the assessment service know a questionnaire with one question for a fact and one for the allocation."""
    stub.services.answers[f"/v1/assessments/{ASSESSMENT_ID}"] = {"questionnaire": "ours", "questionnaire_version": 2}
    question = {"question_id": "living_with", "text": "Who do you live with?", "answered_by": "person"}
    stub.services.answers["/v1/questionnaires/ours/2"] = {
        "questionnaire": "ours",
        "version": 2,
        "sections": [
            {
                "title": "About you",
                "questions": [
                    {**question, "asks": "fact", "about": "household"},
                    {**question, "question_id": "washing", "asks": "need", "about": "capital_pence"},
                ],
            }
        ],
    }


async def test_open_questions_bring_facts_and_questions_together(stub: StubGateway) -> None:
    stub.services.answers[f"/v1/people/{PERSON_ID}/alignment"] = alignment("household", "capital_pence")
    knows_questions(stub)
    async with stub.system() as client:
        read = (await client.get(f"/v1/people/{PERSON_ID}/open-questions")).json()

    household, capital = read["facts"]
    assert (read["questionnaire"], read["questionnaire_version"], read["unavailable"]) == ("ours", 2, [])
    assert household["needed_by"] == ["Adult social care", "Supporting People"]
    assert household["question"] == {
        "question_id": "living_with",
        "section": "About you",
        "text": "Who do you live with?",
        "answered_by": "person",
    }
    assert (capital["fact"], capital["question"]) == ("capital_pence", None)


async def test_open_questions_without_the_assessment_service_tell_the_facts_alone(stub: StubGateway) -> None:
    stub.services.answers[f"/v1/people/{PERSON_ID}/alignment"] = alignment("household")
    stub.services.away.add("assessment")
    async with stub.system() as client:
        read = (await client.get(f"/v1/people/{PERSON_ID}/open-questions")).json()

    assert (read["unavailable"], [fact["question"] for fact in read["facts"]]) == (["questions"], [None])


async def test_nobody_has_open_questions_before_anything_was_decided(stub: StubGateway) -> None:
    async with stub.system() as client:
        answer = await client.get(f"/v1/people/{PERSON_ID}/open-questions")

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
