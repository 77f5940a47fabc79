"""What the return tells of one person, from what the other services told of them. What nobody told is left out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from services.outcomes.domain import awards_in_force
from services.outcomes.domain.awards_in_force import CONFIRMED, Days
from services.outcomes.domain.client_level_data.budgets import PaidItem
from services.outcomes.domain.client_level_data.journeys import ASSESSED, AgreedAssessment, HeldReview, OpenedCase
from services.outcomes.domain.client_level_data.rows import PersonRecord
from services.outcomes.domain.plans_in_force import ItemInForce, items_over_time
from services.outcomes.domain.told import Told

SOCIAL_CARE = "adult_social_care"
#: Tests of adult social care that are about needs; others are about age and residence.
TESTS_OF_NEED = frozenset({"facs_band", "need_from_impairment", "outcomes_not_achieved", "significant_impact"})


@dataclass(frozen=True)
class PersonsReturn:
    """Everything that a return may tell of one person.

    Args:
        nobody_told_who_pays: items of plans of which no event tells which stream pays them; they have no row.
    """

    person: PersonRecord
    cases: tuple[OpenedCase, ...]
    assessments: tuple[AgreedAssessment, ...]
    reviews: tuple[HeldReview, ...]
    items: tuple[PaidItem, ...]
    nobody_told_who_pays: tuple[str, ...]


def persons_return(person_id: UUID, told: Told) -> PersonsReturn:
    """A person's records; gender, ethnicity and whatever else no event tells stay out of them."""
    whose = str(person_id)
    found = [(one, _paid_by(one, told)) for one in items_over_time(told)]
    return PersonsReturn(
        person=_person(whose, told),
        cases=tuple(_cases(whose, told)),
        assessments=tuple(_assessments(whose, told)),
        reviews=tuple(_reviews(whose, told)),
        items=tuple(_item(whose, one, by_stream) for one, by_stream in found if by_stream),
        nobody_told_who_pays=tuple(_reference(one) for one, by_stream in found if not by_stream),
    )


def _person(person_id: str, told: Told) -> PersonRecord:
    latest = max(told.agreements, key=lambda one: (one.agreed_on, str(one.assessment_id)), default=None)
    details = {"Client_Type": "Service user"}
    if told.carers:
        details["Has_Unpaid_Carer"] = "Yes"
    return PersonRecord(person_id, latest.born_on if latest else None, told.died_on, details)


def _cases(person_id: str, told: Told) -> Iterator[OpenedCase]:
    """The case; it ended as a request when the person handed their assessment in, or withdrew before that."""
    for case in told.cases:
        begun = min((one.submitted_on for one in told.submissions), default=None)
        withdrew = min(told.withdrawals, key=lambda one: one.withdrawn_on, default=None)
        if withdrew is not None and (begun is None or withdrew.withdrawn_on < begun):
            yield OpenedCase(person_id, person_id, case.opened_on, withdrew.withdrawn_on, withdrew.reason)
        else:
            yield OpenedCase(person_id, person_id, case.opened_on, begun, ASSESSED)


def _assessments(person_id: str, told: Told) -> Iterator[AgreedAssessment]:
    for one in sorted(told.agreements, key=lambda one: (one.agreed_on, str(one.assessment_id))):
        handed_in = [each.submitted_on for each in told.submissions if each.assessment_id == one.assessment_id]
        yield AgreedAssessment(
            assessment_id=str(one.assessment_id),
            person_id=person_id,
            begun_on=min([*handed_in, one.agreed_on]),
            agreed_on=one.agreed_on,
            has_eligible_needs=_has_eligible_needs(one.assessment_id, told),
        )


def _has_eligible_needs(assessment_id: UUID, told: Told) -> bool | None:
    """Whether adult social care found eligible needs; None where it did not decide, or not by the needs."""
    made = [one for one in awards_in_force.versions(told, SOCIAL_CARE) if one.assessment_id == assessment_id]
    if not made:
        return None
    if made[-1].status == awards_in_force.NOT_ELIGIBLE:
        return False if TESTS_OF_NEED & set(made[-1].failed) else None
    return True if made[-1].status in (CONFIRMED, awards_in_force.INDICATIVE) else None


def _reviews(person_id: str, told: Told) -> Iterator[HeldReview]:
    for one in sorted(told.reviews, key=lambda one: (one.held_on, str(one.review_id))):
        counts = (one.outcomes_met, one.outcomes_partly_met, one.outcomes_not_met)
        yield HeldReview(str(one.review_id), person_id, one.held_on, one.kind, one.outcome, counts)


def _item(person_id: str, one: ItemInForce, by_stream: Mapping[str, int]) -> PaidItem:
    by_way: dict[str, int] = {}
    for part in one.item.held:
        by_way[part.way] = by_way.get(part.way, 0) + part.pence
    return PaidItem(
        item_id=_reference(one),
        person_id=person_id,
        use=one.item.use,
        cadence=one.item.cadence,
        starts_on=one.starts_on,
        ended_on=one.ends_on,
        pence_by_stream=by_stream,
        pence_by_way=by_way,
    )


def _reference(one: ItemInForce) -> str:
    """The same in every return: an item that changes is another line from that day on."""
    return f"{one.item.item_id}:{one.starts_on.isoformat()}"


def _paid_by(one: ItemInForce, told: Told) -> Mapping[str, int]:
    """Who pays what of an item each time, where it can only be so; nothing where streams might share it otherwise.

    It can only be so where the most that those pay who have confirmed money for the use comes to just what is due.
    """
    might = {stream: one.item.shares.get(stream, one.item.pence) for stream in _payers(one, told)}
    return might if sum(might.values()) == one.item.pence else {}


def _payers(one: ItemInForce, told: Told) -> frozenset[str]:
    """Streams that have confirmed money for the use on any of the days."""
    days = Days(one.starts_on, one.ends_on)
    return frozenset(
        award.stream
        for stream in {award.stream for award in told.awards}
        for award, held in awards_in_force.in_force(awards_in_force.versions(told, stream))
        if award.status == CONFIRMED and one.item.use in award.uses and held.within(days)
    )
