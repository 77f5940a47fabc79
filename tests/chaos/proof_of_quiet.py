"""Nothing is held that nobody uses: connections, transactions, locks."""

import asyncio

import asyncpg

from braid.command_line.services import SERVICES

#: Connections that a service's three processes may hold between them: the API's pool and its poster's one, the
#: consumer's pool, the relay's two pools.
CONNECTIONS_MOST = 5 + 4 + 5 + 5 + 2
#: A transaction or a lock held for longer while nobody asks anything is forgotten by somebody, in seconds.
HELD_S_MOST = 10
_LOOKS, _BETWEEN_LOOKS_S = 20, 1.0


async def unproven_quiet(admin: asyncpg.Connection) -> list[str]:
    """What is held that nobody uses, in words; a busy moment is given time to pass."""
    wrong: list[str] = []
    for _ in range(_LOOKS):
        wrong = await _look(admin)
        if not wrong:
            return []
        await asyncio.sleep(_BETWEEN_LOOKS_S)
    return wrong


async def _look(admin: asyncpg.Connection) -> list[str]:
    wrong = []
    for service in SERVICES:
        query = "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1"
        if (count := await admin.fetchval(query, f"braid-{service}")) > CONNECTIONS_MOST:
            wrong.append(f"{service}: {count} connections, at most {CONNECTIONS_MOST} are its pools'")
    held = await admin.fetch(
        "SELECT application_name, state, query FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        " AND backend_type = 'client backend' AND xact_start < clock_timestamp() - make_interval(secs => $1)",
        HELD_S_MOST,
    )
    wrong += [f"a transaction is held: {tuple(row)}" for row in held]
    locks = await admin.fetch(
        "SELECT a.application_name, l.objid, l.granted FROM pg_locks l LEFT JOIN pg_stat_activity a USING (pid)"
        " WHERE l.locktype = 'advisory' AND (a.xact_start IS NULL"
        " OR a.xact_start < clock_timestamp() - make_interval(secs => $1))",
        HELD_S_MOST,
    )
    return wrong + [f"an advisory lock is held: {tuple(row)}" for row in locks]
