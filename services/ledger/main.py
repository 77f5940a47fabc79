"""The ledger service, declared."""

from braid.contracts.catalogue import EVENTS
from braid.kit.service import ServiceDefinition
from services.ledger.api import router
from services.ledger.events import HANDLERS
from services.ledger.tables import metadata

SERVICE = ServiceDefinition(
    name="ledger",
    package="services.ledger",
    title="ledger",
    routers=(router,),
    metadata=metadata,
    events=EVENTS,
    handlers=HANDLERS,
)
