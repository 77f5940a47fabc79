"""Fixtures for the whole suite: a private PostgreSQL a worker, fresh databases a test, the real Kafka broker."""

import gc
import os
import shutil
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import settings

from braid.command_line.embedded_platform import Databases
from braid.kit.private_postgres import PrivatePostgres, state_directory
from tests.kit.example_service import ExampleService, example_service
from tests.real_parts.databases import FreshDatabases, test_postgres
from tests.real_parts.kafka_broker import (
    GivenBroker,
    KafkaBroker,
    KafkaUnavailable,
    broker_from_environment,
    kafka_archives,
)

# The default draws every local variable of a trace: seconds each, in which nothing else runs.
structlog.configure(
    processors=[
        structlog.stdlib.add_log_level,
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)

# Hypothesis counts by the clock on the wall, and fails a rule of two milliseconds as slow where other processes have
# the cores for a second. Without its deadline of 200 ms, ten examples may take half a minute to draw.
settings.register_profile("among_others", deadline=None)
settings.load_profile("among_others")

#: How a test that was skipped for want of a broker says so; the summary at the end looks for it.
NO_KAFKA = "The Kafka suite did not run: "


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivatePostgres]:
    """A PostgreSQL server for this worker."""
    with test_postgres(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture
def second_server(tmp_path: Path) -> Iterator[PrivatePostgres]:
    """A server that a test may kill without disturbing others."""
    place = state_directory(tmp_path / "postgres")
    # Durable, unlike the server that tests share: what it has committed outlives the kill.
    with PrivatePostgres(place) as server:
        yield server
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
async def example(postgres: PrivatePostgres) -> AsyncIterator[ExampleService]:
    """The example service on a database of its own, for tests of the kit."""
    async with example_service(postgres.admin_url()) as service:
        yield service


@pytest.fixture(scope="session")
def fresh_databases(postgres: PrivatePostgres) -> FreshDatabases:
    """Makes copies of the services' migrated databases."""
    fresh = FreshDatabases(postgres.admin_url())
    fresh.make_templates()
    return fresh


@pytest.fixture
async def databases(fresh_databases: FreshDatabases) -> AsyncIterator[Databases]:
    """Fresh databases of every service, for one test."""
    copied = await fresh_databases.copy()
    yield copied
    await fresh_databases.drop(copied)


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaBroker | GivenBroker]:
    """The real broker, one for all Kafka tests; the group ``kafka`` keeps them on one worker."""
    given = broker_from_environment()
    if given:
        yield given
        return
    with KafkaBroker(kafka_archives(), tmp_path_factory.mktemp("kafka")) as broker:
        yield broker


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no garbage while modules are loaded, a fifth of what that takes, nor ever again among what they hold."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    """Skip what needs a broker where none can be had, but never on the build server."""
    try:
        return (yield)
    except KafkaUnavailable as missing:
        if item.get_closest_marker("kafka") is None or os.environ.get("CI") == "true":
            raise
        pytest.skip(f"{NO_KAFKA}{missing}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly that the promises about Kafka were not tested."""
    skipped = [report.longrepr[2] for report in terminalreporter.stats.get("skipped", ()) if report.longrepr]
    without_kafka = [reason for reason in skipped if NO_KAFKA in reason]
    if without_kafka:
        terminalreporter.section("KAFKA SUITE DID NOT RUN", sep="!", red=True, bold=True)
        terminalreporter.line(f"{len(without_kafka)} tests on the real broker were skipped.", red=True)
        terminalreporter.line(without_kafka[0].removeprefix("Skipped: ").removeprefix(NO_KAFKA))
