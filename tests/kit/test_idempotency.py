"""A request that is repeated with its Idempotency-Key has its effect once and the same answer each time."""

import asyncio
from dataclasses import replace
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import func, select

from tests.kit.example_api import WORKER, signed_in
from tests.kit.example_service import COUNCIL, OTHER_COUNCIL, ExampleService, tables


async def post_number(
    api: httpx.AsyncClient, person: UUID, number: int, key: str, *, by: dict[str, str] | None = None
) -> httpx.Response:
    headers = (by or signed_in()) | {"Idempotency-Key": key}
    return await api.post(f"/people/{person}/numbers", json={"number": number}, headers=headers)


async def stored_keys(service: ExampleService) -> object:
    async with service.units.for_council(COUNCIL) as work:
        return await work.session.scalar(select(func.count()).select_from(tables.idempotency_key))


async def test_a_post_without_a_key_is_refused(api: httpx.AsyncClient) -> None:
    answer = await api.post(f"/people/{uuid4()}/numbers", json={"number": 1}, headers=signed_in())
    assert answer.status_code == 400
    assert answer.json()["type"] == "https://braid.example/problems/idempotency-key-missing"


@pytest.mark.parametrize("key", ["", " ", "two words", "x" * 256, 'a"b', '"', "tab\there"])
async def test_a_malformed_key_is_refused(api: httpx.AsyncClient, key: str) -> None:
    answer = await post_number(api, uuid4(), 1, key)
    assert answer.status_code == 400
    assert answer.json()["type"] == "https://braid.example/problems/idempotency-key-malformed"


async def test_a_key_means_the_same_with_quotes(api: httpx.AsyncClient, example: ExampleService) -> None:
    person = uuid4()
    await post_number(api, person, 1, "a-key")
    await post_number(api, person, 1, '"a-key"')
    assert await example.noted_numbers(person) == [1]


async def test_a_repeat_is_answered_as_the_first_time(api: httpx.AsyncClient, example: ExampleService) -> None:
    person = uuid4()
    first = await post_number(api, person, 7, "a-key")
    again = await post_number(api, person, 7, "a-key")
    assert (again.status_code, again.content) == (first.status_code, first.content) == (201, b'{"number":7}')
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Content-Type"] == first.headers["Content-Type"]
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert await example.noted_numbers(person) == [7]


async def test_a_key_that_was_used_for_another_body_is_refused(api: httpx.AsyncClient, example: ExampleService) -> None:
    person = uuid4()
    await post_number(api, person, 7, "a-key")
    answer = await post_number(api, person, 8, "a-key")
    assert answer.status_code == 422
    assert answer.json()["type"] == "https://braid.example/problems/idempotency-key-reused"
    assert await example.noted_numbers(person) == [7]


async def test_a_key_that_was_used_for_another_path_is_refused(api: httpx.AsyncClient) -> None:
    await post_number(api, uuid4(), 7, "a-key")
    assert (await post_number(api, uuid4(), 7, "a-key")).status_code == 422


async def test_a_key_that_was_used_with_another_query_is_refused(api: httpx.AsyncClient) -> None:
    headers = signed_in() | {"Idempotency-Key": "a-key"}
    address = f"/people/{uuid4()}/numbers"
    await api.post(address, json={"number": 1}, headers=headers)
    other = await api.post(address, json={"number": 1}, headers=headers, params={"provisional": "true"})
    assert other.status_code == 422


async def test_requests_at_the_same_time_have_one_effect(api: httpx.AsyncClient, example: ExampleService) -> None:
    person = uuid4()
    answers = await asyncio.gather(*(post_number(api, person, 7, "a-key") for _ in range(4)))
    assert {answer.status_code for answer in answers} == {201}
    assert {answer.content for answer in answers} == {b'{"number":7}'}
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 3
    assert await example.noted_numbers(person) == [7]


@pytest.mark.parametrize(("refused", "status"), [(13, 422), (409, 409), (500, 500)])
async def test_a_refused_request_leaves_its_key_free(
    api: httpx.AsyncClient, example: ExampleService, refused: int, status: int
) -> None:
    person = uuid4()
    assert (await post_number(api, person, refused, "a-key")).status_code == status
    assert await stored_keys(example) == 0
    assert (await post_number(api, person, 7, "a-key")).status_code == 201
    assert await example.noted_numbers(person) == [7]


@pytest.mark.parametrize("other", [replace(WORKER, subject="worker-2"), replace(WORKER, council=OTHER_COUNCIL)])
async def test_another_callers_same_key_is_another_key(api: httpx.AsyncClient, other: object) -> None:
    person = uuid4()
    await post_number(api, person, 7, "a-key")
    answer = await post_number(api, person, 8, "a-key", by=signed_in(other))  # type: ignore[arg-type]
    assert (answer.status_code, answer.json()) == (201, {"number": 8})
    assert "Idempotency-Replayed" not in answer.headers
