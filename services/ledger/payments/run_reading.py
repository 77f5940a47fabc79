"""What can be asked about runs and payments: lists, sums, and what a person was paid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import literal, text, tuple_
from sqlalchemy.engine import RowMapping
from sqlmodel import col, select

from braid.kit.unit_of_work import UnitOfWork
from services.ledger.domain.payments.results import ItemState
from services.ledger.payments.tables import PaymentRunRow


@dataclass(frozen=True)
class RunTotals:
    """How many payments of a run have got how far, and what they come to."""

    items: dict[ItemState, int]
    pence: dict[ItemState, int]


@dataclass(frozen=True)
class ItemsOfRun:
    """Which payments of a run are asked for: those in a state, after one of them."""

    run_id: UUID
    state: ItemState | None
    after: UUID
    limit: int


async def runs_page(work: UnitOfWork, limit: int, before: tuple[date, int] | None) -> Sequence[PaymentRunRow]:
    """The council's latest runs; those before a day and number, where they are told."""
    query = select(PaymentRunRow).order_by(col(PaymentRunRow.due_by).desc(), col(PaymentRunRow.number).desc())
    if before:
        query = query.where(tuple_(PaymentRunRow.due_by, PaymentRunRow.number) < tuple_(*map(literal, before)))
    return (await work.session.scalars(query.limit(limit))).all()


async def run_totals(work: UnitOfWork, run_id: UUID) -> RunTotals:
    """The sums of a run."""
    query = text(
        "SELECT state, count(*) AS items, sum(sent_pence)::bigint AS pence FROM payment_item"
        " WHERE run_id = :run_id GROUP BY state ORDER BY state"
    )
    rows = (await work.session.execute(query, {"run_id": run_id})).all()
    return RunTotals(
        {ItemState(row.state): row.items for row in rows}, {ItemState(row.state): row.pence for row in rows}
    )


async def items_page(work: UnitOfWork, asked: ItemsOfRun) -> Sequence[RowMapping]:
    """Payments of a run, in the order of what is due."""
    query = text(
        "SELECT i.payment_id, i.due_id, d.person_id, d.period_from, d.period_to, i.sent_pence, d.kept_pence, i.state,"
        " i.reasons FROM payment_item i JOIN payment_due d USING (due_id)"
        " WHERE i.run_id = :run_id AND i.due_id > :after AND (CAST(:state AS text) IS NULL OR i.state = :state)"
        " ORDER BY i.due_id LIMIT :limit"
    )
    values = {"run_id": asked.run_id, "after": asked.after, "state": asked.state, "limit": asked.limit}
    return (await work.session.execute(query, values)).mappings().all()


async def payments_of(work: UnitOfWork, budget_id: UUID) -> Sequence[RowMapping]:
    """Everything that is or was due from a budget, each with its latest attempt and its parts by fund."""
    return (await work.session.execute(_PAYMENTS_OF_BUDGET, {"budget_id": budget_id})).mappings().all()


_PAYMENTS_OF_BUDGET = text(
    """
    SELECT d.due_id, d.due_kind, d.period_from, d.period_to, d.due_on, d.gross_pence, d.kept_pence, d.reference,
        d.working, d.state AS due_state, i.payment_id, i.state AS item_state, i.reasons, r.pay_on,
        (
            SELECT jsonb_agg(
                jsonb_build_object('fund_id', t.fund_id, 'stream', t.stream, 'use', t.use, 'pence', t.pence)
                ORDER BY t.number
            ) FROM payment_part t WHERE t.due_id = d.due_id
        ) AS parts
    FROM payment_due d
    LEFT JOIN LATERAL (
        SELECT x.payment_id, x.state, x.reasons, x.run_id FROM payment_item x WHERE x.due_id = d.due_id
        ORDER BY x.recorded_at DESC, x.payment_id LIMIT 1
    ) i ON true
    LEFT JOIN payment_run r ON r.run_id = i.run_id
    WHERE d.budget_id = :budget_id ORDER BY d.due_on, d.due_id
    """
)
