"""The resource allocation system's API: a person's allocation with its working, and the table it came from."""

from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlmodel import col, select

from braid.contracts.allocation import AllocationLine, AllocationOutcome
from braid.contracts.codes import CouncilCode
from braid.kit.http import Caller, Reading, UnitOfWorkRoute
from braid.kit.problems import not_found, responses
from services.ras.table_description import published
from services.ras.tables import AllocationRow

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["resource allocation"])


class PointsShareOut(BaseModel):
    """What one domain adds to the points line."""

    domain: str
    title: str
    points_gross_thousandths: int = Field(description="Before help by family and friends was counted.")
    points_net_thousandths: int
    pence_per_year: int
    reasons: list[str]


class AllocationOut(BaseModel):
    """An indicative allocation: a starting point for planning, never a decision."""

    allocation_id: UUID
    person_id: UUID
    version: int
    assessment_id: UUID
    assessment_version: int
    outcome: AllocationOutcome
    table_id: str
    table_version: int
    as_of: date
    points_thousandths: int
    pence_per_year: int
    lines: list[AllocationLine] = Field(description="They add up to the allocation exactly.")
    points_explanation: list[PointsShareOut] = Field(description="They add up to the points line exactly.")
    notes: list[str]


@router.get(
    "/people/{person_id}/allocation",
    responses=responses((404, "There is no allocation yet, or the record is not yours to see.")),
)
async def read_allocation(person_id: UUID, work: Reading, caller: Caller) -> AllocationOut:
    """The person's latest indicative allocation, line by line."""
    query = (
        select(AllocationRow).where(AllocationRow.person_id == person_id).order_by(col(AllocationRow.version).desc())
    )
    row = (await work.session.scalars(query.limit(1))).first() if caller.may_read(person_id) else None
    if row is None:
        raise not_found("allocation")
    return AllocationOut.model_validate(row.model_dump())


@router.get("/allocation-tables/{council}", responses=responses((404, "The council has published no table.")))
async def read_tables(council: CouncilCode, _caller: Caller) -> list[dict[str, Any]]:
    """Every allocation table that a council has published: questions, points, pounds, prices and sources."""
    found = list(published(council))
    if not found:
        raise not_found("allocation table")
    return found
