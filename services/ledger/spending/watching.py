"""Watching budgets: where each fund and item stands, and alerts raised once and cleared when their cause has gone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5

from sqlalchemy import func, text
from sqlmodel import col, select, tuple_

from braid.contracts.budget import AlertCleared, AlertRaised
from braid.contracts.budget import AlertKind as KindTold
from braid.kit.unit_of_work import UnitOfWork
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.journal import EntryKind
from services.ledger.domain.statements.recorded import RecordedEntry
from services.ledger.domain.watching.alerts import (
    AlertKind,
    Cause,
    HeldMoney,
    ItemActual,
    causes,
    changes,
)
from services.ledger.domain.watching.forecast import FundMovement, FundPosition
from services.ledger.domain.watching.settings import WatchingSettings
from services.ledger.spending import purse_store, settings_store
from services.ledger.spending.items_store import items_of
from services.ledger.spending.purse import FundRules, Held
from services.ledger.spending.tables import BudgetAlertRow
from services.ledger.statements import reading
from services.ledger.tables import BudgetRow

#: What is put into a fund, or taken out of it other than by spending.
_AWARDED = frozenset({EntryKind.AWARD, EntryKind.AWARD_REVISION, EntryKind.CARRY_OVER, EntryKind.TRANSFER})
_TAKEN_OUT = frozenset({EntryKind.RECOVERY, EntryKind.GIVEN_BACK})
_FUNDS_OWN = frozenset({Account.FUND_AVAILABLE, Account.FUND_COMMITTED, Account.FUND_ADVANCED})


@dataclass(frozen=True)
class Position:
    """Where a budget stands on a day, as known at a time."""

    funds: tuple[FundPosition, ...]
    items: tuple[ItemActual, ...]
    held: tuple[HeldMoney, ...]
    settings: WatchingSettings


async def position_of(work: UnitOfWork, budget_id: UUID, on: date, known_at: datetime) -> Position:
    """Where a budget stands on a day, as known at a time."""
    entries = await reading.entries_of_budget(work, budget_id, on, known_at)
    funds = await purse_store.rules_of(work, budget_id)
    items = await items_of(work, budget_id)
    spent = await _spent_on_items(work, budget_id, on, known_at)
    held = await purse_store.held_of(work, budget_id)
    return Position(
        tuple(_fund_position(rules, entries) for rules in funds if rules.is_confirmed and rules.is_money),
        tuple(ItemActual(one.item, spent.get(item_id, 0)) for item_id, one in items.items() if not one.is_withdrawn),
        tuple(_held_money(one, funds) for one in held if one.pence > 0),
        await settings_store.watching_settings(work),
    )


async def watch(work: UnitOfWork, budget_id: UUID, person_id: UUID, on: date) -> Sequence[BudgetAlertRow]:
    """Raise what is new and clear what has gone; returns the alerts that are open now."""
    await work.lock_person(person_id)
    position = await position_of(work, budget_id, on, work.now)
    found = causes(position.funds, position.items, position.held, on, position.settings)
    rows = {(AlertKind(row.kind), row.about): row for row in await open_alerts(work, budget_id)}
    told = changes(found, rows)
    for key in told.cleared:
        row = rows[key]
        row.cleared_on = max(on, row.raised_on)
        work.session.add(row)
        await work.publish(_cleared(row, person_id))
    await work.session.flush()
    for cause in told.raised:
        row = await _raise(work, budget_id, cause, on)
        await work.publish(_raised(row, person_id))
    await work.session.flush()
    return await open_alerts(work, budget_id)


async def watch_some(work: UnitOfWork, after: UUID | None, on: date, most: int) -> list[UUID]:
    """Look at some of the council's budgets, in the order of their ids; returns those."""
    query = select(BudgetRow).order_by(col(BudgetRow.budget_id)).limit(most)
    if after:
        query = query.where(BudgetRow.budget_id > after)
    budgets = (await work.session.scalars(query)).all()
    # In the order of the locks that everybody takes: two such runs wait for each other and never in a ring.
    for budget in sorted(budgets, key=lambda budget: budget.person_id):
        await work.lock_person(budget.person_id)
    for budget in budgets:
        await watch(work, budget.budget_id, budget.person_id, on)
    return [budget.budget_id for budget in budgets]


async def open_alerts(work: UnitOfWork, budget_id: UUID) -> Sequence[BudgetAlertRow]:
    """The alerts of a budget that are open, in a stated order."""
    query = select(BudgetAlertRow).where(
        BudgetAlertRow.budget_id == budget_id, col(BudgetAlertRow.cleared_on).is_(None)
    )
    return (await work.session.scalars(query.order_by(col(BudgetAlertRow.kind), col(BudgetAlertRow.about)))).all()


async def alerts_page(
    work: UnitOfWork, *, is_open: bool | None, after: tuple[date, UUID] | None, most: int
) -> Sequence[BudgetAlertRow]:
    """Alerts of the council, the earliest first, from after one on."""
    query = select(BudgetAlertRow)
    if is_open is not None:
        cleared = col(BudgetAlertRow.cleared_on)
        query = query.where(cleared.is_(None) if is_open else cleared.is_not(None))
    if after:
        query = query.where(tuple_(BudgetAlertRow.raised_on, BudgetAlertRow.alert_id) > after)
    query = query.order_by(col(BudgetAlertRow.raised_on), col(BudgetAlertRow.alert_id)).limit(most)
    return (await work.session.scalars(query)).all()


async def _raise(work: UnitOfWork, budget_id: UUID, cause: Cause, on: date) -> BudgetAlertRow:
    earlier = select(func.count()).where(
        BudgetAlertRow.budget_id == budget_id,
        BudgetAlertRow.kind == cause.kind.value,
        BudgetAlertRow.about == cause.about,
    )
    number = await work.session.scalar(earlier) or 0
    row = BudgetAlertRow(
        alert_id=uuid5(budget_id, f"alert/{cause.kind}/{cause.about}/{number}"),
        council=work.council,
        budget_id=budget_id,
        kind=cause.kind.value,
        about=cause.about,
        text=cause.text,
        pence=cause.pence,
        raised_on=on,
    )
    work.session.add(row)
    return row


async def _spent_on_items(work: UnitOfWork, budget_id: UUID, on: date, known_at: datetime) -> dict[UUID, int]:
    query = text(
        "SELECT p.item_id, sum(p.pence)::bigint AS pence FROM spend_part p"
        " JOIN journal_entry e ON e.council = p.council AND e.entry_id = p.entry_id"
        " WHERE p.budget_id = :budget_id AND e.value_date <= :until AND p.recorded_at <= :known_at"
        " AND p.item_id IS NOT NULL GROUP BY p.item_id"
    )
    rows = await work.session.execute(query, {"budget_id": budget_id, "until": on, "known_at": known_at})
    return {row.item_id: row.pence for row in rows}


def _fund_position(rules: FundRules, entries: Iterable[RecordedEntry]) -> FundPosition:
    of_fund = [one for one in entries if any(leg.fund_id == rules.fund_id for leg in one.legs)]
    awarded = sum(_put_in(one, rules.fund_id) for one in of_fund)
    movements = (_movement(one, rules.fund_id) for one in of_fund)
    return FundPosition(
        rules.fund_id,
        rules.stream,
        rules.name,
        rules.starts_on,
        rules.ends_on,
        awarded,
        sum(one.change_pence({Account.FUND_COMMITTED}, rules.fund_id) for one in of_fund),
        sum(one.change_pence({Account.FUND_ADVANCED}, rules.fund_id) for one in of_fund),
        tuple(one for one in movements if one.spent_pence),
    )


def _put_in(one: RecordedEntry, fund_id: UUID) -> int:
    return one.change_pence(_FUNDS_OWN, fund_id) if one.kind in _AWARDED | _TAKEN_OUT else 0


def _movement(one: RecordedEntry, fund_id: UUID) -> FundMovement:
    spent = one.change_pence({Account.FUND_PAID}, fund_id)
    from_held = -one.change_pence({Account.FUND_COMMITTED}, fund_id)
    return FundMovement(one.value_date, spent, min(spent, from_held) if from_held > 0 else 0)


def _held_money(one: Held, funds: Iterable[FundRules]) -> HeldMoney:
    ends_on = next((fund.ends_on for fund in funds if fund.fund_id == one.fund_id), date.max)
    return HeldMoney(one.commitment_id, one.fund_id, one.pence, one.expires_on or ends_on)


def _raised(row: BudgetAlertRow, person_id: UUID) -> AlertRaised:
    return AlertRaised(
        person_id=person_id,
        council=row.council,
        budget_id=row.budget_id,
        alert_id=row.alert_id,
        kind=KindTold(row.kind),
        about=row.about,
        pence=row.pence,
        raised_on=row.raised_on,
    )


def _cleared(row: BudgetAlertRow, person_id: UUID) -> AlertCleared:
    assert row.cleared_on is not None
    return AlertCleared(
        person_id=person_id,
        council=row.council,
        budget_id=row.budget_id,
        alert_id=row.alert_id,
        kind=KindTold(row.kind),
        about=row.about,
        cleared_on=row.cleared_on,
    )
