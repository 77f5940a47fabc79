"""Read state worked out anew from the topics after whole journeys: the same, row by row; and mended where it is not."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from aiokafka import AIOKafkaProducer
from sqlalchemy.engine import make_url

from braid.command_line.demonstration import EXAMPLE_COUNCIL, example_people, make_journey
from braid.command_line.embedded_platform import Databases
from braid.command_line.rebuild import ServerInUse, copy_of
from braid.command_line.services import SERVICES, definition_of
from braid.command_line.topics import create_missing
from braid.kit.roles import Roles
from tests.ledger.ledger_under_test import connected
from tests.ledger.payments.plans import an_item, plans_at
from tests.real_parts.kafka_broker import KafkaBroker, kafka_archives
from tests.real_parts.process_platform import ProcessPlatform
from tests.restoring.restorable_postgres import fingerprints
from tests.transports.rig import eventually, message_of
from tests.upgrading.releases import Release

pytestmark = [pytest.mark.kafka, pytest.mark.xdist_group("kafka"), pytest.mark.timeout(900)]

REBUILT = ("outcomes", "support_planning", "funding_streams", "ledger")
PROCESSES = (
    *(f"serve {name}" for name in ("assessment", "ras", "funding_streams", "ledger", "support_planning", "gateway")),
    *(f"consume {name}" for name in ("ras", *REBUILT)),
    *(f"relay {name}" for name in ("assessment", "ras", "funding_streams", "ledger")),
)


@dataclass
class AfterJourneys:
    """A platform whose consumers are stopped, after some people's journeys.

    Args:
        platform: its processes.
        people: whose journeys.
    """

    platform: ProcessPlatform
    people: list[UUID]

    async def rebuild(self, service: str, *options: str) -> tuple[int, list[str]]:
        """Run the command with the settings of the service's consumer; its exit code and what it said."""
        settings = self.platform.environment(f"consume {service}")
        command = " ".join(("rebuild", service, EXAMPLE_COUNCIL, *options))
        done = await asyncio.to_thread(Release().run, command, settings)
        assert not done.stderr or done.returncode, done.stderr
        return done.returncode, [line for line in done.stdout.splitlines() if not line.startswith("{")]

    async def send_all_again(self, *services: str) -> str:
        """Have services send all their events again; from when on they are to be read."""
        moments = []
        for service in services:
            done = await asyncio.to_thread(
                Release().run, f"topics resend {service}", self.platform.environment(f"relay {service}")
            )
            assert done.returncode == 0, done.stderr
            moments.append(done.stdout.splitlines()[-1].split()[-2])
            await eventually(partial(_is_there, self, service, _SENT, 1))
        return min(moments)

    async def take_all(self, service: str) -> None:
        """Run a service's consumer until nothing waits for it."""
        consumer = f"consume {service}"
        self.platform.start(consumer)
        await self.platform.ready(consumer)

        async def nothing_waits() -> bool:
            async with httpx.AsyncClient() as client:
                told = await client.get(f"http://127.0.0.1:{self.platform.ports[consumer]}/metrics")
            lags = re.findall(r"^braid_consumer_lag\{.*\} (.+)$", told.text, re.MULTILINE)
            return bool(lags) and not any(map(float, lags))

        await eventually(nothing_waits)
        assert self.platform.stop(consumer) == 0

    async def change(self, service: str, *statements: str) -> None:
        """Change rows behind the service."""
        async with connected(self.url(service)) as db:
            for statement in statements:
                await db.execute(statement)

    async def tables(self, service: str) -> Mapping[str, object]:
        """A fingerprint of each table."""
        url = make_url(self.url(service))
        return dict(await fingerprints(url.render_as_string(hide_password=False), str(url.database)))

    def url(self, service: str) -> str:
        """A service's database as a superuser."""
        databases = self.platform.databases
        name = Roles(service).database + databases.suffix
        return make_url(databases.admin_url).set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[KafkaBroker]:
    """A broker of this test's own: what it holds from the beginning is what this test's platform has told."""
    with KafkaBroker(kafka_archives(), tmp_path / "kafka") as own:
        yield own


@pytest.fixture
async def after(databases: Databases, broker: KafkaBroker, tmp_path: Path) -> AsyncIterator[AfterJourneys]:
    platform = ProcessPlatform(databases, broker.bootstrap, tmp_path / "platform")
    await create_missing(broker.bootstrap, partitions=3, replicas=1)
    async with platform.running_without_kafka(*PROCESSES):
        async with platform.client() as practitioner:
            people = [
                await make_journey(practitioner, person, reference=person.reference, patience_s=120)
                for person in example_people()[:2]
            ]
        after = AfterJourneys(platform, people)
        await approve_plan(after, broker)
        await all_heard(after)
        for name in REBUILT:
            assert platform.stop(f"consume {name}") == 0
        yield after


async def approve_plan(after: AfterJourneys, broker: KafkaBroker) -> None:
    """A plan for the first person, as support planning would tell of it."""
    approved = message_of(plans_at(EXAMPLE_COUNCIL, after.people[0]).a_plan(an_item()))
    async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap) as producer:
        await producer.send_and_wait(approved.topic, approved.value, key=approved.key, headers=list(approved.headers))


async def all_heard(after: AfterJourneys) -> None:
    """Wait until every consumer has taken all that was told."""
    await eventually(lambda: _is_there(after, "ledger", "SELECT count(*) FROM approved_plan", 1))
    for name in ("assessment", "ras", "funding_streams", "ledger"):
        await eventually(partial(_is_there, after, name, _SENT, 1))
    await eventually(lambda: _is_there(after, "outcomes", "SELECT count(user_group) FROM person", 2))
    # What was sent a moment ago is taken within a few polls.
    for name in REBUILT:
        before = -1
        while before != (before := await _count(after, name, "SELECT count(*) FROM inbox")):
            await asyncio.sleep(3)


_SENT = "SELECT (NOT EXISTS (SELECT FROM outbox WHERE published_at IS NULL))::int"


async def _count(after: AfterJourneys, service: str, query: str) -> int:
    async with connected(after.url(service)) as db:
        return int(await db.fetchval(query))


async def _is_there(after: AfterJourneys, service: str, query: str, wanted: int) -> bool:
    return await _count(after, service, query) >= wanted


async def test_read_state_is_rebuilt_from_the_topics_and_equal_row_by_row(after: AfterJourneys) -> None:
    for service in REBUILT:
        code, said = await after.rebuild(service)

        assert (code, said[-1]) == (0, f"{service} has what its topics tell, row by row"), said

    first, second = after.people
    stranger = uuid4()
    await after.change(
        "outcomes",
        f"DELETE FROM person WHERE person_id = '{first}'",
        f"INSERT INTO person (person_id, council) VALUES ('{stranger}', '{EXAMPLE_COUNCIL}')",
    )
    await after.change("support_planning", f"UPDATE award SET status = 'lost' WHERE person_id = '{second}'")
    await after.change("ledger", "UPDATE award_seen SET version = 9")

    await what_is_missing_is_mended_and_what_is_beyond_stays(after, first, stranger)
    await what_differs_is_mended_and_nothing_else_touched(after)
    await what_money_rests_on_is_told_and_left(after)
    await what_was_sent_again_is_read_from_then_on(after)


async def what_is_missing_is_mended_and_what_is_beyond_stays(after: AfterJourneys, lost: UUID, stranger: UUID) -> None:
    found = sorted([f"person {lost}: missing", f"person {stranger}: beyond what the topics tell"])

    code, said = await after.rebuild("outcomes")
    assert (code, said[1:]) == (1, found)

    code, said = await after.rebuild("outcomes", "--mend")
    assert (code, said[1:]) == (1, [f"{line}: mended" if line.endswith("missing") else line for line in found])

    code, said = await after.rebuild("outcomes")
    assert (code, said[1:]) == (1, [f"person {stranger}: beyond what the topics tell"])


async def what_differs_is_mended_and_nothing_else_touched(after: AfterJourneys) -> None:
    before = await after.tables("support_planning")

    code, said = await after.rebuild("support_planning", "--mend")

    assert code == 0
    assert len(said) > 1
    assert all(line.startswith("award ") and line.endswith(": different in status: mended") for line in said[1:])
    now = await after.tables("support_planning")
    assert {table for table in now if now[table] != before[table]} == {"award"}
    assert (await after.rebuild("support_planning"))[0] == 0


async def what_money_rests_on_is_told_and_left(after: AfterJourneys) -> None:
    before = await after.tables("ledger")

    code, said = await after.rebuild("ledger", "--mend")

    assert code == 1
    assert all(line.startswith("award_seen ") and line.endswith(": different in version") for line in said[1:])
    assert await after.tables("ledger") == before


async def what_was_sent_again_is_read_from_then_on(after: AfterJourneys) -> None:
    """The way back where topics no longer hold what came first; whoever has handled it does nothing again."""
    before = await after.tables("funding_streams")

    moment = await after.send_all_again("assessment", "ras")
    await after.take_all("funding_streams")

    assert await after.tables("funding_streams") == before
    code, said = await after.rebuild("funding_streams", "--since", moment)
    assert (code, said[-1]) == (0, "funding_streams has what its topics tell, row by row"), said


def test_the_copy_is_never_made_on_a_server_with_the_services_roles(databases: Databases) -> None:
    """It gives the roles passwords of its own."""
    databases.owner_url("outcomes")

    with pytest.raises(ServerInUse), copy_of(definition_of("outcomes"), databases.admin_url):
        pass


@pytest.mark.parametrize("service", SERVICES)
def test_read_state_is_of_tables_with_a_council(service: str) -> None:
    definition = definition_of(service)

    for read in definition.read_state:
        table = definition.metadata.tables[read.name]
        assert "council" in table.c
        assert read.not_told <= set(table.c.keys())
