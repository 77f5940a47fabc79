"""An agency tries itself out on the real broker: `braid partner publish`, what it does, and what comes back."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaConsumer
from typer.testing import CliRunner, Result

from braid.command_line.embedded_platform import Databases
from braid.command_line.main import app
from braid.command_line.topics import create_missing
from braid.contracts.catalogue import dead_letter_topic
from braid.contracts.partner import PartnerAwardDecided, partner_topic
from braid.kit.delivery import Delivery, Subscription
from braid.kit.relay import Relay
from braid.kit.settings import KafkaSettings
from braid.kit.transports.kafka import KafkaPublisher, KafkaSubscriber
from services.funding_streams.main import SERVICE
from tests.funding_streams.partner_material import AGENCY, told
from tests.funding_streams.partner_office import PartnerOffice
from tests.real_parts.kafka_broker import GivenBroker, KafkaBroker
from tests.transports.rig import eventually

pytestmark = [pytest.mark.kafka, pytest.mark.xdist_group("kafka")]

TOPIC = partner_topic(AGENCY)


@pytest.fixture
async def office(databases: Databases, tmp_path: Path) -> AsyncIterator[PartnerOffice]:
    """The service on a database of its own."""
    opened = PartnerOffice(databases, tmp_path)
    yield opened
    await opened.close()


@asynccontextmanager
async def at_work(office: PartnerOffice, bootstrap: str) -> AsyncIterator[None]:
    """The service's consumer of partner topics and its relay."""
    await create_missing(bootstrap, partitions=3, replicas=1)
    settings = KafkaSettings(bootstrap=bootstrap)
    # A group of its own, so that no other test's consumer takes this one's messages.
    handlers = {PartnerAwardDecided.TYPE: SERVICE.handlers[PartnerAwardDecided.TYPE]}
    subscription = Subscription(f"partners-{uuid4()}", SERVICE.events, handlers, SERVICE.outside_topics())
    delivery = Delivery(subscription, office.runtime.units)
    relay = Relay(SERVICE.name, office.runtime.ops_engine, SERVICE.tables, KafkaPublisher(settings))
    tasks = [asyncio.create_task(KafkaSubscriber(settings).run(delivery)), asyncio.create_task(relay.run())]
    try:
        yield
    finally:
        relay.stop()
        delivery.stop()
        await asyncio.gather(*tasks)


async def braid(*arguments: str) -> Result:
    """Run a command as an agency does; in a thread, since it has an event loop of its own."""
    return await asyncio.to_thread(lambda: CliRunner().invoke(app, ["partner", *arguments]))


def written(folder: Path, document: dict[str, Any]) -> str:
    file = folder / f"{uuid4()}.json"
    file.write_text(json.dumps(document))
    return str(file)


async def example_about(person: UUID, kind: str, **changes: Any) -> dict[str, Any]:
    """What `braid partner example` prints, about somebody."""
    printed: dict[str, Any] = json.loads((await braid("example", AGENCY, kind)).output)
    dates = {"decided_on": "2009-06-15", "effective_on": "2009-06-01"}
    ends_on = "2010-05-30" if printed["ends_on"] else None
    return printed | dates | {"person_id": str(person), "reference": f"R-{person}", "ends_on": ends_on} | changes


async def came_back(bootstrap: str, person: UUID) -> dict[str, str]:
    """The headers of the dead letter about a person, as the agency reads it on its own topic."""
    consumer = AIOKafkaConsumer(dead_letter_topic(TOPIC), bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        async with asyncio.timeout(60):
            async for record in consumer:
                if record.key == str(person).encode():
                    return {name: value.decode() for name, value in record.headers}
    finally:
        await consumer.stop()
    raise AssertionError


@pytest.mark.parametrize(
    ("kind", "status"),
    [("confirm", "confirmed"), ("change", "confirmed"), ("refuse", "not_eligible"), ("end", "not_eligible")],
)
async def test_what_an_agency_publishes_settles_the_award(
    office: PartnerOffice, kafka: KafkaBroker | GivenBroker, tmp_path: Path, kind: str, status: str
) -> None:
    person = uuid4()
    await office.know(person)
    file = written(tmp_path, await example_about(person, kind))

    async with at_work(office, kafka.bootstrap):
        sent = await braid("publish", file, "--kafka", kafka.bootstrap)
        assert sent.exit_code == 0, sent.output
        await eventually(lambda: _is(office, person, status))

    assert TOPIC in sent.output
    assert (await office.award(person)).partner_decision == f"R-{person}"


async def _is(office: PartnerOffice, person: UUID, status: str) -> bool:
    return (await office.award(person)).status == status


async def test_what_cannot_be_taken_comes_back_on_the_agencys_own_dead_letter_topic(
    office: PartnerOffice, kafka: KafkaBroker | GivenBroker, tmp_path: Path
) -> None:
    person = uuid4()
    first = await example_about(person, "change")
    other = first | {"amount_pence": 1}

    async with at_work(office, kafka.bootstrap):
        for document in (first, other):
            await braid("publish", written(tmp_path, document), "--kafka", kafka.bootstrap)
        headers = await came_back(kafka.bootstrap, person)

    assert (headers["dlq_cause"], headers["dlq_topic"]) == ("ToldOtherwise", TOPIC)
    assert "was told before with another amount_pence" in headers["dlq_error"]


async def test_publish_sends_nothing_that_the_check_refuses(kafka: KafkaBroker | GivenBroker, tmp_path: Path) -> None:
    file = written(tmp_path, told(uuid4()).model_dump(mode="json") | {"stream": "adult_social_care"})

    for arguments in (("check", file), ("publish", file, "--kafka", kafka.bootstrap)):
        refused = await braid(*arguments)
        assert refused.exit_code == 1
        assert "the council decides on adult_social_care" in refused.output
