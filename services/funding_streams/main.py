"""The funding streams, declared."""

from braid.contracts.catalogue import EVENTS
from braid.kit.service import ServiceDefinition
from services.funding_streams.api import router
from services.funding_streams.events import HANDLERS
from services.funding_streams.tables import metadata

SERVICE = ServiceDefinition(
    name="funding_streams",
    package="services.funding_streams",
    title="funding streams",
    routers=(router,),
    metadata=metadata,
    events=EVENTS,
    handlers=HANDLERS,
)
