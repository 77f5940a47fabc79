"""A key that is used again, through the gateway: by its owner for the same, for something else, and by others."""

import asyncio
from typing import Any

import httpx

from tests.gateway.conftest import Platform

KEY = "one-key-for-all"
OTHER_COUNCIL = "E10009998"


def case(reference: str) -> dict[str, Any]:
    return {"reference": reference, "name": reference, "user_group": "older_people", "opened_on": "2009-06-01"}


async def opened(client: httpx.AsyncClient, reference: str) -> httpx.Response:
    return await client.post("/v1/people", json=case(reference), headers={"idempotency-key": KEY})


async def references(client: httpx.AsyncClient) -> list[str]:
    return sorted(person["reference"] for person in (await client.get("/v1/people")).json()["people"])


async def test_a_replayed_key_does_nothing_twice_and_is_nobody_elses(platform: Platform) -> None:
    practitioner, system = await platform.system("practitioner"), await platform.system("system")
    elsewhere = await platform.system("practitioner", council=OTHER_COUNCIL)

    at_once = await asyncio.gather(*(opened(practitioner, "BRACKEN") for _ in range(3)))
    again = await opened(practitioner, "BRACKEN")
    other_body = await opened(practitioner, "HEATHER")
    assessments = f"/v1/people/{again.json()['person_id']}/assessments"
    questionnaire = {"questionnaire": "example-council"}
    other_address = await practitioner.post(assessments, json=questionnaire, headers={"idempotency-key": KEY})
    by_another = await opened(system, "JUNIPER")
    at_another_council = await opened(elsewhere, "ROWANTREE")

    assert {answer.status_code for answer in at_once} == {201}
    assert len({answer.content for answer in [*at_once, again]}) == 1
    assert sorted("idempotency-replayed" in answer.headers for answer in at_once) == [False, True, True]
    assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true")
    for refused in (other_body, other_address):
        assert refused.status_code == 422
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.json()["type"].endswith("/idempotency-key-reused")
    for answer in (by_another, at_another_council):
        assert answer.status_code == 201
        assert "idempotency-replayed" not in answer.headers
        assert answer.json()["person_id"] != again.json()["person_id"]
    assert await references(practitioner) == ["BRACKEN", "JUNIPER"]
    assert await references(elsewhere) == ["ROWANTREE"]
