"""What may happen to a plan, and in what order; a plan is never deleted, and an approved one never changed."""

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    """Where a plan is."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    AMENDMENT_ASKED = "amendment_asked"
    REFUSED = "refused"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


class Step(StrEnum):
    """What somebody does with a plan."""

    SAVE = "save"
    SUBMIT = "submit"
    APPROVE = "approve"
    ASK_FOR_AMENDMENT = "ask_for_amendment"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


#: States in which the person still works on it.
OPEN = frozenset({State.DRAFT, State.AMENDMENT_ASKED})

_STEPS: Mapping[tuple[State, Step], State] = {
    (State.DRAFT, Step.SAVE): State.DRAFT,
    (State.AMENDMENT_ASKED, Step.SAVE): State.AMENDMENT_ASKED,
    (State.DRAFT, Step.SUBMIT): State.SUBMITTED,
    (State.AMENDMENT_ASKED, Step.SUBMIT): State.SUBMITTED,
    (State.SUBMITTED, Step.APPROVE): State.APPROVED,
    (State.SUBMITTED, Step.ASK_FOR_AMENDMENT): State.AMENDMENT_ASKED,
    (State.SUBMITTED, Step.REFUSE): State.REFUSED,
    (State.DRAFT, Step.WITHDRAW): State.WITHDRAWN,
    (State.AMENDMENT_ASKED, Step.WITHDRAW): State.WITHDRAWN,
    (State.SUBMITTED, Step.WITHDRAW): State.WITHDRAWN,
}


class NotOpenForThis(Exception):
    """The plan is not where this step begins."""

    def __init__(self, state: State, step: Step) -> None:
        super().__init__(f"The plan is {state.replace('_', ' ')}: it cannot {step.replace('_', ' ')} now.")


def after(state: State, step: Step) -> State:
    """Where a plan is after a step.

    Raises:
        NotOpenForThis: the step does not begin there.
    """
    found = _STEPS.get((state, step))
    if found is None:
        raise NotOpenForThis(state, step)
    return found
