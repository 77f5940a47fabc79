"""The relay: takes events from the outbox to the transport, in order, one relay at a time for each database."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum

import structlog
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from braid.kit import telemetry
from braid.kit.bell import Bell
from braid.kit.forgetting import forget_messages
from braid.kit.message import Message, encoded
from braid.kit.messaging_tables import MessagingTables
from braid.kit.transport import Publisher

log = structlog.get_logger(__name__)

ROWS_MAX = 200
#: Least time between two looks for messages of people who were forgotten, in seconds.
SWEEP_EVERY_S = 10.0
#: Transaction-scoped lock: it survives connection pooling by transaction and frees itself on a crash.
RELAY_LOCK = 7_042_001


class Step(StrEnum):
    """Moments of one relay turn, in order; tests kill the process at each of them."""

    READ = "read"
    PUBLISHED = "published"
    MARKED = "marked"


class Relay:
    """Relays one service's outbox.

    Args:
        service: name for logs and metrics.
        ops: engine of the operations role.
        tables: the service's messaging tables.
        publisher: the transport.
        bell: rung by commits of the same process.
        idle_s: longest wait before the next look at the outbox, in seconds.
        on_step: told of each moment of a turn.
    """

    def __init__(
        self,
        service: str,
        ops: AsyncEngine,
        tables: MessagingTables,
        publisher: Publisher,
        *,
        bell: Bell | None = None,
        idle_s: float = 0.1,
        on_step: Callable[[Step], None] = lambda _step: None,
    ) -> None:
        self._service = service
        self._ops = ops
        self._outbox = tables.outbox
        self._publisher = publisher
        self._bell = bell or Bell()
        self._idle_s = idle_s
        self._on_step = on_step
        self._stopping = asyncio.Event()
        self._swept_at = float("-inf")
        self.turned_at: datetime | None = None

    def stop(self) -> None:
        """Finish the turn in hand and end."""
        self._stopping.set()
        self._bell.ring()

    async def run(self) -> None:
        """Relay until stopped; a database or broker that goes away is waited for."""
        if not await self._started():
            return
        try:
            while not self._stopping.is_set():
                relayed = 0
                try:
                    relayed = await self.relay_once()
                    if not relayed:
                        await self._sweep()
                    self.turned_at = datetime.now(UTC)
                except Exception as error:
                    # Whatever failed, the rows are still in the outbox: nothing is lost by trying again.
                    log.warning("relay_failed", service=self._service, error=repr(error))
                    await asyncio.sleep(0.5)
                if not relayed and not self._stopping.is_set():
                    await self._bell.wait(self._idle_s)
        finally:
            await self._publisher.stop()

    async def _sweep(self) -> None:
        """Take the messages of people who were forgotten away, now and then."""
        now = asyncio.get_running_loop().time()
        if now - self._swept_at < SWEEP_EVERY_S:
            return
        self._swept_at = now
        if gone := await forget_messages(self._ops):
            log.info("messages_forgotten", service=self._service, messages=gone)

    async def _started(self) -> bool:
        """Whether the other side answered before the relay was told to stop."""
        starting = asyncio.create_task(self._publisher.start())
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait((starting, stopping), return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                starting.result()
            return starting.done()
        finally:
            for task in (starting, stopping):
                task.cancel()
            await asyncio.wait((starting, stopping))

    async def relay_once(self) -> int:
        """Publish pending events in order; return how many.

        Zero means that nothing is pending or that another relay holds the lock. At least once: a crash after
        publishing and before the mark publishes the batch again.
        """
        async with self._ops.begin() as db:
            if not await db.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": RELAY_LOCK}):
                return 0
            messages = await self._pending(db)
            if not messages:
                return 0
            self._on_step(Step.READ)
            await self._publisher.publish([message for _, message in messages])
            self._on_step(Step.PUBLISHED)
            ids = [row_id for row_id, _ in messages]
            await db.execute(
                update(self._outbox).where(self._outbox.c.id.in_(ids)).values(published_at=func.clock_timestamp())
            )
        self._on_step(Step.MARKED)
        telemetry.RELAYED.labels(self._service).inc(len(messages))
        return len(messages)

    async def _pending(self, db: AsyncConnection) -> list[tuple[int, Message]]:
        # Never "greater than the last id seen": ids are given before commits and may become visible out of order.
        outbox = self._outbox
        query = select(outbox).where(outbox.c.published_at.is_(None)).order_by(outbox.c.id).limit(ROWS_MAX)
        rows = (await db.execute(query)).all()
        return [
            (
                row.id,
                Message(
                    topic=row.topic,
                    key=row.key,
                    headers=encoded(row.headers),
                    value=row.value,
                    position=f"outbox/{self._service}/{row.id}",
                ),
            )
            for row in rows
        ]
