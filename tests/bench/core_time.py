"""Time that the database's process of one connection was at work: what neighbours on the same cores change little."""

import os
from pathlib import Path

import asyncpg

_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


async def core_seconds(db: asyncpg.Connection) -> float:
    """Seconds of core that a connection's process has had since it started, its own and the kernel's for it.

    Raises:
        OSError: the process is not one of this machine's, or the system is not Linux.
    """
    process = await db.fetchval("SELECT pg_backend_pid()")
    # The name in brackets may hold spaces; the two times are the 14th and 15th field.
    fields = _status_of(process).rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_A_SECOND


def _status_of(process: int) -> str:
    return Path(f"/proc/{process}/stat").read_text()
