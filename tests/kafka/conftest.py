"""The scene of a kill test."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from braid.kit.dead_letters import DEAD_LETTER_SUFFIX
from tests.kafka.scene import PARTITIONS, Scene
from tests.kit.example_service import ExampleService
from tests.real_parts.kafka_broker import GivenBroker, KafkaBroker, create_topics
from tests.transports.rig import KafkaRig


@pytest.fixture
async def scene(kafka: KafkaBroker | GivenBroker, example: ExampleService, tmp_path: Path) -> AsyncIterator[Scene]:
    """Topics and a database of its own; all workers are ended with the test."""
    topic = f"braid.test-{uuid4().hex}.v1"
    await create_topics(kafka.bootstrap, [topic, topic + DEAD_LETTER_SUFFIX], PARTITIONS)
    scene = Scene(KafkaRig(example, topic, kafka.bootstrap), tmp_path)
    yield scene
    scene.end()
    await scene.rig.close()
    print(scene.logs())
