"""The whole platform in one process, on a private PostgreSQL: what a newcomer's one command starts."""

import asyncio
import json
import os
import secrets
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from braid.command_line.services import all_definitions
from braid.kit.bell import Bell
from braid.kit.identity import create_keys, internal_signer, internal_verifier, read_key_set
from braid.kit.migrations import is_up_to_date, upgrade
from braid.kit.prepare_database import prepare_database
from braid.kit.private_postgres import PrivatePostgres
from braid.kit.relay import Relay
from braid.kit.roles import Roles
from braid.kit.service import ServiceDefinition, ServiceRuntime, build_api
from braid.kit.settings import DatabaseSettings
from braid.kit.transports.embedded import EmbeddedTransport
from gateway.development_issuer import CONSOLE, SYSTEM, DevelopmentIssuer
from gateway.discovery import Discovery
from gateway.identity import IssuerVerifier
from gateway.main import build_gateway
from gateway.service_clients import InProcess, ServiceClient
from gateway.sessions import SESSION_S, create_session_key, sessions_with
from gateway.sign_in import SignIn
from services.webhooks.sealing import KEYS_FILE, create_webhook_key

#: Connections of each service: one machine, one person looking.
POOL_SIZE = 3
#: The bell wakes the relay; this is only for rows that another process left, in seconds.
RELAY_IDLE_S = 1.0


@dataclass
class Databases:
    """The services' databases on one server.

    Args:
        admin_url: address of the server as a superuser.
        passwords: of the services' roles, by ``owner``, ``app`` and ``ops``.
        suffix: of the databases' names, so that tests can have many on one server.
    """

    admin_url: str
    passwords: Mapping[str, str]
    suffix: str = ""

    def settings_of(self, service: str) -> DatabaseSettings:
        """Addresses of a service's database."""
        roles = Roles(service)
        return DatabaseSettings(
            url=self._url(roles, roles.app, "app"),
            ops_url=self._url(roles, roles.ops, "ops"),
            owner_url=self._url(roles, roles.owner, "owner"),
            admin_url=None,
            pool_size=POOL_SIZE,
        )

    def _url(self, roles: Roles, role: str, kind: str) -> SecretStr:
        url = make_url(self.admin_url).set(
            username=role, password=self.passwords[kind], database=roles.database + self.suffix
        )
        return SecretStr(url.render_as_string(hide_password=False))

    async def prepare(self, definition: ServiceDefinition) -> None:
        """Make a service's database and roles where they are missing."""
        await prepare_database(
            definition.name,
            admin_url=self.admin_url,
            passwords=dict(self.passwords),
            database=Roles(definition.name).database + self.suffix,
        )

    def migrate(self, definition: ServiceDefinition) -> None:
        """Bring a service's database up to date; not from inside an event loop."""
        upgrade(self.owner_url(definition.name), definition.package)

    def owner_url(self, service: str) -> str:
        """Address of a service's database as its owner."""
        roles = Roles(service)
        return self._url(roles, roles.owner, "owner").get_secret_value()


@dataclass
class EmbeddedPlatform:
    """All services, their relays and the gateway, joined by the embedded transport.

    Args:
        databases: where the services keep their state.
        keys: folder of the platform's keys; they are made there when missing.
        url: where a browser on this machine finds the gateway.
    """

    databases: Databases
    keys: Path
    url: str = "http://127.0.0.1:8080"
    transport: EmbeddedTransport = field(default_factory=EmbeddedTransport)
    runtimes: dict[str, ServiceRuntime] = field(default_factory=dict)
    gateway: FastAPI = field(init=False)
    peers: dict[str, httpx.AsyncClient] = field(default_factory=dict)

    async def __aenter__(self) -> "EmbeddedPlatform":
        self._stack = AsyncExitStack()
        for name in ("internal", "development", SYSTEM):
            create_keys(self.keys, name)
        create_session_key(self.keys)
        create_webhook_key(self.keys)
        self._deliveries = []
        self._relays: list[Relay] = []
        ways: dict[str, ServiceClient] = {}
        for definition in all_definitions():
            runtime = self._runtime(definition)
            app = await self._app(runtime)
            self.peers[definition.name] = self._peer(definition.name, app)
            ways[definition.name] = self._way(definition.name, app)
            delivery = runtime.delivery()
            self._deliveries.append(delivery)
            self.transport.subscribe(delivery)
        self._relay_tasks = [asyncio.create_task(self._relay(runtime).run()) for runtime in self.runtimes.values()]
        self._senders = [
            runtime.definition.sender(runtime) for runtime in self.runtimes.values() if runtime.definition.sender
        ]
        self._sender_tasks = [asyncio.create_task(sender.run()) for sender in self._senders]
        self.gateway = await self._gateway(ways)
        await self._stack.enter_async_context(self.gateway.router.lifespan_context(self.gateway))
        return self

    async def __aexit__(self, *_error: object) -> None:
        for relay in self._relays:
            relay.stop()
        for delivery in self._deliveries:
            delivery.stop()
        for sender in self._senders:
            sender.stop()
        await asyncio.gather(*self._relay_tasks, *self._sender_tasks)
        await self._stack.aclose()

    def _runtime(self, definition: ServiceDefinition) -> ServiceRuntime:
        particulars = {"webhooks": {"sealing": {"keys_file": str(self.keys / KEYS_FILE)}}}.get(definition.name, {})
        database = self.databases.settings_of(definition.name)
        settings = definition.settings.model_validate(
            {"environment": "local", "database": database.model_dump(), **particulars}
        )
        runtime = ServiceRuntime(definition, settings, bell=Bell(), peers=self.peers)
        self.runtimes[definition.name] = runtime
        return runtime

    async def _app(self, runtime: ServiceRuntime) -> FastAPI:
        app = build_api(runtime, verifier=internal_verifier(self.keys / "internal-public.jwks.json"))
        await self._stack.enter_async_context(app.router.lifespan_context(app))
        return app

    def _peer(self, name: str, app: FastAPI) -> httpx.AsyncClient:
        """A service as the others ask it."""
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url=f"http://{name}")

    def _way(self, name: str, app: FastAPI) -> ServiceClient:
        """A service as the gateway asks it."""
        return InProcess(app, name)

    async def _gateway(self, clients: Mapping[str, ServiceClient]) -> FastAPI:
        issuer = DevelopmentIssuer(
            self.keys / "development-private.pem",
            "local",
            url=self.url,
            systems={SYSTEM: read_key_set(self.keys, SYSTEM)},
        )
        issuer_client = await self._stack.enter_async_context(issuer.client())
        discovery = Discovery(issuer.settings, issuer_client)
        verifier = IssuerVerifier(issuer.settings, issuer_client, discovery)
        return build_gateway(
            clients,
            verifier,
            internal_signer(self.keys / "internal-private.pem"),
            sessions=sessions_with(self.keys / "session-keys.txt", life_s=SESSION_S),
            sign_in=SignIn(discovery, verifier, issuer_client, client_id=CONSOLE),
            development_issuer=issuer,
        )

    def _relay(self, runtime: ServiceRuntime) -> Relay:
        relay = Relay(
            runtime.definition.name,
            runtime.ops_engine,
            runtime.definition.tables,
            self.transport,
            bell=runtime.bell,
            idle_s=RELAY_IDLE_S,
        )
        self._relays.append(relay)
        return relay


def open_databases(state: Path, postgres: PrivatePostgres) -> Databases:
    """The databases on a private PostgreSQL, made and brought up to date."""
    databases = Databases(postgres.admin_url(), _passwords(state / "passwords.json"))
    for definition in asyncio.run(_out_of_date(databases)):
        asyncio.run(databases.prepare(definition))
        databases.migrate(definition)
    return databases


def write_environment(databases: Databases, file: Path) -> None:
    """Write the settings with which the other commands reach this platform's databases; for its owner's eyes alone."""
    lines = []
    for definition in all_definitions():
        settings = databases.settings_of(definition.name)
        lines.append(f"{definition.prefix}ENVIRONMENT=local")
        for name in ("url", "ops_url", "owner_url"):
            url: SecretStr = getattr(settings, name)
            lines.append(f"{definition.prefix}DATABASE__{name.upper()}='{url.get_secret_value()}'")
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        opened.write("\n".join(lines) + "\n")


async def _out_of_date(databases: Databases) -> list[ServiceDefinition]:
    definitions = all_definitions()
    ready = await asyncio.gather(
        *(is_up_to_date(databases.owner_url(definition.name), definition.package) for definition in definitions)
    )
    return [definition for definition, is_ready in zip(definitions, ready, strict=True) if not is_ready]


def _passwords(file: Path) -> dict[str, str]:
    if not file.exists():
        passwords = {kind: secrets.token_urlsafe(24) for kind in ("owner", "app", "ops")}
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as opened:
            json.dump(passwords, opened)
    passwords = json.loads(file.read_text())
    return {kind: str(passwords[kind]) for kind in ("owner", "app", "ops")}
