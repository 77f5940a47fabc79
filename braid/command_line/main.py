"""The `braid` command: every process and every tool of the platform is one of its sub-commands."""

import asyncio
import os
import signal
from collections.abc import Coroutine
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer

from braid.command_line import (
    clock,
    contracts,
    council,
    dead_letters,
    ledger,
    ledger_exports,
    outcomes,
    partner,
    ras,
    rules,
)
from braid.command_line.services import SERVICES

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Individual budgets in social care.",
)
app.add_typer(clock.app, name="clock", help="What is called each day for a council.")
app.add_typer(contracts.app, name="contracts", help="Event contracts: schemas, examples, AsyncAPI.")
app.add_typer(council.app, name="council", help="A council that leaves for another installation, or comes.")
app.add_typer(dead_letters.app, name="dead-letters", help="Messages that could not be handled: look, replay, mend.")
ledger_exports.register(ledger.app)
app.add_typer(ledger.app, name="ledger", help="The journal's proof.")
app.add_typer(outcomes.app, name="outcomes", help="Whether budgets work, for whom, at what cost.")
app.add_typer(partner.app, name="partner", help="For a partner agency: an example, a check, and a way to send.")
app.add_typer(ras.app, name="ras", help="Allocation tables: calibrate, simulate, publish.")
app.add_typer(rules.app, name="rules", help="Rule files of the streams, allocation tables and questionnaires.")
topics = typer.Typer(no_args_is_help=True, help="Kafka topics.")
app.add_typer(topics, name="topics")
keys = typer.Typer(no_args_is_help=True, help="The gateway's keys.")
app.add_typer(keys, name="keys")

Service = StrEnum("Service", [(name.upper(), name) for name in SERVICES])  # type: ignore[misc]
ServiceOrGateway = StrEnum(  # type: ignore[misc]
    "ServiceOrGateway", [(name.upper(), name) for name in (*SERVICES, "gateway")]
)

FIRST_PROCESS = 1


@app.callback()
def _before_each() -> None:
    # The kernel keeps from a container's first process every signal that it has no handler for: what waits for a
    # database or migrates one would not hear that it is to stop, and be killed when patience ends.
    if os.getpid() == FIRST_PROCESS:
        signal.signal(signal.SIGTERM, _end)


def _end(number: int, _frame: FrameType | None) -> None:
    # As a shell tells the end of what a signal ended; never 0, which a job's followers would take for its success.
    raise SystemExit(128 + number)


@app.command()
def serve(service: ServiceOrGateway) -> None:
    """Serve a service's API, or the gateway."""
    from braid.command_line import gateway_process
    from braid.command_line.services import runtime_of
    from braid.kit import processes

    if service.value == "gateway":
        _run(gateway_process.serve())
        return
    runtime = runtime_of(service.value)
    processes.observe(runtime)
    _run(processes.serve(runtime))


@app.command()
def consume(service: Service) -> None:
    """Consume a service's Kafka topics."""
    from braid.command_line.services import runtime_of
    from braid.kit import processes

    runtime = runtime_of(service.value)
    if not runtime.definition.handlers:
        raise typer.BadParameter(f"{service.value} consumes nothing")
    processes.observe(runtime)
    _run(processes.consume(runtime), with_broker=True)


@app.command()
def relay(service: Service) -> None:
    """Relay a service's outbox to Kafka."""
    from braid.command_line.services import runtime_of
    from braid.kit import processes

    runtime = runtime_of(service.value)
    processes.observe(runtime)
    _run(processes.relay(runtime), with_broker=True)


@app.command()
def send(service: Service) -> None:
    """Send a service's messages to systems outside: signed webhooks."""
    from braid.command_line.services import runtime_of
    from braid.kit import processes

    runtime = runtime_of(service.value)
    if runtime.definition.sender is None:
        raise typer.BadParameter(f"{service.value} sends nothing outside")
    processes.observe(runtime)
    _run(processes.send(runtime))


@app.command()
def migrate(service: Service) -> None:
    """Bring a service's database to the newest migration."""
    from braid.command_line.services import runtime_of
    from braid.kit.migrations import upgrade
    from braid.kit.settings import required

    runtime = runtime_of(service.value)
    owner_url = required(runtime.settings.database.owner_url, f"{runtime.definition.prefix}DATABASE__OWNER_URL")
    upgrade(owner_url, runtime.definition.package)


@app.command()
def rebuild(
    service: Service,
    council: Annotated[str, typer.Argument(help="Whose read state is compared.")],
    mend: Annotated[bool, typer.Option(help="Write what is missing or different.")] = False,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%dT%H:%M:%S%z"], help="Read from then on, when everything was sent again."),
    ] = None,
    scratch: Annotated[
        str,
        typer.Option(help="A PostgreSQL that nobody uses, as a superuser; else a private one is started."),
    ] = "",
) -> None:
    """Work a service's read state out anew from its topics, once its consumers are stopped, and compare."""
    from braid.command_line.rebuild import ServerInUse, copy_of, rebuild_from, tell
    from braid.command_line.services import definition_of
    from braid.kit.private_postgres import PrivatePostgresError
    from braid.kit.transports.kafka_rewind import StillConsuming

    definition = definition_of(service.value)
    if not definition.read_state:
        raise typer.BadParameter(f"{service.value} has no read state: all that it keeps is its own truth")
    try:
        with copy_of(definition, scratch) as copy:
            rebuilt = asyncio.run(rebuild_from(service.value, council, copy, is_to_mend=mend, since=since))
    except (ServerInUse, StillConsuming, PrivatePostgresError) as refused:
        typer.echo(f"Not rebuilt: {refused}", err=True)
        raise typer.Exit(1) from refused
    tell(service.value, rebuilt)
    if rebuilt.left or rebuilt.unhandled:
        raise typer.Exit(1)


@app.command("prepare-database")
def prepare_database_(service: Service) -> None:
    """Make a service's database and roles, as a superuser."""
    from braid.command_line.services import runtime_of
    from braid.kit.prepare_database import passwords_in, prepare_database
    from braid.kit.settings import required

    runtime = runtime_of(service.value)
    database, prefix = runtime.settings.database, runtime.definition.prefix
    urls = {
        kind: required(getattr(database, name), f"{prefix}DATABASE__{name.upper()}")
        for kind, name in (("app", "url"), ("ops", "ops_url"), ("owner", "owner_url"))
    }
    admin_url = required(database.admin_url, f"{prefix}DATABASE__ADMIN_URL")
    _run(prepare_database(service.value, admin_url=admin_url, passwords=passwords_in(urls)))


@app.command()
def run(
    port: Annotated[int, typer.Option(help="Port of the gateway and the console, on 127.0.0.1.")] = 8080,
    state: Annotated[Path, typer.Option(help="Folder of the private database and keys.")] = Path(".braid"),
    empty: Annotated[bool, typer.Option(help="Do not load the example people.")] = False,
) -> None:
    """Run the whole platform in one process, with a PostgreSQL of its own."""
    from braid.command_line.run import run_platform

    run_platform(port=port, state=state, with_examples=not empty)


@app.command()
def demo(
    url: Annotated[str, typer.Option(help="Address of the running platform's gateway.")] = "http://127.0.0.1:8080",
) -> None:
    """Run the example people's journeys and the early users' stories on the running platform, and print them."""
    from braid.command_line.demonstration import demonstrate
    from braid.command_line.early_users import tell_early_users

    _run(demonstrate(url, then=tell_early_users))


@topics.command("create")
def create_topics(
    bootstrap: Annotated[str, typer.Option(envvar="KAFKA_BOOTSTRAP", help="Address of the broker.")],
    partitions: Annotated[int, typer.Option(min=1, max=1000)] = 6,
    replicas: Annotated[int, typer.Option(min=1, max=10)] = 1,
) -> None:
    """Create the platform's topics and their dead-letter topics where they are missing."""
    from braid.command_line.topics import create_missing

    _run(create_missing(bootstrap, partitions=partitions, replicas=replicas), with_broker=True)


@topics.command("rewind")
def rewind_topics(
    service: Service,
    to: Annotated[datetime, typer.Option(formats=["%Y-%m-%dT%H:%M:%S%z"], help="A moment with its zone.")],
) -> None:
    """Have a service read again what came since a moment, once all its consumers are stopped."""
    from braid.command_line.topics import set_back
    from braid.kit.transports.kafka_rewind import StillConsuming

    try:
        _run(set_back(service.value, to), with_broker=True)
    except StillConsuming as running:
        typer.echo(f"Not set back: {running}", err=True)
        raise typer.Exit(1) from running


@topics.command("resend")
def resend_topics(service: Service) -> None:
    """Have a service's relay send all its events again, for a reader whose topics no longer hold the first."""
    from braid.command_line.topics import send_all_again

    _run(send_all_again(service.value))


@topics.command("manifests")
def write_manifests() -> None:
    """Write the Kubernetes objects of the partner agencies' topics."""
    from braid.command_line.partner_manifests import write

    write()


@keys.command("create")
def create(directory: Annotated[Path, typer.Option(help="Folder to write them to.")]) -> None:
    """Write the keys of tokens, sessions and webhooks' secrets, and the public key set; existing keys stay."""
    from braid.kit.identity import create_keys
    from gateway.sessions import create_session_key
    from services.webhooks.sealing import create_webhook_key

    create_keys(directory, "internal")
    create_session_key(directory)
    create_webhook_key(directory)


@keys.command("create-client")
def create_client(
    client: Annotated[str, typer.Argument(help="Name of the client at the identity provider.")],
    directory: Annotated[Path, typer.Option(help="Folder to write them to.")],
) -> None:
    """Write the key pair by which a system signs in, its public half as a key set; existing keys stay."""
    from braid.kit.identity import create_keys

    create_keys(directory, client)


@app.command("openapi")
def write_openapi() -> None:
    """Write the OpenAPI document of the whole platform."""
    from braid.command_line.api_description import write

    write()


@app.command("permissions")
def write_permissions() -> None:
    """Write the page of who may do what."""
    from braid.command_line.permission_table import write

    write()


def _run(work: Coroutine[Any, Any, None], *, with_broker: bool = False) -> None:
    """Run a command's work.

    A write to a connection that was just lost is an error under uvloop, and none under Python's own event loop.
    aiokafka knows the second way alone: under uvloop what it does in the background ends by it, for good and without a
    word (its issue 1038). So what talks with the broker runs under Python's.
    """
    import uvloop

    from braid.kit.migrations import WrongSchema

    try:
        (asyncio if with_broker else uvloop).run(work)
    except WrongSchema as refused:
        raise SystemExit(f"Refused: {refused}") from None
