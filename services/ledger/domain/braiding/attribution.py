"""Which funds bear what was spent: the plan check's own rule, with everything settled and promised held fixed.

What a commitment holds for an item pays for that item first and for nothing else. What is spent beyond it, and what no
commitment holds, is decided together from the money that is left. What no fund may bear becomes a question to a person;
the spend itself is never undone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from services.ledger.domain.braiding.funding import fund
from services.ledger.domain.braiding.plan import (
    NOT_LISTED,
    Allowance,
    Answer,
    BadPlan,
    Fund,
    Item,
    JointLimit,
    MinimumBeforeUse,
    Payment,
    Per,
    Plan,
)
from services.ledger.domain.braiding.ports import Solvers
from services.ledger.domain.braiding.shortages import KeptOut, shortages
from services.ledger.domain.in_words import pounds
from services.ledger.domain.payments.shares import split


class RefundTooLarge(Exception):
    """More comes back than was attributed."""


@dataclass(frozen=True)
class Spend:
    """Money that was spent on an item on a day; one invoice may be several."""

    spend_id: str
    item_id: str
    label: str
    on: date
    pence: int


@dataclass(frozen=True)
class Held:
    """What stands against the funds already.

    Args:
        settled: paid and attributed.
        committed: promised for items and not settled yet.
    """

    settled: Sequence[Payment] = ()
    committed: Sequence[Payment] = ()


@dataclass(frozen=True)
class Borne:
    """What a fund bears of a spend, and how much of that a commitment held for it."""

    spend_id: str
    fund_id: str
    pence: int
    committed_pence: int


@dataclass(frozen=True)
class Query:
    """What no fund may bear, for a person to answer."""

    spend_id: str
    pence: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Attribution:
    """What each fund bears of each spend, by spend and fund, and what is left to ask about."""

    borne: tuple[Borne, ...]
    queries: tuple[Query, ...]


def attribute(
    spends: Sequence[Spend],
    funds: Sequence[Fund],
    allowances: Mapping[tuple[str, str], Allowance],
    solvers: Solvers,
    *,
    held: Held = Held(),
    joint_limits: Sequence[JointLimit] = (),
    minimums: Sequence[MinimumBeforeUse] = (),
) -> Attribution:
    """Attribute spends to funds. Unconfirmed money bears nothing.

    Args:
        allowances: by item and fund, as for a plan.

    Raises:
        BadPlan: two spends with one id, a sum below zero, an unknown fund.
        SolverFailed: a solver's answer does not stand up to being checked.
    """
    if len({spend.spend_id for spend in spends}) < len(spends):
        raise BadPlan("two spends have one id")
    taken, rest, committed = _from_commitments(spends, funds, allowances, held.committed)
    by_id = {spend.spend_id: spend for spend in spends}
    now = [Payment(by_id[one.spend_id].item_id, one.fund_id, *_on(by_id[one.spend_id]), one.pence) for one in taken]
    plan = Plan(
        [Item(spend.spend_id, spend.label, spend.pence, Per.ONCE, *_on(spend)) for spend in rest],
        funds,
        {
            (spend.spend_id, one.fund_id): allowances[spend.item_id, one.fund_id]
            for spend in rest
            for one in funds
            if (spend.item_id, one.fund_id) in allowances
        },
        joint_limits,
        minimums,
        used=[*held.settled, *committed, *now],
    )
    confirmed = plan.of_confirmed_money()
    funding = fund(confirmed, solvers)
    paid = [Borne(one.item_id, one.fund_id, one.pence, 0) for one in funding.payments]
    unconfirmed = [one for one in funds if not one.confirmed]
    queries = [
        Query(need.item_id, need.unpaid_pence, (short.text, *_kept_out(short.kept_out, funds)))
        for short in shortages(funding, solvers, unconfirmed)
        for need in short.needs
        if need.unpaid_pence
    ]
    return Attribution(_together([*taken, *paid]), tuple(sorted(queries, key=lambda one: one.spend_id)))


def refund(pence: int, borne: Sequence[Borne]) -> tuple[tuple[str, int], ...]:
    """Give money that came back to the funds that bore the spend, in the proportions in which they did.

    Args:
        borne: what each fund still bears of the spend.

    Returns:
        Fund and pence, in the order given; largest remainders first, and among equal ones the earlier.

    Raises:
        RefundTooLarge: more comes back than they bear.
    """
    if not 0 < pence <= sum(one.pence for one in borne):
        raise RefundTooLarge(f"{pence} pence of {sum(one.pence for one in borne)}")
    parts = split(pence, [one.pence for one in borne])
    return tuple((one.fund_id, part) for one, part in zip(borne, parts, strict=True))


def _on(spend: Spend) -> tuple[date, date]:
    return spend.on, spend.on


def _from_commitments(
    spends: Sequence[Spend],
    funds: Sequence[Fund],
    allowances: Mapping[tuple[str, str], Allowance],
    committed: Sequence[Payment],
) -> tuple[list[Borne], list[Spend], list[Payment]]:
    """Take what commitments hold for the very items; return that, what is spent beyond, and what they still hold.

    Earlier spends come first. What is held for the day of the spend goes before what is held for other days, and money
    that ends sooner before money that may still serve later; then the least flexible.
    """
    alive = {one.fund_id: one for one in funds if one.confirmed}
    held = [one for one in committed if one.fund_id in alive]
    left = [one.pence for one in held]
    taken, rest = [], []
    for spend in sorted(spends, key=lambda one: (one.on, one.spend_id)):
        wanted = spend.pence
        fitting = [
            place
            for place, one in enumerate(held)
            if one.item_id == spend.item_id and _may_bear(spend, alive[one.fund_id], allowances)
        ]
        for place in sorted(fitting, key=lambda place: _turn(spend, held[place], alive[held[place].fund_id])):
            if part := min(wanted, left[place]):
                taken.append(Borne(spend.spend_id, held[place].fund_id, part, part))
                left[place] -= part
                wanted -= part
        if wanted:
            rest.append(replace(spend, pence=wanted))
    return taken, rest, [replace(one, pence=pence) for one, pence in zip(held, left, strict=True)]


def _turn(spend: Spend, held: Payment, bearer: Fund) -> tuple[bool, date, int, str, date]:
    other_days = not held.starts_on <= spend.on <= held.ends_on
    return other_days, held.ends_on, bearer.flexibility, bearer.fund_id, held.starts_on


def _may_bear(spend: Spend, bearer: Fund, allowances: Mapping[tuple[str, str], Allowance]) -> bool:
    allowance = allowances.get((spend.item_id, bearer.fund_id), NOT_LISTED)
    return allowance.answer is Answer.PERMITTED and bearer.starts_on <= spend.on <= bearer.ends_on


def _kept_out(kept: Iterable[KeptOut], funds: Sequence[Fund]) -> list[str]:
    labels = {one.fund_id: one.label for one in funds}
    return [f"{labels[one.fund_id]} has {pounds(one.left_pence)} left: {' '.join(one.reasons)}" for one in kept]


def _together(borne: Sequence[Borne]) -> tuple[Borne, ...]:
    """Add up what a fund bears of a spend, from a commitment and beside it."""
    found: dict[tuple[str, str], Borne] = {}
    for one in borne:
        before = found.get((one.spend_id, one.fund_id), Borne(one.spend_id, one.fund_id, 0, 0))
        found[one.spend_id, one.fund_id] = replace(
            before, pence=before.pence + one.pence, committed_pence=before.committed_pence + one.committed_pence
        )
    return tuple(found[key] for key in sorted(found))
