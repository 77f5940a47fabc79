"""Which fund pays what of a spend: the plan check's own rule, asked about one spend.

What awards set over other streams' money holds here as well. A joint limit has what its whole time leaves. A minimum is
asked up to the day of the spend: so much a week must have been put in by then, spent or held, since the plan began to
ask for what the fund pays for. So the fund pays beside the other money week by week, and not only at the year's end.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from services.ledger.domain.beside_others import FundBesideOthers, joint_limits_of, minimums_of
from services.ledger.domain.braiding.attribution import Held, Spend, attribute
from services.ledger.domain.braiding.plan import PERMITTED, Fund, Payment, Per
from services.ledger.domain.spending.attribution import FundRoom, Splitter
from services.ledger.domain.used_money import pence_by_fund
from services.ledger.solvers import solvers

_ONE = "spend"


@dataclass(frozen=True)
class BesideOnTheDay:
    """The funds of a budget where one of them is bound by the others' money.

    Args:
        on: the day of the spend.
        asked_from: by fund, the first day on which the plan asks for what it may pay for.
        used: what was spent, and what is held for other items than the spend's.
    """

    on: date
    funds: Sequence[FundBesideOthers] = ()
    asked_from: Mapping[str, date] = field(default_factory=dict)
    used: Sequence[Payment] = ()


def splitter(beside: BesideOnTheDay | None = None) -> Splitter:
    """Return what says which fund pays what: what is held for the item first, then the most restricted money."""

    def split(pence: int, limits: Sequence[tuple[FundRoom, int]]) -> Mapping[UUID, int]:
        if not limits:
            return {}
        return _split(pence, limits, beside or BesideOnTheDay(max(room.starts_on for room, _ in limits)))

    return split


def _split(pence: int, limits: Sequence[tuple[FundRoom, int]], beside: BesideOnTheDay) -> Mapping[UUID, int]:
    on, used = beside.on, pence_by_fund(beside.used)
    names = {str(room.fund_id): room.fund_id for room, _ in limits}
    funds = [
        Fund(name, room.name, limit + used.get(name, 0), Per.ONCE, room.starts_on, room.ends_on, place)
        for place, (name, (room, limit)) in enumerate(zip(names, limits, strict=True))
    ]
    # The others pay nothing of this spend; what is used of them counts.
    funds += [
        Fund(one.fund_id, one.label, used.get(one.fund_id, 0), Per.ONCE, one.starts_on, one.ends_on, 0)
        for one in beside.funds
        if one.fund_id not in names
    ]
    held = [
        Payment(_ONE, str(room.fund_id), on, on, min(room.held_pence, limit))
        for room, limit in limits
        if room.held_pence > 0
    ]
    asked = {one.fund_id: (min(on, beside.asked_from.get(one.fund_id, on)), on) for one in beside.funds}
    found = attribute(
        [Spend(_ONE, _ONE, "", on, pence)],
        funds,
        {(_ONE, name): PERMITTED for name in names},
        solvers(),
        held=Held(beside.used, held),
        joint_limits=joint_limits_of(beside.funds),
        minimums=minimums_of(beside.funds, asked),
    )
    return {names[one.fund_id]: one.pence for one in found.borne}
