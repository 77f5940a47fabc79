"""The ledger service, declared."""

from braid.contracts.catalogue import EVENTS
from braid.kit.service import ServiceDefinition
from services.ledger.api import PROBLEMS, ROUTERS
from services.ledger.events import HANDLERS
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
    settings=LedgerSettings,
    measures=MEASURES,
    beside_api=gatherer_for,
    problems={**PROBLEMS, **PAYMENT_PROBLEMS, **REPORT_PROBLEMS},
    whose=WHOSE,
    moving=MOVING,
)
