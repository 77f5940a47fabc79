"""The ledger service, declared."""

from braid.contracts.catalogue import EVENTS
from braid.kit.read_state import ReadTable
from braid.kit.service import ServiceDefinition
from services.ledger.api import PROBLEMS, ROUTERS
from services.ledger.events import HANDLERS, MAY_COME_EARLY
from services.ledger.forgetting_api import router as forgetting_router
from services.ledger.measures import MEASURES
from services.ledger.moving import MOVING
from services.ledger.payments.due_api import router as due_router
from services.ledger.payments.payees_api import router as payees_router
from services.ledger.payments.problems import PROBLEMS as PAYMENT_PROBLEMS
from services.ledger.payments.recoveries_api import router as recoveries_router
from services.ledger.payments_api import router as payments_router
from services.ledger.posting.beside_api import gatherer_for
from services.ledger.reports import PROBLEMS as REPORT_PROBLEMS
from services.ledger.reports import ROUTERS as REPORT_ROUTERS
from services.ledger.settings import LedgerSettings
from services.ledger.tables import metadata
from services.ledger.whose_records import WHOSE

_HEARD_AT = frozenset({"recorded_at"})

SERVICE = ServiceDefinition(
    name="ledger",
    package="services.ledger",
    title="ledger",
    routers=(
        *ROUTERS,
        payments_router,
        payees_router,
        due_router,
        recoveries_router,
        forgetting_router,
        *REPORT_ROUTERS,
    ),
    metadata=metadata,
    events=EVENTS,
    handlers=HANDLERS,
    may_come_early=MAY_COME_EARLY,
    settings=LedgerSettings,
    measures=MEASURES,
    beside_api=gatherer_for,
    problems={**PROBLEMS, **PAYMENT_PROBLEMS, **REPORT_PROBLEMS},
    whose=WHOSE,
    # The journal and all money rest on them: what differs is told, and mended by an entry or by a message.
    read_state=(
        ReadTable("budget", _HEARD_AT, is_mended=False),
        ReadTable("award_seen", is_mended=False),
        ReadTable("fund", _HEARD_AT, is_mended=False),
        ReadTable("fund_version", _HEARD_AT, is_mended=False),
        ReadTable("approved_plan", _HEARD_AT, is_mended=False),
        ReadTable("plan_holding", _HEARD_AT, is_mended=False),
    ),
    moving=MOVING,
)
