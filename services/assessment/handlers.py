"""What can be done in the assessment service: one function a use case."""

from dataclasses import asdict, dataclass, replace
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy.exc import IntegrityError

from braid.contracts.assessment import (
    AnswersOfDay,
    AssessmentAgreed,
    AssessmentSubmitted,
    CaseOpened,
    DayProfile,
    NeedAsked,
    SupportLine,
)
from braid.contracts.codes import UserGroup
from braid.kit.unit_of_work import UnitOfWork
from services.assessment import carers, joint_signatures, store
from services.assessment.access import Hand
from services.assessment.answering import require_version
from services.assessment.beginning import begin_with, known_of
from services.assessment.domain.assessment import Agreed, State
from services.assessment.domain.authority import Act
from services.assessment.domain.carers import carers_word
from services.assessment.domain.prefilling import Known, carried_over
from services.assessment.domain.questionnaire import Questionnaire
from services.assessment.duplicates import MayBeKnown, candidates
from services.assessment.identifiers import nhs_number_of, postcode_of, require_council, uprn_of
from services.assessment.questionnaire_files import latest_released_version, released_questionnaire
from services.assessment.store import questionnaire_of
from services.assessment.tables import AssessmentRow, PersonRow


class CaseAlreadyOpen(Exception):
    """The council has a person with this reference already."""


@dataclass(frozen=True)
class NotSameAs:
    """Whom the person is not, though they may look like it, and why."""

    people: tuple[UUID, ...]
    reason: str


@dataclass(frozen=True)
class NewCase:
    """A person whose case is opened."""

    reference: str
    name: str
    user_group: UserGroup
    opened_on: date
    nhs_number: str | None = None
    date_of_birth: date | None = None
    uprn: str | None = None
    postcode: str | None = None
    not_same_as: NotSameAs | None = None


async def open_case(case: NewCase, work: UnitOfWork) -> PersonRow:
    """Open a case.

    Raises:
        CaseAlreadyOpen: the council uses the reference for somebody.
        IdentifierRefused: an identifier is not one, or the council has no such duties.
        MayBeKnown: somebody whom the council knows may be the same person, and nobody said that they are not.
    """
    require_council(work.council, case.opened_on)
    case = replace(
        case,
        nhs_number=case.nhs_number and nhs_number_of(case.nhs_number, work.council),
        uprn=case.uprn and uprn_of(case.uprn),
        postcode=case.postcode and postcode_of(case.postcode),
    )
    already = CaseAlreadyOpen(f"There is a person with the reference {case.reference} already.")
    if await store.person_by_reference(work, case.reference):
        raise already
    others = case.not_same_as
    found = await candidates(work, name=case.name, date_of_birth=case.date_of_birth, nhs_number=case.nhs_number)
    if {each.person_id for each in found} - set(others.people if others else ()):
        raise MayBeKnown(found)
    person = PersonRow(
        person_id=uuid4(),
        council=work.council,
        reference=case.reference,
        name=case.name,
        user_group=case.user_group.value,
        opened_on=case.opened_on,
        nhs_number=case.nhs_number,
        date_of_birth=case.date_of_birth,
        uprn=case.uprn,
        postcode=case.postcode,
        not_same_as={"people": [str(each) for each in others.people], "reason": others.reason} if others else None,
    )
    work.session.add(person)
    try:
        await work.session.flush()
    except IntegrityError as error:
        # Somebody opened it at the same moment.
        raise already from error
    await work.publish(
        CaseOpened(
            person_id=person.person_id, council=work.council, user_group=case.user_group, opened_on=case.opened_on
        )
    )
    return person


async def begin_assessment(
    person: PersonRow, questionnaire_id: str, work: UnitOfWork, *, by: str, fill_in: bool = False
) -> AssessmentRow:
    """Begin an assessment with the newest version of a questionnaire.

    Args:
        person: whose assessment it is.
        questionnaire_id: which questionnaire.
        work: the unit of work.
        by: the subject of whoever begins it.
        fill_in: with what the person's record and their last agreed assessment tell, to be confirmed.

    Raises:
        QuestionnaireRefused: there is no such questionnaire.
    """
    version = latest_released_version(questionnaire_id)
    questionnaire = released_questionnaire(questionnaire_id, version)
    row = AssessmentRow(
        assessment_id=uuid4(),
        council=work.council,
        person_id=person.person_id,
        version=0,
        state=State.DRAFTED.value,
        questionnaire=questionnaire_id,
        questionnaire_version=version,
        answers={},
    )
    known = await _known(person, questionnaire, work) if fill_in else {}
    await begin_with(row, questionnaire, known, work, by=by)
    if person.withdrawn_on is not None:
        person.withdrawn_on = None
        work.session.add(person)
    return row


async def _known(person: PersonRow, questionnaire: Questionnaire, work: UnitOfWork) -> dict[str, Known]:
    known = known_of(person, questionnaire)
    agreed = [row for row in await store.assessments_of(work, person.person_id) if row.agreed_on is not None]
    if not agreed:
        return known
    last = max(agreed, key=lambda row: (row.agreed_on, row.recorded_at))
    assert last.agreed_on is not None
    carried = carried_over(
        questionnaire_of(last),
        store.aggregate_of(last).counted,
        questionnaire,
        assessment_id=str(last.assessment_id),
        agreed_on=last.agreed_on,
    )
    return {**carried, **known}


async def submit(row: AssessmentRow, on: date, work: UnitOfWork, hand: Hand, *, seen_version: int) -> AssessmentRow:
    """Hand the person's answers in; one of several joint holders signs alone, and it waits for the others.

    Raises:
        StaleVersion: somebody changed the assessment in the meantime.
        DomainError: an answer that a stream needs is missing, or it was handed in before.
    """
    require_version(row, seen_version)
    state, _ = store.aggregate_of(row).submit(questionnaire_of(row), on)
    if await _waits(row, Act.HAND_IN, on, work, hand):
        return row
    await store.save(work, row, state, what=f"submitted as {hand.given_as}", by=hand.given_by)
    await work.publish(
        AssessmentSubmitted(
            person_id=row.person_id,
            council=work.council,
            assessment_id=row.assessment_id,
            version=row.version,
            submitted_on=on,
        )
    )
    return row


async def agree(row: AssessmentRow, on: date, work: UnitOfWork, hand: Hand, *, seen_version: int) -> AssessmentRow:
    """Agree and freeze the assessment; from here on the streams decide on it. Joint holders sign as for `submit`.

    Raises:
        StaleVersion: somebody changed the assessment in the meantime.
        DomainError: it is not handed in, or a question is open.
    """
    require_version(row, seen_version)
    state, agreed = store.aggregate_of(row).agree(questionnaire_of(row), on)
    if await _waits(row, Act.AGREE, on, work, hand):
        return row
    await store.save(work, row, state, what=f"agreed with {hand.given_as}", by=hand.given_by)
    person = await store.person(work, row.person_id)
    assert person is not None
    said = [carers.statement_of(each) for each in await carers.statements_of(work, row.person_id)]
    await work.publish(_agreed_event(row, person, agreed.with_carers(carers_word(said, agreed.informal_help))))
    return row


async def _waits(row: AssessmentRow, act: Act, on: date, work: UnitOfWork, hand: Hand) -> bool:
    """Keep a joint holder's signature where others must sign too; once all have, mark them used."""
    paper = joint_signatures.paper_of(row)
    if hand.waits_for:
        await joint_signatures.sign(work, row.person_id, act, paper, hand.authorities, on=on, by=hand.given_by)
    else:
        await joint_signatures.use(work, row.person_id, act, paper)
    return bool(hand.waits_for)


def _agreed_event(row: AssessmentRow, person: PersonRow, agreed: Agreed) -> AssessmentAgreed:
    return AssessmentAgreed.model_validate(
        {
            "person_id": row.person_id,
            "council": row.council,
            "assessment_id": row.assessment_id,
            "version": row.version,
            "user_group": person.user_group,
            "questionnaire": agreed.questionnaire,
            "questionnaire_version": agreed.questionnaire_version,
            "agreed_on": agreed.agreed_on,
            "answers": agreed.answers,
            "informal_help": agreed.informal_help,
            "carer_willing_and_able": agreed.carer_willing_and_able,
            "day_profiles": [
                DayProfile(kind=profile.kind, days_per_week=profile.days_per_week) for profile in agreed.day_profiles
            ],
            "specialist_support": [
                SupportLine(code=line.code, text=line.text, minutes_per_day=line.minutes_per_day)
                for line in agreed.specialist_support
            ],
            "facts": agreed.facts,
            "replaces": row.replaces,
            "answers_by_day": [AnswersOfDay(kind="bad", answers=dict(agreed.answers_on_bad_days))]
            if agreed.answers_on_bad_days
            else [],
            "needs_asked": [NeedAsked(**asdict(each)) for each in agreed.needs_asked],
        }
    )
