"""The process manager's one rule: where a person's budget has got to, given what has happened, and what to do now.

``decide`` is pure: state and event in, state and commands out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from services.support_planning.domain.lifecycle import State
from services.support_planning.domain.progress import CarerAssessed, PlanNow, Progress
from services.support_planning.domain.stages import Milestone, Stage


@dataclass(frozen=True)
class Happened:
    """A milestone was reached."""

    milestone: Milestone
    at: datetime


@dataclass(frozen=True)
class AssessmentAgreed:
    """An assessment was agreed.

    Args:
        agreement: names the assessment and its version.
    """

    agreement: str
    at: datetime


@dataclass(frozen=True)
class Withdrew:
    """The person withdrew; whatever they do next brings them back."""

    at: datetime


@dataclass(frozen=True)
class AllocationCalculated:
    """The indicative allocation was worked out, or needs a person."""

    version: int
    needs_a_person: bool
    at: datetime


@dataclass(frozen=True)
class StreamDecided:
    """A stream's latest word on the person."""

    stream: str
    status: str
    version: int
    at: datetime


@dataclass(frozen=True)
class PlanMoved:
    """Something happened to the person's plan."""

    plan: PlanNow


@dataclass(frozen=True)
class WaitIsOver:
    """The longest wait that the council promises for a stage is over; it may have moved on by now."""

    stage: Stage
    since: datetime
    due_on: date


@dataclass(frozen=True)
class WatchWait:
    """Watch how long a stage takes, in place of any other watch of this budget."""

    stage: Stage
    since: datetime
    due_on: date


@dataclass(frozen=True)
class StopWatching:
    """Nothing is waited for that has a limit."""


@dataclass(frozen=True)
class TellOverdue:
    """Tell that a step takes longer than promised."""

    stage: Stage
    since: datetime
    due_on: date


What = (
    Happened
    | AssessmentAgreed
    | CarerAssessed
    | Withdrew
    | AllocationCalculated
    | StreamDecided
    | PlanMoved
    | WaitIsOver
)
Command = WatchWait | StopWatching | TellOverdue


def decide(state: Progress, event: What, days_most: Mapping[str, int]) -> tuple[Progress, tuple[Command, ...]]:
    """Return the state after an event, and what to do; repeats and late older versions change nothing.

    Args:
        days_most: the longest wait that the council promises, in days by stage; a stage that is not there has none.
    """
    if isinstance(event, WaitIsOver):
        waits_still = (state.stage, state.since) == (event.stage, event.since)
        return state, (TellOverdue(event.stage, event.since, event.due_on),) if waits_still else ()
    then = _after(state, event)
    if (then.stage, then.since) == (state.stage, state.since):
        return then, ()
    due_on = due(then, days_most)
    if due_on is None or then.since is None:
        return then, (StopWatching(),)
    return then, (WatchWait(then.stage, then.since, due_on),)


def due(state: Progress, days_most: Mapping[str, int]) -> date | None:
    """The last day on which the step that a budget waits for is on time; None where nothing is promised."""
    days = days_most.get(state.stage)
    return None if days is None or state.since is None else state.since.date() + timedelta(days=days)


def _after(state: Progress, event: What) -> Progress:
    match event:
        case StreamDecided():
            state = _stream_decided(state, event)
        case AllocationCalculated():
            state = _allocation_calculated(state, event)
        case AssessmentAgreed():
            state = _assessment_agreed(state, event)
        case CarerAssessed():
            state = _carer_assessed(state, event)
        case Withdrew():
            state = replace(state, withdrew_at=event.at)
        case PlanMoved():
            state = _plan_moved(state, event.plan)
        case Happened():
            came_back = event.milestone is Milestone.ASSESSMENT_SUBMITTED
            state = replace(state, withdrew_at=None if came_back else state.withdrew_at)
            state = _reach(state, event.milestone, event.at)
    return state


def _assessment_agreed(state: Progress, event: AssessmentAgreed) -> Progress:
    if event.agreement not in state.agreements:
        agreements = tuple(sorted({*state.agreements, event.agreement}))
        state = replace(state, agreements=agreements, withdrew_at=None)
    return _reach(state, Milestone.ASSESSMENT_AGREED, event.at)


def _allocation_calculated(state: Progress, event: AllocationCalculated) -> Progress:
    if event.version > state.allocation_version:
        state = replace(state, allocation_needs_a_person=event.needs_a_person, allocation_version=event.version)
    return _reach(state, Milestone.ALLOCATION_CALCULATED, event.at)


def _stream_decided(state: Progress, event: StreamDecided) -> Progress:
    if event.version <= state.award_versions.get(event.stream, 0):
        return state
    state = replace(
        state,
        awards={**state.awards, event.stream: event.status},
        award_versions={**state.award_versions, event.stream: event.version},
    )
    return _reach(state, Milestone.AWARDS_DECIDED, event.at)


def _carer_assessed(state: Progress, event: CarerAssessed) -> Progress:
    known = state.carers.get(event.carer)
    if known is not None and event.version <= known.version:
        return state
    return replace(state, carers={**state.carers, event.carer: event})


def _plan_moved(state: Progress, plan: PlanNow) -> Progress:
    if state.plan and (plan.number, plan.version) <= (state.plan.number, state.plan.version):
        return state
    if state.plan and _step_of(state.plan) == _step_of(plan):
        # Another version in the same step: the wait goes on.
        plan = replace(plan, at=state.plan.at)
    came_back = plan.state is State.DRAFT and (state.plan is None or plan.number > state.plan.number)
    state = replace(state, plan=plan, withdrew_at=None if came_back else state.withdrew_at)
    if plan.state is State.APPROVED and plan.all_signed:
        state = _reach(state, Milestone.AGREEMENTS_SIGNED, plan.at)
    milestone = _MILESTONE_OF.get(plan.state)
    return _reach(state, milestone, plan.at) if milestone else state


def _step_of(plan: PlanNow) -> tuple[int, State, bool]:
    return plan.number, plan.state, plan.all_signed


_MILESTONE_OF: Mapping[State, Milestone] = {
    State.DRAFT: Milestone.PLAN_BEGUN,
    State.SUBMITTED: Milestone.PLAN_SUBMITTED,
    State.APPROVED: Milestone.PLAN_APPROVED,
}


def _reach(state: Progress, milestone: Milestone, at: datetime) -> Progress:
    if milestone in state.reached:
        return state
    return replace(state, reached={**state.reached, milestone: at})
