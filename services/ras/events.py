"""Which events the resource allocation system consumes, and with which handler."""

from collections.abc import Mapping

from braid.contracts.assessment import AssessmentAgreed, PersonErased
from braid.kit.delivery import Handler
from braid.kit.forgetting import forget
from services.ras.handlers import calculate_allocation

HANDLERS: Mapping[str, Handler] = {AssessmentAgreed.TYPE: calculate_allocation, PersonErased.TYPE: forget}
