"""What a service is made of, and how its parts are opened, checked and closed."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import httpx
import structlog
from fastapi import APIRouter, FastAPI
from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import AsyncEngine

from braid.kit.access_record_routes import access_record_routes
from braid.kit.access_records import Whose
from braid.kit.bell import Bell
from braid.kit.database import open_engine, session_factory
from braid.kit.dead_letter_routes import dead_letter_routes
from braid.kit.delivery import Delivery, Handler, RetryPolicy, Subscription
from braid.kit.description import tell_conventions
from braid.kit.health import Check, health_routes
from braid.kit.http_observation import NO_TELEMETRY, HttpObservation
from braid.kit.identity import TokenVerifier, internal_verifier
from braid.kit.measures import Measure
from braid.kit.messaging_tables import MessagingTables, messaging_tables
from braid.kit.migrations import UnknownSchema, WrongSchema, require_servable
from braid.kit.moving.declared import Moving
from braid.kit.outage import is_outage
from braid.kit.peer_client import client_of
from braid.kit.problems import PROBLEM_SCHEMA, ProblemTable, answer_with_problems
from braid.kit.read_state import ReadTable
from braid.kit.settings import ServiceSettings, SettingsRefused, required
from braid.kit.unit_of_work import UnitOfWorkFactory

log = structlog.get_logger(__name__)

#: How long one service waits for another's answer, in seconds.
PEER_TIMEOUT_S = 5


class Worker(Protocol):
    """What runs beside a service's other processes until it is stopped."""

    @property
    def turned_at(self) -> datetime | None:
        """When it last went round; None before the first time."""

    async def run(self) -> None:
        """Work until stopped; a database that goes away is waited for."""

    def stop(self) -> None:
        """Finish what is in hand and end."""


@dataclass(frozen=True)
class ServiceDefinition:
    """A service, declared.

    Args:
        name: as in commands, roles, groups and event sources.
        package: import path, such as ``services.ras``.
        title: for its API description.
        routers: its routes.
        metadata: its tables.
        events: every event type of the platform, by CloudEvents type.
        handlers: its handler by CloudEvents type; empty where it consumes nothing.
        outside_topics: topics of the handled types that come from outside, one for each sender, as `Subscription` takes
            them; asked for when first needed.
        may_come_early: handled types that need what another topic brings, and wait for it, as `Subscription` takes
            them.
        problems: how its domain errors are told over HTTP.
        settings: what its environment tells it.
        asks: services that its API asks over HTTP for what it cannot know from events; each needs an address.
        measures: what operations' role may count of its own in the database, told by the process that relays.
        beside_api: what a process that serves its API keeps running beside it; routes find it as ``app.state.beside``.
        whose: how it finds whose record the ids in its addresses belong to, for access records.
        read_state: its tables that handlers alone fill, so that its topics could fill them again.
        sender: what sends its messages to systems outside, in a process of its own; None where it sends none.
        moving: how its tables move with a council to another installation.
    """

    name: str
    package: str
    title: str
    routers: Sequence[APIRouter]
    metadata: MetaData
    events: Mapping[str, Any] = field(default_factory=dict)
    handlers: Mapping[str, Handler] = field(default_factory=dict)
    outside_topics: Callable[[], Mapping[str, tuple[str, ...]]] = dict
    may_come_early: frozenset[str] = frozenset()
    problems: ProblemTable = field(default_factory=dict)
    settings: type[ServiceSettings] = ServiceSettings
    asks: Sequence[str] = ()
    measures: Sequence[Measure] = ()
    beside_api: Callable[["ServiceRuntime"], AbstractAsyncContextManager[Any]] | None = None
    whose: Whose = field(default_factory=dict)
    read_state: Sequence[ReadTable] = ()
    sender: Callable[["ServiceRuntime"], Worker] | None = None
    moving: Moving = field(default_factory=Moving)

    @property
    def prefix(self) -> str:
        """Prefix of its settings."""
        return f"{self.name.upper()}_"

    @property
    def tables(self) -> MessagingTables:
        return messaging_tables(self.metadata)

    @property
    def subscription(self) -> Subscription:
        """What it reads."""
        return Subscription(self.name, self.events, self.handlers, self.outside_topics(), self.may_come_early)


class ServiceRuntime:
    """A service's connections, opened for one process.

    Args:
        definition: the service.
        settings: its settings.
        bell: rung after commits; the relay of the same process hears it.
        peers: clients of the services in the same process; others are reached at their addresses.
    """

    def __init__(
        self,
        definition: ServiceDefinition,
        settings: ServiceSettings,
        *,
        bell: Bell | None = None,
        peers: Mapping[str, httpx.AsyncClient] | None = None,
    ) -> None:
        self.definition = definition
        self.settings = settings
        self.bell = bell or Bell()
        self._app_engine: AsyncEngine | None = None
        self._ops_engine: AsyncEngine | None = None
        self._peers = peers or {}
        self._clients: dict[str, httpx.AsyncClient] = {}

    def peer(self, service: str) -> httpx.AsyncClient:
        """A client of another service.

        Raises:
            SettingsRefused: its address is not set.
        """
        if service in self._peers:
            return self._peers[service]
        if service not in self._clients:
            address = self.settings.addresses.get(service)
            if address is None:
                variable = f"{self.definition.prefix}ADDRESSES__{service.upper()}"
                raise SettingsRefused(f"Settings refused:\n  {variable}: this command needs it")
            self._clients[service] = client_of(address, timeout_s=PEER_TIMEOUT_S)
        return self._clients[service]

    @property
    def app_engine(self) -> AsyncEngine:
        """Connections of the application's role."""
        if self._app_engine is None:
            self._app_engine = self._open("url", pool_size=self.settings.database.pool_size)
        return self._app_engine

    @property
    def ops_engine(self) -> AsyncEngine:
        """Connections of the operations role."""
        if self._ops_engine is None:
            # The relay's transaction is idle while the other side takes its messages, however long that is.
            self._ops_engine = self._open("ops_url", pool_size=2, idle_transaction_ms=0)
        return self._ops_engine

    def _open(self, name: str, **options: int) -> AsyncEngine:
        variable = f"{self.definition.prefix}DATABASE__{name.upper()}"
        url = required(getattr(self.settings.database, name), variable)
        return open_engine(url, application_name=f"braid-{self.definition.name}", **options)

    @property
    def units(self) -> UnitOfWorkFactory:
        """Units of work of this process."""
        return UnitOfWorkFactory(
            self.definition.name, session_factory(self.app_engine), self.definition.tables, bell=self.bell
        )

    def delivery(self, *, retry: RetryPolicy | None = None) -> Delivery:
        """The delivery of the events that the service consumes."""
        return Delivery(self.definition.subscription, self.units, retry=retry, require_schema=self.require_schema)

    async def wait_for_schema(self, wait_s: float = 0) -> None:
        """Wait for the database for as long as it is away, and so many seconds for migrations that run beside us.

        Raises:
            WrongSchema: the database is at a migration that does not serve this code.
        """
        deadline = asyncio.get_running_loop().time() + wait_s
        while True:
            try:
                return await require_servable(self._any_engine, self.definition.package)
            except UnknownSchema:
                raise
            except WrongSchema:
                if asyncio.get_running_loop().time() >= deadline:
                    raise
            except Exception as error:
                if not is_outage(error):
                    raise
                log.warning("database_away", service=self.definition.name, error=type(error).__name__)
            await asyncio.sleep(1)

    @property
    def _any_engine(self) -> AsyncEngine:
        """Connections of whichever role this process was given."""
        return self.app_engine if self.settings.database.url else self.ops_engine

    def checks(self) -> Mapping[str, Check]:
        """What readiness looks at."""
        return {"database": self.require_schema}

    async def require_schema(self) -> None:
        """Look whether the database still serves this code: a later release may have brought it further.

        Raises:
            WrongSchema: it does not.
        """
        await require_servable(self._any_engine, self.definition.package)

    async def close(self) -> None:
        """Close all connections."""
        for client in self._clients.values():
            await client.aclose()
        for engine in (self._app_engine, self._ops_engine):
            if engine is not None:
                await engine.dispose()


def build_api(runtime: ServiceRuntime, *, verifier: TokenVerifier | None = None) -> FastAPI:
    """The service's API as an ASGI application.

    Args:
        runtime: the service's connections.
        verifier: of internal tokens; by default from the key file in the settings.

    Raises:
        SettingsRefused: no key file is set.
    """
    definition = runtime.definition

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        for service in definition.asks:
            runtime.peer(service)
        await runtime.wait_for_schema()
        async with AsyncExitStack() as beside:
            for router in definition.routers:
                await beside.enter_async_context(router.lifespan_context(app))
            if definition.beside_api:
                app.state.beside = await beside.enter_async_context(definition.beside_api(runtime))
            yield
        await runtime.close()

    app = describe_api(definition, lifespan=lifespan)
    app.state.units = runtime.units
    app.state.settings = runtime.settings
    app.state.peer = runtime.peer
    app.state.whose = definition.whose
    app.state.verifier = verifier or _verifier(runtime)
    app.state.delivery = runtime.delivery
    app.include_router(access_record_routes())
    app.include_router(dead_letter_routes(definition.name))
    app.include_router(health_routes(runtime.checks()))
    app.add_middleware(HttpObservation, service=definition.name)
    return app


def describe_api(definition: ServiceDefinition, **options: Any) -> FastAPI:
    """The service's routes and problems alone, enough for its OpenAPI description."""
    # One flat list: a router that is included is searched twice for each request.
    routes = [route for router in definition.routers for route in router.routes]
    app = FastAPI(
        title=f"Braid {definition.title}",
        version="1",
        docs_url=None,
        redoc_url=None,
        routes=routes,
        telemetry=NO_TELEMETRY,
        **options,
    )
    answer_with_problems(app, definition.problems)
    plain_openapi = app.openapi

    def openapi() -> dict[str, Any]:
        document = plain_openapi()
        if "Problem" not in document.setdefault("components", {}).setdefault("schemas", {}):
            tell_conventions(document, routes)
        document["components"]["schemas"]["Problem"] = PROBLEM_SCHEMA
        return document

    app.openapi = openapi  # type: ignore[method-assign]
    return app


def _verifier(runtime: ServiceRuntime) -> TokenVerifier:
    if runtime.settings.identity is None:
        variable = f"{runtime.definition.prefix}IDENTITY__INTERNAL_KEYS_FILE"
        raise SettingsRefused(f"Settings refused:\n  {variable}: this command needs it")
    return internal_verifier(Path(runtime.settings.identity.internal_keys_file))
