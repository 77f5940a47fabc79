"""The gateway as an ASGI application."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from importlib import resources
from typing import Any
from uuid import UUID

from cryptography.fernet import Fernet
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp

from braid.kit.health import health_routes
from braid.kit.http_observation import NO_TELEMETRY, HttpObservation
from braid.kit.identity import TokenSigner
from braid.kit.origin import client_by_peer
from braid.kit.problems import answer_with_problems, responses
from gateway.access_records import access_record_routes
from gateway.answer_headers import AnswerHeaders
from gateway.api_page import api_page_routes
from gateway.composed import OpenQuestions, open_questions, whole_budget
from gateway.console.errors import answer_people_with_pages
from gateway.console.pages import console_routes
from gateway.dead_letters import dead_letter_routes
from gateway.development_issuer import DevelopmentIssuer, issuer_routes
from gateway.forwarded_routes import ForwardedFirst, ForwardedRoutes
from gateway.forwarding import Door
from gateway.identity import Verifier
from gateway.rate_limits import RateLimit
from gateway.routing import COMPOSED, ROUTES
from gateway.service_clients import ServiceClient
from gateway.sessions import Sessions
from gateway.sign_in import SignIn


def build_gateway(
    clients: Mapping[str, ServiceClient],
    verifier: Verifier,
    signer: TokenSigner,
    *,
    sessions: Sessions | None = None,
    sign_in: SignIn | None = None,
    rate_limit: RateLimit | None = None,
    development_issuer: DevelopmentIssuer | None = None,
) -> FastAPI:
    """The one public door.

    Args:
        clients: a way to each service; they are closed with the application.
        verifier: of outside tokens.
        signer: of internal tokens.
        sessions: of people at the console; by default none outlives the process.
        sign_in: how people sign in to the console; without it nobody does.
        rate_limit: of callers with a bearer token; by default there is none.
        development_issuer: on one machine alone, lets people sign in without an identity provider.
    """

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        for client in clients.values():
            await client.aclose()

    door = Door(
        clients, verifier, signer, sessions or Sessions([Fernet.generate_key().decode()]), rate_limit=rate_limit
    )
    app = _Gateway(
        ForwardedRoutes(door, ROUTES),
        title="Braid",
        version="1",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        telemetry=NO_TELEMETRY,
        lifespan=lifespan,
    )
    app.state.door = door
    app.include_router(composed_routes(door))
    app.include_router(access_record_routes(door))
    app.include_router(dead_letter_routes(door))
    if development_issuer:
        app.include_router(issuer_routes(development_issuer))
    app.include_router(description_routes())
    app.include_router(api_page_routes())
    app.include_router(console_routes(door, sign_in, development_issuer))
    app.include_router(health_routes({}))
    answer_with_problems(app, {})
    answer_people_with_pages(app)
    app.add_middleware(_observed)
    return app


class _Gateway(FastAPI):
    """The framework's application, with what is forwarded taken out of its hands."""

    def __init__(self, forwarded: ForwardedRoutes, **options: Any) -> None:
        super().__init__(routes=[forwarded], **options)
        self._forwarded = forwarded

    def build_middleware_stack(self) -> ASGIApp:
        """As the framework does, and the short way before it."""
        return ForwardedFirst(self._forwarded, super().build_middleware_stack(), _observed)


def _observed(app: ASGIApp) -> ASGIApp:
    return HttpObservation(AnswerHeaders(app), service="gateway", client_of=client_by_peer)


def composed_routes(door: Door) -> APIRouter:
    """Reads that the gateway puts together."""
    router = APIRouter(tags=["gateway"])

    @router.get(
        "/v1/people/{person_id}/whole-budget",
        responses=responses((401, "No valid token."), (404, "No such person, or the record is not yours to see.")),
    )
    async def read_whole_budget(person_id: UUID, request: Request) -> dict[str, Any]:
        """A person's whole budget, from every service; what is away for the moment is named in ``unavailable``."""
        principal = await door.allowed(request, COMPOSED["/v1/people/{person_id}/whole-budget"], "assessment")
        return await whole_budget(door, principal, person_id)

    @router.get(
        "/v1/people/{person_id}/open-questions",
        responses=responses(
            (401, "No valid token."), (404, "Nothing has been decided yet, or the record is not yours to see.")
        ),
    )
    async def read_open_questions(person_id: UUID, request: Request) -> OpenQuestions:
        """Which facts the streams still lack, which streams need them, and which question asks for each."""
        principal = await door.allowed(request, COMPOSED["/v1/people/{person_id}/open-questions"], "funding_streams")
        return await open_questions(door, principal, person_id)

    return router


def description_routes() -> APIRouter:
    """The OpenAPI and AsyncAPI documents."""
    router = APIRouter(include_in_schema=False)

    @router.get("/openapi.json")
    async def openapi() -> JSONResponse:
        return JSONResponse(_document("gateway", "openapi.json"))

    @router.get("/asyncapi.json")
    async def asyncapi() -> JSONResponse:
        return JSONResponse(_document("braid.contracts", "asyncapi.json"))

    return router


@cache
def _document(package: str, name: str) -> Any:
    return json.loads((resources.files(package) / name).read_text())
