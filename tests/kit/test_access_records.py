"""Access records: one for each request that touches a person, together with what it did or by itself, never changed."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from braid.kit.database import async_url
from braid.kit.forgetting import leave_tombstone
from braid.kit.identity import Role
from tests.kit.example_api import WORKER, client_of, example_api, signed_in
from tests.kit.example_service import COUNCIL, OTHER_COUNCIL, ROLES, ExampleService

AUDITOR = replace(WORKER, subject="auditor-1", roles=frozenset({Role.AUDITOR}))
PERSON = replace(WORKER, subject="person-1", roles=frozenset({Role.BUDGET_HOLDER}))


async def records(example: ExampleService, person_id: UUID | None = None, council: str = COUNCIL) -> list[Any]:
    """What is recorded, the earliest first."""
    query = "SELECT * FROM access_record WHERE CAST(:person AS uuid) IS NULL OR person_id = :person"
    async with example.units.for_council(council) as work:
        found = await work.session.execute(
            text(f"{query} ORDER BY recorded_at"),
            {"person": person_id},
        )
        return list(found.mappings())


async def send(api: httpx.AsyncClient, person_id: UUID, number: int, **headers: str) -> httpx.Response:
    """Send a person a number, with a reason."""
    body = {"number": number, "reason": "They asked on the telephone"}
    sent = signed_in() | {"idempotency-key": str(uuid4())} | headers
    return await api.post(f"/people/{person_id}/numbers", json=body, headers=sent)


async def test_a_reading_is_recorded_with_who_when_why_from_where_and_what(
    example: ExampleService, api: httpx.AsyncClient
) -> None:
    person_id = uuid4()
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    told = {"x-request-id": "a-request-of-ours", "braid-client": "203.0.113.9", "traceparent": trace}

    await api.get(f"/people/{person_id}/numbers", headers=signed_in() | told)

    (record,) = await records(example)
    assert (record["person_id"], record["subject"], record["roles"]) == (person_id, "worker-1", ["practitioner"])
    assert (record["council"], record["action"], record["method"]) == (COUNCIL, "read-record", "GET")
    assert record["route"] == "/people/{person_id}/numbers"
    assert record["resource"] == f"/people/{person_id}/numbers"
    assert (record["status"], record["is_repeat"], record["reason"]) == (200, False, None)
    assert (str(record["client"]), record["request_id"]) == ("203.0.113.9", "a-request-of-ours")
    assert record["trace_id"] == "0af7651916cd43dd8448eb211c80319c"


async def test_a_change_is_recorded_once_with_its_reason_however_many_ways_it_names_the_person(
    example: ExampleService, api: httpx.AsyncClient
) -> None:
    person_id = uuid4()
    await send(api, person_id, 7)

    (record,) = await records(example)
    assert (record["person_id"], record["status"]) == (person_id, 201)
    assert record["reason"] == "They asked on the telephone"


@pytest.mark.parametrize(("number", "status"), [(13, 422), (409, 409), (500, 500)])
async def test_a_change_that_is_rolled_back_leaves_no_record_of_being_done(
    example: ExampleService, api: httpx.AsyncClient, number: int, status: int
) -> None:
    person_id = uuid4()
    answer = await send(api, person_id, number)

    assert answer.status_code == status
    assert [record["status"] for record in await records(example, person_id)] == [status]
    assert await example.noted_numbers(person_id) == []


async def test_a_change_whose_commit_fails_leaves_no_record_of_being_done(
    example: ExampleService, api: httpx.AsyncClient
) -> None:
    person_id = uuid4()
    await as_owner(
        example,
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$",
        "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON noted DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION refuse()",
    )

    assert (await send(api, person_id, 7)).status_code == 500
    assert [record["status"] for record in await records(example, person_id)] == [500]


async def test_what_a_role_is_refused_is_recorded_as_refused(example: ExampleService, api: httpx.AsyncClient) -> None:
    person_id = uuid4()
    answer = await api.post(
        f"/people/{person_id}/numbers",
        json={"number": 1},
        headers=signed_in(AUDITOR) | {"idempotency-key": "k"},
    )

    assert answer.status_code == 403
    (record,) = await records(example)
    assert (record["person_id"], record["subject"], record["status"]) == (person_id, "auditor-1", 403)


@pytest.mark.parametrize("body", [b"{", b'{"number": "x"}', b'{"reason": "\\ud800\\u0000", "number": "x"}', b"\xff"])
async def test_what_cannot_be_read_is_recorded_as_refused(
    example: ExampleService, api: httpx.AsyncClient, body: bytes
) -> None:
    headers = signed_in() | {"idempotency-key": "k", "content-type": "application/json"}
    answer = await api.post(f"/people/{uuid4()}/numbers", content=body, headers=headers)

    assert [record["status"] for record in await records(example)] == [answer.status_code]
    assert answer.status_code in (400, 422)


async def test_an_answer_that_is_given_again_is_recorded_as_a_repeat(
    example: ExampleService, api: httpx.AsyncClient
) -> None:
    person_id = uuid4()
    for _ in range(2):
        await send(api, person_id, 7, **{"idempotency-key": "the-same"})

    found = await records(example, person_id)
    assert [(record["status"], record["is_repeat"]) for record in found] == [(201, False), (201, True)]


async def test_whoever_is_not_known_leaves_no_record(example: ExampleService, api: httpx.AsyncClient) -> None:
    await api.get(f"/people/{uuid4()}/numbers")
    await api.get("/me", headers=signed_in())

    assert await records(example) == []


async def test_nothing_is_shown_or_done_that_cannot_be_recorded(example: ExampleService) -> None:
    person_id = uuid4()
    await as_owner(example, f"REVOKE INSERT ON access_record FROM {ROLES.app}")
    app = example_api(example)
    async with client_of(app) as api:
        read = await api.get(f"/people/{person_id}/numbers", headers=signed_in())
        sent = await send(api, person_id, 7)
    await app.state.runtime.close()

    assert (read.status_code, sent.status_code) == (500, 500)
    assert await example.noted_numbers(person_id) == []


async def test_records_are_of_the_council_that_was_acted_for(example: ExampleService, api: httpx.AsyncClient) -> None:
    person_id = uuid4()
    other = replace(WORKER, council=OTHER_COUNCIL)
    await api.get(f"/people/{person_id}/numbers", headers=signed_in(other))

    assert await records(example, council=COUNCIL) == []
    assert len(await records(example, council=OTHER_COUNCIL)) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE access_record SET subject = 'nobody'",
        "UPDATE access_record SET reason = 'another'",
        "UPDATE access_record SET reason = NULL, status = 200",
        "DELETE FROM access_record",
        "TRUNCATE access_record",
    ],
)
async def test_records_are_never_changed_by_the_application_nor_by_their_owner(
    example: ExampleService, api: httpx.AsyncClient, statement: str
) -> None:
    await send(api, uuid4(), 13)
    before = await records(example)

    with pytest.raises(DBAPIError, match="never changed"):
        await as_owner(example, f"SELECT set_config('braid.council', '{COUNCIL}', true)", statement)
    with pytest.raises(DBAPIError, match="permission denied"):
        async with example.units.for_council(COUNCIL) as work:
            await work.session.execute(text(statement))

    assert await records(example) == before


async def test_of_somebody_who_is_forgotten_it_stays_recorded_who_looked_and_not_why_nor_from_where(
    example: ExampleService, api: httpx.AsyncClient
) -> None:
    gone, other = uuid4(), uuid4()
    for person_id in (gone, other):
        await send(api, person_id, 7, **{"braid-client": "203.0.113.9"})
    before = await records(example)

    async with example.units.for_council(COUNCIL) as work:
        await leave_tombstone(work, gone, (), on=work.now.date())
        await work.commit()

    after = await records(example)
    assert after == [
        dict(each) | ({"reason": None, "client": None} if each["person_id"] == gone else {}) for each in before
    ]


async def as_owner(example: ExampleService, *statements: str) -> None:
    """Run statements as the owner of the tables."""
    owner = create_async_engine(async_url(example.url_as(ROLES.owner, "owner")))
    try:
        async with owner.begin() as db:
            for statement in statements:
                await db.execute(text(statement))
    finally:
        await owner.dispose()
