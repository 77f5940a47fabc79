"""What the assessment service tells: cases, assessments, withdrawals and carers."""

from collections.abc import Iterator
from datetime import date

from braid.contracts.assessment import (
    AssessmentAgreed,
    AssessmentSubmitted,
    CarerAssessed,
    CaseOpened,
    NeedAsked,
    PersonWithdrew,
)
from braid.kit.unit_of_work import UnitOfWork
from services.outcomes.domain.told import (
    AgreementTold,
    CarerTold,
    CaseTold,
    NeedTold,
    SubmissionTold,
    WithdrawalTold,
)
from services.outcomes.people import note_carer, note_group
from services.outcomes.told_store import keep

#: Where family and friends give all the help with something.
ALL_HELP = "all"


async def hear_case(event: CaseOpened, work: UnitOfWork) -> None:
    """Hear that a case was opened."""
    await note_group(event, work)
    await keep(work, event.person_id, CaseTold(event.opened_on))


async def hear_submission(event: AssessmentSubmitted, work: UnitOfWork) -> None:
    """Hear that a self-assessment was handed in."""
    await keep(work, event.person_id, SubmissionTold(event.assessment_id, event.version, event.submitted_on))


async def hear_agreement(event: AssessmentAgreed, work: UnitOfWork) -> None:
    """Hear that an assessment was agreed; what is kept is where there is a need, and when the person was born."""
    await note_group(event, work)
    needs = None if event.needs_asked is None else tuple(_needs(event, event.needs_asked))
    agreed = AgreementTold(event.assessment_id, event.agreed_on, _born_on(event), needs)
    await keep(work, event.person_id, agreed)


async def hear_withdrawal(event: PersonWithdrew, work: UnitOfWork) -> None:
    """Hear that a person withdrew."""
    await keep(work, event.person_id, WithdrawalTold(event.withdrawn_on, event.reason.value))


async def hear_carer(event: CarerAssessed, work: UnitOfWork) -> None:
    """Hear of a carer's own assessment."""
    await note_carer(event, work)
    told = CarerTold(event.carer_id, event.version, event.assessed_on, event.outcome.value)
    await keep(work, event.person_id, told)


def _born_on(event: AssessmentAgreed) -> date | None:
    told = event.facts.get("date_of_birth")
    return date.fromisoformat(told) if isinstance(told, str) else None


def _needs(event: AssessmentAgreed, asked: tuple[NeedAsked, ...]) -> Iterator[NeedTold]:
    domains = {one.domain for one in asked if _is_need(one, event.answers.get(one.question_id, ()))}
    for domain in sorted(domains):
        has_all_help = event.informal_help.get(domain) == ALL_HELP and event.carer_willing_and_able is True
        yield NeedTold(domain, has_all_help)


def _is_need(asked: NeedAsked, answers: tuple[str, ...]) -> bool:
    """Whether an answer is more than the least; where several may apply, the choices are the needs alone."""
    needs = asked.choices if asked.takes_several else asked.choices[1:]
    return any(answer in needs for answer in answers)
