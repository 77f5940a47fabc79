"""Carers in PostgreSQL: what was said of their help and by whom, and their own assessments."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col, func, select

from braid.contracts.assessment import CarerAssessed
from braid.contracts.assessment import CarerOutcome as ToldOutcome
from braid.kit.unit_of_work import UnitOfWork
from services.assessment.domain.carers import (
    CarerDecision,
    CarerNeeds,
    CarerOutcome,
    DomainHelp,
    Help,
    Said,
    SaidBy,
    Statement,
    decide_carer,
)
from services.assessment.tables import CarerAssessmentRow, CarerRow, CarerStatementRow

_KNOWN: Mapping[Said, bool | None] = {Said.YES: True, Said.NO: False, Said.NOT_SURE: None}


@dataclass(frozen=True)
class CarerAssessmentTold:
    """A carer's own assessment as it was made; no needs: the carer refused one.

    Args:
        assessed_on: the day.
        needs: what was found.
        own_words: what the carer wishes to achieve, and anything else that they say.
    """

    assessed_on: date
    needs: CarerNeeds | None
    own_words: str


async def carers_of(work: UnitOfWork, person_id: UUID) -> Sequence[CarerRow]:
    """A person's carers, oldest first."""
    query = select(CarerRow).where(CarerRow.person_id == person_id).order_by(col(CarerRow.recorded_at))
    return (await work.session.scalars(query)).all()


async def carer(work: UnitOfWork, carer_id: UUID) -> CarerRow | None:
    """One carer."""
    return (await work.session.scalars(select(CarerRow).where(CarerRow.carer_id == carer_id))).first()


async def statements_of(work: UnitOfWork, person_id: UUID) -> Sequence[CarerStatementRow]:
    """What was said last of each of a person's carers, by each who may say it."""
    query = (
        select(CarerStatementRow)
        .where(CarerStatementRow.person_id == person_id)
        .ext(distinct_on(col(CarerStatementRow.carer_id), col(CarerStatementRow.said_by)))
        .order_by(
            col(CarerStatementRow.carer_id), col(CarerStatementRow.said_by), col(CarerStatementRow.version).desc()
        )
    )
    return (await work.session.scalars(query)).all()


def statement_of(row: CarerStatementRow) -> Statement:
    """The rules' view of a row."""
    domains = {
        domain: DomainHelp(Help(told["help"]), Said(told["willing"]), Said(told["able"]))
        for domain, told in row.domains.items()
    }
    return Statement(str(row.carer_id), SaidBy(row.said_by), domains)


async def state_help(
    row: CarerRow, said_by: SaidBy, said_on: date, domains: Mapping[str, DomainHelp], work: UnitOfWork, *, by: str
) -> CarerStatementRow:
    """Keep what was said of a carer's help; what was said before stays."""
    await work.lock_person(row.person_id)
    newest = await work.session.scalar(
        select(func.max(CarerStatementRow.version)).where(CarerStatementRow.carer_id == row.carer_id)
    )
    statement = CarerStatementRow(
        carer_id=row.carer_id,
        version=(newest or 0) + 1,
        council=work.council,
        person_id=row.person_id,
        said_by=said_by.value,
        said_on=said_on,
        domains={domain: asdict(told) for domain, told in domains.items()},
        recorded_by=by,
    )
    work.session.add(statement)
    await work.session.flush()
    return statement


async def assess_carer(row: CarerRow, told: CarerAssessmentTold, work: UnitOfWork, *, by: str) -> CarerAssessmentRow:
    """Keep a carer's own assessment with its outcome and reasons, and tell it; earlier ones stay."""
    await work.lock_person(row.person_id)
    refused = CarerDecision(CarerOutcome.REFUSED, ("the carer refused an assessment, Care Act 2014 s11(5)",))
    decision = decide_carer(told.needs) if told.needs else refused
    earlier = await assessments_of(work, row.carer_id)
    needs = told.needs
    kept = CarerAssessmentRow(
        carer_assessment_id=uuid4(),
        council=work.council,
        carer_id=row.carer_id,
        person_id=row.person_id,
        version=len(earlier) + 1,
        assessed_on=told.assessed_on,
        outcome=decision.outcome.value,
        needs={**asdict(needs), "outcomes_not_achieved": sorted(needs.outcomes_not_achieved)} if needs else None,
        reasons=list(decision.reasons),
        own_words=told.own_words,
        recorded_by=by,
    )
    work.session.add(kept)
    await work.session.flush()
    await work.publish(
        CarerAssessed(
            person_id=row.person_id,
            council=work.council,
            carer_id=row.carer_id,
            carer_assessment_id=kept.carer_assessment_id,
            version=kept.version,
            assessed_on=told.assessed_on,
            outcome=ToldOutcome(decision.outcome.value),
            willing=_KNOWN[needs.willing] if needs else None,
            able=_KNOWN[needs.able] if needs else None,
        )
    )
    return kept


async def assessments_of(work: UnitOfWork, carer_id: UUID) -> Sequence[CarerAssessmentRow]:
    """A carer's own assessments, oldest first."""
    query = select(CarerAssessmentRow).where(CarerAssessmentRow.carer_id == carer_id)
    return (await work.session.scalars(query.order_by(col(CarerAssessmentRow.version)))).all()
