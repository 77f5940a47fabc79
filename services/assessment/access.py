"""Whose record somebody may see, and as whom they act in it; each reading is written down."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from braid.kit.identity import COUNCIL_ROLES, Principal, Role
from braid.kit.problems import Problem, not_found
from braid.kit.unit_of_work import UnitOfWork
from services.assessment import authority_store, joint_signatures, store
from services.assessment.bodies import OFFICE
from services.assessment.domain.authority import (
    JOINT,
    Act,
    Authority,
    AuthorityKind,
    Decision,
    Refusal,
    refusals,
    who_is_waited_for,
    why_closed,
    with_who_signed,
)
from services.assessment.domain.errors import AuthorityRefused
from services.assessment.tables import AssessmentRow, ErasureRow, PersonRow


class GivenAs(StrEnum):
    """In what role somebody answers or acts."""

    PERSON = "person"
    PROXY = "proxy"
    ADVOCATE = "advocate"
    HELPER = "helper"
    PRACTITIONER = "practitioner"


@dataclass(frozen=True)
class Hand:
    """Who gave an answer or did a step.

    Args:
        given_as: in what role.
        given_by: the subject of whoever sent it, who may have written it down for somebody else.
        authorities: ids of the authorities that it rests on.
        on: the day on which it was said, where it was written down later.
        waits_for: ids of the authorities whose joint holders must do the same before it counts.
    """

    given_as: GivenAs
    given_by: str
    authorities: tuple[str, ...] = ()
    on: date | None = None
    waits_for: tuple[str, ...] = ()


async def person_to_read(work: UnitOfWork, caller: Principal, person_id: UUID, *, named: str = "person") -> PersonRow:
    """A person whose record the caller reads.

    Raises:
        Problem: 404, there is no such person, or the record is not the caller's to see.
        AuthorityRefused: the caller's authority for the person is not in force.
    """
    return await _person(work, caller, person_id, named)


async def person_to_change(work: UnitOfWork, caller: Principal, person_id: UUID, *, named: str = "person") -> PersonRow:
    """A person in whose record the caller changes something.

    Raises:
        As `person_to_read`; and Problem: 403, the caller reads records and changes none.
    """
    person = await _person(work, caller, person_id, named)
    if not may_write(caller, person_id) and not await _authorities_of_caller(work, caller, person_id):
        raise Problem(403, "not-allowed", "Your role does not allow this", "You may read this record, not change it.")
    return person


async def assessment_to_read(work: UnitOfWork, caller: Principal, assessment_id: UUID) -> AssessmentRow:
    """An assessment that the caller reads.

    Raises:
        As `person_to_read`.
    """
    row = await _assessment(work, assessment_id, for_update=False)
    await _person(work, caller, row.person_id, "assessment")
    return row


async def assessment_to_change(work: UnitOfWork, caller: Principal, assessment_id: UUID) -> AssessmentRow:
    """An assessment that the caller changes; nobody else does until the transaction ends.

    Raises:
        As `person_to_change`.
    """
    row = await _assessment(work, assessment_id, for_update=True)
    if not may_write(caller, row.person_id):
        await person_to_change(work, caller, row.person_id, named="assessment")
    return row


def may_write(caller: Principal, person_id: UUID) -> bool:
    """Whether somebody may change a record in their own right: the office, and the person."""
    return bool(caller.roles & OFFICE) or (Role.BUDGET_HOLDER in caller.roles and caller.person_id == person_id)


async def hand_of(
    work: UnitOfWork,
    caller: Principal,
    person_id: UUID,
    act: Act,
    *,
    given_as: GivenAs | None = None,
    authorities: Sequence[UUID] = (),
    on: date | None = None,
    paper: str | None = None,
) -> Hand:
    """As whom the caller acts, with the authority that it needs.

    The office writes down what others say: it names them, and on which day they said it. Others act for themselves, and
    today.

    Args:
        work: the caller's unit of work.
        caller: who sends it.
        person_id: for whom.
        act: what is done.
        given_as: in what role; by default the caller's own.
        authorities: what it rests on, where it is done in somebody's place; by default all that the caller has.
        on: the day, for the office alone.
        paper: what exactly is done, where one joint holder may do it first and the others later; None where joint
            holders do it together or not at all.

    Raises:
        AuthorityRefused: an authority is missing or does not do; nothing is changed.
        Problem: 403, the caller is not who they say they act as.
    """
    today = work.now.date()
    if caller.roles & OFFICE:
        named = [str(each) for each in authorities]
        as_whom, day = given_as or GivenAs.PERSON, on or today
    elif may_write(caller, person_id):
        named, as_whom, day = [], GivenAs.PERSON, today
    else:
        own = await _authorities_of_caller(work, caller, person_id)
        asked = {str(each) for each in authorities}
        named = [each.authority_id for each in own if not asked or each.authority_id in asked]
        as_whom, day = role_of(own, named, today), today
    if given_as is not None and given_as is not as_whom:
        raise Problem(403, "not-allowed", "Your role does not allow this", f"You cannot act as {given_as} here.")
    said_on = on if caller.roles & OFFICE else None
    if as_whom in (GivenAs.PERSON, GivenAs.PRACTITIONER):
        rests_on = tuple(named) if as_whom is GivenAs.PERSON else ()
        return Hand(as_whom, caller.subject, rests_on, said_on)
    known = await authority_store.authorities_of(work, person_id)
    if paper is not None:
        # Two who sign at once must see each other.
        await work.lock_person(person_id)
        signed = await joint_signatures.signed(work, person_id, act, paper)
        named = list(with_who_signed(known, named, signed, Decision.ASSESSMENT, act, day))
    _require(known, named, act, day, may_wait=paper is not None)
    waits_for = () if act is Act.ANSWER else who_is_waited_for(known, named, Decision.ASSESSMENT, day)
    return Hand(as_whom, caller.subject, tuple(named), said_on, waits_for)


def role_of(authorities: Sequence[Authority], named: Collection[str], on: date) -> GivenAs:
    """The role that goes with authorities: of those in force, the one that decides most."""
    kinds = {each.kind for each in authorities if each.authority_id in named and each.in_force(on)}
    kinds = kinds or {each.kind for each in authorities}
    if kinds - {AuthorityKind.ADVOCATE, AuthorityKind.HELPER}:
        return GivenAs.PROXY
    return GivenAs.ADVOCATE if AuthorityKind.ADVOCATE in kinds else GivenAs.HELPER


def _require(known: Sequence[Authority], named: Sequence[str], act: Act, on: date, *, may_wait: bool) -> None:
    strangers = sorted(set(named) - {each.authority_id for each in known})
    if not named or strangers:
        none = Refusal(strangers[0] if strangers else "", "none", "no such authority is recorded for this person")
        raise AuthorityRefused([none])
    refused = refusals(known, named, Decision.ASSESSMENT, act, on)
    if any(each.code != JOINT or not may_wait for each in refused):
        raise AuthorityRefused(refused)


async def _person(work: UnitOfWork, caller: Principal, person_id: UUID, named: str = "person") -> PersonRow:
    # Whoever may not see it is told the same as if it were not there.
    person = await store.person(work, person_id)
    if person is None:
        is_staff = bool(caller.roles & COUNCIL_ROLES)
        if is_staff and await work.session.get(ErasureRow, person_id) is not None:
            raise Problem(410, "erased", "The record is erased", "That there was one is all that is left.")
        raise not_found(named)
    if caller.may_read(person_id):
        return person
    own = await _authorities_of_caller(work, caller, person_id)
    if not own:
        raise not_found(named)
    if closed := why_closed(own, work.now.date()):
        raise AuthorityRefused(closed)
    return person


async def _assessment(work: UnitOfWork, assessment_id: UUID, *, for_update: bool) -> AssessmentRow:
    row = await store.assessment(work, assessment_id, for_update=for_update)
    if row is None:
        raise not_found("assessment")
    return row


async def _authorities_of_caller(work: UnitOfWork, caller: Principal, person_id: UUID) -> Sequence[Authority]:
    return await authority_store.authorities_of(work, person_id, holder_subject=caller.subject)
