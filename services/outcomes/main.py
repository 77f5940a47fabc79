"""The outcomes service, declared."""

from braid.contracts.catalogue import EVENTS
from braid.kit.read_state import ReadTable
from braid.kit.service import ServiceDefinition
from services.outcomes.api import PROBLEMS, ROUTERS
from services.outcomes.events import HANDLERS
from services.outcomes.tables import metadata
from services.outcomes.whose_records import WHOSE

SERVICE = ServiceDefinition(
    name="outcomes",
    package="services.outcomes",
    title="outcomes",
    routers=ROUTERS,
    metadata=metadata,
    events=EVENTS,
    handlers=HANDLERS,
    problems=PROBLEMS,
    whose=WHOSE,
    read_state=(ReadTable("person"), ReadTable("carer")),
)
