"""Subscriptions over HTTP: begun, read, changed, ended; their secrets changed; tried out."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Request, Response

from braid.contracts.catalogue import EVENTS
from braid.kit.http import (
    Caller,
    ExpectedVersion,
    Reading,
    UnitOfWorkRoute,
    Writing,
    entity_tag,
    keep_for_repeats,
    stale_version,
)
from braid.kit.permissions import Action, may
from braid.kit.problems import Problem, responses
from braid.kit.settings import SettingsRefused
from services.webhooks import passing_on, subscriptions
from services.webhooks.api.access import party, require_own
from services.webhooks.api.bodies import (
    EventTypeOut,
    EventTypesOut,
    InLineOut,
    RotationIn,
    SecretOut,
    SubscriptionChangeIn,
    SubscriptionCreatedOut,
    SubscriptionIn,
    SubscriptionOut,
    SubscriptionsOut,
)
from services.webhooks.asking_for_streams import streams_of
from services.webhooks.domain.signing import written
from services.webhooks.domain.targets import Where, target_of
from services.webhooks.domain.telling import OF_AGENCIES, require_may_be_told
from services.webhooks.events import HANDLERS
from services.webhooks.posting import require_reachable
from services.webhooks.sealing import Seal, seal_of
from services.webhooks.settings import WebhookSettings
from services.webhooks.tables import SubscriptionRow

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["webhooks"])

NOT_YOURS = (403, "Your token names no agency, or the subscription is an agency's.")
NO_SUBSCRIPTION = (404, "No such subscription, or it is not yours to see.")
_ADDRESS_REFUSED = (422, "The address may not be called, or you may not be told of one of the events.")
_CANNOT_SEAL = (503, "Secrets cannot be kept now, or which streams are yours cannot be looked up.")

_EXAMPLE_IN = {
    "name": "Case management of Example Council",
    "url": "https://case-management.example/braid-events",
    "event_types": ["uk.braid.award.decided.v1", "uk.braid.plan.approved.v1"],
}


@router.get(
    "/webhook-event-types", dependencies=[may(Action.READ_WEBHOOKS)], responses=responses((403, "No agency is named."))
)
async def read_event_types(_work: Reading, caller: Caller) -> EventTypesOut:
    """The kinds of events that your systems may be told of."""
    known = sorted(HANDLERS) if party(caller) is None else sorted(OF_AGENCIES)
    return EventTypesOut(
        event_types=[
            EventTypeOut(event_type=one, meaning=(EVENTS[one].__doc__ or "").strip().splitlines()[0]) for one in known
        ]
    )


@router.post(
    "/webhook-subscriptions",
    status_code=201,
    dependencies=[may(Action.KEEP_WEBHOOKS)],
    responses=responses(NOT_YOURS, (409, "The council has as many as it may."), _ADDRESS_REFUSED, _CANNOT_SEAL),
)
async def subscribe(
    body: Annotated[
        SubscriptionIn, Body(openapi_examples={"case management": {"summary": "Two kinds", "value": _EXAMPLE_IN}})
    ],
    work: Writing,
    caller: Caller,
    request: Request,
    response: Response,
) -> SubscriptionCreatedOut:
    """Have a system told of events from now on. The answer tells its secret, once."""
    asking = party(caller)
    await _require_fit(body, request, asking)
    row, secret = await subscriptions.create(
        work,
        _seal(request),
        name=body.name,
        url=body.url,
        event_types=body.event_types,
        agency=asking,
        streams=await _streams(request, asking),
        by=caller.subject,
    )
    await work.session.refresh(row)
    response.headers["Location"] = f"/v1/webhook-subscriptions/{row.subscription_id}"
    told = SubscriptionCreatedOut(**_out(row, response).model_dump(), secret=written(secret))
    keep_for_repeats(request, told.model_copy(update={"secret": None}))
    return told


@router.get("/webhook-subscriptions", dependencies=[may(Action.READ_WEBHOOKS)], responses=responses(NOT_YOURS))
async def read_subscriptions(work: Reading, caller: Caller) -> SubscriptionsOut:
    """Which systems are told of what."""
    rows = await subscriptions.of_council(work, agency=party(caller))
    return SubscriptionsOut(subscriptions=[_out(row) for row in rows])


@router.get(
    "/webhook-subscriptions/{subscription_id}",
    dependencies=[may(Action.READ_WEBHOOKS)],
    responses=responses(NOT_YOURS, NO_SUBSCRIPTION),
)
async def read_subscription(
    subscription_id: UUID, work: Reading, caller: Caller, response: Response
) -> SubscriptionOut:
    """One subscription."""
    return _out(await subscriptions.find(work, subscription_id, agency=party(caller)), response)


@router.put(
    "/webhook-subscriptions/{subscription_id}",
    dependencies=[may(Action.KEEP_WEBHOOKS)],
    responses=responses(NOT_YOURS, NO_SUBSCRIPTION, _ADDRESS_REFUSED, _CANNOT_SEAL),
)
async def change_subscription(
    subscription_id: UUID,
    body: SubscriptionChangeIn,
    work: Writing,
    caller: Caller,
    version: ExpectedVersion,
    request: Request,
    response: Response,
) -> SubscriptionOut:
    """Change a subscription, disable it or enable it again. Messages that wait go to the new address."""
    asking = party(caller)
    row = await subscriptions.find(work, subscription_id, agency=asking, to_change=True)
    require_own(row, asking)
    if row.version != version:
        raise stale_version()
    await _require_fit(body, request, asking)
    subscriptions.change(
        row,
        name=body.name,
        url=body.url,
        event_types=body.event_types,
        streams=await _streams(request, asking),
        is_enabled=body.is_enabled,
    )
    await work.session.flush()
    return _out(row, response)


@router.post(
    "/webhook-subscriptions/{subscription_id}/ending",
    status_code=204,
    dependencies=[may(Action.KEEP_WEBHOOKS)],
    responses=responses(NOT_YOURS, NO_SUBSCRIPTION),
)
async def end_subscription(subscription_id: UUID, work: Writing, caller: Caller) -> None:
    """End a subscription for good. Whatever waits for it is not sent; its address and secrets are not kept."""
    row = await subscriptions.find(work, subscription_id, agency=party(caller), to_change=True)
    await subscriptions.end(work, row)


@router.post(
    "/webhook-subscriptions/{subscription_id}/secret",
    dependencies=[may(Action.KEEP_WEBHOOKS)],
    responses=responses(NOT_YOURS, NO_SUBSCRIPTION, (409, "The secret before the last one still signs."), _CANNOT_SEAL),
)
async def change_secret(
    subscription_id: UUID, body: RotationIn, work: Writing, caller: Caller, request: Request
) -> SecretOut:
    """Give a subscription a new secret, which is told once. The old one signs beside it for as long as you ask."""
    row = await _own_to_change(subscription_id, work, caller)
    hours = timedelta(hours=body.old_signs_for_hours)
    secret = subscriptions.rotate(work, _seal(request), row, old_signs_for=hours)
    told = SecretOut(secret=written(secret), old_secret_signs_until=row.old_secret_until)
    keep_for_repeats(request, told.model_copy(update={"secret": None}))
    return told


@router.post(
    "/webhook-subscriptions/{subscription_id}/test-message",
    status_code=202,
    dependencies=[may(Action.KEEP_WEBHOOKS)],
    responses=responses(NOT_YOURS, NO_SUBSCRIPTION),
)
async def send_test_message(subscription_id: UUID, work: Writing, caller: Caller) -> InLineOut:
    """Send a message about nobody, of type `uk.braid.webhook.test.v1`; read its delivery to see what became of it."""
    row = await _own_to_change(subscription_id, work, caller)
    return InLineOut(delivery_id=await passing_on.send_test(work, row))


async def _own_to_change(subscription_id: UUID, work: Writing, caller: Caller) -> SubscriptionRow:
    asking = party(caller)
    row = await subscriptions.find(work, subscription_id, agency=asking, to_change=True)
    require_own(row, asking)
    return row


async def _require_fit(body: SubscriptionIn, request: Request, asking: str | None) -> None:
    require_may_be_told(body.event_types, HANDLERS, is_agency=asking is not None)
    settings = request.app.state.settings
    where = settings.where if isinstance(settings, WebhookSettings) else Where()
    await require_reachable(target_of(body.url, where), where)


async def _streams(request: Request, asking: str | None) -> list[str]:
    return [] if asking is None else await streams_of(request, asking)


def _seal(request: Request) -> Seal:
    try:
        return seal_of(request.app.state.settings)
    except SettingsRefused as error:
        raise Problem(503, "secrets-not-kept", "Secrets cannot be kept now") from error


def _out(row: SubscriptionRow, response: Response | None = None) -> SubscriptionOut:
    if response is not None:
        response.headers.update(entity_tag(row.version))
    return SubscriptionOut(
        subscription_id=row.subscription_id,
        name=row.name,
        url=row.url,
        event_types=row.event_types,
        agency=row.agency,
        streams=row.streams,
        is_enabled=row.is_enabled,
        disabled_because=row.disabled_because,
        failing_since=row.failing_since,
        old_secret_signs_until=row.old_secret_until,
        created_by=row.created_by,
        created_at=row.recorded_at,
        version=row.version,
    )
