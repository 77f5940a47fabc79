"""The gatherer as a process that serves the API runs it: one, with a connection of its own."""

import asyncpg

from braid.kit.database import SERVER_ASKS, miss_the_dead, plain_url
from braid.kit.service import ServiceRuntime
from braid.kit.settings import required
from services.ledger.posting.gatherer import Gatherer


def gatherer_for(runtime: ServiceRuntime) -> Gatherer:
    """A gatherer over the application's role; it connects when something is first posted.

    Raises:
        SettingsRefused: no database is set.
    """
    url = required(runtime.settings.database.url, f"{runtime.definition.prefix}DATABASE__URL")

    async def connect() -> asyncpg.Connection:
        settings = {"application_name": f"braid-{runtime.definition.name}-gatherer", **SERVER_ASKS}
        connection = await asyncpg.connect(plain_url(url), server_settings=settings)
        miss_the_dead(connection)
        return connection

    return Gatherer(connect)
