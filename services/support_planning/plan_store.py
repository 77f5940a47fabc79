"""Plans in PostgreSQL: each as it stands, and every version that it had."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, text
from sqlalchemy.dialects.postgresql import insert as insert_or_skip
from sqlmodel import col, select

from braid.kit.unit_of_work import UnitOfWork
from services.support_planning.content import Content
from services.support_planning.domain.lifecycle import State, Step
from services.support_planning.tables import AwardRow, HoldingChangeRow, PlanChangeRow, PlanItemRow, PlanRow


async def plan(work: UnitOfWork, plan_id: UUID, *, for_update: bool = False) -> PlanRow | None:
    """A plan; for update, nobody else changes it until the transaction ends."""
    query = select(PlanRow).where(PlanRow.plan_id == plan_id)
    return (await work.session.scalars(query.with_for_update() if for_update else query)).first()


async def plans_of(work: UnitOfWork, person_id: UUID) -> Sequence[PlanRow]:
    """A person's plans, oldest first."""
    query = select(PlanRow).where(PlanRow.person_id == person_id).order_by(col(PlanRow.number))
    return (await work.session.scalars(query)).all()


async def in_force(work: UnitOfWork, person_id: UUID, on: date) -> PlanRow | None:
    """The approved plan that holds on a day: the one that took effect last."""
    begun = [
        one
        for one in await plans_of(work, person_id)
        if one.state == State.APPROVED and one.effective_from is not None and one.effective_from <= on
    ]
    return max(begun, key=lambda one: (one.effective_from or date.min, one.number), default=None)


async def latest_approved(work: UnitOfWork, person_id: UUID) -> PlanRow | None:
    """The approved plan that was made last, whether or not its first day has come."""
    approved = [one for one in await plans_of(work, person_id) if one.state == State.APPROVED]
    return approved[-1] if approved else None


async def approved_before(work: UnitOfWork, row: PlanRow) -> PlanRow | None:
    """The approved plan that a plan would take the place of."""
    approved = [
        one for one in await plans_of(work, row.person_id) if one.state == State.APPROVED and one.number < row.number
    ]
    return approved[-1] if approved else None


_PLACE = "submission ->> 'submitted_on', -(submission ->> 'pence_in_a_year')::bigint, plan_id"
_SUBMITTED = "SELECT plan_id, person_id, version, submission FROM plan WHERE council = :council AND state = 'submitted'"
_IN_ORDER = f" ORDER BY {_PLACE} LIMIT :most"
#: A page of the queue, in the order of its index.
SUBMITTED = _SUBMITTED + _IN_ORDER
SUBMITTED_AFTER = f"{_SUBMITTED} AND ({_PLACE}) > (:day, CAST(:pence AS bigint), CAST(:plan_id AS uuid))" + _IN_ORDER


@dataclass(frozen=True)
class Submitted:
    """A plan that waits for a decision, and how it was handed in."""

    plan_id: UUID
    person_id: UUID
    version: int
    submission: dict[str, Any]


async def submitted(work: UnitOfWork, after: tuple[date, int, UUID] | None, most: int) -> Sequence[Submitted]:
    """The council's plans that wait for a decision: the longest wait first, then what costs most.

    Args:
        work: the unit of work.
        after: day, pence below zero and id of the last plan that the caller has.
        most: how many to return at most.
    """
    day, pence, plan_id = after or (None, None, None)
    values = {"council": work.council, "day": day and day.isoformat(), "pence": pence, "plan_id": plan_id, "most": most}
    rows = await work.session.execute(text(SUBMITTED_AFTER if after else SUBMITTED), values)
    return [Submitted(row.plan_id, row.person_id, row.version, row.submission or {}) for row in rows]


async def next_number(work: UnitOfWork, person_id: UUID) -> int:
    """The number of a person's next plan."""
    return (
        int(await work.session.scalar(select(func.max(PlanRow.number)).where(PlanRow.person_id == person_id)) or 0) + 1
    )


async def save(work: UnitOfWork, row: PlanRow, step: Step, *, reason: str, by: str) -> None:
    """Keep a plan as it is now as its next version, beside all earlier ones."""
    row.version += 1
    work.session.add(row)
    work.session.add(
        PlanChangeRow(
            plan_id=row.plan_id,
            version=row.version,
            council=row.council,
            step=step.value,
            state=row.state,
            content=row.content,
            reason=reason,
            changed_by=by,
            changed_at=work.now,
        )
    )
    await work.session.flush()


async def others_items(work: UnitOfWork, person_id: UUID, item_ids: Sequence[UUID]) -> set[UUID]:
    """Claim items for a person; returns those that are somebody else's, at this council or another."""
    if not item_ids:
        return set()
    rows = [{"item_id": item_id, "council": work.council, "person_id": person_id} for item_id in item_ids]
    await work.session.execute(insert_or_skip(PlanItemRow).values(rows).on_conflict_do_nothing())
    query = select(PlanItemRow.item_id).where(
        PlanItemRow.person_id == person_id, col(PlanItemRow.item_id).in_(item_ids)
    )
    return set(item_ids) - set(await work.session.scalars(query))


async def changes(work: UnitOfWork, plan_id: UUID) -> Sequence[PlanChangeRow]:
    """Every version of a plan, oldest first."""
    query = select(PlanChangeRow).where(PlanChangeRow.plan_id == plan_id).order_by(col(PlanChangeRow.version))
    return (await work.session.scalars(query)).all()


async def version(work: UnitOfWork, plan_id: UUID, number: int) -> PlanChangeRow | None:
    """One version of a plan."""
    return await work.session.get(PlanChangeRow, (plan_id, number))


def content_of(kept: dict[str, Any]) -> Content:
    """A plan's content as it was kept."""
    return Content.model_validate(kept)


async def awards_of(work: UnitOfWork, person_id: UUID) -> Sequence[AwardRow]:
    """The latest decision of each stream on a person, by stream."""
    query = select(AwardRow).where(AwardRow.person_id == person_id).order_by(col(AwardRow.stream))
    return (await work.session.scalars(query)).all()


async def holding_changes(work: UnitOfWork, plan_id: UUID) -> Sequence[HoldingChangeRow]:
    """How a plan's money is held, every change of it, oldest first."""
    query = select(HoldingChangeRow).where(HoldingChangeRow.plan_id == plan_id)
    return (await work.session.scalars(query.order_by(col(HoldingChangeRow.number)))).all()
