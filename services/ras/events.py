"""Which events the resource allocation system consumes, and with which handler."""

from braid.contracts.assessment import AssessmentAgreed
from services.ras.handlers import calculate_allocation

HANDLERS = {AssessmentAgreed.TYPE: calculate_allocation}
