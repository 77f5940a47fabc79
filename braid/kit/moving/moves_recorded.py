"""That a council's record left or came, among the council's access records: its auditors see it with the others."""

from dataclasses import dataclass

import asyncpg

from braid.kit.identity import Role
from braid.kit.permissions import Action

#: In place of a request's method: it was a command, at the database.
COMMAND = "COMMAND"
_DONE = 200


@dataclass(frozen=True)
class Mover:
    """Who moves a council.

    Args:
        name: of the person at the command.
        reason: why.
    """

    name: str
    reason: str


async def record_move(db: asyncpg.Connection, council: str, way: str, mover: Mover) -> None:
    """Write a move down, in the transaction in hand.

    Args:
        db: as the owner, acting for the council.
        council: which.
        way: ``export`` or ``import``.
        mover: who, and why.
    """
    await db.execute(
        "INSERT INTO access_record"
        " (council, subject, roles, action, method, route, resource, status, is_repeat, reason, request_id)"
        " VALUES ($1, $2, $3, $4, $5, $6, $6, $7, false, $8, '')",
        council,
        mover.name,
        [Role.OPERATIONS.value],
        Action.MOVE_COUNCIL.value,
        COMMAND,
        f"braid council {way}",
        _DONE,
        mover.reason,
    )
