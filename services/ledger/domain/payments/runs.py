"""A payment run: built, checked, approved by somebody else, filed, sent, done; each step with its actor and time."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from services.ledger.domain.in_words import day
from services.ledger.domain.payments.working_days import Move, is_working_day, nearest_working_day


class RunState(StrEnum):
    """How far a run has got."""

    BUILT = "built"
    CHECKED = "checked"
    APPROVED = "approved"
    FILED = "filed"
    SENT = "sent"
    DONE = "done"
    CANCELLED = "cancelled"


class Step(StrEnum):
    """What somebody does with a run."""

    BUILD = "build"
    CHECK = "check"
    APPROVE = "approve"
    FILE = "file"
    SEND = "send"
    FINISH = "finish"
    CANCEL = "cancel"


#: Which step leads from which state to which. Checking again is allowed until somebody approves.
LEADS_TO: Mapping[tuple[RunState, Step], RunState] = {
    (RunState.BUILT, Step.CHECK): RunState.CHECKED,
    (RunState.CHECKED, Step.CHECK): RunState.CHECKED,
    (RunState.CHECKED, Step.APPROVE): RunState.APPROVED,
    (RunState.APPROVED, Step.FILE): RunState.FILED,
    (RunState.FILED, Step.SEND): RunState.SENT,
    (RunState.SENT, Step.FINISH): RunState.DONE,
    (RunState.BUILT, Step.CANCEL): RunState.CANCELLED,
    (RunState.CHECKED, Step.CANCEL): RunState.CANCELLED,
    (RunState.APPROVED, Step.CANCEL): RunState.CANCELLED,
}


class StepOutOfTurn(Exception):
    """A step whose turn has not come, or has gone.

    Args:
        code: names the refusal.
        words: what to do, or why it is too late.
    """

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


class RunNotChecked(StepOutOfTurn):
    """It has not been checked."""


class RunNotApproved(StepOutOfTurn):
    """It has not been approved."""


class RunNotFiled(StepOutOfTurn):
    """Its file has not been made."""


class RunNotSent(StepOutOfTurn):
    """It has not gone to the bank."""


class RunAlreadyApproved(StepOutOfTurn):
    """It was approved, and is not checked or approved again."""


class RunAlreadyFiled(StepOutOfTurn):
    """Its file was made, and the bank may have it."""


class RunAlreadySent(StepOutOfTurn):
    """The bank has it."""


class RunOver(StepOutOfTurn):
    """It is done, or was cancelled."""


class ApprovedByItsBuilder(Exception):
    """Whoever built a run is not the one to approve it."""


class NotAWorkingDay(Exception):
    """Banks do not move money on the day."""


@dataclass(frozen=True)
class StepTaken:
    """A step, with who took it and when."""

    step: Step
    actor: str
    at: datetime


@dataclass(frozen=True)
class PaymentRun:
    """A run and every step that was taken with it.

    Args:
        due_by: what is due up to this day belongs to it.
        pay_on: the bank's processing day.
        number: from 1; a second run for one day has another.
        state: how far it has got.
        steps: in order.
    """

    due_by: date
    pay_on: date
    number: int
    state: RunState
    steps: tuple[StepTaken, ...]

    @property
    def builder(self) -> str:
        """Who built it."""
        return self.steps[0].actor


def build(
    *, due_by: date, pay_on: date, number: int, actor: str, at: datetime, bank_holidays: Collection[date] = ()
) -> PaymentRun:
    """A new run.

    Raises:
        NotAWorkingDay: it would be paid at a weekend or on a bank holiday.
    """
    if not is_working_day(pay_on, bank_holidays):
        before, after = (nearest_working_day(pay_on, move, bank_holidays) for move in (Move.BEFORE, Move.AFTER))
        what = "a bank holiday" if pay_on in bank_holidays else f"a {pay_on:%A}"
        raise NotAWorkingDay(f"{day(pay_on)} is {what}; banks pay on {day(before)} and on {day(after)}")
    return PaymentRun(due_by, pay_on, number, RunState.BUILT, (StepTaken(Step.BUILD, actor, at),))


def take(run: PaymentRun, step: Step, *, actor: str, at: datetime) -> PaymentRun:
    """The run after a step.

    Raises:
        StepOutOfTurn: one of its kinds, when the step's turn has not come or has gone.
        ApprovedByItsBuilder: the one who built the run would approve it.
    """
    assert step is not Step.BUILD, "a run is built once, by build()"
    leads_to = LEADS_TO.get((run.state, step))
    if leads_to is None:
        raise _refusal(run.state, step)
    if step is Step.APPROVE and actor == run.builder:
        raise ApprovedByItsBuilder("somebody other than the one who built the run approves it")
    return replace(run, state=leads_to, steps=(*run.steps, StepTaken(step, actor, at)))


#: What a state lacks, as far as a later step goes.
_NEXT: Mapping[RunState, tuple[type[StepOutOfTurn], str, str]] = {
    RunState.BUILT: (RunNotChecked, "run-not-checked", "Have the run checked first."),
    RunState.CHECKED: (RunNotApproved, "run-not-approved", "Somebody else has to approve the run first."),
    RunState.APPROVED: (RunNotFiled, "run-not-filed", "Make the run's file first."),
    RunState.FILED: (RunNotSent, "run-not-sent", "Tell first that the file went to the bank."),
}
#: What a state has behind it, as far as an earlier step goes.
_BEHIND: Mapping[RunState, tuple[type[StepOutOfTurn], str, str]] = {
    RunState.APPROVED: (RunAlreadyApproved, "run-already-approved", "The run was approved already."),
    RunState.FILED: (RunAlreadyFiled, "run-already-filed", "The run's file was made, and the bank may have it."),
    RunState.SENT: (RunAlreadySent, "run-already-sent", "The run went to the bank already."),
    RunState.DONE: (RunOver, "run-over", "The run is done."),
    RunState.CANCELLED: (RunOver, "run-cancelled", "The run was cancelled."),
}
_ORDER = (Step.CHECK, Step.APPROVE, Step.FILE, Step.SEND, Step.FINISH)
_DONE_IN: Mapping[RunState, int] = {
    RunState.BUILT: 0,
    RunState.CHECKED: 1,
    RunState.APPROVED: 2,
    RunState.FILED: 3,
    RunState.SENT: 4,
}


def _refusal(state: RunState, step: Step) -> StepOutOfTurn:
    has_come = step not in _ORDER or state not in _DONE_IN or _ORDER.index(step) < _DONE_IN[state]
    kind, code, words = (_BEHIND if has_come else _NEXT)[state]
    return kind(code, words)
