"""The support-planning service, declared."""

from braid.contracts.catalogue import EVENTS
from braid.kit.service import ServiceDefinition
from services.support_planning.api import router
from services.support_planning.events import HANDLERS
from services.support_planning.tables import metadata

SERVICE = ServiceDefinition(
    name="support_planning",
    package="services.support_planning",
    title="support planning",
    routers=(router,),
    metadata=metadata,
    events=EVENTS,
    handlers=HANDLERS,
)
