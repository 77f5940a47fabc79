"""Access records as people see them: their own for the person, every one of the council for its auditors."""

import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio

from gateway.development_issuer import EXAMPLE_COUNCIL
from tests.gateway.conftest import Platform, StandingPlatform

# The first of them waits for the platform, and for its databases to be migrated.
pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.xdist_group("reading_records"),
    pytest.mark.timeout(600),
]

ANOTHER_COUNCIL = "E06000001"


@pytest.fixture
def platform(standing_platform: StandingPlatform) -> Iterator[Platform]:
    """One platform for all, with every service there; each test has people of its own."""
    yield standing_platform
    standing_platform.away.clear()


@pytest_asyncio.fixture(loop_scope="module")
async def practitioner(platform: Platform) -> AsyncIterator[httpx.AsyncClient]:
    async with await platform.system("practitioner") as client:
        yield client


@pytest_asyncio.fixture(loop_scope="module")
async def auditor(platform: Platform) -> AsyncIterator[httpx.AsyncClient]:
    async with await platform.system("auditor") as client:
        yield client


async def open_case(client: httpx.AsyncClient, reference: str) -> UUID:
    """A new person's case."""
    case = {"reference": reference, "name": "Ada Lovelace", "user_group": "older_people", "opened_on": "2009-06-01"}
    answer = await client.post("/v1/people", json=case, headers={"idempotency-key": str(uuid4())})
    assert answer.status_code == 201, answer.text
    return UUID(answer.json()["person_id"])


async def read(client: httpx.AsyncClient, path: str, **query: Any) -> dict[str, Any]:
    """A page of records."""
    answer = await client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


async def test_a_person_sees_who_read_and_changed_their_record_and_nobody_elses(
    platform: Platform, practitioner: httpx.AsyncClient
) -> None:
    person_id, other = await open_case(practitioner, "AUD-1"), await open_case(practitioner, "AUD-2")
    headers = {"x-request-id": "asked-for-the-budget"}
    await practitioner.get(f"/v1/people/{person_id}/whole-budget", headers=headers)

    async with await platform.system("budget_holder", person_id=person_id) as own:
        page = await read(own, f"/v1/people/{person_id}/access-records")
        refused = await own.get(f"/v1/people/{other}/access-records")
        everything = await own.get("/v1/access-records")

    assert page["unavailable"] == []
    assert {record["person_id"] for record in page["records"]} == {str(person_id)}
    opened = next(record for record in page["records"] if record["action"] == "open-case")
    assert (opened["service"], opened["status"], opened["roles"]) == ("assessment", 201, ["practitioner"])
    assert opened["client"] == "127.0.0.1"
    composed = [record for record in page["records"] if record["request_id"] == "asked-for-the-budget"]
    assert {record["service"] for record in composed} == {
        "assessment",
        "ras",
        "funding_streams",
        "ledger",
        "support_planning",
    }
    assert (refused.status_code, everything.status_code) == (404, 404)


async def test_reading_the_records_is_recorded_once_and_before_anything_is_shown(
    platform: Platform, practitioner: httpx.AsyncClient, auditor: httpx.AsyncClient
) -> None:
    person_id = await open_case(practitioner, "AUD-3")

    first = await read(auditor, f"/v1/people/{person_id}/access-records")
    second = await read(auditor, f"/v1/people/{person_id}/access-records")
    platform.away.add("assessment")
    unrecorded = await auditor.get(f"/v1/people/{person_id}/access-records")

    def of_auditor(page: dict[str, Any]) -> list[str]:
        return [each["action"] for each in page["records"] if each["roles"] == ["auditor"]]

    assert of_auditor(first) == ["read-access-records"]
    assert of_auditor(second) == ["read-access-records"] * 2
    assert unrecorded.status_code == 503


async def test_what_the_gateway_refuses_by_itself_is_recorded_too(
    platform: Platform, practitioner: httpx.AsyncClient, auditor: httpx.AsyncClient
) -> None:
    person_id = await open_case(practitioner, "AUD-4")
    async with await platform.system("delegate") as delegate:
        for path in ("budget", "open-questions", "access-records"):
            assert (await delegate.get(f"/v1/people/{person_id}/{path}")).status_code == 403

    page = await read(auditor, f"/v1/people/{person_id}/access-records")
    refused = {(each["action"], each["status"]) for each in page["records"] if each["roles"] == ["delegate"]}
    assert refused == {("read-budget", 403), ("read-awards", 403), ("read-access-records", 403)}


async def test_an_auditor_of_another_council_sees_nothing(platform: Platform, practitioner: httpx.AsyncClient) -> None:
    person_id = await open_case(practitioner, "AUD-5")
    async with await platform.system("auditor", council=ANOTHER_COUNCIL) as stranger:
        of_person = await read(stranger, f"/v1/people/{person_id}/access-records")
        everything = await read(stranger, "/v1/access-records")

    # What they find is that they looked themselves.
    assert {each["council"] for each in of_person["records"] + everything["records"]} == {ANOTHER_COUNCIL}
    assert {each["action"] for each in of_person["records"] + everything["records"]} == {"read-access-records"}


async def test_records_are_found_by_person_by_who_and_by_days_and_page_by_page(
    practitioner: httpx.AsyncClient, auditor: httpx.AsyncClient
) -> None:
    person_id = await open_case(practitioner, "AUD-6")
    for path in ("", "/carers", "/evidence", "/awards", "/plans"):
        await practitioner.get(f"/v1/people/{person_id}{path}")
    subject = next(
        each["subject"]
        for each in (await read(auditor, "/v1/access-records", person_id=person_id))["records"]
        if each["roles"] == ["practitioner"]
    )
    sought = {"person_id": person_id, "by": subject}
    whole = await read(auditor, "/v1/access-records", **sought)

    paged, path = [], str(httpx.URL("/v1/access-records", params={**sought, "limit": 2}))
    while path:
        answer = await auditor.get(path)
        paged += answer.json()["records"]
        link = answer.headers.get("link")
        assert (link is None) == (answer.json()["next"] is None)
        found = re.fullmatch(r'<(.+)>; rel="next"', link) if link else None
        path = found[1] if found else ""
    assert paged == whole["records"]
    assert len(paged) == 6

    today, day = datetime.now(UTC).date(), timedelta(days=1)
    nothing: list[dict[str, Any]] = [
        {"by": "somebody else"},
        {"first": today + 2 * day},
        {"last": today - 2 * day},
        {"person_id": uuid4()},
    ]
    for other in nothing:
        assert (await read(auditor, "/v1/access-records", **{**sought, **other}))["records"] == [], other
    around = await read(auditor, "/v1/access-records", **sought, first=today - day, last=today + day)
    assert around == whole


@pytest.mark.parametrize(
    "query",
    [
        {"after": "not-ours"},
        {"after": "2009-06-01T00:00:00~7d7c1f9e-3f7a-4c53-9d3c-3c1d7b1f0a11"},
        {"last": "9999-12-31"},
        {"first": "yesterday"},
        {"limit": "0"},
        {"by": "\0"},
    ],
)
async def test_what_cannot_be_looked_for_is_said(auditor: httpx.AsyncClient, query: dict[str, str]) -> None:
    answer = await auditor.get("/v1/access-records", params=query)

    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


async def test_records_of_a_service_that_is_away_are_named_as_missing(
    platform: Platform, practitioner: httpx.AsyncClient, auditor: httpx.AsyncClient
) -> None:
    person_id = await open_case(practitioner, "AUD-7")
    platform.away.add("ledger")

    page = await read(auditor, f"/v1/people/{person_id}/access-records")

    assert page["unavailable"] == ["ledger"]
    assert "open-case" in {each["action"] for each in page["records"]}


async def test_where_a_caller_says_they_come_from_is_not_believed(
    practitioner: httpx.AsyncClient, auditor: httpx.AsyncClient
) -> None:
    person_id = await open_case(practitioner, "AUD-8")
    lies = {"braid-client": "203.0.113.9", "forwarded": "for=203.0.113.9"}
    await practitioner.get(f"/v1/people/{person_id}", headers=lies)

    page = await read(auditor, f"/v1/people/{person_id}/access-records")
    assert {each["client"] for each in page["records"]} == {"127.0.0.1"}


async def test_pages_that_people_look_at_leave_records(platform: Platform, auditor: httpx.AsyncClient) -> None:
    async with await platform.system("practitioner") as client:
        person_id = await open_case(client, "AUD-9")
    async with await platform.browser("approver") as browser:
        browser.headers["x-request-id"] = "a-page-of-somebody"
        assert (await browser.get(f"/people/{person_id}")).status_code == 200

    page = await read(auditor, f"/v1/people/{person_id}/access-records", by="approver:example")
    assert {each["request_id"] for each in page["records"]} == {"a-page-of-somebody"}
    assert len(page["records"]) == 6
    assert page["records"][0]["council"] == EXAMPLE_COUNCIL
