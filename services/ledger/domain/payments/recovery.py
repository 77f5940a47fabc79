"""Asking money back: a decision by two people, with a reason, notice, a right to reply, and instalments."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from services.ledger.domain.payments.periods import Every, first_days
from services.ledger.domain.payments.shares import split

#: Longest time over which a recovery may be spread, in instalments.
INSTALMENTS_MOST = 520


class RecoveryRefused(Exception):
    """A recovery, or what somebody would do with it, is against the rules; the message says which."""


class ReasonMissing(RecoveryRefused):
    """Nothing is asked back, appealed against or written off without a reason."""


class NoticeTooShort(RecoveryRefused):
    """The first instalment would fall due before the person has had time to reply."""


class DecidedByItsAuthor(RecoveryRefused):
    """Whoever proposed a recovery is not the one to decide on it."""


class NotInThisState(RecoveryRefused):
    """It was decided already, or is not decided yet, or there is no appeal to close."""


class MoreThanIsOwed(RecoveryRefused):
    """More would be paid back or written off than is owed."""


class RecoveryState(StrEnum):
    """How far a recovery has got."""

    PROPOSED = "proposed"
    DECIDED = "decided"
    APPEALED = "appealed"
    ENDED = "ended"


@dataclass(frozen=True)
class Plan:
    """How a sum is to be paid back.

    Args:
        pence: all of it.
        instalments: how many.
        every: how often one falls due.
        first_due_on: when the first does, unless an appeal moves it.
        notice_on: the day on which the person is told.
        reply_by: the last day on which they can say something about it; nothing falls due before that.
    """

    pence: int
    instalments: int
    every: Every
    first_due_on: date
    notice_on: date
    reply_by: date

    def __post_init__(self) -> None:
        """Refuse a plan without notice.

        Raises:
            NoticeTooShort: the dates are not in the order of notice, reply, first instalment.
            RecoveryRefused: no sum, or no instalments, or so many that one would be for nothing.
        """
        if not self.notice_on < self.reply_by < self.first_due_on:
            raise NoticeTooShort("notice comes first, then time to reply, then the first instalment")
        if not 1 <= self.instalments <= min(INSTALMENTS_MOST, self.pence):
            raise RecoveryRefused(f"{self.pence} pence in {self.instalments} instalments")


@dataclass(frozen=True)
class Appeal:
    """The person's objection; while it is open, nothing falls due."""

    opened_on: date
    closed_on: date | None = None


@dataclass(frozen=True)
class Instalment:
    """A part of what is to be paid back."""

    number: int
    pence: int
    due_on: date


@dataclass(frozen=True)
class Recovery:
    """A recovery with all that was decided about it.

    Args:
        plan: how it is to be paid back.
        author: who proposed it.
        reason: why, in words that the person is told.
        state: how far it has got.
        decided_by: who decided it.
        appeals: in order.
        received_pence: what came back so far.
        let_off_pence: what was written off, or taken off on appeal.
    """

    plan: Plan
    author: str
    reason: str
    state: RecoveryState = RecoveryState.PROPOSED
    decided_by: str | None = None
    appeals: tuple[Appeal, ...] = ()
    received_pence: int = 0
    let_off_pence: int = 0

    def __post_init__(self) -> None:
        """Refuse a recovery without a reason.

        Raises:
            ReasonMissing: there is none.
        """
        _refuse_without(self.reason)

    @property
    def owed_pence(self) -> int:
        """What is still to come."""
        return self.plan.pence - self.received_pence - self.let_off_pence


def decide(recovery: Recovery, *, by: str) -> Recovery:
    """Decide a recovery that somebody else proposed; only then is anything owed.

    Raises:
        NotInThisState: it was decided already.
        DecidedByItsAuthor: the one who proposed it would decide.
    """
    _refuse_unless(recovery, RecoveryState.PROPOSED)
    if by == recovery.author:
        raise DecidedByItsAuthor("somebody other than the one who proposed the recovery decides on it")
    return replace(recovery, state=RecoveryState.DECIDED, decided_by=by)


def appeal(recovery: Recovery, *, on: date, reason: str) -> Recovery:
    """Open an appeal: from that day on nothing falls due until it is closed.

    Raises:
        NotInThisState: nothing is decided, or an appeal is open already.
        ReasonMissing: there is no reason.
    """
    _refuse_unless(recovery, RecoveryState.DECIDED)
    _refuse_without(reason)
    return replace(recovery, state=RecoveryState.APPEALED, appeals=(*recovery.appeals, Appeal(on)))


def close_appeal(recovery: Recovery, *, on: date, let_off_pence: int, reason: str) -> Recovery:
    """Close an appeal, with what it takes off the debt: nothing, a part, or all.

    Raises:
        NotInThisState: no appeal is open, or it was opened later.
        MoreThanIsOwed: it would take off more than is owed.
        ReasonMissing: there is no reason.
    """
    _refuse_unless(recovery, RecoveryState.APPEALED)
    *earlier, latest = recovery.appeals
    if on < latest.opened_on:
        raise NotInThisState("an appeal is not closed before it is opened")
    closed = replace(recovery, state=RecoveryState.DECIDED, appeals=(*earlier, replace(latest, closed_on=on)))
    return write_off(closed, pence=let_off_pence, reason=reason) if let_off_pence else closed


def write_off(recovery: Recovery, *, pence: int, reason: str) -> Recovery:
    """Let some or all of what is owed go.

    Raises:
        NotInThisState: nothing is decided.
        MoreThanIsOwed: it is more than is owed, or nothing.
        ReasonMissing: there is no reason.
    """
    if recovery.state is RecoveryState.PROPOSED:
        raise NotInThisState("nothing is owed before it is decided")
    _refuse_without(reason)
    _refuse_above(recovery, pence)
    return _ended_when_nothing_is_owed(replace(recovery, let_off_pence=recovery.let_off_pence + pence))


def receive(recovery: Recovery, *, pence: int) -> Recovery:
    """Take in what the person pays back; they may pay earlier than they have to.

    Raises:
        NotInThisState: nothing is decided.
        MoreThanIsOwed: it is more than is owed, or nothing.
    """
    if recovery.state is RecoveryState.PROPOSED:
        raise NotInThisState("nothing is owed before it is decided")
    _refuse_above(recovery, pence)
    return _ended_when_nothing_is_owed(replace(recovery, received_pence=recovery.received_pence + pence))


def instalments(recovery: Recovery) -> tuple[Instalment, ...]:
    """What falls due when.

    An appeal moves every instalment that was not due before it by the days that it was open; while it is open they have
    no day at all and are left out. What was let off is taken from the last instalments first.
    """
    if recovery.state is RecoveryState.PROPOSED:
        return ()
    plan = recovery.plan
    days = first_days(plan.first_due_on, plan.every, plan.instalments)
    parts = _lowered(split(plan.pence, [1] * plan.instalments), recovery.let_off_pence)
    found = []
    for number, (pence, first_day) in enumerate(zip(parts, days, strict=True), 1):
        due_on = _moved(first_day, recovery.appeals)
        if due_on is not None and pence:
            found.append(Instalment(number, pence, due_on))
    return tuple(found)


def _moved(due_on: date, appeals: Sequence[Appeal]) -> date | None:
    for each in appeals:
        if due_on < each.opened_on:
            continue
        if each.closed_on is None:
            return None
        due_on += each.closed_on - each.opened_on
    return due_on


def _lowered(parts: Sequence[int], let_off_pence: int) -> list[int]:
    left, lowered = let_off_pence, []
    for pence in reversed(parts):
        taken = min(pence, left)
        left -= taken
        lowered.append(pence - taken)
    return lowered[::-1]


def _ended_when_nothing_is_owed(recovery: Recovery) -> Recovery:
    return recovery if recovery.owed_pence else replace(recovery, state=RecoveryState.ENDED)


def _refuse_unless(recovery: Recovery, state: RecoveryState) -> None:
    if recovery.state is not state:
        raise NotInThisState(f"the recovery is {recovery.state.value}, and would have to be {state.value}")


def _refuse_without(reason: str) -> None:
    if not reason.strip():
        raise ReasonMissing("say why")


def _refuse_above(recovery: Recovery, pence: int) -> None:
    if not 0 < pence <= recovery.owed_pence:
        raise MoreThanIsOwed(f"{pence} of {recovery.owed_pence} pence that are owed")
