"""Erasure: everything that tells who a person was goes, a tombstone stays, and others are told to forget too."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from uuid import UUID

from sqlalchemy import delete, text
from sqlmodel import col, func, select

from braid.contracts.assessment import PersonErased
from braid.kit.forgetting import leave_tombstone
from braid.kit.strict_yaml import read_yaml
from braid.kit.unit_of_work import UnitOfWork
from services.assessment import store
from services.assessment.domain.assessment import State
from services.assessment.domain.retention import ErasureBasis, RetentionRule, Standing, reasons_to_keep, rule_for
from services.assessment.tables import (
    AssessmentChangeRow,
    AssessmentRow,
    AuthorityRow,
    CarerAssessmentRow,
    CarerRow,
    CarerStatementRow,
    ErasureRow,
    EvidenceRow,
    GivenAnswerRow,
    LegalHoldRow,
    PersonRow,
    RecordReadRow,
    WithdrawalRow,
)

_RULES = Path(__file__).parent / "retention.yaml"
_OF_ASSESSMENT = (AssessmentChangeRow, GivenAnswerRow)
_OF_PERSON = (
    AssessmentRow,
    AuthorityRow,
    CarerRow,
    CarerStatementRow,
    CarerAssessmentRow,
    WithdrawalRow,
    EvidenceRow,
    RecordReadRow,
    # None of them stands any more, and why they stood may tell of the person.
    LegalHoldRow,
    PersonRow,
)
#: Ids by which kept answers name what was the person's.
_RECORDS = (
    (AssessmentRow, AssessmentRow.assessment_id),
    (AuthorityRow, AuthorityRow.authority_id),
    (CarerRow, CarerRow.carer_id),
    (CarerAssessmentRow, CarerAssessmentRow.carer_assessment_id),
    (WithdrawalRow, WithdrawalRow.withdrawal_id),
    (EvidenceRow, EvidenceRow.evidence_id),
    (LegalHoldRow, LegalHoldRow.hold_id),
)
#: That somebody else was taken for the person, and why not; others whom they are not stay named.
_NOT_SAME_AS = text(
    "UPDATE person SET not_same_as ="
    " CASE WHEN not_same_as -> 'people' = to_jsonb(ARRAY[CAST(:person AS text)]) THEN NULL"
    " ELSE jsonb_build_object('people', (not_same_as -> 'people') - CAST(:person AS text), 'reason', '') END"
    " WHERE not_same_as -> 'people' ? CAST(:person AS text)"
)


class MustBeKept(Exception):
    """The record may not be erased.

    Args:
        reasons: every one.
    """

    def __init__(self, reasons: Sequence[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("; ".join(self.reasons))


@cache
def retention_rules() -> tuple[RetentionRule, ...]:
    """The rules of the file."""
    entries = read_yaml(_RULES.read_text())["rules"]
    return tuple(
        RetentionRule(each["rule"], each["from_on"], each["years_after_last_contact"], each["source"])
        for each in entries
    )


async def holds_of(work: UnitOfWork, person: PersonRow) -> Sequence[LegalHoldRow]:
    """A person's legal holds, oldest first, lifted ones too."""
    query = select(LegalHoldRow).where(LegalHoldRow.person_id == person.person_id)
    return (await work.session.scalars(query.order_by(col(LegalHoldRow.recorded_at)))).all()


async def standing_of(work: UnitOfWork, person: PersonRow) -> Standing:
    """What an erasure of a person's record hangs on."""
    assessments = await store.assessments_of(work, person.person_id)
    changed = await work.session.scalar(
        select(func.max(AssessmentChangeRow.recorded_at)).where(
            col(AssessmentChangeRow.assessment_id).in_([row.assessment_id for row in assessments])
        )
    )
    days = [person.opened_on, person.recorded_at.date(), person.withdrawn_on, changed.date() if changed else None]
    return Standing(
        last_contact_on=max(day for day in days if day is not None),
        is_assessed=any(row.state == State.AGREED for row in assessments),
        is_open=any(row.state in (State.DRAFTED, State.SUBMITTED) for row in assessments),
        holds=tuple(hold.because for hold in await holds_of(work, person) if hold.lifted_on is None),
    )


async def erase(person: PersonRow, basis: ErasureBasis, work: UnitOfWork, *, by: str) -> ErasureRow:
    """Erase a person's record here, and publish that it is.

    Raises:
        MustBeKept: a legal hold stands, an assessment is open, or a duty to keep the record has not run out.
    """
    await work.lock_person(person.person_id)
    today, standing = work.now.date(), await standing_of(work, person)
    rule = rule_for(retention_rules(), standing, today)
    if reasons := reasons_to_keep(standing, basis, rule, today):
        raise MustBeKept(reasons)
    person_id = person.person_id
    records = await _records_of(person_id, work)
    await _delete(person_id, work)
    await leave_tombstone(work, person_id, records, on=today)
    tombstone = ErasureRow(
        person_id=person_id,
        council=work.council,
        erased_on=today,
        basis=basis.value,
        rule=rule.rule,
        erased_by=by,
    )
    work.session.add(tombstone)
    await work.session.flush()
    await work.publish(PersonErased(person_id=person_id, council=work.council, erased_on=today, basis=basis.value))
    return tombstone


async def _records_of(person_id: UUID, work: UnitOfWork) -> list[UUID]:
    return [
        record_id
        for row, its_id in _RECORDS
        for record_id in await work.session.scalars(select(its_id).where(row.person_id == person_id))
    ]


async def _delete(person_id: UUID, work: UnitOfWork) -> None:
    assessments = [row.assessment_id for row in await store.assessments_of(work, person_id)]
    work.session.expunge_all()
    for of_assessment in _OF_ASSESSMENT:
        await work.session.execute(delete(of_assessment).where(col(of_assessment.assessment_id).in_(assessments)))
    for of_person in _OF_PERSON:
        await work.session.execute(delete(of_person).where(col(of_person.person_id) == person_id))
    await work.session.execute(_NOT_SAME_AS, {"person": str(person_id)})
