"""What the resource allocation system does when something happened elsewhere."""

from dataclasses import asdict
from functools import cache
from uuid import uuid5

from sqlmodel import col, func, select

from braid.contracts.allocation import AllocationLine, AllocationOutcome, IndicativeAllocationCalculated
from braid.contracts.assessment import AssessmentAgreed
from braid.kit.delivery import Permanent
from braid.kit.unit_of_work import UnitOfWork
from services.ras.domain.allocation import Allocation, AllocationTable, allocate
from services.ras.domain.costed_lines import SupportNeed
from services.ras.domain.errors import DomainError
from services.ras.domain.good_and_bad_days import DayProfile
from services.ras.table_files import AllocationTables, released_tables
from services.ras.tables import AllocationRow


@cache
def tables() -> AllocationTables:
    """The released allocation tables, read once a process."""
    return released_tables()


async def calculate_allocation(event: AssessmentAgreed, work: UnitOfWork) -> None:
    """Put an indicative figure on an agreed assessment.

    Raises:
        Permanent: the council has no table for the day, or the table does not know an answer.
    """
    await work.lock_person(event.person_id)
    try:
        table = tables().in_force(event.council, event.user_group, event.agreed_on)
        table.must_score(event.questionnaire, event.questionnaire_version)
        allocation = allocate(
            table,
            event.answers,
            event.informal_help,
            event.carer_willing_and_able,
            [SupportNeed(line.code, line.text, line.minutes_per_day) for line in event.specialist_support],
            [DayProfile(profile.kind, profile.days_per_week) for profile in event.day_profiles],
        )
    except DomainError as error:
        raise Permanent(str(error)) from error
    row = _row(event, table, allocation, await _next_version(event, work))
    work.session.add(row)
    await work.session.flush()
    await work.publish(_event(row))


async def _next_version(event: AssessmentAgreed, work: UnitOfWork) -> int:
    query = select(func.max(col(AllocationRow.version))).where(AllocationRow.person_id == event.person_id)
    return ((await work.session.scalars(query)).one() or 0) + 1


def _row(event: AssessmentAgreed, table: AllocationTable, allocation: Allocation, version: int) -> AllocationRow:
    return AllocationRow(
        allocation_id=uuid5(event.assessment_id, f"allocation/{event.version}"),
        council=event.council,
        person_id=event.person_id,
        version=version,
        assessment_id=event.assessment_id,
        assessment_version=event.version,
        outcome=allocation.outcome.value,
        table_id=table.table_id,
        table_version=table.version,
        as_of=event.agreed_on,
        points_thousandths=allocation.points_thousandths,
        pence_per_year=allocation.pence_per_year,
        lines=[asdict(line) for line in allocation.lines],
        points_explanation=[asdict(share) for share in allocation.points_explanation],
        notes=list(allocation.notes),
    )


def _event(row: AllocationRow) -> IndicativeAllocationCalculated:
    return IndicativeAllocationCalculated(
        person_id=row.person_id,
        council=row.council,
        allocation_id=row.allocation_id,
        version=row.version,
        assessment_id=row.assessment_id,
        assessment_version=row.assessment_version,
        outcome=AllocationOutcome(row.outcome),
        table=row.table_id,
        table_version=row.table_version,
        as_of=row.as_of,
        points_thousandths=row.points_thousandths,
        pence_per_year=row.pence_per_year,
        lines=tuple(AllocationLine.model_validate(line) for line in row.lines),
        notes=tuple(row.notes),
    )
