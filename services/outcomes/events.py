"""Which events the outcomes service consumes, and with which handler."""

from collections.abc import Mapping

from braid.contracts.assessment import AssessmentAgreed, CarerAssessed, CaseOpened, PersonErased
from braid.contracts.budget import DeathRecorded, WeekSpent
from braid.kit.delivery import Handler
from braid.kit.forgetting import forget
from services.outcomes.people import note_carer, note_death, note_group
from services.outcomes.spending import note_spending

HANDLERS: Mapping[str, Handler] = {
    CaseOpened.TYPE: note_group,
    AssessmentAgreed.TYPE: note_group,
    CarerAssessed.TYPE: note_carer,
    DeathRecorded.TYPE: note_death,
    WeekSpent.TYPE: note_spending,
    PersonErased.TYPE: forget,
}
