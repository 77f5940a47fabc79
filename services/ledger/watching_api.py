"""The API of watching: planned against actual, forecasts, and alerts to a person."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from braid.kit.http import Caller, Reading, UnitOfWorkRoute, Writing
from braid.kit.paging import Cursor, cursor_of, day_place
from braid.kit.permissions import Action, may
from braid.kit.problems import responses
from services.ledger.domain.watching.comparison import against_plan
from services.ledger.domain.watching.forecast import forecast
from services.ledger.queries import people_of
from services.ledger.spending import watching
from services.ledger.spending.tables import BudgetAlertRow
from services.ledger.statements.asking import KnownAt, budget_of, known_time

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["watching"])

_ALERTS_A_PAGE = 200
_BUDGETS_AT_ONCE = 100

_NOT_YOURS = (404, "No budget is open for this person, or the record is not yours to see.")


class AlertOut(BaseModel):
    """What somebody should look at; nothing was stopped because of it."""

    alert_id: UUID
    budget_id: UUID
    person_id: UUID = Field(description="Whose budget it is.")
    kind: str
    about: UUID = Field(description="The fund, the item of the plan or the commitment.")
    text: str
    pence: int
    raised_on: date
    cleared_on: date | None


class AlertsOut(BaseModel):
    """A page of alerts, the earliest first."""

    alerts: list[AlertOut]
    next: str | None


class WatchedOut(BaseModel):
    """How many budgets were looked at."""

    watched: int
    next: UUID | None = Field(description="What to send as ``after`` to go on.")


class ItemStandingOut(BaseModel):
    """An item of the plan: planned against spent."""

    item_id: UUID
    text: str
    planned_pence: int
    spent_pence: int
    difference_pence: int
    to_come_pence: int


class ForecastLineOut(BaseModel):
    """One line of a forecast's sum."""

    text: str
    pence: int


class FundStandingOut(BaseModel):
    """A fund: awarded, spent, held, and what will be left at its end with the sum that says so."""

    fund_id: UUID
    stream: str
    name: str
    starts_on: date
    ends_on: date
    awarded_pence: int
    spent_pence: int
    held_pence: int
    in_account_pence: int
    forecast: list[ForecastLineOut]
    forecast_spent_pence: int
    forecast_left_pence: int
    has_trend: bool = Field(description="Whether the fund has run long enough for its trend to say anything.")


class StandingOut(BaseModel):
    """Planned against actual on a day, by item, by fund and whole."""

    on: date
    awarded_pence: int
    planned_pence: int
    spent_pence: int
    unplanned_pence: int = Field(description="Spent on no item of the plan.")
    items: list[ItemStandingOut]
    funds: list[FundStandingOut]
    alerts: list[AlertOut] = Field(description="Open now.")


@router.get(
    "/people/{person_id}/budget/standing", dependencies=[may(Action.READ_BUDGET)], responses=responses(_NOT_YOURS)
)
async def read_standing(
    person_id: UUID, on: date, work: Reading, caller: Caller, known_at: KnownAt = None
) -> StandingOut:
    """Planned against actual on a day, the forecast with its sum, and the alerts that are open."""
    budget = await budget_of(person_id, work, caller)
    position = await watching.position_of(work, budget.budget_id, on, known_time(known_at, work))
    compared = against_plan(position.items, position.funds, on)
    alerts = await watching.open_alerts(work, budget.budget_id)
    return StandingOut(
        on=on,
        awarded_pence=compared.awarded_pence,
        planned_pence=compared.planned_pence,
        spent_pence=compared.spent_pence,
        unplanned_pence=compared.unplanned_pence,
        items=[
            ItemStandingOut(
                item_id=one.item.item.item_id,
                text=one.item.item.text,
                planned_pence=one.planned_pence,
                spent_pence=one.item.spent_pence,
                difference_pence=one.difference_pence,
                to_come_pence=one.to_come_pence,
            )
            for one in compared.items
        ],
        funds=_funds_out(position, on),
        alerts=[_alert_out(row, person_id) for row in alerts],
    )


@router.post(
    "/people/{person_id}/budget/watch",
    dependencies=[may(Action.WATCH_BUDGET)],
    responses=responses(
        (400, "Idempotency-Key is missing or malformed."), (403, "The caller's role does not watch."), _NOT_YOURS
    ),
)
async def watch_budget(person_id: UUID, on: date, work: Writing, caller: Caller) -> AlertsOut:
    """Look at a budget on a day: raise what is new, clear what has gone. What is open is told once."""
    budget = await budget_of(person_id, work, caller)
    rows = await watching.watch(work, budget.budget_id, person_id, on)
    return AlertsOut(alerts=[_alert_out(row, person_id) for row in rows], next=None)


@router.post(
    "/budget-watch",
    dependencies=[may(Action.WATCH_ALL_BUDGETS)],
    responses=responses(
        (400, "Idempotency-Key is missing or malformed."), (403, "The caller's role does not watch all budgets.")
    ),
)
async def watch_council(on: date, work: Writing, after: UUID | None = None) -> WatchedOut:
    """Look at the council's budgets on a day, some at a time: a clock calls this each day until ``next`` is null."""
    watched = await watching.watch_some(work, after, on, _BUDGETS_AT_ONCE)
    return WatchedOut(watched=len(watched), next=watched[-1] if len(watched) == _BUDGETS_AT_ONCE else None)


@router.get(
    "/budget-alerts",
    dependencies=[may(Action.READ_ANY_ACCOUNT)],
    responses=responses((403, "The caller is not of the council."), (422, "The cursor is none of ours.")),
)
async def read_alerts(
    work: Reading,
    is_open: bool | None = True,
    after: Cursor = None,
    most: Annotated[int, Query(ge=1, le=_ALERTS_A_PAGE)] = 50,
) -> AlertsOut:
    """Alerts on all budgets of the council, the earliest first."""
    rows = await watching.alerts_page(work, is_open=is_open, after=day_place(after) if after else None, most=most + 1)
    shown = rows[:most]
    people = await people_of(work, [row.budget_id for row in shown])
    work.touches(person_id=people.values())
    return AlertsOut(
        alerts=[_alert_out(row, people[row.budget_id]) for row in shown],
        next=cursor_of(shown[-1].raised_on, shown[-1].alert_id) if len(rows) > most else None,
    )


def _funds_out(position: watching.Position, on: date) -> list[FundStandingOut]:
    told = []
    for fund in position.funds:
        expected = forecast(fund, on, position.settings)
        told.append(
            FundStandingOut(
                fund_id=fund.fund_id,
                stream=fund.stream,
                name=fund.name,
                starts_on=fund.starts_on,
                ends_on=fund.ends_on,
                awarded_pence=fund.awarded_pence,
                spent_pence=fund.spent_pence,
                held_pence=fund.held_pence,
                in_account_pence=fund.advanced_pence,
                forecast=[ForecastLineOut(text=line.text, pence=line.pence) for line in expected.lines],
                forecast_spent_pence=expected.spent_pence,
                forecast_left_pence=expected.left_pence,
                has_trend=expected.has_trend,
            )
        )
    return told


def _alert_out(row: BudgetAlertRow, person_id: UUID) -> AlertOut:
    return AlertOut(person_id=person_id, **row.model_dump(include=set(AlertOut.model_fields)))
