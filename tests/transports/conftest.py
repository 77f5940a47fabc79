"""The rig of each transport."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from braid.kit.dead_letters import DEAD_LETTER_SUFFIX
from tests.kit.example_service import ExampleService
from tests.real_parts.kafka_broker import create_topics
from tests.transports.rig import EmbeddedRig, KafkaRig, Rig

ON_KAFKA = pytest.param("kafka", marks=[pytest.mark.kafka, pytest.mark.xdist_group("kafka")])


@pytest.fixture(params=["embedded", ON_KAFKA])
async def rig(request: pytest.FixtureRequest, example: ExampleService) -> AsyncIterator[Rig]:
    """A rig on a topic of its own, once for each transport."""
    topic = f"braid.test-{uuid4().hex}.v1"
    if request.param == "embedded":
        yield EmbeddedRig(example, topic)
        return
    bootstrap = request.getfixturevalue("kafka").bootstrap
    await create_topics(bootstrap, [topic, topic + DEAD_LETTER_SUFFIX])
    rig = KafkaRig(example, topic, bootstrap)
    yield rig
    await rig.close()
