"""Deliveries over HTTP: what was sent and what came of it, without whom it was about; and sending it again."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from braid.kit.http import Caller, Reading, UnitOfWorkRoute, Writing
from braid.kit.paging import Cursor, cursor_refused
from braid.kit.permissions import Action, may
from braid.kit.problems import responses
from services.webhooks import deliveries, subscriptions
from services.webhooks.api.access import party, require_own
from services.webhooks.api.bodies import (
    AttemptOut,
    DeliveriesOut,
    DeliveryOut,
    DeliveryWithAttemptsOut,
    InLineOut,
    RecoveryIn,
    RecoveryOut,
)
from services.webhooks.api.subscriptions import NO_SUBSCRIPTION, NOT_YOURS
from services.webhooks.deliveries import State
from services.webhooks.tables import AttemptRow, DeliveryRow

router = APIRouter(prefix="/v1/webhook-subscriptions/{subscription_id}", route_class=UnitOfWorkRoute, tags=["webhooks"])

_DELIVERIES_A_PAGE = 100
_NO_DELIVERY = (404, "No such delivery or subscription, or it is not yours to see.")
#: A bigint is no longer than this.
_DIGITS_MOST = 18


@router.get("/deliveries", dependencies=[may(Action.READ_WEBHOOKS)], responses=responses(NOT_YOURS, NO_SUBSCRIPTION))
async def read_deliveries(
    subscription_id: UUID,
    work: Reading,
    caller: Caller,
    state: Annotated[State | None, Query(description="Only those that have got so far.")] = None,
    after: Cursor = None,
) -> DeliveriesOut:
    """What was sent to a subscription or is in line for it, the latest first."""
    row = await subscriptions.find(work, subscription_id, agency=party(caller))
    rows = await deliveries.listed(
        work, row.subscription_id, state=state, before=_place(after), most=_DELIVERIES_A_PAGE + 1
    )
    page = rows[:_DELIVERIES_A_PAGE]
    last = await deliveries.last_attempts(work, page)
    return DeliveriesOut(
        deliveries=[_out(one, last.get(one.delivery_id)) for one in page],
        next=str(page[-1].number) if len(rows) > len(page) else None,
    )


@router.get(
    "/deliveries/{delivery_id}",
    dependencies=[may(Action.READ_WEBHOOKS)],
    responses=responses(NOT_YOURS, _NO_DELIVERY),
)
async def read_delivery(
    subscription_id: UUID, delivery_id: UUID, work: Reading, caller: Caller
) -> DeliveryWithAttemptsOut:
    """One delivery, with every attempt to send it."""
    row = await subscriptions.find(work, subscription_id, agency=party(caller))
    found = await deliveries.find(work, row, delivery_id)
    made = await deliveries.attempts_of(work, found.delivery_id)
    return DeliveryWithAttemptsOut(
        **_out(found, made[-1] if made else None).model_dump(), attempts_made=[_attempt(one) for one in made]
    )


@router.post(
    "/deliveries/{delivery_id}/redelivery",
    status_code=202,
    dependencies=[may(Action.KEEP_WEBHOOKS)],
    responses=responses(NOT_YOURS, _NO_DELIVERY, (409, "It is not kept any more.")),
)
async def send_again(subscription_id: UUID, delivery_id: UUID, work: Writing, caller: Caller) -> InLineOut:
    """Send a message again under its id, whatever became of it."""
    asking = party(caller)
    row = await subscriptions.find(work, subscription_id, agency=asking)
    require_own(row, asking)
    found = await deliveries.find(work, row, delivery_id, to_change=True)
    deliveries.send_again(work, found)
    return InLineOut(delivery_id=found.delivery_id)


@router.post(
    "/recovery",
    status_code=202,
    dependencies=[may(Action.KEEP_WEBHOOKS)],
    responses=responses(NOT_YOURS, NO_SUBSCRIPTION),
)
async def recover(subscription_id: UUID, body: RecoveryIn, work: Writing, caller: Caller) -> RecoveryOut:
    """Send again whatever was given up since a time, for a receiver that was away; each under its id."""
    asking = party(caller)
    row = await subscriptions.find(work, subscription_id, agency=asking)
    require_own(row, asking)
    count = await deliveries.recover(work, row.subscription_id, body.since, delivered_too=body.delivered_too)
    return RecoveryOut(in_line=count)


def _place(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= _DIGITS_MOST):
        raise cursor_refused()
    return int(cursor)


def _attempt(row: AttemptRow) -> AttemptOut:
    return AttemptOut.model_validate(row, from_attributes=True)


def _out(row: DeliveryRow, last: AttemptRow | None) -> DeliveryOut:
    state = State(row.state)
    return DeliveryOut(
        delivery_id=row.delivery_id,
        event_id=row.event_id,
        event_type=row.event_type,
        state=state,
        attempts=row.attempts,
        came_at=row.recorded_at,
        due_at=row.due_at if state is State.WAITING else None,
        ended_at=row.ended_at,
        is_kept=row.body is not None,
        last_attempt=_attempt(last) if last else None,
    )
