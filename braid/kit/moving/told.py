"""Rows of a council told in the one way in which an archive holds them, so that two databases can be compared by it."""

import hashlib
from collections.abc import Callable

import asyncpg

from braid.kit.moving.archive import TableFile
from braid.kit.moving.catalogue import MovedTable
from braid.kit.row_level_security import COUNCIL_SETTING

#: How values are written, whatever the server or the role is set to.
_WRITTEN = (
    "SET LOCAL TimeZone = 'UTC'",
    "SET LOCAL DateStyle = 'ISO, YMD'",
    "SET LOCAL IntervalStyle = 'iso_8601'",
    "SET LOCAL bytea_output = 'hex'",
    "SET LOCAL extra_float_digits = 1",
    # A big council takes its time.
    "SET LOCAL statement_timeout = 0",
    "SET LOCAL idle_in_transaction_session_timeout = 0",
    "SET LOCAL work_mem = '64MB'",
)


async def act_for(db: asyncpg.Connection, council: str) -> None:
    """Have the transaction see and write one council's rows, and write values in the archive's way."""
    for statement in _WRITTEN:
        await db.execute(statement)
    await db.execute(f"SELECT set_config('{COUNCIL_SETTING}', $1, true)", council)


async def tell(
    db: asyncpg.Connection, table: MovedTable, council: str, take: Callable[[bytes], object] = lambda _block: None
) -> TableFile:
    """Tell a council's rows of a table.

    Args:
        db: in a transaction that acts for the council.
        table: whose rows.
        council: whose rows they are.
        take: given the file's bytes, block by block.
    """
    digest = hashlib.sha256()

    async def write(block: bytes) -> None:
        digest.update(block)
        take(block)

    copied = await db.copy_from_query(table.rows_that_leave, council, output=write, format="csv", header=True)
    return TableFile([column.name for column in table.columns], int(copied.split()[-1]), digest.hexdigest())
