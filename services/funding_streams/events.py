"""Which events the funding streams consume, and with which handler."""

from braid.contracts.allocation import IndicativeAllocationCalculated
from braid.contracts.assessment import AssessmentAgreed
from services.funding_streams.handlers import know_allocation, know_assessment

HANDLERS = {AssessmentAgreed.TYPE: know_assessment, IndicativeAllocationCalculated.TYPE: know_allocation}
