"""A message that a service cannot handle, buried as its consumer buries it."""

import json
from datetime import UTC, datetime
from uuid import UUID, uuid4

from braid.command_line.embedded_platform import Databases
from braid.command_line.services import definition_of
from braid.kit.delivery import Taken
from braid.kit.message import Envelope, Message, encoded, headers_of
from braid.kit.service import ServiceRuntime
from braid.kit.settings import ServiceSettings


async def bury_broken_message(databases: Databases, service: str, person_id: UUID, council: str, words: str) -> None:
    """Have a service's consumer take a message that breaks its contract.

    Args:
        databases: of the platform.
        service: which.
        person_id: whose it is.
        council: which it names.
        words: what it says beside.
    """
    definition = definition_of(service)
    runtime = ServiceRuntime(definition, ServiceSettings(environment="test", database=databases.settings_of(service)))
    try:
        delivery = runtime.delivery()
        event_type = sorted(definition.handlers)[0]
        topic = delivery.subscription.topics_of(event_type)[0]
        envelope = Envelope(uuid4(), event_type, "/elsewhere", datetime.now(UTC), str(person_id), traceparent=None)
        value = json.dumps({"council": council, "person_id": str(person_id), "words": words}).encode()
        headers = encoded(headers_of(envelope))
        message = Message(topic, str(person_id).encode(), headers, value, f"{topic}/{uuid4()}")
        assert await delivery.take(message) is Taken.DEAD_LETTERED
    finally:
        await runtime.close()
