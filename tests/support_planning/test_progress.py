"""Where a budget has got to: the process manager's rule as a table, and whatever order events come in."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.support_planning.domain.lifecycle import State
from services.support_planning.domain.process import (
    AllocationCalculated,
    AssessmentAgreed,
    Happened,
    PlanMoved,
    StopWatching,
    StreamDecided,
    TellOverdue,
    WaitIsOver,
    WatchWait,
    What,
    Withdrew,
    decide,
    due,
)
from services.support_planning.domain.progress import CarerAssessed, PlanNow, Progress
from services.support_planning.domain.stages import Milestone, Stage

NOON = datetime(2009, 6, 1, 12, tzinfo=UTC)
ASC, SP, ILF = "adult_social_care", "supporting_people", "independent_living_fund"

LIMITS = {"waiting_for_agreement": 14, "waiting_for_approval": 10}

OPENED = Happened(Milestone.CASE_OPENED, NOON)
SUBMITTED = Happened(Milestone.ASSESSMENT_SUBMITTED, NOON)
AGREED = Happened(Milestone.ASSESSMENT_AGREED, NOON)
BUDGET = Happened(Milestone.BUDGET_OPENED, NOON)
PAID = Happened(Milestone.FIRST_PAYMENT, NOON)
WITHDREW = Withdrew(NOON)
FIRST, SECOND = (AssessmentAgreed(f"an assessment/{version}", NOON) for version in (1, 2))


def allocated(version: int = 1, *, needs_a_person: bool = False) -> AllocationCalculated:
    return AllocationCalculated(version, needs_a_person, NOON)


def decided(status: str, stream: str = ASC, version: int = 1) -> StreamDecided:
    return StreamDecided(stream, status, version, NOON)


def carer_assessed(version: int, *, carer: str = "carer", willing: bool | None = None) -> CarerAssessed:
    return CarerAssessed(carer, version, NOON.date(), "not_eligible", willing, None)


def after(*events: What) -> Progress:
    state = Progress()
    for event in events:
        state, _ = decide(state, event, LIMITS)
    return state


def planned(
    state: State, version: int = 1, number: int = 1, *, all_signed: bool = False, at: datetime = NOON
) -> PlanMoved:
    return PlanMoved(PlanNow(number, version, state, at, all_signed))


def test_the_latest_assessment_of_each_carer_counts_and_moves_no_stage() -> None:
    first, second = carer_assessed(1, willing=True), carer_assessed(2, willing=False)
    other = carer_assessed(1, carer="other")

    states = [after(OPENED, *events) for events in ((first, second, other), (other, second, first, second))]

    assert states[0] == states[1]
    assert states[0].carers == {"carer": second, "other": other}
    assert (states[0].stage, states[0].since) == (Stage.CASE_OPEN, NOON)


@pytest.mark.parametrize(
    ("outcome", "willing", "able", "calls"),
    [
        ("eligible", True, True, True),
        ("not_eligible", False, True, True),
        ("not_eligible", True, False, True),
        ("not_eligible", None, None, False),
        ("not_eligible", True, True, False),
        ("refused", None, None, False),
    ],
)
def test_a_carer_with_needs_or_who_does_not_go_on_calls_for_a_review(
    outcome: str, willing: bool | None, able: bool | None, calls: bool
) -> None:
    assert CarerAssessed("carer", 1, NOON.date(), outcome, willing, able).calls_for_review is calls


TABLE: list[tuple[Sequence[What], What, Stage]] = [
    ((), OPENED, Stage.CASE_OPEN),
    ((OPENED,), SUBMITTED, Stage.WAITING_FOR_AGREEMENT),
    ((OPENED, SUBMITTED), AGREED, Stage.WAITING_FOR_ALLOCATION),
    ((OPENED, SUBMITTED, AGREED), allocated(), Stage.WAITING_FOR_DECISIONS),
    ((OPENED, SUBMITTED, AGREED), allocated(needs_a_person=True), Stage.WAITING_FOR_A_PERSON),
    ((OPENED, SUBMITTED, AGREED, allocated(1, needs_a_person=True)), allocated(2), Stage.WAITING_FOR_DECISIONS),
    ((AGREED, allocated(1)), allocated(2, needs_a_person=True), Stage.WAITING_FOR_A_PERSON),
    ((AGREED, allocated()), decided("confirmed"), Stage.WAITING_FOR_DECISIONS),
    ((AGREED, allocated()), decided("indicative"), Stage.WAITING_FOR_DECISIONS),
    ((AGREED, allocated()), decided("undecided"), Stage.WAITING_FOR_DECISIONS),
    ((AGREED, allocated()), decided("not_eligible"), Stage.NO_AWARD),
    ((AGREED, allocated(), decided("not_eligible")), decided("undecided", SP), Stage.WAITING_FOR_DECISIONS),
    ((AGREED, allocated(), decided("not_eligible")), decided("not_eligible", SP), Stage.NO_AWARD),
    ((AGREED, allocated(), decided("undecided", version=1)), decided("not_eligible", version=2), Stage.NO_AWARD),
    ((AGREED, allocated(needs_a_person=True)), decided("undecided"), Stage.WAITING_FOR_A_PERSON),
    ((AGREED, allocated(), decided("confirmed")), BUDGET, Stage.READY_TO_PLAN),
    ((AGREED, allocated(), decided("confirmed"), BUDGET), decided("not_eligible", ILF), Stage.READY_TO_PLAN),
    ((BUDGET,), planned(State.DRAFT), Stage.PLANNING),
    ((BUDGET, planned(State.DRAFT)), planned(State.SUBMITTED, 2), Stage.WAITING_FOR_APPROVAL),
    ((BUDGET, planned(State.SUBMITTED, 2)), planned(State.AMENDMENT_ASKED, 3), Stage.AMENDMENT_ASKED),
    ((BUDGET, planned(State.SUBMITTED, 2)), planned(State.REFUSED, 3), Stage.REFUSED),
    ((BUDGET, planned(State.SUBMITTED, 2)), planned(State.WITHDRAWN, 3), Stage.WITHDRAWN),
    ((BUDGET, planned(State.SUBMITTED, 2)), planned(State.APPROVED, 3), Stage.WAITING_FOR_AGREEMENTS),
    ((BUDGET,), planned(State.APPROVED, 3, all_signed=True), Stage.WAITING_FOR_THE_MONEY),
    ((BUDGET, planned(State.APPROVED, 3, all_signed=True)), PAID, Stage.IN_RECEIPT),
    ((BUDGET, PAID), planned(State.APPROVED, 3), Stage.WAITING_FOR_AGREEMENTS),
    # Money is paid already, and a new plan is made.
    ((BUDGET, planned(State.APPROVED, 3, all_signed=True), PAID), planned(State.DRAFT, 1, 2), Stage.PLANNING),
    ((BUDGET, planned(State.SUBMITTED, 2)), planned(State.DRAFT, 1), Stage.WAITING_FOR_APPROVAL),
    # Whoever withdrew may come back: by handing an assessment in, agreeing one, or beginning another plan.
    ((OPENED, SUBMITTED), WITHDREW, Stage.WITHDRAWN),
    ((BUDGET, planned(State.APPROVED, 3, all_signed=True), PAID), WITHDREW, Stage.WITHDRAWN),
    ((OPENED, SUBMITTED, WITHDREW), SUBMITTED, Stage.WAITING_FOR_AGREEMENT),
    ((FIRST, WITHDREW), SECOND, Stage.WAITING_FOR_ALLOCATION),
    ((FIRST, WITHDREW), FIRST, Stage.WITHDRAWN),
    ((BUDGET, WITHDREW), planned(State.DRAFT), Stage.PLANNING),
    ((BUDGET, planned(State.SUBMITTED, 2), WITHDREW), planned(State.APPROVED, 3), Stage.WITHDRAWN),
    ((BUDGET, planned(State.WITHDRAWN, 2), WITHDREW), planned(State.DRAFT, 1, 2), Stage.PLANNING),
    # One topic may run ahead of another.
    ((), BUDGET, Stage.READY_TO_PLAN),
    ((), decided("confirmed"), Stage.WAITING_FOR_DECISIONS),
    ((), allocated(), Stage.WAITING_FOR_DECISIONS),
    ((allocated(),), OPENED, Stage.WAITING_FOR_DECISIONS),
    # What is late and older says nothing new.
    ((allocated(2),), allocated(1, needs_a_person=True), Stage.WAITING_FOR_DECISIONS),
    ((decided("not_eligible", version=2),), decided("confirmed", version=1), Stage.NO_AWARD),
]


@pytest.mark.parametrize(("given_", "event", "stage"), TABLE)
def test_an_event_takes_a_budget_to_its_stage(given_: Sequence[What], event: What, stage: Stage) -> None:
    assert after(*given_, event).stage is stage


def test_nothing_has_happened_at_first() -> None:
    assert Progress().stage is Stage.CASE_OPEN
    assert Progress().since is None


@pytest.mark.parametrize("stage", Stage)
def test_every_stage_says_in_words_what_it_waits_for(stage: Stage) -> None:
    states = [after(*given_, event) for given_, event, _ in TABLE]

    assert next(state.waits_for for state in states if state.stage is stage).endswith(".")


def test_a_milestone_keeps_the_time_when_it_was_reached_first() -> None:
    later = NOON + timedelta(days=1)

    state = after(OPENED, Happened(Milestone.CASE_OPENED, later), Happened(Milestone.ASSESSMENT_SUBMITTED, later))

    assert state.reached == {Milestone.CASE_OPENED: NOON, Milestone.ASSESSMENT_SUBMITTED: later}
    assert state.since == later


def test_the_latest_decision_of_each_stream_is_kept() -> None:
    state = after(decided("indicative", ILF, 1), decided("confirmed", ASC, 1), decided("confirmed", ILF, 2))

    assert state.awards == {ASC: "confirmed", ILF: "confirmed"}


def test_nobody_who_withdrew_is_waited_for() -> None:
    waiting = after(OPENED, SUBMITTED)

    state, commands = decide(waiting, Withdrew(NOON + timedelta(days=3)), LIMITS)

    assert commands == (StopWatching(),)
    assert (state.stage, state.since) == (Stage.WITHDRAWN, NOON + timedelta(days=3))


def test_a_step_with_a_promised_wait_is_watched_from_the_day_it_began() -> None:
    state, commands = decide(after(BUDGET), planned(State.SUBMITTED), LIMITS)

    assert commands == (WatchWait(Stage.WAITING_FOR_APPROVAL, NOON, NOON.date() + timedelta(days=10)),)
    assert due(state, LIMITS) == NOON.date() + timedelta(days=10)


def test_nothing_is_watched_where_nothing_is_promised() -> None:
    assert decide(after(planned(State.SUBMITTED)), planned(State.REFUSED, 2), LIMITS)[1] == (StopWatching(),)


def test_another_version_in_the_same_step_does_not_begin_the_wait_anew() -> None:
    later = NOON + timedelta(days=3)
    state, commands = decide(after(planned(State.DRAFT)), planned(State.DRAFT, 2, at=later), LIMITS)

    assert (state.since, commands) == (NOON, ())


def test_a_wait_that_is_over_is_told_only_while_it_lasts() -> None:
    due_on = NOON.date() + timedelta(days=10)
    over = WaitIsOver(Stage.WAITING_FOR_APPROVAL, NOON, due_on)
    waiting = after(planned(State.SUBMITTED))

    assert decide(waiting, over, LIMITS) == (waiting, (TellOverdue(over.stage, NOON, due_on),))
    assert decide(after(planned(State.SUBMITTED), planned(State.APPROVED, 2)), over, LIMITS)[1] == ()


def test_money_that_is_paid_carries_on_whatever_becomes_of_a_new_plan() -> None:
    state = after(
        planned(State.APPROVED, 3, all_signed=True), PAID, planned(State.DRAFT, 1, 2), planned(State.REFUSED, 4, 2)
    )

    assert (state.stage, state.money_flows) == (Stage.REFUSED, True)


happenings = st.sampled_from(Milestone).map(lambda milestone: Happened(milestone, NOON))


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[What], list[What]]:
    """What happened to a budget, each version once; and the same in another order, with repeats."""
    events: list[What] = list(draw(st.lists(happenings, unique=True)))
    for version in range(1, draw(st.integers(0, 3)) + 1):
        events.append(allocated(version, needs_a_person=draw(st.booleans())))
    for stream in (ASC, SP, ILF):
        for version in range(1, draw(st.integers(0, 3)) + 1):
            status = draw(st.sampled_from(["confirmed", "indicative", "not_eligible", "undecided"]))
            events.append(decided(status, stream, version))
    repeats = draw(st.lists(st.sampled_from(events), max_size=4)) if events else []
    return events, draw(st.permutations([*events, *repeats]))


@given(histories())
def test_in_whatever_order_events_come_a_budget_gets_to_the_same_place(
    history: tuple[list[What], list[What]],
) -> None:
    in_order, arriving = history

    assert after(*arriving) == after(*in_order)


@given(histories(), st.data())
def test_what_comes_again_changes_nothing(history: tuple[list[What], list[What]], data: st.DataObject) -> None:
    events, _ = history
    if not events:
        return
    state = after(*events)

    assert decide(state, data.draw(st.sampled_from(events)), LIMITS) == (state, ())
