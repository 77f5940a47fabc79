"""The embedded transport: the relay hands outbox rows to the consumers of the same process, durably.

A row counts as handed over only when every subscriber's inbox (or dead letters) has it; a crash before that hands it
over again, and the inbox makes the second delivery harmless.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence

from braid.kit.delivery import Delivery, Taken
from braid.kit.message import Message


class ConsumerIsStopping(Exception):
    """A consumer stopped before it took the message; it will come again."""


class EmbeddedTransport:
    """Carries messages to the deliveries of this process; a publisher without a broker."""

    def __init__(self) -> None:
        self._deliveries: dict[str, list[Delivery]] = defaultdict(list)

    def subscribe(self, delivery: Delivery) -> None:
        """Let a consumer take the messages of its topics."""
        for topic in delivery.subscription.topics:
            self._deliveries[topic].append(delivery)

    async def start(self) -> None:
        """Nothing to connect."""

    async def publish(self, messages: Sequence[Message]) -> None:
        """Deliver one message after the other, each to all its subscribers at once.

        Raises:
            ConsumerIsStopping: the process is being stopped.
        """
        for message in messages:
            deliveries = self._deliveries[message.topic]
            taken = await asyncio.gather(*(delivery.take(message) for delivery in deliveries))
            if Taken.STOPPED in taken:
                raise ConsumerIsStopping(message.topic)

    async def stop(self) -> None:
        """Nothing to disconnect."""
