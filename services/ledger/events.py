"""Which events the ledger consumes, and with which handler."""

from collections.abc import Mapping

from braid.contracts.award import AwardDecided
from braid.kit.delivery import Handler
from services.ledger.handlers import record_award

HANDLERS: Mapping[str, Handler] = {AwardDecided.TYPE: record_award}
