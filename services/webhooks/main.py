"""The webhooks service, declared."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from braid.contracts.catalogue import EVENTS
from braid.kit.service import ServiceDefinition, ServiceRuntime
from services.webhooks.api import PROBLEMS, ROUTERS
from services.webhooks.asking_for_streams import FUNDING_STREAMS
from services.webhooks.events import HANDLERS
from services.webhooks.measures import MEASURES
from services.webhooks.moving import MOVING
from services.webhooks.sealing import seal_of
from services.webhooks.sending import sender_of
from services.webhooks.settings import WebhookSettings
from services.webhooks.tables import metadata
from services.webhooks.whose_records import WHOSE


@asynccontextmanager
async def _seals(runtime: ServiceRuntime) -> AsyncIterator[None]:
    """Refuse to serve without the keys that secrets are sealed with."""
    seal_of(runtime.settings)
    yield


SERVICE = ServiceDefinition(
    name="webhooks",
    package="services.webhooks",
    title="webhooks",
    routers=ROUTERS,
    metadata=metadata,
    events=EVENTS,
    handlers=HANDLERS,
    problems=PROBLEMS,
    settings=WebhookSettings,
    asks=(FUNDING_STREAMS,),
    measures=MEASURES,
    beside_api=_seals,
    whose=WHOSE,
    moving=MOVING,
    sender=sender_of,
)
