"""Where a person's budget has got to: each milestone is kept by itself, and the stage is worked out from all of them.

Events of one aggregate come in order, events of different ones in any order: the state is the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from services.support_planning.domain.lifecycle import State
from services.support_planning.domain.stages import Milestone, Stage, waits_for

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
