"""Which events the ledger consumes, and with which handler."""

from collections.abc import Mapping

from braid.contracts.assessment import PersonErased
from braid.contracts.award import AwardDecided
from braid.contracts.plan import HoldingChanged, PlanApproved
from braid.kit.delivery import Handler
from services.ledger.forgetting import record_erasure
from services.ledger.handlers import record_award
from services.ledger.plan_events import record_holding, record_plan

HANDLERS: Mapping[str, Handler] = {
    AwardDecided.TYPE: record_award,
    PlanApproved.TYPE: record_plan,
    HoldingChanged.TYPE: record_holding,
    PersonErased.TYPE: record_erasure,
}

#: They need the budget that an award opens, and awards come on another topic.
MAY_COME_EARLY = frozenset({PlanApproved.TYPE, HoldingChanged.TYPE})
