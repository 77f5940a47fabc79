"""Settling a person's figure: from the indicative allocation to the final one, kept beside those before it."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from uuid import UUID, uuid5

from braid.contracts.allocation import AllocationLine, AllocationSettled, PhasedYear, SettledBy, SettlementGrounds
from braid.kit.unit_of_work import UnitOfWork
from services.ras import store
from services.ras.domain.allocation import Outcome
from services.ras.domain.errors import DecidedTooEarly
from services.ras.domain.settlement import Earlier, Indicative, Proposal, Settled, settle
from services.ras.domain.sums import plain_number
from services.ras.handlers import tables
from services.ras.tables import AllocationRow, SettlementRow


class StaleVersion(Exception):
    """Something was added to the person's figures since the caller read them."""


class NothingToSettle(Exception):
    """There is no allocation yet."""


@dataclass(frozen=True)
class FinalFigure:
    """A proposal, the day it was decided on, and whoever made it."""

    proposal: Proposal
    decided_on: date
    author: str


async def settle_allocation(
    person_id: UUID, expected_version: int, figure: FinalFigure, work: UnitOfWork
) -> SettlementRow:
    """Settle the latest indicative allocation of a person.

    Args:
        expected_version: how many figures of the person the caller has seen, indicative and final.

    Raises:
        NothingToSettle: there is no allocation yet.
        StaleVersion: another figure came since.
        DomainError: the rules refuse the figure; see `services.ras.domain.settlement.settle`.
    """
    await work.lock_person(person_id)
    history = await store.history(work, person_id)
    if not history.allocations:
        raise NothingToSettle(f"there is no allocation of {person_id}")
    if history.version != expected_version:
        raise StaleVersion
    row = history.allocations[-1]
    if figure.decided_on < row.as_of:
        raise DecidedTooEarly(f"the assessment was agreed on {row.as_of.isoformat()}")
    earlier = history.settlements[-1] if history.settlements else None
    table = tables().released(row.table_id, row.table_version)
    settled = settle(table.settlement, _indicative(row), figure.proposal, _earlier(earlier) if earlier else None)
    settlement = _settlement(row, figure, settled, len(history.settlements) + 1)
    work.session.add(settlement)
    await work.session.flush()
    await work.publish(_settled_event(settlement))
    return settlement


def _indicative(row: AllocationRow) -> Indicative:
    return Indicative(
        assessment_id=row.assessment_id,
        assessment_version=row.assessment_version,
        points=Fraction(row.points_thousandths, 1000),
        pence_per_year=row.pence_per_year if row.outcome == Outcome.CALCULATED else None,
        costed_hours_pence_per_year=row.costed_hours["pence_per_year"] if row.costed_hours else None,
    )


def _earlier(row: SettlementRow) -> Earlier:
    points = Fraction(row.points_thousandths, 1000)
    return Earlier(row.assessment_id, row.assessment_version, points, row.pence_per_year)


def _settlement(row: AllocationRow, figure: FinalFigure, settled: Settled, version: int) -> SettlementRow:
    proposal = figure.proposal
    itemised = [
        {"code": f"line_{number}", "text": line.working, "pence_per_year": line.pence_per_year}
        for number, line in enumerate(proposal.lines, 1)
    ]
    return SettlementRow(
        settlement_id=uuid5(row.allocation_id, f"settlement/{version}"),
        council=row.council,
        person_id=row.person_id,
        version=version,
        allocation_id=row.allocation_id,
        assessment_id=row.assessment_id,
        assessment_version=row.assessment_version,
        points_thousandths=row.points_thousandths,
        indicative_pence_per_year=_indicative(row).pence_per_year,
        pence_per_year=settled.pence_per_year,
        decided_on=figure.decided_on,
        decided_by=proposal.decided_by.value,
        author=figure.author,
        reason=proposal.reason,
        grounds=proposal.grounds.value if proposal.grounds else None,
        carer_hours=[
            {"who": carer.who, "hours_per_week": plain_number(carer.hours_per_week), "agreed": carer.agreed}
            for carer in proposal.carer_hours
        ],
        lines=itemised or row.lines,
        flags=list(settled.flags),
        yearly_pence=list(settled.yearly_sums),
    )


def _settled_event(row: SettlementRow) -> AllocationSettled:
    return AllocationSettled(
        person_id=row.person_id,
        council=row.council,
        allocation_id=row.allocation_id,
        settlement_id=row.settlement_id,
        version=row.version,
        assessment_id=row.assessment_id,
        assessment_version=row.assessment_version,
        decided_on=row.decided_on,
        decided_by=SettledBy(row.decided_by),
        grounds=SettlementGrounds(row.grounds) if row.grounds else None,
        indicative_pence_per_year=row.indicative_pence_per_year,
        pence_per_year=row.pence_per_year,
        lines=tuple(AllocationLine.model_validate(line) for line in row.lines),
        flags=tuple(row.flags),
        phased=tuple(PhasedYear(year=year, pence_per_year=pence) for year, pence in enumerate(row.yearly_pence, 1)),
    )
