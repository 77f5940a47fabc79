"""Deliveries: what is in line for whom, what became of it, and putting it in line again."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import CursorResult, and_, func, update
from sqlalchemy.dialects.postgresql import insert as insert_or_skip
from sqlmodel import col, select

from braid.kit.problems import not_found
from braid.kit.unit_of_work import UnitOfWork
from services.webhooks.tables import AttemptRow, DeliveryRow, SubscriptionRow

#: What was delivered can be asked for again for so long, and what was not waits for so long; as topics keep events.
DELIVERED_KEPT = timedelta(days=7)
WAITING_KEPT = timedelta(days=30)


class State(StrEnum):
    """How far a delivery has got."""

    DELIVERED = "delivered"
    WAITING = "waiting"
    GIVEN_UP = "given_up"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class NotKept(Exception):
    """What was to be sent is not there any more."""


async def put_in_line(
    work: UnitOfWork,
    subscription_id: UUID,
    body: bytes,
    *,
    event_id: UUID,
    event_type: str,
    person_id: UUID | None,
) -> UUID:
    """Put a message in line; a second one of the same event for the subscription is passed over.

    The caller holds the person, so that numbers rise in the order in which the transactions commit.
    """
    delivery_id = uuid4()
    row = insert_or_skip(DeliveryRow).values(
        delivery_id=delivery_id,
        council=work.council,
        subscription_id=subscription_id,
        event_id=event_id,
        event_type=event_type,
        person_id=person_id,
        state=State.WAITING.value,
        body=body,
        due_at=work.now,
        attempts=0,
        tries=0,
    )
    await work.session.execute(row.on_conflict_do_nothing())
    return delivery_id


async def told_about(work: UnitOfWork, person_id: UUID) -> Sequence[UUID]:
    """Subscriptions to which something about a person was sent, or may have been."""
    query = select(DeliveryRow.subscription_id).where(DeliveryRow.person_id == person_id, DeliveryRow.attempts > 0)
    return (await work.session.scalars(query.distinct())).all()


async def listed(
    work: UnitOfWork, subscription_id: UUID, *, state: State | None, before: int | None, most: int
) -> Sequence[DeliveryRow]:
    """A subscription's deliveries, the latest first."""
    query = select(DeliveryRow).where(DeliveryRow.subscription_id == subscription_id)
    if state is not None:
        query = query.where(DeliveryRow.state == state.value)
    if before is not None:
        query = query.where(col(DeliveryRow.number) < before)
    return (await work.session.scalars(query.order_by(col(DeliveryRow.number).desc()).limit(most))).all()


async def find(work: UnitOfWork, row: SubscriptionRow, delivery_id: UUID, *, to_change: bool = False) -> DeliveryRow:
    """One delivery of a subscription.

    Raises:
        Problem: 404, there is none.
    """
    query = select(DeliveryRow).where(
        DeliveryRow.delivery_id == delivery_id, DeliveryRow.subscription_id == row.subscription_id
    )
    found = (await work.session.scalars(query.with_for_update() if to_change else query)).first()
    if found is None:
        raise not_found("delivery")
    return found


async def attempts_of(work: UnitOfWork, delivery_id: UUID) -> Sequence[AttemptRow]:
    """The attempts to send something, the first first."""
    query = select(AttemptRow).where(AttemptRow.delivery_id == delivery_id).order_by(col(AttemptRow.attempt))
    return (await work.session.scalars(query)).all()


async def last_attempts(work: UnitOfWork, rows: Sequence[DeliveryRow]) -> Mapping[UUID, AttemptRow]:
    """The last attempt of each delivery that had any."""
    query = select(AttemptRow).join(
        DeliveryRow,
        and_(
            col(DeliveryRow.delivery_id) == AttemptRow.delivery_id, col(DeliveryRow.attempts) == col(AttemptRow.attempt)
        ),
    )
    found = await work.session.scalars(query.where(col(AttemptRow.delivery_id).in_([row.delivery_id for row in rows])))
    return {one.delivery_id: one for one in found}


def send_again(work: UnitOfWork, delivery: DeliveryRow) -> None:
    """Put one delivery in line again, now, with all its tries before it; one that waits comes to its next try.

    Raises:
        NotKept: its body is not there any more.
    """
    if delivery.body is None:
        raise NotKept(
            f"What was sent is kept for {DELIVERED_KEPT.days} days, and what was not for {WAITING_KEPT.days};"
            " this is gone, or was about somebody whose record was erased."
        )
    delivery.state, delivery.due_at, delivery.tries, delivery.ended_at = State.WAITING.value, work.now, 0, None


async def recover(work: UnitOfWork, subscription_id: UUID, since: datetime, *, delivered_too: bool) -> int:
    """Put in line again whatever came since a time and was given up; with what was delivered, where that is asked."""
    states = [State.GIVEN_UP, State.DELIVERED] if delivered_too else [State.GIVEN_UP]
    statement = (
        update(DeliveryRow)
        .where(
            col(DeliveryRow.subscription_id) == subscription_id,
            col(DeliveryRow.recorded_at) >= since,
            col(DeliveryRow.state).in_([state.value for state in states]),
            col(DeliveryRow.body).is_not(None),
        )
        .values(state=State.WAITING.value, due_at=work.now, tries=0, ended_at=None)
    )
    return await _changed(work, statement)


async def withdraw_all(work: UnitOfWork, subscription_id: UUID) -> None:
    """Take whatever was kept for a subscription that has ended."""
    of_it = col(DeliveryRow.subscription_id) == subscription_id
    waiting = update(DeliveryRow).where(of_it, col(DeliveryRow.state) == State.WAITING.value)
    await work.session.execute(waiting.values(state=State.WITHDRAWN.value, body=None, ended_at=work.now))
    await work.session.execute(update(DeliveryRow).where(of_it, col(DeliveryRow.body).is_not(None)).values(body=None))


async def drop_old(work: UnitOfWork) -> int:
    """Empty the bodies whose time is over, in the acting council; what still waits then is not sent any more."""
    state, body = col(DeliveryRow.state), col(DeliveryRow.body)
    waiting = update(DeliveryRow).where(
        state == State.WAITING.value,
        col(DeliveryRow.recorded_at) < work.now - WAITING_KEPT,
        func.coalesce(col(DeliveryRow.leased_until), work.now) <= work.now,
    )
    waiting = waiting.values(state=State.EXPIRED.value, body=None, ended_at=work.now)
    delivered = update(DeliveryRow).where(
        state == State.DELIVERED.value, body.is_not(None), col(DeliveryRow.ended_at) < work.now - DELIVERED_KEPT
    )
    given_up = update(DeliveryRow).where(
        state == State.GIVEN_UP.value, body.is_not(None), col(DeliveryRow.recorded_at) < work.now - WAITING_KEPT
    )
    return (
        await _changed(work, waiting)
        + await _changed(work, delivered.values(body=None))
        + await _changed(work, given_up.values(body=None))
    )


async def _changed(work: UnitOfWork, statement: object) -> int:
    result: CursorResult[object] = await work.session.execute(statement)  # type: ignore[call-overload]
    return int(result.rowcount)
