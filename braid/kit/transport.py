"""The port between a service and what carries its messages; Kafka and the embedded transport stand behind it."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from braid.kit.delivery import Delivery
from braid.kit.message import Message


class Publisher(Protocol):
    """Where the relay hands over outbox rows."""

    async def start(self) -> None:
        """Connect; waits for the other side."""

    async def publish(self, messages: Sequence[Message]) -> None:
        """Hand over messages in order; returns when each is durable with the other side.

        Raises:
            Exception: not all were taken; the caller hands the same ones over again.
        """

    async def stop(self) -> None:
        """Disconnect."""


class Subscriber(Protocol):
    """Feeds a delivery from topics until it is stopped."""

    async def run(self, delivery: Delivery) -> None:
        """Feed messages, one key's in order, acknowledging each only after it is dealt with."""


RunsForever = Callable[[], Awaitable[None]]
