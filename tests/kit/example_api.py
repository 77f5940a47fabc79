"""The example service's API, with the faults and slownesses that tests of the HTTP edge need."""

import asyncio
from typing import Any
from uuid import UUID

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import APIRouter, FastAPI, Request, Response
from pydantic import BaseModel, SecretStr
from sqlalchemy import func, select

from braid.kit.http import Caller, ExpectedVersion, Reading, UnitOfWorkRoute, Writing, entity_tag, stale_version
from braid.kit.identity import (
    INTERNAL_AUDIENCE,
    INTERNAL_ISSUER,
    INTERNAL_LIFE_S,
    Principal,
    Role,
    TokenSigner,
    TokenVerifier,
    public_jwk,
)
from braid.kit.permissions import Action, may
from braid.kit.problems import Problem, ProblemKind
from braid.kit.service import ServiceDefinition, ServiceRuntime, build_api
from braid.kit.settings import DatabaseSettings, ServiceSettings
from tests.kit.example_service import COUNCIL, ROLES, ExampleService, NumberSent, metadata, note_number, noted

KEY = Ed25519PrivateKey.generate()
SIGNER = TokenSigner(KEY, issuer=INTERNAL_ISSUER, audience=INTERNAL_AUDIENCE, life_s=INTERNAL_LIFE_S)
WORKER = Principal("worker-1", COUNCIL, frozenset({Role.PRACTITIONER}))

router = APIRouter(route_class=UnitOfWorkRoute)


class UnluckyNumber(Exception):
    """A domain error of the example."""


class GivenNumber(BaseModel):
    number: int
    reason: str = ""


@router.post("/people/{person_id}/numbers", status_code=201, dependencies=[may(Action.CHANGE_RECORD)])
async def send_number(person_id: UUID, given: GivenNumber, work: Writing, response: Response) -> dict[str, int]:
    event = NumberSent(person_id=person_id, council=work.council, number=given.number)
    await note_number(event, work)
    await work.publish(event)
    # Long enough for a second request to arrive meanwhile.
    await asyncio.sleep(0.05)
    if given.number == 13:
        raise UnluckyNumber("13 is refused after it was written down")
    if given.number == 500:
        raise RuntimeError("a secret of ours")
    if given.number == 409:
        raise Problem(409, "clash", "A clash")
    response.headers["Location"] = f"/people/{person_id}/numbers/{given.number}"
    return {"number": given.number}


@router.get("/people/{person_id}/numbers", dependencies=[may(Action.READ_RECORD)])
async def read_numbers(person_id: UUID, work: Reading, response: Response) -> list[int]:
    query = select(noted.c.number).where(noted.c.person_id == person_id).order_by(noted.c.id)
    numbers = list((await work.session.execute(query)).scalars())
    response.headers.update(entity_tag(len(numbers)))
    return numbers


@router.put("/people/{person_id}/numbers", dependencies=[may(Action.CHANGE_RECORD)])
async def add_number(person_id: UUID, given: GivenNumber, work: Writing, expected: ExpectedVersion) -> None:
    await work.lock_person(person_id)
    if await work.session.scalar(select(func.count()).where(noted.c.person_id == person_id)) != expected:
        raise stale_version()
    await note_number(NumberSent(person_id=person_id, council=work.council, number=given.number), work)


@router.get("/approvals", dependencies=[may(Action.DECIDE_PLAN)])
async def approvals(caller: Caller) -> dict[str, Any]:
    return {"subject": caller.subject, "roles": sorted(caller.roles)}


@router.get("/me", dependencies=[may(Action.READ_PUBLISHED)])
async def me(caller: Caller, request: Request) -> dict[str, str]:
    return {"subject": caller.subject, "council": caller.council}


def example_api(service: ExampleService) -> FastAPI:
    """The API as it is served, on the example service's database."""
    database = DatabaseSettings(url=SecretStr(service.url_as(ROLES.app, "app")), pool_size=8)
    definition = ServiceDefinition(
        name="example",
        package="tests.kit",
        title="example",
        routers=[router],
        metadata=metadata,
        problems={UnluckyNumber: ProblemKind(422, "unlucky", "That number brings bad luck")},
    )
    runtime = ServiceRuntime(definition, ServiceSettings(environment="test", database=database))
    keys = jwt.PyJWKSet.from_dict({"keys": [public_jwk(KEY)]})
    app = build_api(runtime, verifier=TokenVerifier(keys, issuer=INTERNAL_ISSUER, audience=INTERNAL_AUDIENCE))
    app.state.runtime = runtime
    return app


def client_of(app: FastAPI) -> httpx.AsyncClient:
    """A client that sees what a caller would see, whatever goes wrong inside."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://example", timeout=60)


def signed_in(principal: Principal = WORKER) -> dict[str, str]:
    """Headers of a caller."""
    return {"Authorization": f"Bearer {SIGNER.sign(principal)}"}
