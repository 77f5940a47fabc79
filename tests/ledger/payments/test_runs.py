"""A payment run, step by step: what may follow on what, and who may not."""

import itertools
from datetime import UTC, date, datetime

import pytest

from services.ledger.domain.payments.runs import (
    LEADS_TO,
    ApprovedByItsBuilder,
    NotAWorkingDay,
    PaymentRun,
    RunAlreadyApproved,
    RunAlreadyFiled,
    RunAlreadySent,
    RunNotApproved,
    RunNotChecked,
    RunNotFiled,
    RunNotSent,
    RunOver,
    RunState,
    Step,
    StepOutOfTurn,
    StepTaken,
    build,
    take,
)

NOON = datetime(2010, 5, 3, 12, tzinfo=UTC)
MONDAY = date(2010, 5, 3)


def a_run(state: RunState = RunState.BUILT) -> PaymentRun:
    return PaymentRun(MONDAY, MONDAY, 1, state, (StepTaken(Step.BUILD, "builder", NOON),))


def test_a_run_goes_from_built_to_done_with_every_step_on_record() -> None:
    run = build(due_by=MONDAY, pay_on=MONDAY, number=1, actor="builder", at=NOON)
    for step, actor in [
        (Step.CHECK, "builder"),
        (Step.CHECK, "somebody"),
        (Step.APPROVE, "approver"),
        (Step.FILE, "builder"),
        (Step.SEND, "builder"),
        (Step.FINISH, "builder"),
    ]:
        run = take(run, step, actor=actor, at=NOON)

    assert run.state is RunState.DONE
    assert [(taken.step.value, taken.actor) for taken in run.steps] == [
        ("build", "builder"),
        ("check", "builder"),
        ("check", "somebody"),
        ("approve", "approver"),
        ("file", "builder"),
        ("send", "builder"),
        ("finish", "builder"),
    ]


def test_whoever_built_a_run_does_not_approve_it() -> None:
    """L21."""
    with pytest.raises(ApprovedByItsBuilder):
        take(a_run(RunState.CHECKED), Step.APPROVE, actor="builder", at=NOON)

    assert take(a_run(RunState.CHECKED), Step.APPROVE, actor="approver", at=NOON).state is RunState.APPROVED


REFUSALS = [
    (RunState.BUILT, Step.APPROVE, RunNotChecked),
    (RunState.BUILT, Step.FILE, RunNotChecked),
    (RunState.BUILT, Step.SEND, RunNotChecked),
    (RunState.BUILT, Step.FINISH, RunNotChecked),
    (RunState.CHECKED, Step.FILE, RunNotApproved),
    (RunState.CHECKED, Step.SEND, RunNotApproved),
    (RunState.CHECKED, Step.FINISH, RunNotApproved),
    (RunState.APPROVED, Step.CHECK, RunAlreadyApproved),
    (RunState.APPROVED, Step.APPROVE, RunAlreadyApproved),
    (RunState.APPROVED, Step.SEND, RunNotFiled),
    (RunState.APPROVED, Step.FINISH, RunNotFiled),
    (RunState.FILED, Step.CHECK, RunAlreadyFiled),
    (RunState.FILED, Step.APPROVE, RunAlreadyFiled),
    (RunState.FILED, Step.FILE, RunAlreadyFiled),
    (RunState.FILED, Step.FINISH, RunNotSent),
    (RunState.FILED, Step.CANCEL, RunAlreadyFiled),
    *((RunState.SENT, step, RunAlreadySent) for step in Step if step not in (Step.BUILD, Step.FINISH)),
    *((state, step, RunOver) for state in (RunState.DONE, RunState.CANCELLED) for step in Step if step != Step.BUILD),
]


@pytest.mark.parametrize(("state", "step", "refusal"), REFUSALS)
def test_a_step_out_of_turn_is_refused_by_name(state: RunState, step: Step, refusal: type[StepOutOfTurn]) -> None:
    with pytest.raises(refusal) as refused:
        take(a_run(state), step, actor="approver", at=NOON)

    assert refused.value.code.startswith("run-")
    assert str(refused.value).endswith(".")


def test_every_step_in_every_state_is_either_taken_or_refused_by_name() -> None:
    every = set(itertools.product(RunState, set(Step) - {Step.BUILD}))

    assert set(LEADS_TO) | {(state, step) for state, step, _ in REFUSALS} == every
    assert not set(LEADS_TO) & {(state, step) for state, step, _ in REFUSALS}


@pytest.mark.parametrize("weekend", [date(2010, 5, 1), date(2010, 5, 2)])
def test_a_run_for_a_weekend_is_refused(weekend: date) -> None:
    with pytest.raises(NotAWorkingDay):
        build(due_by=weekend, pay_on=weekend, number=1, actor="builder", at=NOON)
