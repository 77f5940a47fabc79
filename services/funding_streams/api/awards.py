"""What each stream decided on a person: as data, as a letter, and what would have to change where it said no."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field, TypeAdapter
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col, select

from braid.contracts.award import AwardDecided
from braid.contracts.uses_in_words import USES_IN_WORDS
from braid.kit.http import Caller, Reading, UnitOfWorkRoute
from braid.kit.identity import Principal
from braid.kit.permissions import Action, may
from braid.kit.problems import not_found, responses
from braid.kit.unit_of_work import UnitOfWork
from services.funding_streams.api.documents import DecisionOut, WouldChangeOut
from services.funding_streams.api.would_change import would_change
from services.funding_streams.discovery import adapters
from services.funding_streams.domain.decision import Decision
from services.funding_streams.domain.explanation import Words, explained
from services.funding_streams.evaluation import NoSuchStream, one_stream
from services.funding_streams.rule_files import rule_files
from services.funding_streams.stored_case import case_of, has_all, ready
from services.funding_streams.tables import AwardRow

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["funding streams"])

NOTHING_DECIDED = (404, "Nothing has been decided yet, or the record is not yours to see.")

_DECISION = TypeAdapter(Decision)
_IN_PLAIN_TEXT: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "A letter."}
}


class AwardsOut(BaseModel):
    """The latest decision of each stream, each with the trace of its tests and sums."""

    person_id: UUID
    awards: list[AwardDecided] = Field(description="In the order in which the streams are decided.")


@router.get("/people/{person_id}/awards", dependencies=[may(Action.READ_AWARDS)], responses=responses(NOTHING_DECIDED))
async def read_awards(person_id: UUID, work: Reading, caller: Caller) -> AwardsOut:
    """What each stream decided: eligible or not and why, how much, for what, on whose word."""
    rows = await _latest(person_id, work, caller)
    if not rows:
        raise not_found("award")
    in_order = [adapter.stream for adapter in adapters()]
    awards = [AwardDecided.model_validate({**row.decision, "version": row.version}) for row in rows]
    return AwardsOut(person_id=person_id, awards=sorted(awards, key=lambda award: in_order.index(award.stream)))


@router.get(
    "/people/{person_id}/awards/{stream}/explanation",
    dependencies=[may(Action.READ_AWARDS)],
    response_class=PlainTextResponse,
    responses={**_IN_PLAIN_TEXT, **responses(NOTHING_DECIDED)},
)
async def explain_award(person_id: UUID, stream: str, work: Reading, caller: Caller) -> str:
    """The stream's decision as a letter: every test, every sum, every figure with its source, and what follows."""
    row = next((row for row in await _latest(person_id, work, caller) if row.stream == stream), None)
    if row is None:
        raise not_found("award")
    decision = _DECISION.validate_python({name: row.decision[name] for name in DecisionOut.model_fields})
    return explained(decision, in_words())


@router.get(
    "/people/{person_id}/awards/{stream}/what-would-change",
    dependencies=[may(Action.READ_AWARDS)],
    responses=responses(NOTHING_DECIDED),
)
async def read_what_would_change(person_id: UUID, stream: str, work: Reading, caller: Caller) -> WouldChangeOut:
    """What would have to be otherwise for a stream that said no to say yes; the smallest sets, each decided with."""
    row = await case_of(person_id, work) if caller.may_read(person_id) else None
    try:
        panel = one_stream(stream, gated=True)
    except NoSuchStream:
        raise not_found("stream") from None
    if row is None or not has_all(row):
        raise not_found("award")
    case = (await ready(row, work)).case
    (now,) = panel.decide(case)
    return await would_change(case, panel, now)


def in_words() -> Words:
    """Return what facts mean and what uses are called."""
    facts = {name: fact.meaning for name, fact in rule_files().facts.items()}
    return Words(facts, {use.value: words for use, words in USES_IN_WORDS.items()})


async def _latest(person_id: UUID, work: UnitOfWork, caller: Principal) -> Sequence[AwardRow]:
    """Return the latest decision of each stream; none where the record is not the caller's to see."""
    if not caller.may_read(person_id):
        return []
    query = (
        select(AwardRow)
        .where(AwardRow.person_id == person_id)
        .order_by(col(AwardRow.award_id), col(AwardRow.version).desc())
        .ext(distinct_on(col(AwardRow.award_id)))
    )
    return (await work.session.scalars(query)).all()
