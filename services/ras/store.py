"""Queries of the resource allocation system: a person's figures, indicative and final."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select

from braid.kit.unit_of_work import UnitOfWork
from services.ras.tables import AllocationRow, SettlementRow


@dataclass(frozen=True)
class History:
    """Every figure of a person, each kind oldest first."""

    allocations: Sequence[AllocationRow]
    settlements: Sequence[SettlementRow]

    @property
    def version(self) -> int:
        """How many figures there are: rises with each, so that a decision on an older view is noticed."""
        return len(self.allocations) + len(self.settlements)


async def latest_allocation(work: UnitOfWork, person_id: UUID) -> AllocationRow | None:
    query = select(AllocationRow).where(AllocationRow.person_id == person_id)
    return (await work.session.scalars(query.order_by(col(AllocationRow.version).desc()).limit(1))).first()


async def history(work: UnitOfWork, person_id: UUID) -> History:
    allocations = select(AllocationRow).where(AllocationRow.person_id == person_id)
    settlements = select(SettlementRow).where(SettlementRow.person_id == person_id)
    return History(
        (await work.session.scalars(allocations.order_by(col(AllocationRow.version)))).all(),
        (await work.session.scalars(settlements.order_by(col(SettlementRow.version)))).all(),
    )
