"""What the resource allocation system tells: indicative and final figures."""

from braid.contracts.allocation import AllocationOutcome, AllocationSettled, IndicativeAllocationCalculated
from braid.kit.unit_of_work import UnitOfWork
from services.outcomes.domain.told import AllocationTold, SettlementTold
from services.outcomes.told_store import keep


async def hear_allocation(event: IndicativeAllocationCalculated, work: UnitOfWork) -> None:
    """Hear of a first figure, or that there is none and somebody has to settle one."""
    pence = event.pence_per_year if event.outcome is AllocationOutcome.CALCULATED else None
    await keep(work, event.person_id, AllocationTold(event.assessment_id, event.version, event.as_of, pence))


async def hear_settlement(event: AllocationSettled, work: UnitOfWork) -> None:
    """Hear of a final figure."""
    told = SettlementTold(event.version, event.decided_on, event.indicative_pence_per_year, event.pence_per_year)
    await keep(work, event.person_id, told)
