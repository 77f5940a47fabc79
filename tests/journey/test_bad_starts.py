"""What stands in the way of a start: settings and schemas refuse it in a line, what is away is waited for and told."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from sqlalchemy.engine import make_url
from structlog.testing import capture_logs

from braid.command_line.embedded_platform import Databases
from braid.kit.identity import create_keys, internal_verifier
from braid.kit.migrations import WrongSchema
from braid.kit.service import ServiceRuntime, build_api
from braid.kit.settings import DatabaseSettings, KafkaSettings
from braid.kit.transports.kafka import KafkaPublisher
from services.ras.main import SERVICE
from tests.chaos.links import Link
from tests.journey.conftest import until
from tests.real_parts.kafka_broker import GivenBroker, KafkaBroker
from tests.real_parts.process_platform import free_ports

GOOD = {"RAS_ENVIRONMENT": "test", "RAS_DATABASE__URL": "postgresql://app:x@127.0.0.1:1/ras"}


def started(command: str, settings: Mapping[str, str]) -> tuple[int, list[str]]:
    """A process of production, ended by itself: its exit code and what it said."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RAS_")}
    done = subprocess.run(
        [sys.executable, "-m", "braid", *command.split()],
        env={**environment, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, (done.stdout + done.stderr).splitlines()


@pytest.mark.parametrize(
    ("command", "settings", "line"),
    [
        (
            "serve ras",
            {**GOOD, "RAS_ENVIRONMENT": "staging"},
            "RAS_ENVIRONMENT: Input should be 'local', 'test' or 'production'",
        ),
        ("consume ras", GOOD, "RAS_KAFKA__BOOTSTRAP: this command needs it"),
        ("serve gateway", {"GATEWAY_ENVIRONMENT": "test", "GATEWAY_ISUER": "x"}, "Unknown settings: GATEWAY_ISUER"),
    ],
)
def test_wrong_and_missing_settings_stop_a_start_with_one_line(
    command: str, settings: Mapping[str, str], line: str
) -> None:
    code, said = started(command, settings)

    assert code == 1
    assert said[-1].strip() == line
    assert said[:-1] in ([], ["Settings refused:"])


@pytest.fixture
async def link(databases: Databases) -> AsyncIterator[Link]:
    """A link to the database server."""
    (port,) = free_ports(1)
    opened = Link("ras-database", port, make_url(databases.admin_url).port or 0)
    await opened.start()
    yield opened
    await opened.stop()


@pytest.fixture
async def runtime(databases: Databases, link: Link) -> AsyncIterator[ServiceRuntime]:
    """A service whose database is behind the link."""
    plain = databases.settings_of("ras").url
    assert plain
    behind = make_url(plain.get_secret_value()).set(port=link.port).render_as_string(hide_password=False)
    opened = ServiceRuntime(SERVICE, SERVICE.settings(environment="test", database=DatabaseSettings(url=behind)))
    yield opened
    await opened.close()


async def test_a_database_that_is_away_at_the_start_is_waited_for_and_told(
    link: Link, runtime: ServiceRuntime, tmp_path: Path
) -> None:
    """Also one that goes away between a process's first look and the start of its server."""
    create_keys(tmp_path, "internal")
    app = build_api(runtime, verifier=internal_verifier(tmp_path / "internal-public.jwks.json"))
    link.cut()
    with capture_logs() as told:
        async with AsyncExitStack() as stack:
            starting = asyncio.create_task(stack.enter_async_context(app.router.lifespan_context(app)))
            await until(lambda: _is_told(told, "database_away"))
            assert not starting.done()
            link.heal()
            await starting


@pytest.mark.parametrize("command", ["serve ras", "relay ras"])
async def test_a_process_is_alive_and_not_ready_while_it_waits_for_its_database(
    databases: Databases, link: Link, tmp_path: Path, command: str
) -> None:
    create_keys(tmp_path, "internal")
    [port] = free_ports(1)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RAS_")}
    link.cut()
    waiting = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "braid", *command.split()),
        env={**environment, **settings_behind(link, databases), "RAS_HTTP__PORT": str(port),
             "RAS_IDENTITY__INTERNAL_KEYS_FILE": str(tmp_path / "internal-public.jwks.json")},
    )  # fmt: skip
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as probe:
            await until(lambda: _answers(probe, "/livez", 200))
            assert (await probe.get("/readyz")).json()["checks"] == {"database": "failed: RuntimeError"}
            link.heal()
            await until(lambda: _answers(probe, "/readyz", 200))
            assert await _answers(probe, "/livez", 200)
    finally:
        waiting.terminate()
        await waiting.wait()


def settings_behind(link: Link, databases: Databases) -> Mapping[str, str]:
    """What a process is told whose database is behind a link, and whose broker is nowhere."""
    database = databases.settings_of("ras")
    behind = {
        variable: make_url(url.get_secret_value()).set(port=link.port).render_as_string(hide_password=False)
        for variable, url in (("RAS_DATABASE__URL", database.url), ("RAS_DATABASE__OPS_URL", database.ops_url))
        if url
    }
    return {"RAS_ENVIRONMENT": "test", "RAS_KAFKA__BOOTSTRAP": "127.0.0.1:1", **behind}


async def _answers(client: httpx.AsyncClient, path: str, status: int) -> bool:
    try:
        return (await client.get(path)).status_code == status
    except httpx.TransportError:
        return False


@pytest.mark.parametrize("found", ["9999_of_a_later_release", None])
async def test_a_database_at_an_unknown_migration_is_not_served(
    databases: Databases, runtime: ServiceRuntime, found: str | None
) -> None:
    owner = await asyncpg.connect(databases.owner_url("ras"))
    await owner.execute("DELETE FROM alembic_version")
    if found:
        await owner.execute("INSERT INTO alembic_version VALUES ($1)", found)
    await owner.close()

    with pytest.raises(WrongSchema, match=f"the database is at migration {found}, this code needs"):
        await runtime.wait_for_schema()


@pytest.mark.kafka
@pytest.mark.xdist_group("kafka")
async def test_a_broker_that_is_away_at_the_start_is_waited_for_and_told(kafka: KafkaBroker | GivenBroker) -> None:
    (port,) = free_ports(1)
    link = Link("ras-broker", port, int(kafka.bootstrap.rpartition(":")[2]))
    await link.start()
    link.cut()
    publisher = KafkaPublisher(KafkaSettings(bootstrap=f"127.0.0.1:{port}"))
    with capture_logs() as told:
        starting = asyncio.create_task(publisher.start())
        await until(lambda: _is_told(told, "broker_away"))
        assert not starting.done()
        link.heal()
        await starting
    await publisher.stop()
    await link.stop()


async def _is_told(told: Sequence[Mapping[str, Any]], event: str) -> bool:
    return any(line["event"] == event for line in told)
