"""The resource allocation system's API: a person's allocation with its working, and the table it came from."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import BaseModel, Field

from braid.contracts.allocation import AllocationLine, AllocationOutcome
from braid.contracts.codes import CouncilCode
from braid.kit.http import Caller, Reading, UnitOfWorkRoute, entity_tag
from braid.kit.identity import Principal
from braid.kit.permissions import Action, may
from braid.kit.problems import not_found, responses
from braid.kit.unit_of_work import UnitOfWork
from services.ras import store
from services.ras.domain.allocation import Outcome
from services.ras.domain.settlement import DecidedBy, Grounds, left_to_practitioner
from services.ras.domain.sums import plain_number
from services.ras.explanation import Explanation, explain, letter
from services.ras.handlers import tables
from services.ras.table_description import published
from services.ras.tables import AllocationRow

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["resource allocation"])

NO_ALLOCATION = (404, "There is no allocation yet, or the record is not yours to see.")


class PointsShareOut(BaseModel):
    """What one domain adds to the points line."""

    domain: str
    title: str
    points_gross_thousandths: int = Field(description="Before help by family and friends was counted.")
    points_net_thousandths: int
    pence_per_year: int
    reasons: list[str]


class DayOut(BaseModel):
    """One kind of day: what the sum would be if every day were such."""

    kind: str = Field(description="good, bad or other.")
    days_per_week: int
    points_thousandths: int
    pence_per_year: int


class CostedHoursOut(BaseModel):
    """The same needs as hours at their price, beside the points figure."""

    lines: list[AllocationLine] = Field(description="They add up to this view exactly.")
    hours_per_week_thousandths: int
    pence_per_year: int
    gap_pence_per_year: int | None = Field(
        description="The allocation less this view; null where a person finds the allocation."
    )


class SettlementOut(BaseModel):
    """A final figure with its author and reason."""

    settlement_id: UUID
    version: int
    allocation_id: UUID = Field(description="The indicative allocation that it was settled on: perhaps an earlier one.")
    indicative_pence_per_year: int | None = Field(description="Of that allocation; null where it had no figure.")
    pence_per_year: int
    decided_on: date
    decided_by: DecidedBy
    author: str
    reason: str
    grounds: Grounds | None
    carer_hours: list[dict[str, str | bool]]
    lines: list[AllocationLine] = Field(description="They add up to the final figure exactly.")
    flags: list[str] = Field(description="What a reader would ask about.")
    yearly_pence: list[int] = Field(description="What each year has where a fall is phased; empty where it is not.")


class LimitOut(BaseModel):
    """A sum that the council's rule names, and what it is."""

    pence_per_year: int
    text: str


class SettlementRuleOut(BaseModel):
    """How the council's rule leads from this figure to a final one. Nothing in it cuts a figure."""

    tolerance_percent: str
    practitioner_from_pence_per_year: int | None = Field(
        description="The least that a practitioner may settle alone; null where every figure is an approver's."
    )
    practitioner_to_pence_per_year: int | None
    soft_limits: list[LimitOut] = Field(description="Above them an approver decides.")
    comparators: list[LimitOut] = Field(description="What another way to meet such needs costs: they only warn.")


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
    days: list[DayOut] | None = Field(description="Empty where the table does not price good and bad days.")
    costed_hours: CostedHoursOut | None = Field(description="Null where the table has no hours.")
    final: SettlementOut | None = Field(description="The latest final figure; null where none has been settled.")
    settlement_rule: SettlementRuleOut


class AnswerWorthOut(BaseModel):
    """What one answer is worth to this person: the figure less the figure with the least answer."""

    question_id: str
    label: str
    answer: str
    pence_per_week: int | None = Field(description="Null where a person finds one of the two figures.")


class NextAnswerOut(BaseModel):
    """What one answer more would move."""

    question_id: str
    label: str
    answer: str
    pence_per_year: int
    is_cliff: bool = Field(description="It alone would move the figure by more than a quarter.")


class CauseOut(BaseModel):
    """One cause of a change."""

    code: str
    text: str
    pence: int


class AnswerChangeOut(BaseModel):
    """An answer that is not what it was."""

    question_id: str
    label: str
    before: str
    now: str
    points_thousandths: int


class ChangeOut(BaseModel):
    """What moved the figure since the allocation before, need and price apart."""

    before_pence_per_year: int
    now_pence_per_year: int
    causes: list[CauseOut] = Field(description="They add up to the change exactly.")
    answers: list[AnswerChangeOut]


class ExplanationOut(BaseModel):
    """How an allocation came about."""

    allocation: AllocationOut
    answers: list[AnswerWorthOut] | None = Field(description="Null where the answers were not kept.")
    next_answers: list[NextAnswerOut]
    change: ChangeOut | None
    why_no_change: str


@router.get(
    "/people/{person_id}/allocation", dependencies=[may(Action.READ_ALLOCATION)], responses=responses(NO_ALLOCATION)
)
async def read_allocation(person_id: UUID, work: Reading, caller: Caller, response: Response) -> AllocationOut:
    """The person's latest indicative allocation, line by line, with the final figure where one is settled."""
    history = await _history(person_id, work, caller)
    response.headers.update(entity_tag(history.version))
    return _allocation_out(history)


@router.get(
    "/people/{person_id}/allocation/explanation",
    dependencies=[may(Action.READ_ALLOCATION)],
    response_model=ExplanationOut,
    responses={
        200: {
            "content": {"text/plain": {"schema": {"type": "string"}}},
            "description": "A letter, or the same as data.",
        },
        **responses(NO_ALLOCATION),
    },
)
async def explain_allocation(
    person_id: UUID, work: Reading, caller: Caller, accept: Annotated[str, Header()] = "application/json"
) -> Response:
    """How the allocation came about: what each answer is worth, and what moved the figure since the last one.

    ``Accept: text/plain`` gives a letter.
    """
    history = await _history(person_id, work, caller)
    explanation = explain(history.allocations)
    if accept.startswith("text/plain"):
        final = history.settlements[-1] if history.settlements else None
        return PlainTextResponse(letter(history.allocations[-1], explanation, final))
    return JSONResponse(_explanation_out(history, explanation).model_dump(mode="json"))


@router.get(
    "/allocation-tables/{council}",
    dependencies=[may(Action.READ_PUBLISHED)],
    responses=responses((404, "The council has published no table.")),
)
async def read_tables(council: CouncilCode, _caller: Caller) -> list[dict[str, Any]]:
    """Every allocation table that a council has published: questions, points, pounds, prices and sources."""
    found = list(published(council))
    if not found:
        raise not_found("allocation table")
    return found


async def _history(person_id: UUID, work: UnitOfWork, caller: Principal) -> store.History:
    history = await store.history(work, person_id) if caller.may_read(person_id) else None
    if history is None or not history.allocations:
        raise not_found("allocation")
    return history


def _allocation_out(history: store.History) -> AllocationOut:
    row: AllocationRow = history.allocations[-1]
    final = history.settlements[-1].model_dump() if history.settlements else None
    return AllocationOut.model_validate({**row.model_dump(), "final": final, "settlement_rule": _rule(row)})


def _rule(row: AllocationRow) -> SettlementRuleOut:
    rule = tables().released(row.table_id, row.table_version).settlement
    left = left_to_practitioner(rule, row.pence_per_year if row.outcome == Outcome.CALCULATED else None)
    return SettlementRuleOut(
        tolerance_percent=plain_number(rule.tolerance * 100),
        practitioner_from_pence_per_year=left[0] if left else None,
        practitioner_to_pence_per_year=left[1] if left else None,
        soft_limits=[LimitOut.model_validate(limit, from_attributes=True) for limit in rule.soft_limits],
        comparators=[LimitOut.model_validate(limit, from_attributes=True) for limit in rule.comparators],
    )


def _explanation_out(history: store.History, explanation: Explanation) -> ExplanationOut:
    return ExplanationOut.model_validate(
        {"allocation": _allocation_out(history), **vars(explanation)}, from_attributes=True
    )
