"""Who has looked at which record, as the council's auditors and the people themselves are shown it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from braid.kit.access_record_routes import ACCESSES, SEARCH
from braid.kit.access_records import leaves_record
from braid.kit.identity import Principal, Role
from braid.kit.permissions import Action
from gateway.console.access_words import DONE, done_in_words
from gateway.development_issuer import EXAMPLE_COUNCIL
from gateway.routing import CHANGES, COMPOSED, ROUTES
from tests.gateway.doubles import AUDITOR, PRACTITIONER, StubGateway
from tests.gateway.whole import PERSON_ID, person

HOLDER = Principal("holder:test", EXAMPLE_COUNCIL, frozenset({Role.BUDGET_HOLDER}), PERSON_ID)
LOOKED = f"/people/{PERSON_ID}/who-has-looked"
MOMENT = datetime(2026, 6, 1, 13, 5, tzinfo=UTC)


def a_record(route: str = "/v1/people/{person_id}", **other: Any) -> dict[str, Any]:
    return {
        "record_id": str(uuid4()),
        "recorded_at": MOMENT.isoformat(),
        "person_id": str(PERSON_ID),
        "subject": "practitioner:ada",
        "roles": ["practitioner"],
        "council": EXAMPLE_COUNCIL,
        "action": "read-record",
        "method": "GET",
        "route": route,
        "resource": route,
        "status": 200,
        "is_repeat": False,
        "reason": None,
        "client": "192.0.2.7",
        "request_id": "one",
        "trace_id": None,
        **other,
    }


def fill(stub: StubGateway, **by_service: list[dict[str, Any]]) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"records": by_service.get(request.url.host, [])})

    stub.services.answers[SEARCH] = answer
    stub.services.answers["/v1/people:search"] = {"people": [person()], "next": None}


async def shown(stub: StubGateway, path: str, principal: Principal = AUDITOR) -> str:
    async with stub.browser(principal) as client:
        answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return " ".join(answer.text.split())


async def narrowed(stub: StubGateway, **form: str) -> httpx.Response:
    async with stub.browser(AUDITOR) as client:
        return await client.post("/audit", data=form)


def searches(stub: StubGateway) -> list[dict[str, Any]]:
    return [json.loads(each.content) for each in stub.services.asked if each.url.path == SEARCH]


def test_every_route_that_leaves_a_record_has_words() -> None:
    routes = {f"{row.method} {row.path}" for row in ROUTES if leaves_record(row.action)}
    routes |= {f"GET {path}" for path, action in COMPOSED.items() if leaves_record(action)}

    routes |= {f"POST {path}" for path in CHANGES}

    assert routes - set(DONE) == set()
    assert {route for route in set(DONE) - routes if "/v1/" in route} == set()


@pytest.mark.parametrize(
    ("method", "route", "status", "words"),
    [
        ("GET", "/v1/people/{person_id}/plans", 200, "Saw the support plans"),
        ("POST", "/v1/payment-runs/{run_id}/cancellation", 201, "Cancelled a payment run"),
        ("POST", "/v1/carers/{carer_id}/statements", 201, "Wrote down what a carer says"),
        ("GET", "/v1/people/{person_id}/plans", 403, "Tried to see the support plans: refused"),
        ("POST", "/v1/people/{person_id}/erasure", 409, "Tried to erase the record: it did not work"),
        ("POST", "webhook uk.braid.budget.fund-opened.v1", 202, "Was sent the message ‘budget fund opened’"),
        ("COMMAND", "braid council export", 200, "Took the council’s whole record out of this installation"),
        ("GET", "/v1/something-new", 200, "Read a person's assessments, authorities, carers and evidence"),
    ],
)
def test_what_was_done_is_told_in_words(method: str, route: str, status: int, words: str) -> None:
    assert done_in_words(method, route, Action.READ_RECORD, status) == words


async def test_an_auditor_reads_who_when_what_why_and_from_where(stub: StubGateway) -> None:
    fill(stub, ledger=[a_record(reason="The bank asked", method="POST", route="/v1/people/{person_id}/payment-stops")])
    text = await shown(stub, "/audit")

    for told in (
        "1 June 2026, 2:05pm BST",
        "A practitioner of the council",
        "practitioner:ada",
        "Ada Lovelace",
        "Stopped the payments",
        "“The bank asked”",
        "From 192.0.2.7, request one",
    ):
        assert told in text
    assert "{person_id}" not in text


async def test_what_one_request_did_at_several_services_is_told_once(stub: StubGateway) -> None:
    later = (MOMENT + timedelta(minutes=1)).isoformat()
    fill(
        stub,
        assessment=[a_record(), a_record(recorded_at=later)],
        ledger=[a_record("/v1/people/{person_id}/budget")],
        ras=[a_record("/v1/people/{person_id}/allocation", status=404)],
    )
    text = await shown(stub, "/audit")

    # The same id a minute later is another request that was given it too.
    assert text.count("practitioner:ada</a>") == 2
    assert "<li>Saw the budget</li>" in text
    assert "Tried to see the allocation: there was nothing, or it was not theirs to see" in text


async def test_the_reading_is_recorded_before_anything_is_asked_for_with_whose_record_it_is(stub: StubGateway) -> None:
    fill(stub)
    await shown(stub, f"/audit?person={PERSON_ID}")

    paths = [each.url.path for each in stub.services.asked]
    assert paths.index(ACCESSES) < paths.index(SEARCH)
    told = json.loads(stub.services.asked[paths.index(ACCESSES)].content)
    assert (told["route"], told["status"], told["parameters"]) == ("/audit", 200, {"person_id": str(PERSON_ID)})


async def test_what_cannot_be_recorded_is_not_shown(stub: StubGateway) -> None:
    fill(stub, ledger=[a_record()])
    stub.services.away.add("assessment")
    async with stub.browser(AUDITOR) as client:
        answer = await client.get("/audit")

    assert answer.status_code == 503
    assert "practitioner:ada" not in answer.text


@pytest.mark.parametrize("path", ["/audit", LOOKED])
async def test_whoever_may_not_see_it_is_refused_and_that_is_recorded(path: str, stub: StubGateway) -> None:
    fill(stub, ledger=[a_record()])
    async with stub.browser(PRACTITIONER) as client:
        answer = await client.get(path)

    assert answer.status_code == 403
    told = [json.loads(each.content)["status"] for each in stub.services.asked if each.url.path == ACCESSES]
    assert told == [403]


async def test_the_audit_is_for_auditors_and_not_for_holders(stub: StubGateway) -> None:
    fill(stub, ledger=[a_record()])
    async with stub.browser(HOLDER) as client:
        answer = await client.get("/audit")

    assert answer.status_code == 403


async def test_it_is_narrowed_by_person_by_whom_and_by_days_and_no_name_stands_in_the_address(
    stub: StubGateway,
) -> None:
    fill(stub)
    answer = await narrowed(stub, text="Ada", by="practitioner:ada", first="2026-06-01", last="2026-06-02")

    place = f"/audit?person={PERSON_ID}&by=practitioner%3Aada&first=2026-06-01&last=2026-06-02"
    assert (answer.status_code, answer.headers["location"]) == (303, place)
    stub.services.asked.clear()
    text = await shown(stub, place)
    asked = searches(stub)[0]
    assert (asked["person_id"], asked["subject"]) == (str(PERSON_ID), "practitioner:ada")
    assert (asked["since"], asked["until"]) == ("2026-05-31T23:00:00Z", "2026-06-02T23:00:00Z")
    for told in ("Ada Lovelace", "By practitioner:ada", "From 1 June 2026", "Until 2 June 2026"):
        assert f"</span>{told}</a>" in text


async def test_who_may_be_meant_is_offered(stub: StubGateway) -> None:
    fill(stub)
    people = [person(), {**person("Ada Byron"), "person_id": str(uuid4())}]
    stub.services.answers["/v1/people:search"] = {"people": people, "next": None}
    answer = await narrowed(stub, text="Ada", last="2026-06-02")

    assert f'<a href="/audit?person={PERSON_ID}&amp;last=2026-06-02">Ada Lovelace</a>' in answer.text
    assert "Ada Byron" in answer.text


async def test_a_record_that_is_erased_is_found_by_its_id(stub: StubGateway) -> None:
    fill(stub)
    gone = uuid4()
    answer = await narrowed(stub, text=str(gone))

    assert answer.headers["location"] == f"/audit?person={gone}"


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ({"first": "yesterday"}, "Enter the first day as a day, or leave it empty"),
        ({"first": "2026-06-02", "last": "2026-06-01"}, "The last day must be the first day or later"),
        ({"by": "x" * 201}, "Enter at most 200 characters"),
        ({"text": "Nobody"}, "Nobody of the council fits."),
    ],
)
async def test_what_cannot_be_looked_for_is_told_beside_its_field(
    form: dict[str, str], fault: str, stub: StubGateway
) -> None:
    stub.services.answers["/v1/people:search"] = {"people": [], "next": None}
    answer = await narrowed(stub, **form)

    assert answer.status_code == 422
    assert answer.text.count(fault) == 2
    assert "Error: Audit" in answer.text


@pytest.mark.parametrize("query", ["after=not-ours", "person=1", "first=yesterday", "last=9999-12-31", "by=%00"])
async def test_an_address_that_was_changed_by_hand_leads_nowhere(query: str, stub: StubGateway) -> None:
    fill(stub)
    async with stub.browser(AUDITOR) as client:
        assert (await client.get(f"/audit?{query}")).status_code == 404


async def test_pages_follow_one_another(stub: StubGateway) -> None:
    fill(stub, ledger=[a_record(request_id=str(number)) for number in range(51)])
    text = await shown(stub, f"/audit?person={PERSON_ID}")

    assert f'href="/audit?person={PERSON_ID}&amp;after=2026-06-01T13' in text
    assert text.count("practitioner:ada</a>") == 50


@pytest.mark.parametrize(("path", "principal"), [("/audit", AUDITOR), (LOOKED, HOLDER)])
async def test_a_service_that_is_away_is_named_and_the_others_are_shown(
    path: str, principal: Principal, stub: StubGateway
) -> None:
    fill(stub, ras=[a_record("/v1/people/{person_id}/allocation")])
    stub.services.away.add("ledger")
    text = await shown(stub, path, principal)

    assert "budgets, spending and payments" in text
    assert "Saw the allocation" in text


async def test_a_person_is_told_day_by_day_who_looked_without_themselves(stub: StubGateway) -> None:
    before = (MOMENT - timedelta(days=1)).isoformat()
    fill(
        stub,
        assessment=[a_record()],
        ledger=[a_record("/v1/people/{person_id}/budget", recorded_at=before, reason="To answer your letter")],
    )
    text = await shown(stub, LOOKED, HOLDER)

    assert text.index("1 June 2026") < text.index("31 May 2026")
    assert "A practitioner of the council, <time" in text
    assert "2:05pm" in text
    assert "Why: “To answer your letter”" in text
    assert searches(stub)[0]["but_subject"] == "holder:test"
    assert searches(stub)[0]["but_role"] == "delegate"


@pytest.mark.parametrize(
    ("whose", "asked", "told"),
    [
        ("you", {"subject": "holder:test", "but_subject": None, "role": None}, "You, <time"),
        ("delegates", {"subject": None, "but_subject": "holder:test", "role": "delegate"}, "Somebody who acts for you"),
    ],
)
async def test_own_looking_and_that_of_those_who_act_for_somebody_stand_apart(
    whose: str, asked: dict[str, Any], told: str, stub: StubGateway
) -> None:
    role = "budget_holder" if whose == "you" else "delegate"
    fill(stub, assessment=[a_record(roles=[role], subject="holder:test" if whose == "you" else "delegate:mum")])
    text = await shown(stub, f"{LOOKED}?whose={whose}", HOLDER)

    assert {name: searches(stub)[0][name] for name in asked} == asked
    assert told in text
    assert 'aria-current="page"' in text


async def test_nobody_sees_who_looked_at_somebody_elses_record(stub: StubGateway) -> None:
    fill(stub, assessment=[a_record()])
    async with stub.browser(HOLDER) as client:
        answer = await client.get(f"/people/{uuid4()}/who-has-looked")

    assert answer.status_code == 404


async def test_an_auditor_is_led_from_a_persons_page_to_who_looked(stub: StubGateway) -> None:
    fill(stub)
    async with stub.browser(AUDITOR) as client:
        answer = await client.get(LOOKED)

    assert answer.headers["location"] == f"/audit?person={UUID(str(PERSON_ID))}"
