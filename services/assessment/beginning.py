"""The beginning of an assessment, with what is known filled in: each answer with its source, to be confirmed."""

from collections.abc import Mapping

from braid.kit.unit_of_work import UnitOfWork
from services.assessment import store
from services.assessment.access import GivenAs
from services.assessment.answering import keep_filled_in
from services.assessment.domain.assessment import Assessment
from services.assessment.domain.prefilling import Known, known_facts
from services.assessment.domain.questionnaire import Questionnaire, Role
from services.assessment.tables import AssessmentRow, PersonRow

_AS: Mapping[Role, GivenAs] = {Role.PERSON: GivenAs.PERSON, Role.PRACTITIONER: GivenAs.PRACTITIONER}


def known_of(person: PersonRow, questionnaire: Questionnaire) -> dict[str, Known]:
    """What a person's own record answers of a questionnaire."""
    born = person.date_of_birth.isoformat() if person.date_of_birth else None
    return known_facts(questionnaire, {"date_of_birth": born}, on=person.opened_on)


async def begin_with(
    row: AssessmentRow, questionnaire: Questionnaire, known: Mapping[str, Known], work: UnitOfWork, *, by: str
) -> None:
    """Keep a new assessment as its first version."""
    state = Assessment.begin(questionnaire, {name: each.answer for name, each in known.items()})
    row.to_confirm = {
        name: {
            "source": each.source,
            "of": each.of,
            "on": each.on.isoformat() if each.on else None,
            "given_as": _AS[questionnaire.questions[name].answered_by].value,
        }
        for name, each in known.items()
    }
    await store.save(work, row, state, what="begun", by=by)
    keep_filled_in(row, work, by=by)
    await work.session.flush()
