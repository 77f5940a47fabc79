"""Awards over the real broker, twice, late and spoilt, while members of the group come and go: each is posted once."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from braid.command_line.embedded_platform import Databases
from braid.command_line.topics import create_missing
from braid.contracts.award import AwardDecided
from braid.contracts.budget import BudgetOpened
from braid.kit.dead_letters import DEAD_LETTER_SUFFIX
from braid.kit.delivery import Delivery, RetryPolicy, Subscription
from braid.kit.message import Message
from braid.kit.relay import Relay
from braid.kit.settings import KafkaSettings
from braid.kit.transports.kafka import KafkaPublisher, KafkaSubscriber
from services.ledger.handlers import record_award
from services.ledger.main import SERVICE
from tests.ledger.ledger_under_test import LedgerUnderTest, connected
from tests.real_parts.kafka_broker import GivenBroker, KafkaBroker, create_topics
from tests.transports.rig import eventually, message_of

pytestmark = [pytest.mark.kafka, pytest.mark.xdist_group("kafka"), pytest.mark.timeout(240)]

PARTITIONS = 3
PEOPLE, VERSIONS = 20, 4
QUICK = RetryPolicy(attempts_max=2, backoff_s=0.01, outage_backoff_s=0.05)


@dataclass
class Office:
    """The ledger, its group on a topic of this test, and a producer that may send anything.

    Args:
        ledger: on a database of its own.
        settings: of the broker.
        award: the award's event, on the test's topic.
        producer: past every outbox.
    """

    ledger: LedgerUnderTest
    settings: KafkaSettings
    award: type[AwardDecided]
    producer: AIOKafkaProducer

    def decided(self, event: AwardDecided) -> Message:
        """An award as its stream would send it, with an event id of its own."""
        return message_of(self.award.model_validate(event.model_dump()))

    async def put(self, *messages: Message) -> None:
        for it in messages:
            await self.producer.send_and_wait(it.topic, it.value, key=it.key, headers=list(it.headers))

    def member(self) -> Delivery:
        """One more member of the ledger's group."""
        events = {self.award.TYPE: self.award}
        subscription = Subscription(f"ledger-of-{self.award.TOPIC}", events, {self.award.TYPE: record_award})
        return Delivery(subscription, self.ledger.runtime.units, retry=QUICK)

    @asynccontextmanager
    async def at_work(self, *members: Delivery) -> AsyncIterator[None]:
        """Members reading until the end of the block, when they leave the group."""
        tasks = [asyncio.create_task(KafkaSubscriber(self.settings).run(member)) for member in members]
        try:
            yield
        finally:
            for member in members:
                member.stop()
            await asyncio.gather(*tasks)

    async def count(self, query: str) -> int:
        async with connected(self.ledger.url("superuser")) as db:
            return int(await db.fetchval(query))


@pytest.fixture
async def office(databases: Databases, kafka: KafkaBroker | GivenBroker) -> AsyncIterator[Office]:
    """The ledger with nothing in it, and its topic with nothing on it."""
    topic = f"braid.test-{uuid4().hex}.v1"
    await create_missing(kafka.bootstrap, partitions=PARTITIONS, replicas=1)
    await create_topics(kafka.bootstrap, [topic, topic + DEAD_LETTER_SUFFIX], PARTITIONS)
    settings = KafkaSettings(bootstrap=kafka.bootstrap, session_timeout_ms=2_000, rebalance_timeout_ms=10_000)
    ledger = LedgerUnderTest(databases, "E10000001")
    award = type("AwardOfThisTest", (AwardDecided,), {"TOPIC": topic})
    async with AIOKafkaProducer(bootstrap_servers=kafka.bootstrap) as producer:
        yield Office(ledger, settings, award, producer)
    await ledger.close()


def decisions(office: Office, chance: random.Random) -> dict[UUID, list[AwardDecided]]:
    """Versions of one award for each person, in order."""
    people = [UUID(int=chance.getrandbits(128), version=4) for _ in range(PEOPLE)]
    return {
        person: [
            office.ledger.an_award_decided(person, version=number, amount_pence=chance.randint(1, 10**6))
            for number in range(1, VERSIONS + 1)
        ]
        for person in people
    }


async def test_awards_that_come_twice_and_late_while_the_group_changes_are_posted_once(office: Office) -> None:
    chance = random.Random("awards over the broker")
    decided = decisions(office, chance)
    arriving = [office.decided(event) for versions in decided.values() for event in versions]
    # The same record again, and the same version under another event id; then in any order.
    again = chance.sample(arriving, len(arriving) // 2)
    told_anew = [office.decided(event) for versions in decided.values() for event in versions[:2]]
    arriving += again + told_anew
    chance.shuffle(arriving)
    handled = f"SELECT count(*) FROM inbox WHERE consumer = 'ledger-of-{office.award.TOPIC}'"

    first, second, third = (office.member() for _ in range(3))
    async with office.at_work(first):
        await office.put(*arriving[:60])
        await eventually(lambda: _at_least(office, handled, 5))
        # The next ones join, and the first leaves, with messages in hand.
        async with office.at_work(second):
            await office.put(*arriving[60:120])
            async with office.at_work(third):
                await office.put(*arriving[120:])
                first.stop()
                await eventually(lambda: _at_least(office, handled, len({each.headers for each in arriving})))

    sums = {person: versions[-1].amount_pence for person, versions in decided.items()}
    for person, pence in sums.items():
        assert list((await office.ledger.awarded_pence(person)).values()) == [pence]
    proof = await office.ledger.proof()
    assert proof.holds, proof
    assert proof.entries <= PEOPLE * VERSIONS
    assert await office.count(handled) == len({each.headers for each in arriving})
    assert await office.count("SELECT count(*) FROM dead_letter") == 0


async def test_a_record_that_cannot_be_read_holds_back_its_person_and_nobody_else(office: Office) -> None:
    decided = decisions(office, random.Random("a spoilt award"))
    spoilt, *others = decided
    first = office.decided(decided[spoilt][0])
    async with office.at_work(office.member()):
        await office.put(first, replace(office.decided(decided[spoilt][1]), value=b'{"amount_pence": '))
        await office.put(*(office.decided(event) for person in decided for event in decided[person][2:]))
        # What waits behind the spoilt one lies with it, both of them.
        await eventually(lambda: _at_least(office, "SELECT count(*) FROM dead_letter", 3))
        await eventually(lambda: _at_least(office, "SELECT count(*) FROM inbox", 1 + 2 * len(others)))

    assert list((await office.ledger.awarded_pence(spoilt)).values()) == [decided[spoilt][0].amount_pence]
    for person in others:
        assert list((await office.ledger.awarded_pence(person)).values()) == [decided[person][-1].amount_pence]
    assert (await office.ledger.proof()).holds
    assert await office.count("SELECT count(*) FROM dead_letter") == 3


async def test_what_the_ledger_tells_is_read_whole_and_in_order(office: Office) -> None:
    decided = decisions(office, random.Random("what the ledger tells"))
    for version in range(VERSIONS):
        await office.ledger.take(*(versions[version] for versions in decided.values()))
    relays = [
        Relay(SERVICE.name, office.ledger.runtime.ops_engine, SERVICE.tables, KafkaPublisher(office.settings))
        for _ in range(2)
    ]
    tasks = [asyncio.create_task(relay.run()) for relay in relays]
    told = await read_about({str(person).encode() for person in decided}, PEOPLE * (1 + VERSIONS), office.settings)
    for relay in relays:
        relay.stop()
    await asyncio.gather(*tasks)

    async with connected(office.ledger.url("superuser")) as db:
        rows = await db.fetch("SELECT key, value FROM outbox ORDER BY id")
    kept: dict[bytes, list[bytes]] = {}
    for row in rows:
        kept.setdefault(row["key"], []).append(row["value"])
    assert told == kept


async def read_about(keys: set[bytes], count: int, settings: KafkaSettings) -> dict[bytes, list[bytes]]:
    """What lies on the topic of budgets about some people, in order, once there is as much."""
    told: dict[bytes, list[bytes]] = {}
    consumer = AIOKafkaConsumer(BudgetOpened.TOPIC, bootstrap_servers=settings.bootstrap, auto_offset_reset="earliest")
    async with consumer, asyncio.timeout(90):
        while sum(map(len, told.values())) < count:
            for records in (await consumer.getmany(timeout_ms=200)).values():
                for record in records:
                    if record.key in keys:
                        told.setdefault(record.key, []).append(record.value)
    return told


async def _at_least(office: Office, query: str, count: int) -> bool:
    return await office.count(query) >= count
