"""A gateway over services that answer from a table, for what the gateway does by itself."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI

from braid.command_line.services import SERVICES
from braid.kit.access_record_routes import ACCESSES
from braid.kit.identity import (
    INTERNAL_AUDIENCE,
    INTERNAL_ISSUER,
    Principal,
    Role,
    TokenSigner,
    create_keys,
    read_key_set,
    read_private_key,
)
from gateway.development_issuer import AUDIENCE, CONSOLE, EXAMPLE_COUNCIL, ISSUER, SYSTEM, DevelopmentIssuer
from gateway.discovery import Discovery
from gateway.forwarding import Door
from gateway.identity import IssuerVerifier
from gateway.main import build_gateway
from gateway.service_clients import Answer, ServiceAway
from gateway.sessions import Sessions
from gateway.sign_in import SignIn

_HERE = "http://127.0.0.1"
Responder = Callable[[httpx.Request], httpx.Response]

PRACTITIONER = Principal("practitioner:test", EXAMPLE_COUNCIL, frozenset({Role.PRACTITIONER}))
AUDITOR = Principal("auditor:test", EXAMPLE_COUNCIL, frozenset({Role.AUDITOR}))


@dataclass
class StubServices:
    """Services that answer by path, and keep what they were asked.

    Args:
        answers: path -> body, or a function of the request; anything else is not found.
        away: services that cannot be reached.
    """

    answers: dict[str, Any] = field(default_factory=dict)
    away: set[str] = field(default_factory=set)
    asked: list[httpx.Request] = field(default_factory=list)

    def clients(self) -> Mapping[str, "StubWay"]:
        """A way to each service."""
        return {name: StubWay(self, name) for name in SERVICES}

    def answer(self, request: httpx.Request) -> httpx.Response:
        """What a service answers."""
        if request.url.host in self.away:
            raise ServiceAway
        self.asked.append(request)
        if request.url.path == ACCESSES:
            return httpx.Response(204)
        found = self.answers.get(request.url.path)
        if found is None:
            return httpx.Response(404, json={"title": "Not found"})
        return found(request) if callable(found) else httpx.Response(200, json=found)


@dataclass
class StubWay:
    """The gateway's way to a stub service."""

    services: StubServices
    name: str

    @asynccontextmanager
    async def ask(self, method: str, target: str, headers: Mapping[str, str], content: bytes) -> AsyncIterator[Answer]:
        raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        request = httpx.Request(method, f"http://{self.name}{target}", headers=raw, content=content)
        answer = self.services.answer(request)
        told = [(name.lower(), value) for name, value in answer.headers.raw]
        yield Answer(answer.status_code, told, answer.aiter_bytes())

    async def aclose(self) -> None:
        """There is nothing to let go of."""


@dataclass
class StubGateway:
    """A gateway over stub services."""

    app: FastAPI
    services: StubServices
    issuer: DevelopmentIssuer
    sessions: Sessions
    sign_in: SignIn

    @property
    def door(self) -> Door:
        """The way through it."""
        door: Door = self.app.state.door
        return door

    def browser(self, principal: Principal | None = None) -> httpx.AsyncClient:
        """A browser, signed in where a principal is given."""
        return browser(self.app, self.sessions.of(principal) if principal else None)

    def system(self, principal: Principal = PRACTITIONER) -> httpx.AsyncClient:
        """A system with a bearer token."""
        headers = {"authorization": f"Bearer {self.issuer.token(principal)}"}
        return httpx.AsyncClient(transport=_asgi(self.app), base_url="http://127.0.0.1", headers=headers)


def stub_gateway(directory: Path, *, with_issuer: bool = True, url: str = _HERE) -> StubGateway:
    """A gateway with keys of its own, found at an address."""
    issuer = _issuer_of(directory, url)
    behind = _Behind(issuer)
    app = build_gateway(
        behind.services.clients(),
        behind.verifier,
        behind.signer,
        sessions=behind.sessions,
        sign_in=behind.sign_in,
        development_issuer=issuer if with_issuer else None,
    )
    return StubGateway(app, behind.services, issuer, behind.sessions, behind.sign_in)


class StandingGateway:
    """A gateway whose routes, some hundred, are built once; what lies behind them is new at each renewal.

    The routes hold the door, the issuer and the console's way to it: those three take on what new ones hold.
    """

    def __init__(self, directory: Path) -> None:
        self._gateway = stub_gateway(directory)

    def renewed(self, directory: Path) -> StubGateway:
        """The gateway with keys, sessions and services of its own, knowing nothing of before."""
        standing = self._gateway
        _take_on(standing.issuer, _issuer_of(directory))
        behind = _Behind(standing.issuer)
        _take_on(standing.door, Door(behind.services.clients(), behind.verifier, behind.signer, behind.sessions))
        _take_on(standing.sign_in, behind.sign_in)
        return replace(standing, services=behind.services, sessions=behind.sessions)


def _take_on(held: object, new: object) -> None:
    vars(held).clear()
    vars(held).update(vars(new))


def _issuer_of(directory: Path, url: str = _HERE) -> DevelopmentIssuer:
    for name in ("development", SYSTEM):
        create_keys(directory, name)
    systems = {SYSTEM: read_key_set(directory, SYSTEM)}
    return DevelopmentIssuer(directory / "development-private.pem", "test", systems=systems, url=url)


class _Behind:
    """What lies behind a gateway's routes, beside the issuer that it trusts."""

    def __init__(self, issuer: DevelopmentIssuer) -> None:
        client = issuer.client()
        discovery = Discovery(issuer.settings, client)
        self.verifier = IssuerVerifier(issuer.settings, client, discovery)
        self.sign_in = SignIn(discovery, self.verifier, client, client_id=CONSOLE)
        self.sessions = Sessions([Fernet.generate_key().decode()])
        self.services = StubServices()
        key = Ed25519PrivateKey.generate()
        self.signer = TokenSigner(key, issuer=INTERNAL_ISSUER, audience=INTERNAL_AUDIENCE, life_s=60)


def browser(app: FastAPI, session: str | None = None) -> httpx.AsyncClient:
    """A browser on this machine; it says where its forms come from, as browsers do."""
    return httpx.AsyncClient(
        transport=_asgi(app),
        base_url="http://127.0.0.1",
        headers={"accept": "text/html,*/*;q=0.8", "sec-fetch-site": "same-origin"},
        cookies={"braid_session": session} if session else None,
    )


def signed_by(directory: Path, *, issuer: str = ISSUER, audience: str = AUDIENCE, life_s: int = 60) -> TokenSigner:
    """A signer with the development issuer's key that says what it is told to say."""
    key = read_private_key(directory / "development-private.pem")
    return TokenSigner(key, issuer=issuer, audience=audience, life_s=life_s)


def _asgi(app: FastAPI) -> httpx.ASGITransport:
    return httpx.ASGITransport(app, raise_app_exceptions=False)
