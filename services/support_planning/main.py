"""The support-planning service, declared."""

from braid.contracts.catalogue import EVENTS
from braid.kit.read_state import ReadTable
from braid.kit.service import ServiceDefinition
from services.support_planning.api import PROBLEMS, ROUTERS
from services.support_planning.asking_the_ledger import LEDGER
from services.support_planning.events import HANDLERS
from services.support_planning.tables import metadata
from services.support_planning.timer_process import timers_beside_api
from services.support_planning.whose_records import WHOSE

SERVICE = ServiceDefinition(
    name="support_planning",
    package="services.support_planning",
    title="support planning",
    routers=ROUTERS,
    metadata=metadata,
    events=EVENTS,
    handlers=HANDLERS,
    problems=PROBLEMS,
    asks=(LEDGER,),
    beside_api=timers_beside_api,
    whose=WHOSE,
    # Where a budget has got to is told by plans and timers too, and by when it was heard: that is the service's own.
    read_state=(ReadTable("award"), ReadTable("agreed_needs", frozenset({"recorded_at"}))),
)
