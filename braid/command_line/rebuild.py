"""`braid rebuild`: a service's read state, worked out anew from its topics and compared with what it has."""

import asyncio
import secrets
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import asyncpg
import typer

from braid.command_line.embedded_platform import Databases
from braid.command_line.services import runtime_of
from braid.kit.database import plain_url
from braid.kit.dead_letters import DeadLetterOffice
from braid.kit.logs import start_logging
from braid.kit.private_postgres import PrivatePostgres, state_directory
from braid.kit.processes import kafka_settings
from braid.kit.read_state import Difference, ReadState
from braid.kit.roles import Roles
from braid.kit.service import ServiceDefinition, ServiceRuntime
from braid.kit.transports.kafka_replay import Past, replay_past


@dataclass(frozen=True)
class Rebuilt:
    """What came of it.

    Args:
        past: what the topics still held.
        unhandled: messages that the copy could not handle, with their cause.
        differences: between the service and the copy.
        left: those that were not mended; all of them where nothing was to be.
    """

    past: Past
    unhandled: Sequence[str]
    differences: Sequence[Difference]
    left: Sequence[Difference]


class ServerInUse(Exception):
    """The server for the copy has the service's roles already, so it may be the one that the service works with."""


@contextmanager
def copy_of(definition: ServiceDefinition, admin_url: str) -> Iterator[Databases]:
    """An empty database with the tables of this code, which is gone in the end; not inside an event loop.

    Args:
        definition: of the service.
        admin_url: address of a server that nobody else uses, as a superuser; a private one is started for an empty one.

    Raises:
        ServerInUse: somebody does.
        PostgresNotFound: none is named, and none can be started here.
    """
    with _server(admin_url) as url:
        copy = Databases(url, {kind: secrets.token_urlsafe(24) for kind in ("owner", "app", "ops")}, "_rebuilt")
        asyncio.run(_require_unused(definition, url))
        try:
            asyncio.run(copy.prepare(definition))
            copy.migrate(definition)
            yield copy
        finally:
            asyncio.run(_drop(definition, copy))


@contextmanager
def _server(admin_url: str) -> Iterator[str]:
    if admin_url:
        yield admin_url
        return
    with (
        tempfile.TemporaryDirectory() as folder,
        PrivatePostgres(state_directory(Path(folder) / "postgres"), durable=False) as server,
    ):
        yield server.admin_url()


async def _require_unused(definition: ServiceDefinition, admin_url: str) -> None:
    """The copy gives the roles passwords of its own: on the service's own server, it would shut the service out."""
    async with _connected(admin_url) as admin:
        if await admin.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", Roles(definition.name).owner):
            raise ServerInUse(f"the server has a role {Roles(definition.name).owner}: name one that nobody uses")


async def _drop(definition: ServiceDefinition, copy: Databases) -> None:
    roles = Roles(definition.name)
    async with _connected(copy.admin_url) as admin:
        await admin.execute(f'DROP DATABASE IF EXISTS "{roles.database}{copy.suffix}" WITH (FORCE)')
        await admin.execute(f"DROP ROLE IF EXISTS {roles.app}, {roles.ops}, {roles.owner}")


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    db = await asyncpg.connect(plain_url(url))
    try:
        yield db
    finally:
        await db.close()


async def rebuild_from(
    service: str, council: str, copy: Databases, *, is_to_mend: bool, since: datetime | None = None
) -> Rebuilt:
    """Fill a copy from the topics and compare one council's read state with it.

    Args:
        service: with its settings in the environment; its consumers are stopped.
        council: whose state is compared.
        copy: an empty database.
        is_to_mend: whether what is missing or different is written.
        since: the moment from which on everything was sent again; None for the topics' beginning.

    Raises:
        StillConsuming: a consumer of the service went on.
    """
    live = runtime_of(service)
    # What each message came to is told in the end.
    start_logging(live.settings.telemetry.log_format, "error")
    settings = live.settings.model_copy(update={"database": copy.settings_of(service)})
    copied = ServiceRuntime(live.definition, settings)
    definition = live.definition
    try:
        past = await replay_past(kafka_settings(live), copied.delivery(), since=since)
        here, told = (
            ReadState(each.app_engine, definition.tables, definition.read_state, council) for each in (live, copied)
        )
        differences = await here.differences(told)
        left = await here.mend(differences) if is_to_mend else differences
        return Rebuilt(past, await _unhandled(copied), differences, left)
    finally:
        await live.close()
        await copied.close()


async def _unhandled(copied: ServiceRuntime) -> list[str]:
    definition = copied.definition
    office = DeadLetterOffice(copied.ops_engine, definition.tables, definition.name)
    return [f"{letter.message.position}: {letter.cause}" for letter in await office.waiting(limit=1_000)]


def tell(service: str, rebuilt: Rebuilt) -> None:
    """Print what came of it; ids and names of columns alone, since what they hold is about people."""
    typer.echo(f"{rebuilt.past.messages} messages were read again")
    for partition, offset in rebuilt.past.cut.items():
        typer.echo(f"{partition}: begins at {offset}; what came before is no longer on the topic")
    for message in rebuilt.unhandled:
        typer.echo(f"{message}: could not be handled again")
    for difference in rebuilt.differences:
        is_left = difference in rebuilt.left
        typer.echo(f"{difference}{'' if is_left else ': mended'}")
    if not rebuilt.differences:
        typer.echo(f"{service} has what its topics tell, row by row")
