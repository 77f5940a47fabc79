"""Plans whose award comes after them over the real broker, as when a service reads its topics from the beginning."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaProducer

from braid.contracts.award import AwardDecided
from braid.contracts.event import Event
from braid.contracts.plan import HoldingChanged, PlanApproved
from braid.kit.dead_letters import DEAD_LETTER_SUFFIX, DeadLetterOffice
from braid.kit.delivery import Delivery, Subscription
from braid.kit.settings import KafkaSettings
from braid.kit.transports.kafka import KafkaSubscriber
from services.ledger.main import SERVICE
from tests.ledger.ledger_under_test import LedgerUnderTest, connected
from tests.ledger.payments.plans import AGENCY, MINE, a_holding, an_item, plans_at
from tests.real_parts.kafka_broker import GivenBroker, KafkaBroker, create_topics
from tests.transports.rig import QUICK, eventually, message_of

pytestmark = [pytest.mark.kafka, pytest.mark.xdist_group("kafka"), pytest.mark.timeout(240)]


class Topics:
    """The ledger's consumer on two topics of this test, and a producer past every outbox."""

    def __init__(self, ledger: LedgerUnderTest, settings: KafkaSettings, producer: AIOKafkaProducer) -> None:
        self.ledger = ledger
        self.settings = settings
        self.name = f"braid.test-{uuid4().hex}"
        self._producer = producer
        self._events: dict[str, Any] = {
            told.TYPE: type(told.__name__, (told,), {"TOPIC": f"{self.name}.{kind}.v1", "__module__": __name__})
            for told, kind in ((AwardDecided, "award"), (PlanApproved, "plan"), (HoldingChanged, "plan"))
        }

    @property
    def names(self) -> list[str]:
        return sorted({event.TOPIC for event in self._events.values()})

    async def tell(self, *events: Event) -> None:
        """Put events on their topics."""
        for event in events:
            on_topic = self._events[event.TYPE].model_validate(event.model_dump())
            told = message_of(on_topic)
            await self._producer.send_and_wait(told.topic, told.value, key=told.key, headers=list(told.headers))

    def consumer(self) -> Delivery:
        """What delivers to the ledger, as the service declares it, from these topics."""
        handlers = {event_type: SERVICE.handlers[event_type] for event_type in self._events}
        subscription = Subscription(self.name, self._events, handlers, may_come_early=SERVICE.may_come_early)
        return Delivery(subscription, self.ledger.runtime.units, retry=QUICK)

    async def waiting(self) -> list[tuple[str, str]]:
        """Cause and person of the letters that wait."""
        office = DeadLetterOffice(self.ledger.runtime.ops_engine, SERVICE.tables, self.name)
        return [(letter.cause, letter.key_text) for letter in await office.waiting()]

    async def plans(self, person: UUID) -> set[UUID]:
        """The plans that payments follow."""
        query = "SELECT plan_id FROM approved_plan JOIN budget USING (budget_id) WHERE person_id = $1"
        async with connected(self.ledger.url("superuser")) as db:
            return {row["plan_id"] for row in await db.fetch(query, person)}


@pytest.fixture
async def topics(ledger: LedgerUnderTest, kafka: KafkaBroker | GivenBroker) -> AsyncIterator[Topics]:
    settings = KafkaSettings(bootstrap=kafka.bootstrap, session_timeout_ms=2_000, rebalance_timeout_ms=10_000)
    async with AIOKafkaProducer(bootstrap_servers=kafka.bootstrap) as producer:
        made = Topics(ledger, settings, producer)
        await create_topics(kafka.bootstrap, [*made.names, *(name + DEAD_LETTER_SUFFIX for name in made.names)], 2)
        yield made


async def test_plans_wait_for_the_award_that_opens_the_budget_and_payments_follow_the_last(
    topics: Topics, ledger: LedgerUnderTest
) -> None:
    early, other = uuid4(), uuid4()
    plans = plans_at(ledger.council, early)
    first, second = plans.a_plan(an_item()), plans.a_plan(an_item(12_000))
    change = plans.a_change(second, {}, a_holding(MINE), a_holding(AGENCY), number=1)
    of_another = plans_at(ledger.council, other).a_plan(an_item())
    consumer = topics.consumer()
    reading = asyncio.create_task(KafkaSubscriber(topics.settings).run(consumer))

    await topics.tell(first, second, change)

    async def all_wait() -> bool:
        return len(await topics.waiting()) == 3

    await eventually(all_wait)
    assert await topics.waiting() == [
        ("TooEarly", str(early)),
        ("KeyIsParked", str(early)),
        ("KeyIsParked", str(early)),
    ]

    await topics.tell(ledger.an_award_decided(other))
    await topics.tell(of_another)

    async def other_is_kept() -> bool:
        return len(await topics.plans(other)) == 1

    await eventually(other_is_kept)
    assert len(await topics.waiting()) == 3, "somebody else's award brings nothing"

    await topics.tell(ledger.an_award_decided(early))

    async def early_is_kept() -> bool:
        return len(await topics.plans(early)) == 2

    await eventually(early_is_kept)
    assert await topics.waiting() == []
    assert await topics.plans(early) == {first.plan_id, second.plan_id}
    consumer.stop()
    await reading
    assert (await ledger.proof()).holds
