"""What the resource allocation system does when an assessment was agreed: put a first figure on it."""

from dataclasses import asdict
from functools import cache
from uuid import UUID, uuid5

from braid.contracts.allocation import AllocationLine, AllocationOutcome, DayFigure, IndicativeAllocationCalculated
from braid.contracts.assessment import AssessmentAgreed
from braid.kit.delivery import Permanent
from braid.kit.unit_of_work import UnitOfWork
from services.ras import store
from services.ras.domain.allocation import AgreedNeed, Allocation, AllocationTable, allocate
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
    """Put an indicative figure on an agreed assessment; the same assessment told again changes nothing.

    Raises:
        Permanent: the council has no table for the day, or the table does not know an answer.
    """
    await work.lock_person(event.person_id)
    if await work.session.get(AllocationRow, _allocation_id(event)):
        return
    need = _need(event)
    try:
        table = tables().in_force(event.council, event.user_group, event.agreed_on)
        table.must_score(event.questionnaire, event.questionnaire_version)
        allocation = allocate(table, *need)
    except DomainError as error:
        raise Permanent(str(error)) from error
    latest = await store.latest_allocation(work, event.person_id)
    row = _row(event, table, need, allocation, latest.version + 1 if latest else 1)
    work.session.add(row)
    await work.session.flush()
    await work.publish(_event(row))


def need_of(row: AllocationRow) -> AgreedNeed | None:
    """What an allocation was worked out from; None where that was not kept."""
    if row.need is None:
        return None
    return AgreedNeed(
        answers=row.need["answers"],
        informal_help=row.need["informal_help"],
        willing_and_able=row.need["willing_and_able"],
        specialist_support=[SupportNeed(**support) for support in row.need["specialist_support"]],
        day_profiles=[DayProfile(**day) for day in row.need["day_profiles"]],
        answers_by_day=row.need.get("answers_by_day", {}),  # Not kept before it was asked.
    )


def _allocation_id(event: AssessmentAgreed) -> UUID:
    return uuid5(event.assessment_id, f"allocation/{event.version}")


def _need(event: AssessmentAgreed) -> AgreedNeed:
    return AgreedNeed(
        answers={question: list(codes) for question, codes in event.answers.items()},
        informal_help=event.informal_help,
        willing_and_able=event.carer_willing_and_able,
        specialist_support=[
            SupportNeed(line.code, line.text, line.minutes_per_day) for line in event.specialist_support
        ],
        day_profiles=[DayProfile(profile.kind, profile.days_per_week) for profile in event.day_profiles],
        answers_by_day={
            of_day.kind: {question: list(codes) for question, codes in of_day.answers.items()}
            for of_day in event.answers_by_day or ()
        },
    )


def _row(
    event: AssessmentAgreed, table: AllocationTable, need: AgreedNeed, allocation: Allocation, version: int
) -> AllocationRow:
    return AllocationRow(
        allocation_id=_allocation_id(event),
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
        need={
            **need._asdict(),
            "specialist_support": [asdict(support) for support in need.specialist_support],
            "day_profiles": [asdict(day) for day in need.day_profiles],
        },
        days=[asdict(day) for day in allocation.days],
        costed_hours=asdict(allocation.costed_hours) if allocation.costed_hours else None,
        user_group=event.user_group,
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
        days=tuple(DayFigure.model_validate(day) for day in row.days or ()),
        costed_hours_pence_per_year=row.costed_hours["pence_per_year"] if row.costed_hours else None,
    )
