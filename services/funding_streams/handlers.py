"""What the funding streams do when something happened elsewhere: decide, and say so where it is new."""

from dataclasses import asdict
from typing import Any
from uuid import UUID, uuid5

from sqlmodel import col, select

from braid.contracts.allocation import IndicativeAllocationCalculated
from braid.contracts.assessment import AssessmentAgreed
from braid.contracts.award import AwardDecided
from braid.kit.delivery import Permanent
from braid.kit.unit_of_work import UnitOfWork
from services.funding_streams.discovery import adapters, adapters_in_order
from services.funding_streams.domain.adapter import Allocation, AllocationOutcome, Case
from services.funding_streams.domain.decide_all import decide_all
from services.funding_streams.domain.decision import Decision
from services.funding_streams.domain.errors import WrongFact
from services.funding_streams.domain.facts import Facts
from services.funding_streams.rule_files import rule_files
from services.funding_streams.tables import AwardRow, CaseRow


async def know_assessment(event: AssessmentAgreed, work: UnitOfWork) -> None:
    """Take in the facts of an agreed assessment; decide where its allocation is here already."""
    case = await _locked_case(event.person_id, work)
    case.assessment_id, case.assessment_version = event.assessment_id, event.version
    case.agreed_on = event.agreed_on
    case.facts = event.model_dump(mode="json")["facts"]
    await _decide(case, work)


async def know_allocation(event: IndicativeAllocationCalculated, work: UnitOfWork) -> None:
    """Take in the indicative allocation; decide where its assessment is here already."""
    case = await _locked_case(event.person_id, work)
    # Allocations come in order; this guards against one that is replayed after a later one.
    if case.allocation and case.allocation["version"] >= event.version:
        return
    case.allocation = event.model_dump(mode="json", exclude={"lines", "notes"})
    await _decide(case, work)


async def _locked_case(person_id: UUID, work: UnitOfWork) -> CaseRow:
    await work.lock_person(person_id)
    case = (await work.session.scalars(select(CaseRow).where(CaseRow.person_id == person_id))).first()
    return case or CaseRow(person_id=person_id, council=work.council)


async def _decide(case: CaseRow, work: UnitOfWork) -> None:
    work.session.add(case)
    await work.session.flush()
    allocation = case.allocation
    # The two come on different topics, in either order; a decision needs both of one assessment.
    if case.agreed_on is None or not allocation or not _belong_together(case, allocation):
        return
    try:
        decisions = decide_all(
            Case(
                facts=Facts.from_mapping(case.facts),
                on=case.agreed_on,
                figures=rule_files().figures,
                council=rule_files().council_defaults,
                allocation=Allocation(allocation["pence_per_year"], AllocationOutcome(allocation["outcome"])),
            ),
            adapters(),
            adapters_in_order(),
        )
    except WrongFact as error:
        raise Permanent(str(error)) from error
    for decision in decisions:
        await _tell(case, decision, work)


def _belong_together(case: CaseRow, allocation: dict[str, Any]) -> bool:
    of_allocation = (allocation["assessment_id"], allocation["assessment_version"])
    return of_allocation == (str(case.assessment_id), case.assessment_version)


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
    if latest and latest.decision == document:
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
