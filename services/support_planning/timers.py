"""Timers: things to be done when their time has come, kept in the database until they were done.

Setting one, and doing what it is for, are each part of a transaction; so nothing is forgotten in a crash and nothing is
done twice.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select as select_columns
from sqlalchemy.dialects.postgresql import insert as insert_or_skip
from sqlmodel import col, select

from braid.kit.unit_of_work import UnitOfWork
from services.support_planning.tables import TimedCouncilRow, TimerRow

_TIMERS = UUID("0d3c8d52-0f7e-5f5e-8a36-5c1f0e6b7a11")


class TimerKind(StrEnum):
    """What a timer is for."""

    WAIT = "wait"
    REVIEW_REMINDER = "review_reminder"
    REVIEW_OVERDUE = "review_overdue"


async def set_timer(
    work: UnitOfWork, person_id: UUID, kind: TimerKind, about: dict[str, Any], due_at: datetime, *, key: str = ""
) -> None:
    """Set a timer in place of any other of its kind and key for the person."""
    timer_id = uuid5(_TIMERS, f"{person_id}/{kind}/{key}")
    await work.session.merge(
        TimerRow(
            timer_id=timer_id, council=work.council, person_id=person_id, kind=kind.value, about=about, due_at=due_at
        )
    )
    council = insert_or_skip(TimedCouncilRow).values(council=work.council).on_conflict_do_nothing()
    await work.session.execute(council)
    await work.session.flush()


async def drop_timer(work: UnitOfWork, person_id: UUID, kind: TimerKind, *, key: str = "") -> None:
    """Let a timer be, if it is set."""
    row = await work.session.get(TimerRow, uuid5(_TIMERS, f"{person_id}/{kind}/{key}"))
    if row is not None and row.done_at is None:
        row.done_at = work.now
        work.session.add(row)


async def councils(work: UnitOfWork) -> Sequence[str]:
    """Every council that has timers."""
    return (await work.session.scalars(select(TimedCouncilRow.council).order_by(TimedCouncilRow.council))).all()


async def due(work: UnitOfWork, most: int) -> Sequence[tuple[UUID, UUID]]:
    """Timers of the council whose time has come, the oldest first, each with its person."""
    query = (
        select_columns(col(TimerRow.timer_id), col(TimerRow.person_id))
        .where(col(TimerRow.done_at).is_(None), col(TimerRow.due_at) <= work.now)
        .order_by(col(TimerRow.due_at), col(TimerRow.timer_id))
        .limit(most)
    )
    return [(row.timer_id, row.person_id) for row in await work.session.execute(query)]


async def take(work: UnitOfWork, timer_id: UUID) -> TimerRow | None:
    """A timer that is still due, held for this transaction alone; it is done when the transaction commits."""
    query = select(TimerRow).where(
        TimerRow.timer_id == timer_id, col(TimerRow.done_at).is_(None), col(TimerRow.due_at) <= work.now
    )
    row = (await work.session.scalars(query.with_for_update())).first()
    if row is not None:
        row.done_at = work.now
        work.session.add(row)
        await work.session.flush()
    return row
