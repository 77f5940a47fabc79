"""The funding streams, declared."""

from braid.contracts.catalogue import EVENTS
from braid.kit.read_state import ReadTable
from braid.kit.service import ServiceDefinition
from services.funding_streams.api import PROBLEMS, ROUTERS
from services.funding_streams.events import HANDLERS, outside_topics
from services.funding_streams.measures import MEASURES
from services.funding_streams.partner_api import PROBLEMS as PARTNER_PROBLEMS
from services.funding_streams.partner_api import router as partner_router
from services.funding_streams.tables import metadata

SERVICE = ServiceDefinition(
    name="funding_streams",
    package="services.funding_streams",
    title="funding streams",
    routers=(*ROUTERS, partner_router),
    metadata=metadata,
    events=EVENTS,
    handlers=HANDLERS,
    outside_topics=outside_topics,
    measures=MEASURES,
    problems={**PROBLEMS, **PARTNER_PROBLEMS},
    # What was decided on these facts, by the rules and choices of its day, is the service's own.
    read_state=(ReadTable("case_facts"),),
)
