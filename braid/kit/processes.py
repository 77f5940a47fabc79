"""The long-running commands of a service: serve its API, consume its topics, relay its outbox, send outside.

Each finishes what is in hand on SIGTERM, answers probes on its HTTP port, and waits for a database or broker that is
away rather than dying of it; while it waits it is alive and not ready. Where a later release has brought the database
further than this code can follow, an API is no longer ready, and the others end.
"""

import asyncio
import gc
import signal
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog
import uvicorn
from fastapi import FastAPI

from braid.kit.health import Check, nothing_to_measure, probes_only
from braid.kit.logs import start_logging
from braid.kit.measures import Measures
from braid.kit.migrations import WrongSchema
from braid.kit.relay import Relay
from braid.kit.service import ServiceRuntime, build_api
from braid.kit.settings import HttpSettings, KafkaSettings, SettingsRefused
from braid.kit.telemetry import start_tracing
from braid.kit.transports.kafka import KafkaPublisher, KafkaSubscriber

log = structlog.get_logger(__name__)

#: A loop that has not turned for this long, in seconds, is stuck: the process is not ready.
STUCK_AFTER_S = 120
GRACEFUL_SHUTDOWN_S = 20
#: A connection that nobody uses is kept for so long, in seconds: for longer than the gateway keeps its own.
KEEP_ALIVE_S = 20
#: How long a process waits for the migrations that its own release brings, in seconds.
SCHEMA_WAIT_S = 60
#: Time between two looks whether the database still serves this code, in seconds.
SCHEMA_LOOK_S = 5
#: Time between two looks for connections to a server that closes, in seconds.
CLOSING_LOOK_S = 0.02
OBJECTS_BETWEEN_COLLECTIONS = 20_000


def observe(runtime: ServiceRuntime) -> None:
    """Start logs and traces as the settings say."""
    telemetry = runtime.settings.telemetry
    start_logging(telemetry.log_format, telemetry.log_level)
    start_tracing(telemetry.otlp_endpoint, service=runtime.definition.name)


def collect_seldom() -> None:
    """Let the garbage collector pass by what is loaded already, and look at what comes later less often.

    Reading a thousand entries makes objects by the ten thousand, all of them in use: looking for garbage among them
    and among all modules, every few hundred objects, took a third of a payment run and most of a large request.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)


async def serve(runtime: ServiceRuntime) -> None:
    """Serve the service's API until told to stop."""
    app = build_api(runtime)
    collect_seldom()
    await _wait_for_schema(runtime)
    await http_server(app, runtime.settings.http).serve()


async def consume(runtime: ServiceRuntime) -> None:
    """Consume the service's topics until told to stop."""
    turned = _Turns()
    delivery = runtime.delivery()
    collect_seldom()
    subscriber = KafkaSubscriber(kafka_settings(runtime), on_turn=turned.now)
    await _wait_for_schema(runtime)
    await _run_beside_probes(
        runtime, lambda: subscriber.run(delivery), delivery.stop, turned, measure=subscriber.tell_lag
    )


async def relay(runtime: ServiceRuntime) -> None:
    """Relay the service's outbox until told to stop."""
    turned = _Turns()
    publisher = KafkaPublisher(kafka_settings(runtime))
    worker = Relay(runtime.definition.name, runtime.ops_engine, runtime.definition.tables, publisher)

    measures = Measures(runtime.definition.name, runtime.ops_engine, runtime.definition.measures)

    await _wait_for_schema(runtime)
    await _run_beside_probes(
        runtime, worker.run, worker.stop, turned, turned_at=lambda: worker.turned_at, measure=measures.take
    )


async def send(runtime: ServiceRuntime) -> None:
    """Send the service's messages to systems outside until told to stop.

    Raises:
        SettingsRefused: a setting is missing that it needs.
    """
    assert runtime.definition.sender is not None
    worker = runtime.definition.sender(runtime)
    await _wait_for_schema(runtime)
    await _run_beside_probes(runtime, worker.run, worker.stop, _Turns(), turned_at=lambda: worker.turned_at)


def kafka_settings(runtime: ServiceRuntime) -> KafkaSettings:
    """The broker's address.

    Raises:
        SettingsRefused: none is set.
    """
    if runtime.settings.kafka is None:
        raise SettingsRefused(
            f"Settings refused:\n  {runtime.definition.prefix}KAFKA__BOOTSTRAP: this command needs it"
        )
    return runtime.settings.kafka


def http_server(app: FastAPI, http: HttpSettings) -> uvicorn.Server:
    """A server for an application, one process, quiet about single requests."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=http.host,
            port=http.port,
            log_config=None,
            access_log=False,
            server_header=False,
            forwarded_allow_ips=http.trusted_proxies,
            timeout_graceful_shutdown=GRACEFUL_SHUTDOWN_S,
            timeout_keep_alive=KEEP_ALIVE_S,
        )
    )


async def _wait_for_schema(runtime: ServiceRuntime) -> None:
    """Wait for the service's database, answering probes meanwhile: who waits for long must not be taken for dead.

    Raises:
        WrongSchema: the database is at another migration than the one that this code needs.
    """

    async def not_found_yet() -> None:
        raise RuntimeError("the database is waited for")

    server = http_server(probes_only({"database": not_found_yet}), runtime.settings.http)
    probes = asyncio.create_task(server.serve())
    try:
        await runtime.wait_for_schema(SCHEMA_WAIT_S)
    finally:
        # The port is needed again: by the API, or by probes that look at the work too. Whoever is connected, or comes
        # while it closes, would go on asking here, and hear for good that the database is waited for.
        server.should_exit = True
        while not probes.done():
            for connection in list(server.server_state.connections):
                connection.transport.abort()
            await asyncio.sleep(CLOSING_LOOK_S)
        await probes


class _Turns:
    """When a loop last turned."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def now(self) -> None:
        self.at = datetime.now(UTC)


async def _run_beside_probes(
    runtime: ServiceRuntime,
    work: Callable[[], Awaitable[None]],
    stop: Callable[[], None],
    turned: _Turns,
    *,
    turned_at: Callable[[], datetime | None] = lambda: None,
    measure: Callable[[], Awaitable[None]] = nothing_to_measure,
) -> None:
    async def turning() -> None:
        if datetime.now(UTC) - (turned_at() or turned.at) > timedelta(seconds=STUCK_AFTER_S):
            raise RuntimeError("the loop does not turn")

    checks: dict[str, Check] = {**runtime.checks(), "loop": turning}
    server = http_server(probes_only(checks, measure), runtime.settings.http)
    probes = asyncio.create_task(server.serve())
    # uvicorn takes the signals while it starts; ours come after, so that the work stops first.
    while not server.started and not probes.done():  # noqa: ASYNC110 (uvicorn gives no event for it)
        await asyncio.sleep(0.02)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    watch = asyncio.create_task(_stop_when_not_served(runtime, stop))
    try:
        await work()
        if watch.done():
            await watch
    finally:
        watch.cancel()
        server.should_exit = True
        await probes
        await runtime.close()


async def _stop_when_not_served(runtime: ServiceRuntime, stop: Callable[[], None]) -> None:
    """Stop the work once a later release has brought the database further than this code can follow.

    Raises:
        WrongSchema: it has.
    """
    while True:
        await asyncio.sleep(SCHEMA_LOOK_S)
        try:
            await runtime.require_schema()
        except WrongSchema:
            stop()
            raise
        except Exception as error:
            log.warning("schema_not_seen", service=runtime.definition.name, error=repr(error))
