"""The funding streams' API: what each stream decided on a person, and on what grounds."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col, select

from braid.contracts.award import AwardDecided
from braid.kit.http import Caller, Reading, UnitOfWorkRoute
from braid.kit.problems import not_found, responses
from services.funding_streams.discovery import adapters
from services.funding_streams.tables import AwardRow

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["funding streams"])


class AwardsOut(BaseModel):
    """The latest decision of each stream, each with the trace of its tests and sums."""

    person_id: UUID
    awards: list[AwardDecided] = Field(description="In the order in which the streams are decided.")


@router.get(
    "/people/{person_id}/awards",
    responses=responses((404, "Nothing has been decided yet, or the record is not yours to see.")),
)
async def read_awards(person_id: UUID, work: Reading, caller: Caller) -> AwardsOut:
    """What each stream decided: eligible or not and why, how much, for what, on whose word."""
    query = (
        select(AwardRow)
        .where(AwardRow.person_id == person_id)
        .order_by(col(AwardRow.award_id), col(AwardRow.version).desc())
        .ext(distinct_on(col(AwardRow.award_id)))
    )
    rows = (await work.session.scalars(query)).all() if caller.may_read(person_id) else []
    if not rows:
        raise not_found("award")
    in_order = [adapter.stream for adapter in adapters()]
    awards = [AwardDecided.model_validate({**row.decision, "version": row.version}) for row in rows]
    return AwardsOut(person_id=person_id, awards=sorted(awards, key=lambda award: in_order.index(award.stream)))
