"""Errors are RFC 9457 problems that leak nothing; probes, request ids and metrics tell operations what they need."""

from uuid import uuid4

import httpx
import jsonschema
import pytest

from braid.kit.problems import PROBLEM_SCHEMA
from tests.kit.example_api import signed_in


async def post_number(api: httpx.AsyncClient, number: object) -> httpx.Response:
    headers = signed_in() | {"Idempotency-Key": str(uuid4())}
    return await api.post(f"/people/{uuid4()}/numbers", json={"number": number}, headers=headers)


def is_problem(answer: httpx.Response, status: int, kind: str) -> dict[str, object]:
    problem: dict[str, object] = answer.json()
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (answer.status_code, problem["status"]) == (status, status)
    assert problem["type"] == f"https://braid.example/problems/{kind}"
    jsonschema.validate(problem, PROBLEM_SCHEMA)
    return problem


async def test_a_domain_error_is_told_as_its_problem(api: httpx.AsyncClient) -> None:
    problem = is_problem(await post_number(api, 13), 422, "unlucky")
    assert problem["title"] == "That number brings bad luck"
    assert problem["detail"] == "13 is refused after it was written down"


async def test_an_unexpected_error_leaks_nothing(api: httpx.AsyncClient) -> None:
    answer = await post_number(api, 500)
    assert is_problem(answer, 500, "unexpected") == {
        "type": "https://braid.example/problems/unexpected",
        "title": "Something went wrong on our side",
        "status": 500,
    }
    assert "secret" not in answer.text


async def test_an_invalid_body_points_at_its_fault_and_does_not_repeat_it(api: httpx.AsyncClient) -> None:
    answer = await post_number(api, "Joan Bloggs")
    problem = is_problem(answer, 422, "invalid-request")
    assert [fault["pointer"] for fault in problem["errors"]] == ["body:/number"]  # type: ignore[attr-defined]
    assert "Bloggs" not in answer.text


async def test_a_body_that_is_no_json_is_an_invalid_request(api: httpx.AsyncClient) -> None:
    headers = signed_in() | {"Idempotency-Key": str(uuid4()), "Content-Type": "application/json"}
    answer = await api.post(f"/people/{uuid4()}/numbers", content=b"{", headers=headers)
    is_problem(answer, 422, "invalid-request")


async def test_an_unknown_address_is_a_problem(api: httpx.AsyncClient) -> None:
    is_problem(await api.get("/nowhere"), 404, "not-found")


async def test_an_unknown_method_is_a_problem_that_says_what_is_allowed(api: httpx.AsyncClient) -> None:
    answer = await api.delete("/me")
    is_problem(answer, 405, "method-not-allowed")
    assert answer.headers["Allow"] == "GET"


async def test_a_healthy_service_is_alive_and_ready(api: httpx.AsyncClient) -> None:
    assert (await api.get("/livez")).json() == {"status": "alive"}
    ready = await api.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"status": "ready", "checks": {"database": "ok"}})


async def test_a_request_id_is_echoed(api: httpx.AsyncClient) -> None:
    answer = await api.get("/livez", headers={"X-Request-ID": "request-12345"})
    assert answer.headers["X-Request-ID"] == "request-12345"


@pytest.mark.parametrize("given", [None, "short", "x" * 65, "new\\nline-in-the-log", "<script>alert</script>"])
async def test_a_request_without_a_sound_id_is_given_one(api: httpx.AsyncClient, given: str | None) -> None:
    headers = {"X-Request-ID": given} if given else {}
    answer = await api.get("/livez", headers=headers)
    assert len(answer.headers["X-Request-ID"]) == 36
    assert answer.headers["X-Request-ID"] != given


async def test_an_unexpected_error_carries_its_request_id(api: httpx.AsyncClient) -> None:
    headers = signed_in() | {"Idempotency-Key": str(uuid4()), "X-Request-ID": "request-12345"}
    answer = await api.post(f"/people/{uuid4()}/numbers", json={"number": 500}, headers=headers)
    assert answer.status_code == 500
    assert answer.headers["X-Request-ID"] == "request-12345"


async def test_metrics_name_routes_and_never_people(api: httpx.AsyncClient) -> None:
    person = uuid4()
    await api.get(f"/people/{person}/numbers", headers=signed_in())
    await api.get(f"/nowhere/{person}")
    metrics = (await api.get("/metrics")).text
    assert (
        'braid_http_request_seconds_count{method="GET",route="/people/{person_id}/numbers",'
        'service="example",status="200"}' in metrics
    )
    assert 'route="unmatched"' in metrics
    assert str(person) not in metrics
