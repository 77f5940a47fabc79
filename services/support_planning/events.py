"""Which events the support-planning service consumes, and with which handler."""

from collections.abc import Mapping

from braid.contracts.allocation import IndicativeAllocationCalculated
from braid.contracts.assessment import (
    AssessmentAgreed,
    AssessmentSubmitted,
    CarerAssessed,
    CaseOpened,
    CircumstancesChanged,
    PersonErased,
    PersonWithdrew,
)
from braid.contracts.award import AwardDecided
from braid.contracts.budget import AlertRaised, BudgetOpened
from braid.contracts.payment import PaymentSettled
from braid.kit.delivery import Handler
from braid.kit.forgetting import forget
from services.support_planning.domain.stages import Milestone
from services.support_planning.handlers import (
    note_alert,
    note_allocation,
    note_assessment,
    note_award,
    note_carer,
    note_case,
    note_change,
    note_withdrawal,
    reached,
)
from services.support_planning.waiting_times import note_budget

HANDLERS: Mapping[str, Handler] = {
    CaseOpened.TYPE: note_case,
    AssessmentSubmitted.TYPE: reached(Milestone.ASSESSMENT_SUBMITTED),
    AssessmentAgreed.TYPE: note_assessment,
    CarerAssessed.TYPE: note_carer,
    CircumstancesChanged.TYPE: note_change,
    PersonWithdrew.TYPE: note_withdrawal,
    IndicativeAllocationCalculated.TYPE: note_allocation,
    AwardDecided.TYPE: note_award,
    BudgetOpened.TYPE: note_budget,
    AlertRaised.TYPE: note_alert,
    PaymentSettled.TYPE: reached(Milestone.FIRST_PAYMENT),
    PersonErased.TYPE: forget,
}
