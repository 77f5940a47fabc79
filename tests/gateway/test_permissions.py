"""Who may do what, cell by cell: every role at every route, at the gateway and at the services behind it."""

import re
from uuid import UUID, uuid4

import httpx
import pytest

from braid.command_line.embedded_platform import EmbeddedPlatform
from braid.kit.access_record_routes import ACCESSES
from braid.kit.identity import Principal, Role, internal_signer
from braid.kit.permissions import PERMISSIONS, Action, Reach
from gateway.development_issuer import EXAMPLE_COUNCIL
from gateway.routing import CHANGES, COMPOSED, ROUTES, Row
from tests.gateway.doubles import StubGateway

AGENCY = "dwp-access-to-work"
NOT_ALLOWED = "https://braid.example/problems/not-allowed"
#: Rows of the table that a caller without any record could be asked for as they stand.
READING = {action for action in Action if action.name.startswith(("READ_", "LIST_"))} | {Action.EVALUATE_RULES}

EVERY_ROW = [
    *ROUTES,
    *(Row("GET", path, "gateway", action) for path, action in COMPOSED.items()),
    *(Row("POST", path, "gateway", action) for path, action in CHANGES.items()),
]
#: Bodies that the gateway looks at itself.
BODIES = {
    "/v1/dead-letters:replay": {"service": "ledger", "cause": "Mishap"},
    "/v1/dead-letters/{service}/{letter_id}/showing": {"reason": "To see what is wrong"},
    "/v1/dead-letters/{service}/{letter_id}/discard": {"reason": "It was told again"},
}


def somebody(role: Role) -> Principal:
    """Somebody with one role, and with what goes with it."""
    person = uuid4() if role is Role.BUDGET_HOLDER else None
    agency = AGENCY if role is Role.PARTNER else None
    return Principal(f"{role}:cell", EXAMPLE_COUNCIL, frozenset({role}), person, agency)


def place(row: Row) -> str:
    """An address of a route, of nothing that is there."""
    known = {"agency": AGENCY, "form": "json", "version": "1", "council": EXAMPLE_COUNCIL}
    known |= {"service": "ledger", "letter_id": "1"}
    return re.sub(r"{(\w+)}", lambda part: known.get(part[1]) or str(uuid4()), row.path)


def is_refused_by_role(answer: httpx.Response) -> bool:
    """Whether the role was refused, as against what else may be wrong with a request."""
    needs = "This needs one of: "
    return (
        answer.status_code == 403 and answer.json()["type"] == NOT_ALLOWED and answer.json()["detail"].startswith(needs)
    )


async def ask(client: httpx.AsyncClient, row: Row, **headers: str) -> httpx.Response:
    """Send a request that has nothing in it but its key."""
    sent = {"idempotency-key": str(uuid4()), "if-match": '"1"', **headers}
    body = None if row.method == "GET" else BODIES.get(row.path, {})
    return await client.request(row.method, place(row), json=body, headers=sent)


async def test_the_gateway_lets_each_role_to_a_route_or_not(stub: StubGateway) -> None:
    wrong = []
    for role in Role:
        async with stub.system(somebody(role)) as client:
            for row in EVERY_ROW:
                stub.services.asked.clear()
                answer = await ask(client, row)
                is_allowed = role in PERMISSIONS[row.action].roles
                is_passed_on = any(request.url.path != ACCESSES for request in stub.services.asked)
                if is_refused_by_role(answer) == is_allowed or is_passed_on != is_allowed:
                    wrong.append(f"{row.method} {row.path} {role}: {answer.status_code} {answer.text}")

    assert not wrong, "\n".join(wrong)


@pytest.fixture
async def behind_the_door(platform: EmbeddedPlatform) -> dict[str, httpx.AsyncClient]:
    """A client of each service, past the gateway."""
    return dict(platform.peers)


async def test_the_services_let_each_role_to_a_route_or_not(
    platform: EmbeddedPlatform, behind_the_door: dict[str, httpx.AsyncClient]
) -> None:
    signer = internal_signer(platform.keys / "internal-private.pem")
    wrong = []
    for row in ROUTES:
        for role in Role:
            token = signer.sign(somebody(role))
            answer = await ask(behind_the_door[row.service], row, authorization=f"Bearer {token}")
            is_allowed = role in PERMISSIONS[row.action].roles
            if is_refused_by_role(answer) == is_allowed or answer.status_code in (401, 500, 503):
                wrong.append(f"{row.method} {row.path} {role}: {answer.status_code} {answer.text}")

    assert not wrong, "\n".join(wrong)


async def test_a_role_that_reaches_its_own_record_reaches_no_other(
    platform: EmbeddedPlatform, behind_the_door: dict[str, httpx.AsyncClient]
) -> None:
    signer = internal_signer(platform.keys / "internal-private.pem")
    person_id: UUID = uuid4()
    wrong = []
    for row in ROUTES:
        reach = PERMISSIONS[row.action].reach
        if "{person_id}" not in row.path or row.method != "GET":
            continue
        for role in {Role.BUDGET_HOLDER, Role.DELEGATE} & set(reach):
            token = signer.sign(somebody(role))
            path = place(row).replace(place(row).split("/")[3], str(person_id))
            query = {"first": "2009-06-01", "last": "2009-06-30", "on": "2009-06-01"}
            headers = {"authorization": f"Bearer {token}"}
            answer = await behind_the_door[row.service].get(path, params=query, headers=headers)
            if answer.status_code != 404:
                wrong.append(f"{row.path} {role}: {answer.status_code} {answer.text}")

    assert not wrong, "\n".join(wrong)


def test_every_action_has_a_row_and_every_row_a_role() -> None:
    assert set(PERMISSIONS) == set(Action)
    assert all(permission.roles for permission in PERMISSIONS.values())


def test_every_action_is_done_by_a_route() -> None:
    # Messages to subscribers are sent by the platform itself, at nobody's request; a council moves by a command.
    assert {row.action for row in EVERY_ROW} | {Action.BE_TOLD_OF_EVENT, Action.MOVE_COUNCIL} == set(Action)


def test_an_auditor_reads_and_changes_nothing() -> None:
    assert {action for action in Action if Role.AUDITOR in PERMISSIONS[action].roles} <= READING


def test_whoever_is_not_of_the_council_reaches_its_records_nowhere() -> None:
    public = {
        Action.READ_PUBLISHED,
        Action.EVALUATE_RULES,
        Action.READ_PLANNING_CHOICES,
        Action.READ_INSTRUMENTS,
    }
    outside = {Role.BUDGET_HOLDER, Role.DELEGATE, Role.PARTNER}
    mending = {Action.READ_DEAD_LETTERS, Action.SHOW_DEAD_LETTER, Action.MEND_DEAD_LETTERS}
    mending |= {Action.READ_WEBHOOKS, Action.KEEP_WEBHOOKS, Action.MOVE_COUNCIL}
    for action in set(Action) - public:
        reach = PERMISSIONS[action].reach
        assert all(reach[role] is not Reach.COUNCIL for role in outside & set(reach)), action
        assert Role.OPERATIONS not in reach or action in mending, action
