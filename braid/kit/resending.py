"""Sending a service's whole outbox once more, for readers whose topics no longer hold what came first.

Topics forget after a while (their retention); an outbox keeps what was sent. Whoever has handled an event already does
nothing when it comes again.
"""

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from braid.kit.dead_letters import DEAD_LETTER_SUFFIX
from braid.kit.messaging_tables import MessagingTables
from braid.kit.relay import RELAY_LOCK


async def send_again(ops: AsyncEngine, tables: MessagingTables) -> int:
    """Have the relay send all events of an outbox again, in their order; returns how many.

    What is published meanwhile is sent behind them, so that each person's events lie on the topic in their order from
    the first of these on. Copies of dead letters are not sent again.

    Args:
        ops: engine of the operations role.
        tables: the service's messaging tables.
    """
    outbox = tables.outbox
    is_an_event = ~outbox.c.topic.endswith(DEAD_LETTER_SUFFIX, autoescape=True)
    was_sent = outbox.c.published_at.is_not(None)
    async with ops.begin() as db:
        await db.execute(text("SET LOCAL statement_timeout = 0"))
        # No relay takes a turn before all of them are in line.
        await db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": RELAY_LOCK})
        await db.execute(update(outbox).where(is_an_event, was_sent).values(published_at=None))
        waiting = select(func.count()).select_from(outbox).where(is_an_event, ~was_sent)
        return int(await db.scalar(waiting) or 0)
