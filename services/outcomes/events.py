"""Which events the outcomes service consumes, and with which handler."""

from collections.abc import Mapping

from braid.contracts.allocation import AllocationSettled, IndicativeAllocationCalculated
from braid.contracts.assessment import (
    AssessmentAgreed,
    AssessmentSubmitted,
    CarerAssessed,
    CaseOpened,
    PersonErased,
    PersonWithdrew,
)
from braid.contracts.award import AwardDecided
from braid.contracts.budget import BudgetOpened, DeathRecorded, WeekSpent
from braid.contracts.payment import PaymentRejected, PaymentRunApproved, PaymentSettled
from braid.contracts.plan import HoldingChanged, PlanApproved, PlanReturned
from braid.contracts.review import ReviewCompleted
from braid.kit.delivery import Handler
from braid.kit.forgetting import forget
from services.outcomes.hearing import allocations, assessments, awards, budgets, plans
from services.outcomes.people import note_death
from services.outcomes.spending import note_spending

HANDLERS: Mapping[str, Handler] = {
    CaseOpened.TYPE: assessments.hear_case,
    AssessmentSubmitted.TYPE: assessments.hear_submission,
    AssessmentAgreed.TYPE: assessments.hear_agreement,
    PersonWithdrew.TYPE: assessments.hear_withdrawal,
    CarerAssessed.TYPE: assessments.hear_carer,
    IndicativeAllocationCalculated.TYPE: allocations.hear_allocation,
    AllocationSettled.TYPE: allocations.hear_settlement,
    AwardDecided.TYPE: awards.hear_award,
    BudgetOpened.TYPE: budgets.hear_budget,
    DeathRecorded.TYPE: note_death,
    PaymentRunApproved.TYPE: budgets.hear_approval,
    PaymentSettled.TYPE: budgets.hear_paid,
    PaymentRejected.TYPE: budgets.hear_not_paid,
    PlanApproved.TYPE: plans.hear_plan,
    PlanReturned.TYPE: plans.hear_return,
    HoldingChanged.TYPE: plans.hear_holding,
    ReviewCompleted.TYPE: plans.hear_review,
    WeekSpent.TYPE: note_spending,
    PersonErased.TYPE: forget,
}
