"""Which fund pays what of a spend: the plan check's own rule, asked about one spend."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from services.ledger.domain.braiding.attribution import Held, Spend, attribute
from services.ledger.domain.braiding.plan import PERMITTED, Fund, Payment, Per
from services.ledger.domain.spending.attribution import FundRoom
from services.ledger.solvers import solvers

_ONE = "spend"


def braided(pence: int, limits: Sequence[tuple[FundRoom, int]]) -> Mapping[UUID, int]:
    """Say what each fund pays: what commitments hold for the item first, then the most restricted money.

    Args:
        limits: the funds that may pay on the day, the most restricted first, each with what it can.
    """
    if not limits:
        return {}
    on = max(room.starts_on for room, _ in limits)
    names = {str(room.fund_id): room.fund_id for room, _ in limits}
    funds = [
        Fund(str(room.fund_id), room.name, limit, Per.ONCE, room.starts_on, room.ends_on, place)
        for place, (room, limit) in enumerate(limits)
    ]
    held = [
        Payment(_ONE, str(room.fund_id), on, on, min(room.held_pence, limit))
        for room, limit in limits
        if room.held_pence > 0
    ]
    found = attribute(
        [Spend(_ONE, _ONE, "", on, pence)],
        funds,
        {(_ONE, fund.fund_id): PERMITTED for fund in funds},
        solvers(),
        held=Held(committed=held),
    )
    return {names[one.fund_id]: one.pence for one in found.borne}
