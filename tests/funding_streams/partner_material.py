"""What a partner agency says, to start a test from; a test changes only what it is about."""

from datetime import date
from typing import Any
from uuid import UUID

from braid.contracts.partner import PartnerAwardDecided
from services.funding_streams.domain.decision import INDEPENDENT_LIVING_FUND
from services.funding_streams.domain.partner_decisions import Basis, Granted, Kind, PartnerDecision

AGENCY = "independent-living-fund"
COUNCIL = "E10009999"
TRUSTEES = "Independent Living Fund trustees"


def a_week(pence: int, contribution: int = 0) -> Granted:
    """Return so many pence a week, with the person's own share of them."""
    return Granted(Basis.WEEKLY, pence, contribution)


def once(pence: int) -> Granted:
    """Return so many pence, paid once."""
    return Granted(Basis.ONCE, pence, 0)


def decided(kind: Kind, effective_on: date, reference: str = "A", version: int = 1, **details: Any) -> PartnerDecision:
    """Return what the trustees decided."""
    return PartnerDecision(
        AGENCY, INDEPENDENT_LIVING_FUND, reference, version, kind, date(2009, 6, 15), effective_on, **details
    )


def told(person_id: UUID, kind: str = "change", **changes: Any) -> PartnerAwardDecided:
    """Return a decision as the trustees tell it: 300 pounds a week from 1 June 2009, unless it is something else."""
    grants = kind in ("confirm", "change")
    document: dict[str, Any] = {
        "person_id": str(person_id),
        "council": COUNCIL,
        "agency": AGENCY,
        "stream": INDEPENDENT_LIVING_FUND,
        "reference": "ILF-1",
        "version": 1,
        "kind": kind,
        "decided_on": "2009-06-15",
        "effective_on": "2009-06-01",
        "ends_on": None,
        "money": "weekly" if grants else None,
        "amount_pence": 30_000 if grants else None,
        "contribution_pence": 0 if grants else None,
        "reasons": ["The trustees meet 25 of the hours that were asked for."],
        "challenge": "Ask for a review within 28 days.",
    }
    return PartnerAwardDecided.model_validate(document | changes)
