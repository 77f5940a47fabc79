"""The ledger's database restored to a moment from its base backup and log, and brought up to date from the topics."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer

from braid.command_line.embedded_platform import Databases
from braid.contracts.award import AwardDecided
from braid.kit.dead_letters import DEAD_LETTER_SUFFIX
from braid.kit.delivery import Delivery, Subscription
from braid.kit.roles import Roles
from braid.kit.settings import KafkaSettings
from braid.kit.transports.kafka import KafkaSubscriber
from braid.kit.transports.kafka_rewind import rewind
from services.ledger.domain.hash_chain import Head
from services.ledger.handlers import record_award
from services.ledger.main import SERVICE
from tests.ledger.ledger_under_test import LedgerUnderTest, connected
from tests.real_parts.databases import PASSWORDS
from tests.real_parts.kafka_broker import GivenBroker, KafkaBroker, create_topics
from tests.restoring.restorable_postgres import RestorablePostgres, fingerprints, restorable_postgres
from tests.transports.rig import eventually, message_of

pytestmark = [pytest.mark.kafka, pytest.mark.xdist_group("kafka"), pytest.mark.timeout(240)]

COUNCIL = "E10000001"
PEOPLE = [uuid4() for _ in range(6)]
DATABASE = Roles("ledger").database


class Streams:
    """Those who decide awards: they tell each version once, on a topic of this test."""

    def __init__(self, producer: AIOKafkaProducer, topic: str) -> None:
        self._producer = producer
        self.award: type[AwardDecided] = type("AwardOfThisTest", (AwardDecided,), {"TOPIC": topic})
        self._version = 0

    async def decide(self, ledger: LedgerUnderTest, pence: int) -> None:
        """Award everybody a sum, or change what they were awarded."""
        self._version += 1
        for person in PEOPLE:
            decided = ledger.an_award_decided(person, amount_pence=pence, version=self._version)
            told = message_of(self.award.model_validate(decided.model_dump()))
            await self._producer.send_and_wait(told.topic, told.value, key=told.key, headers=list(told.headers))


@pytest.fixture
def server(tmp_path: Path) -> Iterable[RestorablePostgres]:
    with restorable_postgres(tmp_path) as restorable:
        databases = Databases(restorable.server.admin_url(), PASSWORDS)
        asyncio.run(databases.prepare(SERVICE))
        databases.migrate(SERVICE)
        yield restorable


@pytest.fixture
async def settings(kafka: KafkaBroker | GivenBroker) -> KafkaSettings:
    return KafkaSettings(bootstrap=kafka.bootstrap, session_timeout_ms=2_000, rebalance_timeout_ms=10_000)


@pytest.fixture
async def streams(settings: KafkaSettings) -> AsyncIterator[Streams]:
    topic = f"braid.test-{uuid4().hex}.v1"
    await create_topics(settings.bootstrap, [topic, topic + DEAD_LETTER_SUFFIX], 3)
    async with AIOKafkaProducer(bootstrap_servers=settings.bootstrap) as producer:
        yield Streams(producer, topic)


def subscription_to(streams: Streams) -> Subscription:
    award = streams.award
    return Subscription(f"ledger-of-{award.TOPIC}", {award.TYPE: award}, {award.TYPE: record_award})


@asynccontextmanager
async def at_work(ledger: LedgerUnderTest, streams: Streams, settings: KafkaSettings) -> AsyncIterator[None]:
    """The ledger's consumer, until the end of the block."""
    delivery = Delivery(subscription_to(streams), ledger.runtime.units)
    reading = asyncio.create_task(KafkaSubscriber(settings).run(delivery))
    try:
        yield
    finally:
        delivery.stop()
        await reading


async def has_taken(ledger: LedgerUnderTest, messages: int) -> None:
    async def has() -> bool:
        async with connected(ledger.url("superuser")) as db:
            return bool(await db.fetchval("SELECT count(*) FROM inbox") >= messages)

    await eventually(has)


async def awarded(ledger: LedgerUnderTest) -> set[int]:
    """What everybody's fund holds."""
    return {pence for person in PEOPLE for pence in (await ledger.awarded_pence(person)).values()}


async def chain_head(ledger: LedgerUnderTest) -> Head:
    """The end of the journal, once it is proved."""
    proof = await ledger.proof()
    assert proof.holds
    assert proof.head
    return proof.head


async def now_at(server: RestorablePostgres) -> datetime:
    """By the database's clock, between two changes."""
    admin = await asyncpg.connect(server.server.admin_url())
    moment = await admin.fetchval("SELECT clock_timestamp() FROM pg_sleep(0.2)")
    await admin.execute("SELECT pg_sleep(0.2)")
    await admin.close()
    assert isinstance(moment, datetime)
    return moment


async def test_a_restored_ledger_is_as_it_was_and_takes_again_what_it_was_told_since(
    server: RestorablePostgres, streams: Streams, settings: KafkaSettings
) -> None:
    ledger = LedgerUnderTest(Databases(server.server.admin_url(), PASSWORDS), COUNCIL)
    async with at_work(ledger, streams, settings):
        await streams.decide(ledger, 520_000)
        await has_taken(ledger, len(PEOPLE))
        await asyncio.to_thread(server.back_up)
        await streams.decide(ledger, 600_000)
        await has_taken(ledger, 2 * len(PEOPLE))
        moment = await now_at(server)
        then = await fingerprints(server.server.admin_url(), DATABASE)
        await streams.decide(ledger, 650_000)
        await has_taken(ledger, 3 * len(PEOPLE))
    head = await chain_head(ledger)
    await ledger.close()
    await server.lose()

    with server.restored_to(moment) as restored:
        ledger = LedgerUnderTest(Databases(restored.admin_url(), PASSWORDS), COUNCIL)
        assert await fingerprints(restored.admin_url(), DATABASE) == then
        assert await awarded(ledger) == {600_000}
        assert (await ledger.proof()).holds

        again = await set_back(settings, streams, moment - timedelta(seconds=60))
        assert again == 3 * len(PEOPLE), "what it knows too, since clocks differ"
        async with at_work(ledger, streams, settings):
            await has_taken(ledger, 3 * len(PEOPLE))

        assert await awarded(ledger) == {650_000}
        assert (await chain_head(ledger)).sequence == head.sequence, "each once"
        await ledger.close()


async def set_back(settings: KafkaSettings, streams: Streams, to: datetime) -> int:
    """How many messages are read again."""
    return sum(one.reached - one.again_from for one in await rewind(settings, subscription_to(streams), to))
