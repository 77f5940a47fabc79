"""Queries in the database, with everything that was said."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select, tuple_

from braid.kit.unit_of_work import UnitOfWork
from services.ledger.domain.spending.queries import Answer, Owner, Query, QueryKind, Step
from services.ledger.spending.tables import SpendQueryRow, SpendQueryStepRow


def keep(
    work: UnitOfWork, budget_id: UUID, query: Query, *, changed_line: dict[str, Any] | None = None
) -> SpendQueryRow:
    """Keep a new query with its first step."""
    row = SpendQueryRow(
        council=work.council,
        query_id=query.query_id,
        budget_id=budget_id,
        spend_id=query.spend_id,
        kind=query.kind.value,
        pence=query.pence,
        reasons=list(query.reasons),
        owner=query.owner.value,
        raised_on=query.raised_on,
        due_on=query.due_on,
        changed_line=changed_line,
    )
    work.session.add(row)
    _add_step(work, query, len(query.history))
    return row


async def keep_answer(work: UnitOfWork, row: SpendQueryRow, query: Query, on: date) -> None:
    """Keep the answer to a query, or what was proposed."""
    if query.answer is not None:
        row.answer, row.answered_on = query.answer.value, on
        work.session.add(row)
    _add_step(work, query, len(query.history))
    await work.session.flush()


async def keep_asked_again(work: UnitOfWork, row: SpendQueryRow, query: Query) -> None:
    """Keep that a query is open again."""
    row.answer, row.answered_on = None, None
    work.session.add(row)
    _add_step(work, query, len(query.history))
    await work.session.flush()


async def read(work: UnitOfWork, query_id: UUID) -> tuple[SpendQueryRow, Query] | None:
    """A query, locked until the transaction ends."""
    found = select(SpendQueryRow).where(SpendQueryRow.query_id == query_id).with_for_update()
    row = (await work.session.scalars(found)).first()
    return (row, query_of(row, await steps_of(work, [query_id]))) if row else None


async def numbers_of(work: UnitOfWork, budget_id: UUID) -> dict[UUID, int]:
    """How many queries each spend of a budget has had."""
    query = (
        select(SpendQueryRow.spend_id, func.count())
        .where(SpendQueryRow.budget_id == budget_id)
        .group_by(col(SpendQueryRow.spend_id))
    )
    return {row[0]: row[1] for row in await work.session.execute(query)}


async def is_asked_about(work: UnitOfWork, spend_id: UUID) -> bool:
    """Whether a question about a spend is open."""
    query = select(SpendQueryRow.query_id).where(
        SpendQueryRow.spend_id == spend_id, col(SpendQueryRow.answer).is_(None)
    )
    return (await work.session.execute(query)).first() is not None


async def was_asked_about_change(work: UnitOfWork, spend_id: UUID, changed_line: dict[str, Any]) -> bool:
    """Whether somebody was asked about this very change already."""
    query = select(SpendQueryRow.query_id).where(
        SpendQueryRow.spend_id == spend_id,
        SpendQueryRow.kind == QueryKind.LINE_CHANGED.value,
        SpendQueryRow.changed_line == changed_line,
    )
    return (await work.session.execute(query)).first() is not None


async def page(
    work: UnitOfWork,
    *,
    budget_id: UUID | None,
    owner: str | None,
    is_open: bool | None,
    after: tuple[date, UUID] | None,
    most: int,
) -> Sequence[SpendQueryRow]:
    """Queries in the order in which they fall due, from after one on."""
    query = select(SpendQueryRow)
    if budget_id:
        query = query.where(SpendQueryRow.budget_id == budget_id)
    if owner:
        query = query.where(SpendQueryRow.owner == owner)
    if is_open is not None:
        answer = col(SpendQueryRow.answer)
        query = query.where(answer.is_(None) if is_open else answer.is_not(None))
    if after:
        query = query.where(tuple_(SpendQueryRow.due_on, SpendQueryRow.query_id) > after)
    query = query.order_by(col(SpendQueryRow.due_on), col(SpendQueryRow.query_id)).limit(most)
    return (await work.session.scalars(query)).all()


async def steps_of(work: UnitOfWork, query_ids: Sequence[UUID]) -> dict[UUID, list[Step]]:
    """What happened to queries, in order."""
    query = select(SpendQueryStepRow).where(col(SpendQueryStepRow.query_id).in_(query_ids))
    steps: dict[UUID, list[Step]] = {query_id: [] for query_id in query_ids}
    for row in await work.session.scalars(query.order_by(col(SpendQueryStepRow.number))):
        steps[row.query_id].append(Step(row.happened_on, row.by, row.words))
    return steps


def query_of(row: SpendQueryRow, steps: dict[UUID, list[Step]]) -> Query:
    """A stored query as the rules see it."""
    return Query(
        row.query_id,
        row.spend_id,
        QueryKind(row.kind),
        row.pence,
        tuple(row.reasons),
        Owner(row.owner),
        row.raised_on,
        row.due_on,
        Answer(row.answer) if row.answer else None,
        tuple(steps[row.query_id]),
    )


def _add_step(work: UnitOfWork, query: Query, number: int) -> None:
    step = query.history[-1]
    work.session.add(
        SpendQueryStepRow(
            council=work.council,
            query_id=query.query_id,
            number=number,
            happened_on=step.on,
            by=step.by,
            words=step.words,
        )
    )
