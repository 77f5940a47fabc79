"""What a review compares: needs, money, outcomes and spending, when the plan was handed in and now."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from braid.kit.unit_of_work import UnitOfWork
from services.support_planning import agreed_needs, plan_store
from services.support_planning.asking_the_ledger import AskedByCaller, CannotBeCheckedNow, NoBudget
from services.support_planning.content import plan_of
from services.support_planning.domain.falling_due import Span, times_due
from services.support_planning.domain.needs import Direction
from services.support_planning.domain.needs import Part as NeedPart
from services.support_planning.domain.plan import CostedItem, Outcome, Plan
from services.support_planning.domain.reviews import Compared, Met, OutcomeCompared
from services.support_planning.tables import PlanRow, ReviewRow


class _Told(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class AssessmentTold(_Told):
    """An agreed assessment."""

    assessment_id: UUID
    agreed_on: date


class NeedDifferenceOut(_Told):
    """A part of the needs that is not as it was."""

    part: NeedPart
    name: str
    label: str
    domain: str | None
    then: list[str] = Field(description="Codes or a number; empty where it was not asked or not known.")
    now: list[str]
    direction: Direction = Field(
        description="Whether it is less need than it was, or more; other: the answers cannot be ranked, and a"
        " practitioner says in ``judged`` whether they are less."
    )


class NeedsComparedOut(_Told):
    """Needs when the plan was handed in, and now."""

    then: AssessmentTold | None
    now: AssessmentTold | None
    is_reassessed: bool
    differences: list[NeedDifferenceOut]


class OutcomeComparedOut(_Told):
    """An outcome of the plan, with what was planned and spent for it."""

    outcome_id: str
    text: str
    planned_pence: int = Field(description="Of its items until that day; an item for two outcomes counts with both.")
    spent_pence: int | None
    met_before: Met | None = Field(description="By the review before this one.")


class ComparedOut(_Told):
    """What a review looks at: then, when the plan was handed in, and now. It is kept so with the result."""

    needs: NeedsComparedOut
    outcomes: list[OutcomeComparedOut]
    awards_then: dict[str, int] = Field(description="Pence by stream.")
    awards_now: dict[str, int]
    planned_pence: int = Field(description="What the plan costs until that day.")
    spent_pence: int | None = Field(description="Held for its items or spent on them; null while the ledger is away.")
    by_item: dict[str, int]


async def compared(
    work: UnitOfWork, row: ReviewRow, earlier: Sequence[ReviewRow], ledger: AskedByCaller, on: date
) -> Compared:
    """What a review looks at.

    Args:
        earlier: reviews of the same person.
        on: until which day plan and spending are counted.
    """
    kept = await plan_store.plan(work, row.plan_id) if row.plan_id else None
    submission: Mapping[str, Any] | None = kept.submission if kept else None
    planned = _planned_until(kept, on) if kept else {}
    spent = await _spent(row.person_id, kept, ledger) if kept else {}
    return Compared(
        needs=await agreed_needs.compared(work, row.person_id, submission),
        outcomes=tuple(_outcomes(_plan_of(kept), planned, spent, _last_met(row, earlier)) if kept else ()),
        awards_then=submission["awards"] if submission else {},
        awards_now={one.stream: one.amount_pence for one in await plan_store.awards_of(work, row.person_id)},
        planned_pence=sum(planned.values()),
        spent_pence=None if spent is None else sum(spent.values()),
        by_item=spent or {},
    )


def _plan_of(row: PlanRow) -> Plan:
    return plan_of(plan_store.content_of(row.content))


async def _spent(person_id: UUID, row: PlanRow, ledger: AskedByCaller) -> Mapping[str, int] | None:
    """What is held for each item or was spent on it, by the plan check; None where it cannot be asked."""
    try:
        told = await ledger.check(person_id, list(_plan_of(row).costed()))
    except (CannotBeCheckedNow, NoBudget):
        return None
    spent: dict[str, int] = {}
    for one in told.payments:
        if one.is_done:
            spent[str(one.item_id)] = spent.get(str(one.item_id), 0) + one.pence
    return spent


def _planned_until(row: PlanRow, on: date) -> Mapping[str, int]:
    return {one.item.item_id: _pence_until(one, on) for one in _plan_of(row).costed() if one.span.starts_on <= on}


def _pence_until(one: CostedItem, on: date) -> int:
    return one.pence * times_due(one.cadence, Span(one.span.starts_on, min(one.span.ends_on, on)))


def _outcomes(
    plan: Plan, planned: Mapping[str, int], spent: Mapping[str, int] | None, met: Mapping[str, str]
) -> Iterable[OutcomeCompared]:
    for outcome in plan.outcomes:
        items = _items_for(outcome, plan)
        yield OutcomeCompared(
            outcome_id=outcome.outcome_id,
            text=outcome.text,
            planned_pence=sum(planned.get(item_id, 0) for item_id in items),
            spent_pence=None if spent is None else sum(spent.get(item_id, 0) for item_id in items),
            met_before=Met(met[outcome.outcome_id]) if outcome.outcome_id in met else None,
        )


def _items_for(outcome: Outcome, plan: Plan) -> Sequence[str]:
    return [item.item_id for item in plan.items if outcome.outcome_id in item.outcome_ids]


def _last_met(row: ReviewRow, earlier: Iterable[ReviewRow]) -> Mapping[str, str]:
    """How far outcomes were met by the review of the same plan that was held last before this one."""
    held = [
        (one.held_on, one.result)
        for one in earlier
        if one.plan_id == row.plan_id and one.held_on and one.result and (not row.held_on or one.held_on < row.held_on)
    ]
    met: Mapping[str, str] = max(held, key=lambda pair: pair[0])[1]["met"] if held else {}
    return met
