"""The process manager's one rule: where a person's budget has got to, given what has happened, and what to do now.

``decide`` is pure: state and event in, state and commands out. Events of one aggregate come in order, events of
different ones in any order, so each milestone is kept by itself and the stage is worked out from all of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from services.support_planning.domain.lifecycle import State


class Milestone(StrEnum):
    """What can have happened, in the order in which it usually does."""

    CASE_OPENED = "case_opened"
    ASSESSMENT_SUBMITTED = "assessment_submitted"
    ASSESSMENT_AGREED = "assessment_agreed"
    ALLOCATION_CALCULATED = "allocation_calculated"
    AWARDS_DECIDED = "awards_decided"
    BUDGET_OPENED = "budget_opened"
    PLAN_BEGUN = "plan_begun"
    PLAN_SUBMITTED = "plan_submitted"
    PLAN_APPROVED = "plan_approved"
    AGREEMENTS_SIGNED = "agreements_signed"
    FIRST_PAYMENT = "first_payment"


class Stage(StrEnum):
    """Where the budget is, and so what it waits for."""

    CASE_OPEN = "case_open"
    WAITING_FOR_AGREEMENT = "waiting_for_agreement"
    WAITING_FOR_ALLOCATION = "waiting_for_allocation"
    WAITING_FOR_DECISIONS = "waiting_for_decisions"
    WAITING_FOR_A_PERSON = "waiting_for_a_person"
    NO_AWARD = "no_award"
    READY_TO_PLAN = "ready_to_plan"
    PLANNING = "planning"
    WAITING_FOR_APPROVAL = "waiting_for_approval"
    AMENDMENT_ASKED = "amendment_asked"
    REFUSED = "refused"
    WAITING_FOR_AGREEMENTS = "waiting_for_agreements"
    WAITING_FOR_THE_MONEY = "waiting_for_the_money"
    IN_RECEIPT = "in_receipt"
    WITHDRAWN = "withdrawn"


_WAITS_FOR: Mapping[Stage, str] = {
    Stage.CASE_OPEN: "The person, or somebody for them, to finish the self-assessment.",
    Stage.WAITING_FOR_AGREEMENT: "A practitioner to agree the assessment.",
    Stage.WAITING_FOR_ALLOCATION: "The indicative allocation, which is worked out at once.",
    Stage.WAITING_FOR_DECISIONS: "The funding streams to decide.",
    Stage.WAITING_FOR_A_PERSON: "A person to look at the allocation: the table does not fit these needs.",
    Stage.NO_AWARD: "Nothing: no stream awards money. Each decision says why, and how to challenge it.",
    Stage.READY_TO_PLAN: "The person to plan their support.",
    Stage.PLANNING: "The person to finish their plan.",
    Stage.WAITING_FOR_APPROVAL: "An approver to decide on the plan.",
    Stage.AMENDMENT_ASKED: "The person to answer what the approver asked to have changed.",
    Stage.REFUSED: "The person to plan anew, or to challenge the refusal, which says how.",
    Stage.WAITING_FOR_AGREEMENTS: "The agreements of how the money is held to be signed.",
    Stage.WAITING_FOR_THE_MONEY: "The first payment.",
    Stage.IN_RECEIPT: "Nothing: the money is being used. The next review says when it is looked at again.",
    Stage.WITHDRAWN: "Nothing: the person withdrew, and may come back.",
}


class Awaited(StrEnum):
    """Whose turn it is."""

    PERSON = "person"
    PRACTITIONER = "practitioner"
    APPROVER = "approver"
    FINANCE_OFFICER = "finance_officer"
    FUNDING_STREAMS = "funding_streams"
    NOBODY = "nobody"


#: A stage that is not here waits for nobody.
_AWAITED: Mapping[Stage, Awaited] = {
    Stage.CASE_OPEN: Awaited.PERSON,
    Stage.WAITING_FOR_AGREEMENT: Awaited.PRACTITIONER,
    Stage.WAITING_FOR_DECISIONS: Awaited.FUNDING_STREAMS,
    Stage.WAITING_FOR_A_PERSON: Awaited.PRACTITIONER,
    Stage.READY_TO_PLAN: Awaited.PERSON,
    Stage.PLANNING: Awaited.PERSON,
    Stage.WAITING_FOR_APPROVAL: Awaited.APPROVER,
    Stage.AMENDMENT_ASKED: Awaited.PERSON,
    Stage.REFUSED: Awaited.PERSON,
    Stage.WAITING_FOR_AGREEMENTS: Awaited.PERSON,
    Stage.WAITING_FOR_THE_MONEY: Awaited.FINANCE_OFFICER,
}


@dataclass(frozen=True)
class PlanNow:
    """What happened last to the person's latest plan.

    Args:
        number: of the plan; each new plan of a person has the next.
        version: of the plan, rising with every change.
        all_signed: whether everything that its ways of holding money need is signed.
    """

    number: int
    version: int
    state: State
    at: datetime
    all_signed: bool = False


@dataclass(frozen=True)
class CarerAssessed:
    """A carer's own assessment, the latest of that carer (Care Act 2014 s10).

    Args:
        carer: opaque id of the carer.
        version: rising with each assessment of the carer.
        outcome: eligible, not_eligible or refused.
        willing, able: to go on; None where the carer is not sure, or refused.
    """

    carer: str
    version: int
    assessed_on: date
    outcome: str
    willing: bool | None
    able: bool | None

    @property
    def calls_for_review(self) -> bool:
        """Whether what a plan counts on may not hold: the carer has needs of their own, or does not go on as before."""
        return self.outcome == "eligible" or self.willing is False or self.able is False


@dataclass(frozen=True)
class Progress:
    """Where a budget has got to.

    Args:
        reached: when each milestone was reached first, by milestone.
        allocation_needs_a_person: the latest allocation gave no figure.
        allocation_version: version of the latest allocation; 0 for none.
        awards: status of the latest decision by stream.
        award_versions: version of the latest decision by stream.
        agreements: of assessments, each once, in the order of their names.
        carers: the latest assessment of each carer, by the carer's id.
        plan: the latest plan, if one was begun.
        withdrew_at: when the person withdrew, until they come back.
    """

    reached: Mapping[Milestone, datetime] = field(default_factory=dict)
    allocation_needs_a_person: bool = False
    allocation_version: int = 0
    awards: Mapping[str, str] = field(default_factory=dict)
    award_versions: Mapping[str, int] = field(default_factory=dict)
    agreements: tuple[str, ...] = ()
    carers: Mapping[str, CarerAssessed] = field(default_factory=dict)
    plan: PlanNow | None = None
    withdrew_at: datetime | None = None

    @property
    def money_flows(self) -> bool:
        """Whether money has been paid: it carries on while a plan is changed or argued over."""
        return Milestone.FIRST_PAYMENT in self.reached

    @property
    def stage(self) -> Stage:
        """Where it is now."""
        if self.withdrew_at is not None:
            return Stage.WITHDRAWN
        return self._stage_of_plan(self.plan) if self.plan is not None else self._stage_before_planning()

    def _stage_before_planning(self) -> Stage:
        if Milestone.BUDGET_OPENED in self.reached:
            return Stage.READY_TO_PLAN
        if self.allocation_needs_a_person:
            return Stage.WAITING_FOR_A_PERSON
        if self.awards:
            # A stream that lacks an answer is undecided: it may award money yet.
            over = all(status == "not_eligible" for status in self.awards.values())
            return Stage.NO_AWARD if over else Stage.WAITING_FOR_DECISIONS
        for milestone, stage in _AFTER:
            if milestone in self.reached:
                return stage
        return Stage.CASE_OPEN

    def _stage_of_plan(self, plan: PlanNow) -> Stage:
        if plan.state is not State.APPROVED:
            return _OF_PLAN[plan.state]
        if not plan.all_signed:
            return Stage.WAITING_FOR_AGREEMENTS
        return Stage.IN_RECEIPT if self.money_flows else Stage.WAITING_FOR_THE_MONEY

    @property
    def waits_for(self) -> str:
        """What it waits for, in words."""
        return waits_for(self.stage)

    @property
    def since(self) -> datetime | None:
        """When it last moved."""
        moved = [*self.reached.values(), self.plan.at if self.plan else None, self.withdrew_at]
        return max((at for at in moved if at is not None), default=None)


def waits_for(stage: Stage) -> str:
    """What a budget waits for at a stage, in words."""
    return _WAITS_FOR[stage]


def awaited(stage: Stage) -> Awaited:
    """Whose turn it is at a stage."""
    return _AWAITED.get(stage, Awaited.NOBODY)


_OF_PLAN: Mapping[State, Stage] = {
    State.DRAFT: Stage.PLANNING,
    State.SUBMITTED: Stage.WAITING_FOR_APPROVAL,
    State.AMENDMENT_ASKED: Stage.AMENDMENT_ASKED,
    State.REFUSED: Stage.REFUSED,
    State.WITHDRAWN: Stage.WITHDRAWN,
}

_AFTER = (
    (Milestone.ALLOCATION_CALCULATED, Stage.WAITING_FOR_DECISIONS),
    (Milestone.ASSESSMENT_AGREED, Stage.WAITING_FOR_ALLOCATION),
    (Milestone.ASSESSMENT_SUBMITTED, Stage.WAITING_FOR_AGREEMENT),
)


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
