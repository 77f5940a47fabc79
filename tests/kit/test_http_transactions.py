"""One transaction a request: what is answered is true, and what is refused has changed nothing."""

import asyncio
from dataclasses import replace
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import create_async_engine

from braid.kit.database import async_url
from braid.kit.private_postgres import PrivatePostgres
from tests.kit.example_api import WORKER, client_of, example_api, signed_in
from tests.kit.example_service import OTHER_COUNCIL, ROLES, ExampleService, example_service, tables


async def post_number(
    api: httpx.AsyncClient, person: UUID, number: object, *, key: str | None = None
) -> httpx.Response:
    headers = signed_in() | {"Idempotency-Key": key or str(uuid4())}
    return await api.post(f"/people/{person}/numbers", json={"number": number}, headers=headers)


async def outbox_rows(service: ExampleService) -> object:
    async with service.ops.connect() as db:
        return await db.scalar(select(func.count()).select_from(tables.outbox))


async def test_an_answered_request_is_committed_with_its_event(api: httpx.AsyncClient, example: ExampleService) -> None:
    person = uuid4()
    answer = await post_number(api, person, 7)
    assert (answer.status_code, answer.json()) == (201, {"number": 7})
    assert await example.noted_numbers(person) == [7]
    assert await outbox_rows(example) == 1


async def test_a_commit_that_fails_is_answered_with_500_and_changes_nothing(
    api: httpx.AsyncClient, example: ExampleService
) -> None:
    person = uuid4()
    await let_the_commit_refuse_repeated_numbers(example)
    assert (await post_number(api, person, 7)).status_code == 201
    answer = await post_number(api, person, 7)
    assert answer.status_code == 500
    assert answer.json()["type"] == "https://braid.example/problems/unexpected"
    assert await example.noted_numbers(person) == [7]
    assert await outbox_rows(example) == 1


async def let_the_commit_refuse_repeated_numbers(service: ExampleService) -> None:
    """A deferred constraint is checked by the COMMIT itself: every statement before it succeeds."""
    owner = create_async_engine(async_url(service.url_as(ROLES.owner, "owner")))
    async with owner.begin() as db:
        await db.execute(text("ALTER TABLE noted ADD UNIQUE (person_id, number) DEFERRABLE INITIALLY DEFERRED"))
    await owner.dispose()


@pytest.mark.parametrize(("number", "status"), [(13, 422), (409, 409), (500, 500), ("many", 422)])
async def test_a_refused_request_changes_nothing(
    api: httpx.AsyncClient, example: ExampleService, number: object, status: int
) -> None:
    person = uuid4()
    assert (await post_number(api, person, number)).status_code == status
    assert await example.noted_numbers(person) == []
    assert await outbox_rows(example) == 0


async def test_a_request_sees_its_own_council_alone(api: httpx.AsyncClient) -> None:
    person = uuid4()
    await post_number(api, person, 7)
    own = await api.get(f"/people/{person}/numbers", headers=signed_in())
    others = await api.get(f"/people/{person}/numbers", headers=signed_in(replace(WORKER, council=OTHER_COUNCIL)))
    assert (own.json(), others.json()) == ([7], [])


async def test_a_change_without_if_match_is_refused(api: httpx.AsyncClient) -> None:
    answer = await api.put(f"/people/{uuid4()}/numbers", json={"number": 1}, headers=signed_in())
    assert answer.status_code == 428
    assert answer.json()["type"] == "https://braid.example/problems/version-missing"


@pytest.mark.parametrize("seen", ['"1"', '"x"', "*", "0"])
async def test_a_change_of_another_version_is_refused(
    api: httpx.AsyncClient, example: ExampleService, seen: str
) -> None:
    person = uuid4()
    answer = await api.put(f"/people/{person}/numbers", json={"number": 1}, headers=signed_in() | {"If-Match": seen})
    assert answer.status_code == 412
    assert answer.json()["type"] == "https://braid.example/problems/stale-version"
    assert await example.noted_numbers(person) == []


async def test_of_two_changes_of_one_version_one_is_stale(api: httpx.AsyncClient, example: ExampleService) -> None:
    person = uuid4()
    seen = (await api.get(f"/people/{person}/numbers", headers=signed_in())).headers["ETag"]

    async def change(number: int) -> int:
        headers = signed_in() | {"If-Match": seen}
        answer = await api.put(f"/people/{person}/numbers", json={"number": number}, headers=headers)
        return answer.status_code

    assert sorted(await asyncio.gather(change(1), change(2))) == [200, 412]
    assert len(await example.noted_numbers(person)) == 1


async def test_a_database_that_is_away_is_answered_with_503_and_when_to_come_back(
    second_server: PrivatePostgres,
) -> None:
    person, key = uuid4(), str(uuid4())
    async with example_service(second_server.admin_url()) as service:
        app = example_api(service)
        async with client_of(app) as api:
            assert (await post_number(api, person, 1)).status_code == 201
            await asyncio.to_thread(second_server.kill)
            for _ in range(2):
                answer = await post_number(api, person, 2, key=key)
                assert answer.status_code == 503
                assert answer.headers["Retry-After"] == "2"
                assert answer.headers["Content-Type"] == "application/problem+json"
                assert answer.json()["type"] == "https://braid.example/problems/unavailable"
            assert (await api.get("/livez")).json() == {"status": "alive"}
            unready = await api.get("/readyz")
            assert unready.status_code == 503
            assert unready.json()["checks"]["database"].startswith("failed: ")
            await asyncio.to_thread(second_server.start)
            assert (await post_number(api, person, 2, key=key)).status_code == 201
            assert (await api.get("/readyz")).json() == {"status": "ready", "checks": {"database": "ok"}}
        assert await service.noted_numbers(person) == [1, 2]
        await app.state.runtime.close()
