"""A person's record put right after their case was opened (UK GDPR Article 16): checked as it was then, history kept.

Nobody else holds these: other services know a person by an id that never changes. Two are told by an agreed assessment:
the date of birth, to the streams, and the user group, by which the allocation table is chosen. There they are put right
by a change of circumstances, and named here; an agreed assessment is never changed by a correction.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from braid.contracts.codes import UserGroup
from braid.kit.http import stale_version
from braid.kit.unit_of_work import UnitOfWork
from services.assessment import of_another_group, store
from services.assessment.domain.assessment import State
from services.assessment.domain.questionnaire import NOT_SURE, Aspect
from services.assessment.duplicates import MayBeKnown, candidates
from services.assessment.handlers import CaseAlreadyOpen, NotSameAs
from services.assessment.identifiers import nhs_number_of, postcode_of, uprn_of
from services.assessment.tables import AssessmentRow, PersonCorrectionRow, PersonRow

Value = str | date | None

_CHECKED: Mapping[str, Callable[[str, str], str]] = {
    "nhs_number": nhs_number_of,
    "uprn": lambda told, _council: uprn_of(told),
    "postcode": lambda told, _council: postcode_of(told),
}
#: Whoever is known by one of these may be known twice once it is put right.
_TELL_WHO_SOMEBODY_IS = frozenset({"name", "date_of_birth", "nhs_number"})


@dataclass(frozen=True)
class Correction:
    """What is put right.

    Args:
        fields: by name, as they ought to be; None takes away what should not be there.
        reason: why, for whoever reads the history.
    """

    fields: Mapping[str, Value]
    reason: str
    not_same_as: NotSameAs | None = None


async def corrections_of(work: UnitOfWork, person_id: UUID) -> Sequence[PersonCorrectionRow]:
    """What was put right in a person's record, oldest first."""
    query = select(PersonCorrectionRow).where(PersonCorrectionRow.person_id == person_id)
    return (await work.session.scalars(query.order_by(col(PersonCorrectionRow.number)))).all()


async def correct(person: PersonRow, told: Correction, work: UnitOfWork, *, seen: int, by: str) -> None:
    """Put a person's record right; what it says already is not corrected again.

    Args:
        seen: how many corrections its caller has seen.

    Raises:
        Problem: 412, somebody else corrected it in the meantime.
        IdentifierRefused: an identifier is not one.
        MayBeKnown: somebody whom the council knows may be the same person, and nobody said that they are not.
        CaseAlreadyOpen: the council uses the reference for somebody else.
    """
    made = await corrections_of(work, person.person_id)
    if seen != len(made):
        raise stale_version()
    fields = {name: _as_kept(name, value, work.council) for name, value in told.fields.items()}
    before = {name: getattr(person, name) for name, value in fields.items() if getattr(person, name) != value}
    if not before:
        return
    after = {name: fields[name] for name in before}
    group_before = UserGroup(person.user_group)
    if after.keys() & _TELL_WHO_SOMEBODY_IS:
        await _require_one_of_a_kind(person, after, told.not_same_as, work)
    for name, value in after.items():
        setattr(person, name, value)
    work.session.add(person)
    work.session.add(
        PersonCorrectionRow(
            person_id=person.person_id,
            number=len(made) + 1,
            council=work.council,
            before=_as_json(before),
            after=_as_json(after),
            reason=told.reason,
            corrected_by=by,
        )
    )
    try:
        await work.session.flush()
    except IntegrityError as error:
        raise CaseAlreadyOpen(f"There is a person with the reference {after.get('reference')} already.") from error
    if "user_group" in after:
        await of_another_group.ask_again(person, group_before, work, by=by)


async def telling_otherwise(person: PersonRow, work: UnitOfWork) -> list[UUID]:
    """The open assessments, and the agreed one that counts now, that tell another date of birth than the record."""
    if person.date_of_birth is None:
        return []
    rows = [row for row in await store.assessments_of(work, person.person_id) if row.state != State.WITHDRAWN]
    agreed = [row for row in rows if row.agreed_on is not None]
    latest = max(agreed, key=lambda row: (row.agreed_on, row.recorded_at), default=None)
    return [
        row.assessment_id
        for row in rows
        if (row.agreed_on is None or row is latest)
        and _told_date_of_birth(row) not in (None, NOT_SURE, person.date_of_birth.isoformat())
    ]


def _told_date_of_birth(row: AssessmentRow) -> object:
    counted = store.aggregate_of(row).counted
    asking = (each for each in store.questionnaire_of(row).asking(Aspect.FACT) if each.about == "date_of_birth")
    return next((counted.get(each.question_id) for each in asking), None)


def _as_kept(name: str, value: Value, council: str) -> Value:
    check = _CHECKED.get(name)
    return check(value, council) if check and isinstance(value, str) else value


async def _require_one_of_a_kind(
    person: PersonRow, after: Mapping[str, Value], not_same_as: NotSameAs | None, work: UnitOfWork
) -> None:
    now = {name: after.get(name, getattr(person, name)) for name in _TELL_WHO_SOMEBODY_IS}
    found = [each for each in await candidates(work, **now) if each.person_id != person.person_id]
    told_apart = _told_apart(person, not_same_as)
    if {str(each.person_id) for each in found} - set(told_apart["people"]):
        raise MayBeKnown(found)
    if not_same_as:
        person.not_same_as = told_apart


def _told_apart(person: PersonRow, more: NotSameAs | None) -> dict[str, list[str] | str]:
    """Whom the person is not, with what was said of it at any time."""
    before = person.not_same_as or {"people": [], "reason": ""}
    people = {*before["people"], *(map(str, more.people) if more else ())}
    reasons = [before["reason"], more.reason if more else ""]
    return {"people": sorted(people), "reason": "\n".join(reason for reason in reasons if reason)}


def _as_json(fields: Mapping[str, Value]) -> dict[str, str | None]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in fields.items()}
