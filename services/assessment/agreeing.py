"""Person and practitioner: disputes beside each other, a change of circumstances, a withdrawal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from braid.contracts.assessment import CircumstancesChanged, PersonWithdrew, WithdrawalReason
from braid.kit.problems import not_found
from braid.kit.unit_of_work import UnitOfWork
from services.assessment import joint_signatures, store
from services.assessment.access import Hand
from services.assessment.answering import require_version
from services.assessment.beginning import begin_with, known_of
from services.assessment.domain.assessment import State
from services.assessment.domain.authority import Act
from services.assessment.domain.errors import NotYetAgreed
from services.assessment.domain.prefilling import Difference, carried_over
from services.assessment.domain.prefilling import differences as differences_between
from services.assessment.domain.questionnaire import Role
from services.assessment.questionnaire_files import latest_released_version, released_questionnaire
from services.assessment.store import questionnaire_of
from services.assessment.tables import AssessmentRow, PersonRow, WithdrawalRow


@dataclass(frozen=True)
class DisputeTold:
    """The practitioner's answer to one of the person's questions, and why."""

    question_id: str
    answer: object
    reason: str


@dataclass(frozen=True)
class SettlementTold:
    """Whose answer counts, why, and whether the person agrees with that."""

    question_id: str
    counts: Role
    reason: str
    person_agrees: bool


@dataclass(frozen=True)
class WithdrawalTold:
    """A person's withdrawal."""

    on: date
    reason: WithdrawalReason
    own_words: str


async def dispute(
    row: AssessmentRow, told: DisputeTold, work: UnitOfWork, *, seen_version: int, by: str
) -> AssessmentRow:
    """Put the practitioner's answer beside the person's.

    Raises:
        StaleVersion: somebody changed the assessment in the meantime.
        DomainError: it is not handed in, or the answer does not fit.
    """
    require_version(row, seen_version)
    state = store.aggregate_of(row).dispute(questionnaire_of(row), told.question_id, told.answer, told.reason)
    await store.save(
        work,
        row,
        state,
        what="disputed",
        by=by,
        told={"question": told.question_id, "answer": told.answer, "reason": told.reason},
    )
    return row


async def settle(
    row: AssessmentRow, told: SettlementTold, work: UnitOfWork, *, seen_version: int, by: str
) -> AssessmentRow:
    """Say whose answer counts; both stay in sight.

    Raises:
        StaleVersion: somebody changed the assessment in the meantime.
        DomainError: the question is not in dispute.
    """
    require_version(row, seen_version)
    state = store.aggregate_of(row).settle(told.question_id, told.counts, told.reason, person_agrees=told.person_agrees)
    settled = {"question": told.question_id, "counts": told.counts.value, "reason": told.reason}
    await store.save(work, row, state, what="settled", by=by, told=settled)
    return row


async def change_circumstances(before: AssessmentRow, on: date, work: UnitOfWork, *, by: str) -> AssessmentRow:
    """Begin the next assessment after an agreed one, filled in with what was agreed, to be confirmed or changed.

    Raises:
        NotYetAgreed: it is not agreed; its answers themselves can still be changed.
    """
    if before.state != State.AGREED or before.agreed_on is None:
        raise NotYetAgreed("The assessment is not agreed; change its answers instead.")
    version = latest_released_version(before.questionnaire)
    questionnaire = released_questionnaire(before.questionnaire, version)
    known = carried_over(
        questionnaire_of(before),
        store.aggregate_of(before).counted,
        questionnaire,
        assessment_id=str(before.assessment_id),
        agreed_on=before.agreed_on,
    )
    person = await store.person(work, before.person_id)
    assert person is not None
    row = AssessmentRow(
        assessment_id=uuid4(),
        council=work.council,
        person_id=before.person_id,
        version=0,
        state=State.DRAFTED.value,
        questionnaire=before.questionnaire,
        questionnaire_version=version,
        answers={},
        replaces=before.assessment_id,
        changed_on=on,
    )
    # The person's record is put right where it was wrong; what was agreed never is.
    await begin_with(row, questionnaire, {**known, **known_of(person, questionnaire)}, work, by=by)
    await work.publish(
        CircumstancesChanged(
            person_id=row.person_id,
            council=work.council,
            assessment_id=row.assessment_id,
            replaces=before.assessment_id,
            changed_on=on,
        )
    )
    return row


async def differences(row: AssessmentRow, work: UnitOfWork) -> tuple[UUID, Sequence[Difference]]:
    """How an assessment differs from the agreed one that it replaces.

    Raises:
        Problem: 404, it replaces none.
    """
    before = await store.assessment(work, row.replaces) if row.replaces else None
    if before is None:
        raise not_found("earlier assessment")
    return before.assessment_id, differences_between(
        questionnaire_of(before),
        store.aggregate_of(before).counted,
        questionnaire_of(row),
        store.aggregate_of(row).counted,
    )


async def withdraw(person: PersonRow, told: WithdrawalTold, work: UnitOfWork, hand: Hand) -> list[UUID]:
    """End what is open, keep everything, and tell it once; one of several joint holders signs alone, and it waits.

    Returns:
        The assessments that ended unfinished.
    """
    await work.lock_person(person.person_id)
    by, paper = hand.given_by, joint_signatures.paper_of_withdrawal(told.on, told.reason)
    if hand.waits_for:
        signed = hand.authorities
        await joint_signatures.sign(work, person.person_id, Act.AGREE, paper, signed, on=told.on, by=by)
        return []
    await joint_signatures.use(work, person.person_id, Act.AGREE, paper)
    ended = []
    for row in await store.assessments_of(work, person.person_id, for_update=True):
        if row.state in (State.DRAFTED, State.SUBMITTED):
            await store.save(work, row, store.aggregate_of(row).withdraw(), what="withdrawn", by=by)
            ended.append(row.assessment_id)
    person.withdrawn_on = told.on
    work.session.add(person)
    work.session.add(
        WithdrawalRow(
            withdrawal_id=uuid4(),
            council=work.council,
            person_id=person.person_id,
            withdrawn_on=told.on,
            reason=told.reason.value,
            own_words=told.own_words,
            recorded_by=by,
        )
    )
    await work.session.flush()
    await work.publish(
        PersonWithdrew(
            person_id=person.person_id,
            council=work.council,
            withdrawn_on=told.on,
            reason=told.reason,
            assessments_ended=tuple(ended),
        )
    )
    return ended
