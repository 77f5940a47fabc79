"""Which events the ledger consumes, and with which handler."""

from braid.contracts.award import AwardDecided
from services.ledger.handlers import record_award

HANDLERS = {AwardDecided.TYPE: record_award}
