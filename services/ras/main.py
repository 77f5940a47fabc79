"""The resource allocation system, declared."""

from braid.contracts.catalogue import EVENTS
from braid.kit.service import ServiceDefinition
from services.ras.api import router
from services.ras.events import HANDLERS
from services.ras.moving import MOVING
from services.ras.scenario_api import PROBLEMS as SCENARIO_PROBLEMS
from services.ras.scenario_api import router as scenario_router
from services.ras.settlement_api import PROBLEMS as SETTLEMENT_PROBLEMS
from services.ras.settlement_api import router as settlement_router
from services.ras.tables import metadata

SERVICE = ServiceDefinition(
    name="ras",
    package="services.ras",
    title="resource allocation",
    routers=(router, settlement_router, scenario_router),
    metadata=metadata,
    events=EVENTS,
    handlers=HANDLERS,
    problems={**SETTLEMENT_PROBLEMS, **SCENARIO_PROBLEMS},
    moving=MOVING,
)
