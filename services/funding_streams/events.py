"""Which events the funding streams consume, and with which handler."""

from collections.abc import Mapping

from braid.contracts.allocation import IndicativeAllocationCalculated
from braid.contracts.assessment import AssessmentAgreed
from braid.kit.delivery import Handler
from services.funding_streams.handlers import know_allocation, know_assessment

HANDLERS: Mapping[str, Handler] = {
    AssessmentAgreed.TYPE: know_assessment,
    IndicativeAllocationCalculated.TYPE: know_allocation,
}
