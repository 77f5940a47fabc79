"""Where a budget can be and what it then waits for, and what can have happened to it."""

from collections.abc import Mapping
from enum import StrEnum


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


def waits_for(stage: Stage) -> str:
    """What a budget waits for at a stage, in words."""
    return _WAITS_FOR[stage]


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


def awaited(stage: Stage) -> Awaited:
    """Whose turn it is at a stage."""
    return _AWAITED.get(stage, Awaited.NOBODY)
