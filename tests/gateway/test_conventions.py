"""What every caller may rely on: limits that say when to come back, one id a request, safe headers, fair notice."""

from dataclasses import replace
from datetime import date

import httpx
import pytest
from fastapi import FastAPI

from braid.kit.http_observation import HttpObservation
from braid.kit.permissions import Action
from braid.kit.problems import Problem, answer_with_problems
from gateway.forwarded_routes import ForwardedRoutes
from gateway.forwarding import Door
from gateway.rate_limits import CALLERS_MAX, RateLimit
from gateway.routing import ROUTES, Deprecation, Row
from tests.gateway.doubles import AUDITOR, PRACTITIONER, StubGateway

GOING = Deprecation(date(2026, 11, 22), date(2027, 5, 31), "/v2/people")


class Clock:
    """Seconds that a test lets pass."""

    now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def test_a_caller_may_ask_much_at_once_and_then_at_a_steady_rate() -> None:
    clock = Clock()
    limit = RateLimit(2, 3, clock=clock)
    for _ in range(3):
        limit.take(PRACTITIONER)

    with pytest.raises(Problem) as refused:
        limit.take(PRACTITIONER)
    assert (refused.value.status, refused.value.type, refused.value.headers) == (
        429,
        "too-many-requests",
        {"Retry-After": "1"},
    )
    clock.now_s += 1
    limit.take(PRACTITIONER)
    limit.take(PRACTITIONER)
    with pytest.raises(Problem):
        limit.take(PRACTITIONER)


def test_one_caller_takes_nothing_from_another() -> None:
    limit = RateLimit(1, 1, clock=Clock())
    limit.take(PRACTITIONER)
    limit.take(AUDITOR)


def test_what_is_refused_does_not_put_off_the_next_turn() -> None:
    clock = Clock()
    limit = RateLimit(1, 1, clock=clock)
    limit.take(PRACTITIONER)
    for _ in range(5):
        clock.now_s += 0.1
        with pytest.raises(Problem):
            limit.take(PRACTITIONER)
    clock.now_s += 0.6
    limit.take(PRACTITIONER)


def test_callers_are_not_remembered_for_ever() -> None:
    limit = RateLimit(1, 1, clock=Clock())
    for number in range(CALLERS_MAX + 10):
        limit.take(replace(PRACTITIONER, subject=str(number)))

    assert len(limit._buckets) == CALLERS_MAX


async def test_the_gateway_answers_who_asks_too_often_with_a_problem(stub: StubGateway) -> None:
    stub.door._rate_limit = RateLimit(0.1, 1)
    async with stub.system() as client:
        first = await client.get("/v1/people")
        second = await client.get("/v1/people")

    assert first.status_code == 404
    assert (second.status_code, second.headers["content-type"]) == (429, "application/problem+json")
    assert 1 <= int(second.headers["retry-after"]) <= 10
    assert len(stub.services.asked) == 1


async def test_a_request_has_one_id_here_and_behind_the_gateway(stub: StubGateway) -> None:
    async with stub.system() as client:
        given = await client.get("/v1/people", headers={"x-request-id": "request-0001"})
        made = await client.get("/v1/people")

    passed_on = [request.headers["x-request-id"] for request in stub.services.asked]
    assert passed_on == [given.headers["x-request-id"], made.headers["x-request-id"]]
    assert given.headers["x-request-id"] == "request-0001"
    assert len(passed_on[1]) == 36


async def test_an_answer_is_kept_nowhere_and_shows_nothing_in_a_browser(stub: StubGateway) -> None:
    async with stub.system() as client:
        for path in ("/v1/people", "/openapi.json", "/nowhere"):
            headers = (await client.get(path)).headers

            assert headers["x-content-type-options"] == "nosniff", path
            assert headers["content-security-policy"].startswith("default-src 'none'"), path
            assert headers["cache-control"] == "no-store", path
            assert "strict-transport-security" not in headers


async def test_where_there_is_tls_a_browser_is_told_to_stay_with_it(stub: StubGateway) -> None:
    async with stub.browser() as client:
        answer = await client.get("https://budgets.example/")

    assert answer.headers["strict-transport-security"].startswith("max-age=31536000")


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null"])
async def test_pages_of_other_sites_read_nothing(origin: str, stub: StubGateway) -> None:
    asked = {"origin": origin, "access-control-request-method": "GET"}
    async with stub.system() as client:
        before = await client.options("/v1/people", headers=asked)
        answer = await client.get("/v1/people", headers=asked)

    for told in (before, answer):
        assert not [name for name in told.headers if name.startswith("access-control-")]


async def test_a_route_that_will_go_says_so_in_every_answer(stub: StubGateway) -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=[], headers={"link": '</v1/people?after=b>; rel="next"'})

    stub.services.answers["/v1/people"] = answer
    app = one_route(stub.door, Row("GET", "/v1/people", "assessment", Action.LIST_PEOPLE, deprecation=GOING))
    bearer = {"authorization": f"Bearer {stub.issuer.token(PRACTITIONER)}"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        headers = (await client.get("/v1/people", headers=bearer)).headers

    assert headers["deprecation"] == "@1795305600"
    assert headers["sunset"] == "Mon, 31 May 2027 00:00:00 GMT"
    assert headers["link"] == '</v1/people?after=b>; rel="next", </v2/people>; rel="successor-version"'


def test_nobody_is_left_without_notice() -> None:
    for row in ROUTES:
        if row.deprecation:
            assert (row.deprecation.gone_on - row.deprecation.since).days >= 180, row.path


def one_route(door: Door, row: Row) -> FastAPI:
    """An application with one route through the gateway."""
    app = FastAPI(routes=[ForwardedRoutes(door, [row])])
    answer_with_problems(app, {})
    app.add_middleware(HttpObservation, service="gateway")
    return app
