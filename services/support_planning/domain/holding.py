"""How the money is held: five ways and any mixture of them, each with what is signed before money goes that way."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.support_planning.domain.completeness import Fault
from services.support_planning.domain.plan import HeldShare, PayeeKind, Plan


class Way(StrEnum):
    """Who holds the money."""

    DIRECT_PAYMENT = "direct_payment"
    INDIRECT_PAYMENT = "indirect_payment"
    TRUST = "trust"
    PROVIDER_ACCOUNT = "provider_account"
    COUNCIL_MANAGED = "council_managed"

    @property
    def in_words(self) -> str:
        """As people say it."""
        return _IN_WORDS[self]


_IN_WORDS: Mapping[Way, str] = {
    Way.DIRECT_PAYMENT: "a direct payment",
    Way.INDIRECT_PAYMENT: "an indirect payment",
    Way.TRUST: "a trust",
    Way.PROVIDER_ACCOUNT: "an account with a provider",
    Way.COUNCIL_MANAGED: "a budget that the council manages",
}


class PayrollBy(StrEnum):
    """Who runs the payroll of the people that the budget employs."""

    NOBODY_IS_EMPLOYED = "nobody_is_employed"
    EMPLOYER = "employer"
    PAYROLL_SERVICE = "payroll_service"
    COUNCIL = "council"
    HOLDER = "holder"


@dataclass(frozen=True)
class Holding:
    """Money that is held in one way.

    Args:
        holder_reference: the council's code for whoever holds it, where it is not the person or the council.
        signed: agreements that are signed, each with its day.
    """

    holding_id: str
    way: Way
    holder_reference: str | None = None
    payroll_by: PayrollBy = PayrollBy.NOBODY_IS_EMPLOYED
    signed: Mapping[str, date] | None = None


@dataclass(frozen=True)
class Agreement:
    """Something to be signed or checked before money goes a way, with its source."""

    code: str
    text: str
    citation: str
    unconfirmed: bool


@dataclass(frozen=True)
class WayRules:
    """What holds for a way of holding money: agreements to sign, and conditions that apply from then on."""

    agreements: tuple[Agreement, ...]
    conditions: tuple[str, ...]


#: Ways in which somebody else than the person or the council holds the money.
_HELD_BY_OTHERS = frozenset({Way.INDIRECT_PAYMENT, Way.TRUST, Way.PROVIDER_ACCOUNT})


def still_to_sign(holding: Holding, rules: Mapping[Way, WayRules], on: date) -> tuple[Agreement, ...]:
    """What is not signed yet on a day; money goes this way only when nothing is left."""
    signed = holding.signed or {}
    return tuple(one for one in rules[holding.way].agreements if one.code not in signed or signed[one.code] > on)


def faults_of_holdings(holdings: Sequence[Holding], plan: Plan) -> Iterator[Fault]:
    """What contradicts itself in how money is held."""
    ids = {one.holding_id for one in holdings}
    if len(ids) < len(holdings):
        yield Fault("holdings", "two have one id")
    for one in holdings:
        if one.way in _HELD_BY_OTHERS and not one.holder_reference:
            yield Fault(f"holdings/{one.holding_id}", f"as {one.way.in_words} it needs to say who holds it")
    for item in plan.items:
        for share in item.held:
            if share.holding_id not in ids:
                yield Fault(f"items/{item.item_id}", f"the plan holds no money as {share.holding_id}")


def held_parts(pence: int, held: Sequence[HeldShare], default: str) -> tuple[tuple[str, int], ...]:
    """A sum by holding: whole pence by the largest remainder, so that the parts come to the sum."""
    shares = held or (HeldShare(default, 100),)
    parts = [pence * one.per_cent // 100 for one in shares]
    left = pence - sum(parts)
    by_remainder = sorted(range(len(shares)), key=lambda at: (-(pence * shares[at].per_cent % 100), at))
    for at in by_remainder[:left]:
        parts[at] += 1
    return tuple((one.holding_id, part) for one, part in zip(shares, parts, strict=True))


def payroll_is_run(plan: Plan, holdings: Sequence[Holding]) -> bool:
    """Whether somebody is named who runs the payroll, for every way in which a personal assistant is paid."""
    by_id = {one.holding_id: one for one in holdings}
    for item in plan.items:
        if item.payee and item.payee.kind is PayeeKind.PERSONAL_ASSISTANT:
            ids = [share.holding_id for share in item.held] or [one.holding_id for one in holdings[:1]]
            found = [by_id[holding_id] for holding_id in ids if holding_id in by_id]
            if not found or any(one.payroll_by is PayrollBy.NOBODY_IS_EMPLOYED for one in found):
                return False
    return True
