"""What the funding streams do when something happened elsewhere: decide, and say so where it is new."""

from contextlib import suppress
from dataclasses import asdict
from uuid import UUID, uuid5

from sqlmodel import col, select

from braid.contracts.allocation import AllocationSettled, IndicativeAllocationCalculated
from braid.contracts.assessment import AssessmentAgreed
from braid.contracts.award import AwardDecided
from braid.contracts.partner import PartnerAwardDecided
from braid.kit.delivery import Permanent
from braid.kit.unit_of_work import UnitOfWork
from services.funding_streams.domain.decision import Decision
from services.funding_streams.domain.errors import SettingRefused
from services.funding_streams.evaluation import evaluate
from services.funding_streams.partner_words import keep, require_own_stream
from services.funding_streams.stored_case import case_of, has_all, ready
from services.funding_streams.tables import AwardRow, CaseRow


async def know_assessment(event: AssessmentAgreed, work: UnitOfWork) -> None:
    """Take in the facts of an agreed assessment; decide where its allocation is here already."""
    case = await _locked_case(event.person_id, work)
    if _is_overtaken(event, case):
        return
    case.assessment_id, case.assessment_version = event.assessment_id, event.version
    case.agreed_on = event.agreed_on
    case.facts = event.model_dump(mode="json")["facts"]
    await _decide_or_refuse(case, work)


async def know_allocation(event: IndicativeAllocationCalculated, work: UnitOfWork) -> None:
    """Take in the indicative allocation; decide where its assessment is here already."""
    case = await _locked_case(event.person_id, work)
    # Allocations come in order; this guards against one that is replayed after a later one.
    if case.allocation and case.allocation["version"] >= event.version:
        return
    case.allocation = event.model_dump(mode="json", exclude={"lines", "notes"})
    await _decide_or_refuse(case, work)


async def know_settlement(event: AllocationSettled, work: UnitOfWork) -> None:
    """Take in the final figure, and decide again: it stands until a later allocation is settled."""
    case = await _locked_case(event.person_id, work)
    if case.settlement and case.settlement["version"] >= event.version:
        return
    case.settlement = event.model_dump(mode="json", exclude={"lines", "flags"})
    await _decide_or_refuse(case, work)


async def hear_partner(event: PartnerAwardDecided, work: UnitOfWork) -> None:
    """Keep what a partner agency decided, and decide again where there is something to decide on.

    Raises:
        NotItsStream: the agency does not decide on that stream.
        ToldOtherwise: it told something else under the same reference.
    """
    require_own_stream(event)
    await work.lock_person(event.person_id)
    if not await keep(event, work):
        return
    case = await case_of(event.person_id, work)
    if case is None:
        return
    # A council's choice that no longer stands is no fault of the agency's: its word is kept until it is mended.
    with suppress(SettingRefused):
        await _decide(case, work)


def _is_overtaken(event: AssessmentAgreed, case: CaseRow) -> bool:
    """Whether an assessment comes again, or after a newer one; it comes in order but for a replay."""
    if case.agreed_on is None:
        return False
    if case.assessment_id == event.assessment_id:
        return event.version <= case.assessment_version
    return event.agreed_on < case.agreed_on


async def _locked_case(person_id: UUID, work: UnitOfWork) -> CaseRow:
    await work.lock_person(person_id)
    return await case_of(person_id, work) or CaseRow(person_id=person_id, council=work.council)


async def _decide_or_refuse(case: CaseRow, work: UnitOfWork) -> None:
    try:
        await _decide(case, work)
    except SettingRefused as error:
        raise Permanent(str(error)) from error


async def _decide(case: CaseRow, work: UnitOfWork) -> None:
    """Decide every stream and tell what is new; facts that cannot be right leave the streams that read them open.

    Raises:
        SettingRefused: the council's stored choice is one that the law leaves to councils no longer.
    """
    work.session.add(case)
    await work.session.flush()
    # The two come on different topics, in either order; a decision needs both of one assessment.
    if not has_all(case):
        return
    known = await ready(case, work)
    for decision in evaluate(known.case, doubts=known.doubts):
        await _tell(case, decision, work)


async def _tell(case: CaseRow, decision: Decision, work: UnitOfWork) -> None:
    award_id = uuid5(case.person_id, f"award/{decision.stream}")
    latest = await _latest(award_id, work)
    told = asdict(decision)
    event = AwardDecided.model_validate(
        {
            **told,
            "person_id": case.person_id,
            "council": case.council,
            "award_id": award_id,
            "version": (latest.version if latest else 0) + 1,
            "assessment_id": case.assessment_id,
            "assessment_version": case.assessment_version,
        }
    )
    document = event.model_dump(mode="json", exclude={"version"})
    # What was told before the contract grew says nothing else for want of the new fields.
    if latest and AwardDecided.model_validate({**latest.decision, "version": event.version}) == event:
        return
    work.session.add(
        AwardRow(
            award_id=award_id,
            version=event.version,
            council=case.council,
            person_id=case.person_id,
            stream=event.stream,
            status=event.status.value,
            amount_pence=event.amount_pence,
            contribution_pence=event.contribution_pence,
            rules_as_of=event.rules_as_of,
            decision=document,
        )
    )
    await work.session.flush()
    await work.publish(event)


async def _latest(award_id: UUID, work: UnitOfWork) -> AwardRow | None:
    query = select(AwardRow).where(AwardRow.award_id == award_id).order_by(col(AwardRow.version).desc()).limit(1)
    return (await work.session.scalars(query)).first()
