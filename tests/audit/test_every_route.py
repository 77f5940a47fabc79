"""Every route that touches people leaves exactly one record for each of them; a new one that does not fails here."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from braid.command_line.embedded_platform import Databases
from braid.command_line.services import SERVICES, definition_of
from braid.kit.access_record_routes import ACCESSES, SEARCH
from braid.kit.access_recording import action_of
from braid.kit.access_records import leaves_record
from braid.kit.http import UnitOfWorkRoute
from braid.kit.identity import (
    COUNCIL_ROLES,
    INTERNAL_AUDIENCE,
    INTERNAL_ISSUER,
    Principal,
    Role,
    TokenSigner,
    TokenVerifier,
    public_jwk,
)
from braid.kit.permissions import PERMISSIONS, Action
from braid.kit.service import ServiceRuntime, build_api
from braid.kit.settings import ServiceSettings
from gateway.routing import ROUTES, Row
from tests.architecture.test_routes import actions, service_routes
from tests.forgetting.marked_rows import id_of
from tests.forgetting.test_every_column import COUNCIL, everybody_in, fill

KEY = Ed25519PrivateKey.generate()
SIGNER = TokenSigner(KEY, issuer=INTERNAL_ISSUER, audience=INTERNAL_AUDIENCE, life_s=600)
VERIFIER = TokenVerifier(
    jwt.PyJWKSet.from_dict({"keys": [public_jwk(KEY)]}), issuer=INTERNAL_ISSUER, audience=INTERNAL_AUDIENCE
)
AGENCY = "dwp-access-to-work"
GONE, OTHER = id_of("person_id", "gone"), id_of("person_id", "other")
#: Lists over the council, which name everybody whom they show.
LISTS = {
    "GET /v1/people",
    "POST /v1/people:search",
    "GET /v1/people-acted-for",
    "GET /v1/spending-queries",
    "GET /v1/budget-alerts",
    "GET /v1/payment-matters",
    "GET /v1/cases",
    "GET /v1/challenges-to-answer",
}
#: What the lists' marked rows must say to be shown.
SHOWABLE = {
    "assessment": (
        "UPDATE person SET user_group = 'older_people'",
        "UPDATE authority SET kind = 'helper', decisions = '[]', acting = 'alone',"
        " holder_subject = 'practitioner:audited'",
    ),
    "ledger": (
        "UPDATE payment_matter SET code = 'plan_missing'",
        "UPDATE spend_query SET answered_on = NULL, answer = NULL, kind = 'no_item', owner = 'practitioner',"
        " reasons = '{}'",
    ),
    "outcomes": (
        "UPDATE response SET answers = '{}'",
        "UPDATE person SET died_on = NULL",
        "UPDATE told SET kind = 'budgets', record = '{\"opened_on\": \"2026-01-05\"}'",
    ),
    "support_planning": (
        "UPDATE progress SET stage = 'planning', since = now(), user_group = NULL",
        "UPDATE challenge SET about = 'allocation', stream = NULL, plan_id = NULL, answer = NULL",
    ),
}
#: What names nobody in its address, and why that will do.
NAMED_OTHERWISE = {
    "POST /v1/people": "whom it opens a case for, by their lock",
    "POST /v1/scenarios": "the whole population, or a file of people who are nobody's record here",
    "GET /v1/scenarios": "what was asked about everybody",
    "GET /v1/scenarios/{scenario_id}": "sums over everybody",
    "GET /v1/scenarios/{scenario_id}/people.{form}": "the whole population",
    **dict.fromkeys(
        (
            "POST /v1/outcome-evaluations",
            "GET /v1/outcome-evaluations",
            "GET /v1/outcome-evaluations/{evaluation_id}",
            "GET /v1/outcome-evaluations/{evaluation_id}/report",
        ),
        "sums over everybody, small groups kept back",
    ),
    **dict.fromkeys(
        (
            "POST /v1/client-level-data-returns",
            "GET /v1/client-level-data-returns",
            "POST /v1/client-level-data-returns:discard",
            "GET /v1/client-level-data-returns/{return_id}",
            "GET /v1/client-level-data-returns/{return_id}/faults.csv",
        ),
        "counts over everybody, and faults by row, which name nobody",
    ),
    "GET /v1/client-level-data-returns/{return_id}/file.csv": "everybody in the file, where it is there",
    "POST /v1/partners/{agency}/decisions": "whom the body names, by their lock",
    "GET /v1/partners/{agency}/decisions/{reference}": "whom the decision is about, once it is found",
    "POST /v1/entries:batch": "whose budgets the entries are in",
    "POST /v1/entries": "whose budget the entry is in",
    "POST /v1/commitments:expire": "whose commitments ran out",
    "POST /v1/budget-watch": "whose budgets were looked at, by their locks",
    "POST /v1/spending:tell": "whose weeks are told",
    "POST /v1/forgetting": "whose words were looked at, by their locks",
    "GET /v1/plans-to-approve": "whose plans it shows",
    "GET /v1/planning-times": "sums over everybody",
    "GET /v1/overdue": "whom it shows",
    "GET /v1/outcome-waves-due": "whom it shows",
    "GET /v1/payment-runs/{run_id}/items": "whose payments it shows",
    **dict.fromkeys(
        (
            "GET /v1/webhook-event-types",
            "POST /v1/webhook-subscriptions",
            "GET /v1/webhook-subscriptions",
            "GET /v1/webhook-subscriptions/{subscription_id}",
            "PUT /v1/webhook-subscriptions/{subscription_id}",
            "POST /v1/webhook-subscriptions/{subscription_id}/ending",
            "POST /v1/webhook-subscriptions/{subscription_id}/secret",
            "POST /v1/webhook-subscriptions/{subscription_id}/test-message",
            "GET /v1/webhook-subscriptions/{subscription_id}/deliveries",
            "POST /v1/webhook-subscriptions/{subscription_id}/recovery",
        ),
        "a system's, whose messages show nobody; each person's record says that something was sent (decision 19)",
    ),
    **dict.fromkeys(
        (
            "POST /v1/payment-runs",
            "GET /v1/payment-runs",
            "GET /v1/payment-runs/{run_id}",
            "POST /v1/payment-runs/{run_id}/check",
            "POST /v1/payment-runs/{run_id}/approval",
            "POST /v1/payment-runs/{run_id}/cancellation",
            "POST /v1/payment-runs/{run_id}/file",
            "GET /v1/payment-runs/{run_id}/file",
            "POST /v1/payment-runs/{run_id}/sent",
            "POST /v1/payment-runs/{run_id}/results",
            "POST /v1/payment-runs/{run_id}/finish",
            "POST /v1/payment-status-reports",
            "POST /v1/payment-account-statements",
        ),
        "a whole run is recorded as one (decision 17)",
    ),
}


def name_of(row: Row) -> str:
    """A route as these lists have it."""
    return f"{row.method} {row.path}"


def somebody_who_may(row: Row) -> Principal:
    """Somebody whose role reaches the route's action."""
    roles = PERMISSIONS[row.action].roles
    role = next((role for role in Role if role in roles & COUNCIL_ROLES), next(iter(sorted(roles))))
    agency = AGENCY if role is Role.PARTNER else None
    return Principal(f"{role}:audited", COUNCIL, frozenset({role}), None, agency)


def place(row: Row) -> str:
    """The address of something that is the one person's."""
    known = {"agency": AGENCY, "form": "json", "version": "1", "stream": "adult_social_care"}
    return re.sub(r"{(\w+)}", lambda part: known.get(part[1]) or str(id_of(part[1], "gone")), row.path)


def is_named(row: Row) -> bool:
    """Whether the address of a route says whose record it is about."""
    known = {"person_id", *definition_of(row.service).whose}
    return bool(known & set(re.findall(r"{(\w+)}", row.path)))


@asynccontextmanager
async def service_with_two_people(databases: Databases, service: str) -> AsyncIterator[httpx.AsyncClient]:
    """A service whose every table has a row about each of two people; no other service answers it."""
    async with everybody_in(databases, service) as everybody:
        await fill(everybody, service)
        for statement in SHOWABLE.get(service, ()):
            await everybody.execute(statement)
    away = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(503)), base_url="http://away")
    settings = ServiceSettings(environment="test", database=databases.settings_of(service))
    runtime = ServiceRuntime(definition_of(service), settings, peers=dict.fromkeys(SERVICES, away))
    transport = httpx.ASGITransport(build_api(runtime, verifier=VERIFIER), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        yield client
    await runtime.close()


async def recorded(databases: Databases, service: str) -> dict[str, list[tuple[UUID | None, int, str]]]:
    """Whose records, with which status and action, by the id of the request."""
    found: dict[str, list[tuple[UUID | None, int, str]]] = {}
    async with everybody_in(databases, service) as everybody:
        for row in await everybody.fetch("SELECT request_id, person_id, status, action FROM access_record"):
            found.setdefault(row["request_id"], []).append((row["person_id"], row["status"], row["action"]))
    return found


@pytest.mark.parametrize("service", SERVICES)
async def test_each_route_leaves_one_record_a_person_and_says_how_it_was_answered(
    databases: Databases, service: str
) -> None:
    asked: list[tuple[str, Row, int]] = []
    async with service_with_two_people(databases, service) as client:
        for row in (row for row in ROUTES if row.service == service):
            request_id = str(uuid4())
            headers = {
                "authorization": f"Bearer {SIGNER.sign(somebody_who_may(row))}",
                "x-request-id": request_id,
                "idempotency-key": str(uuid4()),
                "if-match": '"1"',
            }
            body: dict[str, str] | None = None if row.method == "GET" else {}
            answer = await client.request(row.method, place(row), json=body, headers=headers)
            asked.append((request_id, row, answer.status_code))

    records, wrong = await recorded(databases, service), []
    for request_id, row, status in asked:
        found = records.get(request_id, [])
        people = [person for person, _, _ in found]
        if not leaves_record(row.action):
            right = found == []
        elif name_of(row) in LISTS:
            right = status == 200 and sorted(map(str, people)) == sorted(map(str, (GONE, OTHER)))
        elif is_named(row):
            right = people == [GONE]
        else:
            right = name_of(row) in NAMED_OTHERWISE and len(set(people)) == len(people) > 0
        if not right or any((its, action) != (status, row.action) for _, its, action in found):
            wrong.append(f"{name_of(row)} answered {status}: {found}")

    assert not wrong, "\n".join(wrong)


def test_what_is_listed_here_is_there_and_says_no_more_than_it_must() -> None:
    unnamed = {name_of(row) for row in ROUTES if leaves_record(row.action) and not is_named(row)}

    assert unnamed == LISTS | set(NAMED_OTHERWISE)


def test_every_route_of_a_service_records_and_knows_its_action() -> None:
    for service, route in service_routes():
        assert isinstance(route, UnitOfWorkRoute), service
        assert route.leaves_records
        assert [action_of(route)] == actions(route), route.path


def test_nothing_of_a_person_is_left_out_by_its_action() -> None:
    assert {action for action in Action if not leaves_record(action)} == {
        Action.READ_PUBLISHED,
        Action.EVALUATE_RULES,
        Action.READ_BOOKS,
        Action.READ_PLANNING_CHOICES,
        Action.CHOOSE_FOR_COUNCIL,
        Action.READ_INSTRUMENTS,
        Action.STATE_LICENCE,
        Action.READ_COUNCIL_REPORTS,
    }
    about_a_person = {row.action for row in ROUTES if "{person_id}" in row.path}
    assert all(leaves_record(action) for action in about_a_person)


def test_the_gateway_passes_nobody_on_to_what_services_answer_it_alone() -> None:
    assert not {SEARCH, ACCESSES} & {row.path for row in ROUTES}
