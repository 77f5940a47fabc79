"""The process manager's one rule: where a person's budget has got to, given what has happened.

``decide`` is pure: state and event in, state out. Events of one aggregate come in order, events of different ones in
any order, so each milestone is kept by itself and the stage is worked out from all of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum


class Milestone(StrEnum):
    """What can have happened, in the order in which it usually does."""

    CASE_OPENED = "case_opened"
    ASSESSMENT_SUBMITTED = "assessment_submitted"
    ASSESSMENT_AGREED = "assessment_agreed"
    ALLOCATION_CALCULATED = "allocation_calculated"
    AWARDS_DECIDED = "awards_decided"
    BUDGET_OPENED = "budget_opened"


class Stage(StrEnum):
    """Where the budget is, and so what it waits for."""

    CASE_OPEN = "case_open"
    WAITING_FOR_AGREEMENT = "waiting_for_agreement"
    WAITING_FOR_ALLOCATION = "waiting_for_allocation"
    WAITING_FOR_DECISIONS = "waiting_for_decisions"
    WAITING_FOR_A_PERSON = "waiting_for_a_person"
    NO_AWARD = "no_award"
    READY_TO_PLAN = "ready_to_plan"


_WAITS_FOR: Mapping[Stage, str] = {
    Stage.CASE_OPEN: "The person, or somebody for them, to finish the self-assessment.",
    Stage.WAITING_FOR_AGREEMENT: "A practitioner to agree the assessment.",
    Stage.WAITING_FOR_ALLOCATION: "The indicative allocation, which is worked out at once.",
    Stage.WAITING_FOR_DECISIONS: "The funding streams to decide.",
    Stage.WAITING_FOR_A_PERSON: "A person to look at the allocation: the table does not fit these needs.",
    Stage.NO_AWARD: "Nothing: no stream awards money. Each decision says why, and how to challenge it.",
    Stage.READY_TO_PLAN: "The person to plan their support.",
}


@dataclass(frozen=True)
class Progress:
    """Where a budget has got to.

    Args:
        reached: when each milestone was reached first, by milestone.
        allocation_needs_a_person: the latest allocation gave no figure.
        allocation_version: version of the latest allocation; 0 for none.
        awards: status of the latest decision by stream.
        award_versions: version of the latest decision by stream.
    """

    reached: Mapping[Milestone, datetime] = field(default_factory=dict)
    allocation_needs_a_person: bool = False
    allocation_version: int = 0
    awards: Mapping[str, str] = field(default_factory=dict)
    award_versions: Mapping[str, int] = field(default_factory=dict)

    @property
    def stage(self) -> Stage:
        """Where it is now."""
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

    @property
    def waits_for(self) -> str:
        """What it waits for, in words."""
        return _WAITS_FOR[self.stage]

    @property
    def since(self) -> datetime | None:
        """When it last moved."""
        return max(self.reached.values(), default=None)


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


def decide(state: Progress, event: Happened | AllocationCalculated | StreamDecided) -> Progress:
    """The state after an event; repeats and late older versions change nothing."""
    if isinstance(event, StreamDecided):
        if event.version <= state.award_versions.get(event.stream, 0):
            return state
        state = replace(
            state,
            awards={**state.awards, event.stream: event.status},
            award_versions={**state.award_versions, event.stream: event.version},
        )
        return _reach(state, Milestone.AWARDS_DECIDED, event.at)
    if isinstance(event, AllocationCalculated):
        if event.version > state.allocation_version:
            state = replace(state, allocation_needs_a_person=event.needs_a_person, allocation_version=event.version)
        return _reach(state, Milestone.ALLOCATION_CALCULATED, event.at)
    return _reach(state, event.milestone, event.at)


def _reach(state: Progress, milestone: Milestone, at: datetime) -> Progress:
    if milestone in state.reached:
        return state
    return replace(state, reached={**state.reached, milestone: at})
