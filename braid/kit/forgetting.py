"""Forgetting a person for good: their records and kept answers at once, their messages once they are sent.

A tombstone stays, an opaque id and a day: whatever comes about the person afterwards has no effect
(`braid.kit.delivery`). What a service takes away, and what it keeps and why, is said in its own function
``forget_person`` in the database: the application's role may forget a whole person by it, and delete nothing else.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert as insert_or_skip
from sqlalchemy.ext.asyncio import AsyncEngine

from braid.kit.problems import Problem
from braid.kit.unit_of_work import UnitOfWork

_EMPTY_ANSWERS = text(
    "UPDATE idempotency_key SET body = '' WHERE EXISTS (SELECT FROM unnest(CAST(:ids AS text[])) AS id"
    " WHERE position(convert_to(id, 'UTF8') IN body) > 0)"
)


class PersonGone(Protocol):
    """An event that says that a person is to be forgotten."""

    @property
    def person_id(self) -> UUID: ...

    @property
    def erased_on(self) -> date: ...


async def forget(event: PersonGone, work: UnitOfWork) -> None:
    """Forget a person: the handler of a service that has no more to do about it than its ``forget_person``."""
    await work.lock_person(event.person_id)
    records = await work.session.scalar(text("SELECT forget_person(:person_id)"), {"person_id": event.person_id})
    await leave_tombstone(work, event.person_id, records or (), on=event.erased_on)


async def leave_tombstone(work: UnitOfWork, person_id: UUID, records: Sequence[UUID], *, on: date) -> None:
    """Leave a tombstone where a person was; their messages go with the next sweep of the relay.

    Who looked at their record, and when, stays recorded; why and from where does not.

    Args:
        work: the unit of work, which holds the person.
        person_id: the person.
        records: ids of what was theirs. Answers that name one are kept for repeats: they stay without their content,
            so that a repeat does nothing a second time.
        on: the day on which the record was erased.
    """
    ids = [str(each) for each in (person_id, *records)]
    await work.session.execute(_EMPTY_ANSWERS, {"ids": ids})
    await work.session.execute(text("SELECT forget_access_reasons(:person_id)"), {"person_id": person_id})
    row: dict[str, Any] = {"person_id": person_id, "council": work.council, "forgotten_on": on}
    await work.session.execute(insert_or_skip(work.tables.forgotten_person).values(**row).on_conflict_do_nothing())


async def require_remembered(work: UnitOfWork, person_id: UUID) -> None:
    """Refuse to begin anything for somebody who was forgotten.

    Raises:
        Problem: 410, their record was erased.
    """
    if await work.is_forgotten(person_id):
        raise Problem(410, "erased", "This record was erased", "Nothing can be begun for this person any more.")


async def forget_messages(ops: AsyncEngine) -> int:
    """Take away the messages of everybody who was forgotten, with the operations role; returns how many went.

    Gone are events in the outbox that were sent, and dead letters with their parked keys. An event that is not sent yet
    waits for its turn, and goes with a later sweep.
    """
    async with ops.begin() as db:
        return int(await db.scalar(text("SELECT forget_messages()")) or 0)
