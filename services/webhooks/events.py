"""Which events are passed on: all of the platform's own. What agencies tell shows in the awards that follow from it."""

from collections.abc import Mapping

from braid.contracts.assessment import PersonErased
from braid.contracts.catalogue import EVENTS, PARTNER_EVENTS
from braid.kit.delivery import Handler
from services.webhooks.passing_on import forget_and_tell, pass_on

HANDLERS: Mapping[str, Handler] = {
    **{event_type: pass_on for event_type in EVENTS if event_type not in PARTNER_EVENTS},
    PersonErased.TYPE: forget_and_tell,
}
