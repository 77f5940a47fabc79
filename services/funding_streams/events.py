"""Which events the funding streams consume, and with which handler."""

from collections.abc import Mapping

from braid.contracts.allocation import AllocationSettled, IndicativeAllocationCalculated
from braid.contracts.assessment import AssessmentAgreed, PersonErased
from braid.contracts.partner import PartnerAwardDecided, partner_topic
from braid.kit.delivery import Handler
from braid.kit.forgetting import forget
from services.funding_streams.discovery import agencies
from services.funding_streams.handlers import hear_partner, know_allocation, know_assessment, know_settlement

HANDLERS: Mapping[str, Handler] = {
    AssessmentAgreed.TYPE: know_assessment,
    IndicativeAllocationCalculated.TYPE: know_allocation,
    AllocationSettled.TYPE: know_settlement,
    PartnerAwardDecided.TYPE: hear_partner,
    PersonErased.TYPE: forget,
}


def outside_topics() -> Mapping[str, tuple[str, ...]]:
    """Return the topics of the partner agencies: one for each that decides on a stream."""
    return {PartnerAwardDecided.TYPE: tuple(partner_topic(agency) for agency in agencies())}
