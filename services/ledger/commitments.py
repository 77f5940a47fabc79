"""Commitments: money held for an item by the funds that the plan check names, then settled, let go of, or run out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Any
from uuid import UUID, uuid4, uuid5

from sqlalchemy import text

from braid.kit.unit_of_work import UnitOfWork
from services.ledger import journal_store, plan_check
from services.ledger.domain import postings
from services.ledger.domain.braiding.plan import Payment
from services.ledger.domain.braiding.verdicts import PlanCheck
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.committing import who_commits
from services.ledger.domain.journal import Entry
from services.ledger.domain.postings import About, Part
from services.ledger.domain.refusals import Refusal
from services.ledger.plan_check_money import AskedItem, Money, money_of, to_pay
from services.ledger.posting.columns import Posting
from services.ledger.solvers import solvers

_READ = """
    SELECT c.commitment_id, c.item_id, c.use, c.expires_on, c.is_expired, c.amount_pence, c.settled_pence,
        c.released_pence, c.budget_id, a.fund_id, a.stream, a.opens_on, a.ends_on
    FROM commitment c JOIN account a USING (account_id)
"""
_IN_ORDER = " ORDER BY c.commitment_id, a.ends_on, length(a.pays_only), a.fund_id"
#: As many as are let go of at once.
EXPIRED_MOST = 5_000


class NotPayable(Exception):
    """Confirmed money cannot pay for an item; the check says why, and what would help."""

    def __init__(self, check: PlanCheck) -> None:
        super().__init__(check.text)
        self.check = check


class NothingToCommit(Exception):
    """The item is held or paid in whole already, or nothing of it falls due."""


class NoSuchCommitment(Exception):
    """The budget has no commitment of this id."""


class State(StrEnum):
    """What is left of a commitment."""

    OPEN = "open"
    SETTLED = "settled"
    RELEASED = "released"
    EXPIRED = "expired"


class PaidBy(StrEnum):
    """Whose account the money leaves: the council's, or the person's own."""

    COUNCIL = "council"
    PERSON = "person"


@dataclass(frozen=True)
class CommitmentPart:
    """What a commitment holds of one fund, in pence."""

    fund_id: UUID
    stream: str
    opens_on: date
    ends_on: date
    amount_pence: int
    settled_pence: int
    released_pence: int

    @property
    def held_pence(self) -> int:
        """What is neither settled nor let go of."""
        return self.amount_pence - self.settled_pence - self.released_pence

    def part(self, pence: int) -> Part:
        """So much of it."""
        return Part(self.fund_id, self.stream, pence)


@dataclass(frozen=True)
class Commitment:
    """Money held for an item.

    Args:
        parts: the money that ends sooner first, then the more restricted.
    """

    commitment_id: UUID
    budget_id: UUID
    item_id: UUID | None
    use: str | None
    expires_on: date | None
    is_expired: bool
    parts: tuple[CommitmentPart, ...]

    @property
    def held_pence(self) -> int:
        """What is neither settled nor let go of."""
        return sum(part.held_pence for part in self.parts)

    @property
    def state(self) -> State:
        """What is left of it."""
        if self.held_pence:
            return State.OPEN
        if self.is_expired:
            return State.EXPIRED
        return State.RELEASED if any(part.released_pence for part in self.parts) else State.SETTLED


async def commitments_of(
    work: UnitOfWork, budget_id: UUID, *, item_id: UUID | None = None, commitment_id: UUID | None = None
) -> list[Commitment]:
    """The commitments of a budget, of one item or of one id where asked."""
    where = " WHERE c.budget_id = :budget_id"
    where += " AND c.item_id = :item_id" if item_id else ""
    where += " AND c.commitment_id = :commitment_id" if commitment_id else ""
    values = {"budget_id": budget_id, "item_id": item_id, "commitment_id": commitment_id}
    return _commitments(await work.session.execute(text(_READ + where + _IN_ORDER), values))


async def commitment_of(work: UnitOfWork, budget_id: UUID, commitment_id: UUID) -> Commitment:
    """One commitment of a budget.

    Raises:
        NoSuchCommitment: there is none.
    """
    found = await commitments_of(work, budget_id, commitment_id=commitment_id)
    if not found:
        raise NoSuchCommitment("The budget has no commitment of this id.")
    return found[0]


async def place(
    work: UnitOfWork,
    budget_id: UUID,
    asked: AskedItem,
    planned: Sequence[AskedItem],
    *,
    person_id: UUID,
    expires_on: date | None = None,
) -> Commitment:
    """Hold what is not yet held or paid of an item, by the funds that leave the most for the rest of the plan.

    Args:
        work: the unit of work.
        budget_id: the person's budget.
        asked: the item.
        planned: the agreed plan, from which the money is taken with care for its other items.
        person_id: whose budget it is; nobody else commits for them meanwhile.
        expires_on: last day on which something may be settled of it; none: it does not run out.

    Raises:
        NothingToCommit: nothing is left to hold.
        NotPayable: confirmed money cannot pay the item in whole.
        BadPlan: a sum or a date makes no sense.
        EntryRefused: the journal refuses it; the unit of work must not be committed.
    """
    await work.lock_person(person_id)
    money = await money_of(work, budget_id)
    others = [one for one in planned if one.item.item_id != asked.item.item_id]
    wanted = to_pay([asked], money)
    if not any(piece.item.pence for piece in wanted.pieces):
        raise NothingToCommit("The item is held or paid in whole already, or nothing of it falls due.")
    rest = to_pay(others, money)
    plan = plan_check.plan_of([*wanted.pieces, *rest.pieces], money.funds, used=money.used)
    payments = who_commits(plan, wanted.of(asked.item.item_id), solvers())
    if payments is None:
        raise NotPayable(plan_check.check(wanted.pieces, money.funds, others=rest.pieces, used=money.used))
    locked_until = await journal_store.locked_until(work)
    commitment_id = uuid4()
    await journal_store.post_all(
        work,
        *(
            Posting(entry, linked=1, expires_on=expires_on, item_id=asked.item.item_id)
            for entry in _placed(commitment_id, budget_id, asked, payments, money, locked_until)
        ),
    )
    return await commitment_of(work, budget_id, commitment_id)


async def settle(
    work: UnitOfWork, commitment: Commitment, *, pence: int | None, on: date, paid_by: PaidBy, reason: str
) -> Commitment:
    """Pay so much of what a commitment holds; all of it where no sum is told.

    Money that ends sooner goes first, and of a fund whose days hold the day of payment before any other.

    Raises:
        EntryRefused: more than is held, after its last day, or outside the days of the funds.
    """
    parts = _taken(commitment, pence, on)
    about = _about(commitment, uuid4(), on, reason)
    _refuse_outside_the_awards(commitment, parts, about)
    if paid_by is PaidBy.COUNCIL:
        entry = postings.paid_to_provider(about, parts, source=Account.FUND_COMMITTED)
    else:
        entry = postings.spent(about, parts, source=Account.FUND_COMMITTED)
    await journal_store.post_all(work, entry)
    return await commitment_of(work, commitment.budget_id, commitment.commitment_id)


def _refuse_outside_the_awards(commitment: Commitment, parts: Iterable[Part], about: About) -> None:
    """The journal takes what the bank has paid whenever that was; what somebody would pay now is another matter."""
    taken = {part.fund_id for part in parts}
    for fund in commitment.parts:
        if fund.fund_id in taken and about.value_date < fund.opens_on:
            raise journal_store.EntryRefused(about.entry_id, Refusal.BEFORE_AWARD)
        if fund.fund_id in taken and about.value_date > fund.ends_on:
            raise journal_store.EntryRefused(about.entry_id, Refusal.AFTER_AWARD_END)


async def release(work: UnitOfWork, commitment: Commitment, *, pence: int | None, on: date, reason: str) -> Commitment:
    """Let go of so much of what a commitment holds; all of it where no sum is told. What ends last is let go first.

    Raises:
        EntryRefused: more than is held.
    """
    parts = _taken(commitment, pence, None)
    await journal_store.post_all(work, postings.released(_about(commitment, uuid4(), on, reason), parts))
    return await commitment_of(work, commitment.budget_id, commitment.commitment_id)


async def expire(work: UnitOfWork, as_of: date) -> list[Commitment]:
    """Let go of what the council's commitments still hold whose last day is before a day, the earliest first.

    Raises:
        EntryRefused: the period is closed.
    """
    run_out = (
        " WHERE c.commitment_id IN (SELECT o.commitment_id FROM commitment o WHERE o.council = :council"
        "  AND o.expires_on < :as_of AND NOT o.is_expired AND o.amount_pence > o.settled_pence + o.released_pence"
        "  GROUP BY o.commitment_id ORDER BY min(o.expires_on), o.commitment_id LIMIT :most)"
    )
    values = {"council": work.council, "as_of": as_of, "most": EXPIRED_MOST}
    found = _commitments(await work.session.execute(text(_READ + run_out + _IN_ORDER), values))
    await journal_store.post_all(work, *(_expiry(one, as_of) for one in found))
    return found


def _placed(
    commitment_id: UUID,
    budget_id: UUID,
    asked: AskedItem,
    payments: Iterable[Payment],
    money: Money,
    locked_until: date | None,
) -> Iterable[Entry]:
    """An entry a fund, dated on the first day that it pays for and that is not in a closed period."""
    by_fund = sorted(payments, key=lambda one: (one.fund_id, one.starts_on))
    for fund_id, group in groupby(by_fund, lambda one: one.fund_id):
        of_fund = list(group)
        first = of_fund[0].starts_on
        on = max(first, locked_until + timedelta(days=1)) if locked_until else first
        part = Part(UUID(fund_id), money.rules(fund_id).stream, sum(one.pence for one in of_fund))
        about = About(
            uuid5(commitment_id, fund_id), budget_id, on, "Held as planned", asked.spend.use.value, commitment_id
        )
        yield postings.committed(about, [part])


def _taken(commitment: Commitment, pence: int | None, on: date | None) -> list[Part]:
    """Parts to settle on a day, or to let go of where no day is told.

    What is asked beyond what is held is asked of the last part, for the journal to refuse.
    """
    if on:
        parts = sorted(commitment.parts, key=lambda part: not part.opens_on <= on <= part.ends_on)
    else:
        parts = list(reversed(commitment.parts))
    left = commitment.held_pence if pence is None else pence
    taken = []
    for part in parts:
        take = min(left, part.held_pence)
        left -= take
        taken.append(take)
    taken[-1] += left or (1 if not any(taken) else 0)
    return [part.part(take) for part, take in zip(parts, taken, strict=True) if take]


def _expiry(commitment: Commitment, as_of: date) -> Entry:
    entry_id = uuid5(commitment.commitment_id, "expired")
    about = _about(commitment, entry_id, as_of, f"Not settled by {commitment.expires_on}")
    return postings.released(
        about, [one.part(one.held_pence) for one in commitment.parts if one.held_pence], expired=True
    )


def _about(commitment: Commitment, entry_id: UUID, on: date, reason: str) -> About:
    return About(entry_id, commitment.budget_id, on, reason, commitment.use, commitment.commitment_id)


def _commitments(rows: Iterable[Any]) -> list[Commitment]:
    found = []
    for commitment_id, group in groupby(rows, lambda row: row.commitment_id):
        parts = list(group)
        first = parts[0]
        found.append(
            Commitment(
                commitment_id,
                first.budget_id,
                first.item_id,
                first.use,
                first.expires_on,
                any(part.is_expired for part in parts),
                tuple(
                    CommitmentPart(
                        part.fund_id,
                        part.stream,
                        part.opens_on,
                        part.ends_on,
                        part.amount_pence,
                        part.settled_pence,
                        part.released_pence,
                    )
                    for part in parts
                ),
            )
        )
    return found
