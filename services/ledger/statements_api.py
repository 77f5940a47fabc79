"""The API of statements: what a person is told of their budget, as page, PDF and CSV."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from braid.contracts.codes import StreamCode
from braid.contracts.uses_in_words import USES_IN_WORDS
from braid.kit.http import Caller, Reading, UnitOfWorkRoute
from braid.kit.identity import Principal
from braid.kit.permissions import Action, may
from braid.kit.problems import ProblemKind, ProblemTable, responses
from braid.kit.unit_of_work import UnitOfWork
from services.ledger.domain.statements.recorded import RecordedEntry
from services.ledger.domain.statements.statement import BudgetStatement, Names, statement
from services.ledger.spending.purse_store import rules_of
from services.ledger.statements import reading
from services.ledger.statements.asking import KnownAt, PeriodRefused, budget_of, known_time
from services.ledger.statements.csv_text import csv_text, in_pounds
from services.ledger.statements.page import StatementOut, entry_address, statement_page
from services.ledger.statements.pdf import MOVEMENTS_MAX, statement_pdf

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["statements"])


class TooLongForPdf(Exception):
    """More happened than a PDF has pages for."""


PROBLEMS: ProblemTable = {
    PeriodRefused: ProblemKind(422, "period-refused", "The period makes no sense"),
    TooLongForPdf: ProblemKind(422, "too-long-for-pdf", "Too much happened for one PDF"),
}

_DAYS_MOST = 3_700
_MOVEMENTS_A_PAGE = 200

_NOT_YOURS = (404, "No budget is open for this person, or the record is not yours to see.")
_BAD_PERIOD = (422, "The period runs backwards, is too long, or is missing.")

First = Annotated[date, Query(description="First day.")]
Last = Annotated[date, Query(description="Last day.")]


class LegOut(BaseModel):
    """One leg of an entry that a figure is made of."""

    stream: StreamCode
    account: str
    fund_id: UUID | None
    amount_pence: int = Field(description="Debits above zero, credits below.")


class EntryOut(BaseModel):
    """An entry of the journal, with the legs on the budget's own funds."""

    entry: str
    sequence: int
    kind: str
    value_date: date
    recorded_at: datetime
    use: str | None
    reason: str
    legs: list[LegOut]


class EntriesOut(BaseModel):
    """A page of entries in the order of recording."""

    entries: list[EntryOut]
    next: int | None = Field(description="What to send as ``after`` for the next page.")


@router.get(
    "/people/{person_id}/budget/statement",
    dependencies=[may(Action.READ_BUDGET)],
    responses=responses(_NOT_YOURS, _BAD_PERIOD),
)
async def read_statement(
    person_id: UUID,
    first: First,
    last: Last,
    work: Reading,
    caller: Caller,
    known_at: KnownAt = None,
    after: Annotated[int, Query(ge=0, le=1_000_000, description="How many movements were seen.")] = 0,
) -> StatementOut:
    """A statement for any period, as known at any time."""
    made = await _statement(person_id, first, last, known_at, work, caller)
    address = f"/v1/people/{person_id}/budget/statement?first={first}&last={last}"
    address += f"&known_at={made.known_at.isoformat().replace('+', '%2B')}"
    return statement_page(made, person_id, skip=after, most=_MOVEMENTS_A_PAGE, address=address)


@router.get(
    "/people/{person_id}/budget/statement.pdf",
    dependencies=[may(Action.READ_BUDGET)],
    responses={**responses(_NOT_YOURS, _BAD_PERIOD), 200: {"content": {"application/pdf": {}}}},
    response_class=Response,
)
async def read_statement_pdf(
    person_id: UUID, first: First, last: Last, work: Reading, caller: Caller, known_at: KnownAt = None
) -> Response:
    """The same as PDF, tagged for screen readers and in large type."""
    made = await _statement(person_id, first, last, known_at, work, caller)
    if len(made.movements) > MOVEMENTS_MAX:
        raise TooLongForPdf(f"{len(made.movements)} movements; a PDF takes {MOVEMENTS_MAX}: ask for a shorter period")
    pdf = await asyncio.to_thread(statement_pdf, statement_page(made, person_id))
    return Response(pdf, media_type="application/pdf", headers=_as_file(first, last, "pdf"))


@router.get(
    "/people/{person_id}/budget/statement.csv",
    dependencies=[may(Action.READ_BUDGET)],
    responses={**responses(_NOT_YOURS, _BAD_PERIOD), 200: {"content": {"text/csv": {}}}},
    response_class=Response,
)
async def read_statement_csv(
    person_id: UUID, first: First, last: Last, work: Reading, caller: Caller, known_at: KnownAt = None
) -> Response:
    """The same as CSV, a row for each movement and stream."""
    made = await _statement(person_id, first, last, known_at, work, caller)
    return Response(_statement_csv(made), media_type="text/csv; charset=utf-8", headers=_as_file(first, last, "csv"))


@router.get(
    "/people/{person_id}/budget/statement/entries",
    dependencies=[may(Action.READ_BUDGET)],
    responses=responses(_NOT_YOURS, _BAD_PERIOD),
)
async def read_statement_entries(
    person_id: UUID,
    first: First,
    last: Last,
    work: Reading,
    caller: Caller,
    known_at: KnownAt = None,
    stream: StreamCode | None = None,
    fund_id: UUID | None = None,
    after: Annotated[int, Query(ge=0, description="The last entry's sequence of the page before.")] = 0,
) -> EntriesOut:
    """The entries behind a statement's or a return's figures, with the legs that they are made of."""
    _check_period(first, last)
    budget = await budget_of(person_id, work, caller)
    entries = await reading.entries_of_budget(work, budget.budget_id, last, known_time(known_at, work))
    within = (_with_legs_of(one, stream, fund_id) for one in entries if one.value_date >= first)
    rest = [one for one in within if one.legs and one.sequence > after]
    shown = rest[:_MOVEMENTS_A_PAGE]
    return EntriesOut(
        entries=[_entry_out(one, person_id) for one in shown],
        next=shown[-1].sequence if len(rest) > len(shown) else None,
    )


async def _statement(
    person_id: UUID, first: date, last: date, known_at: datetime | None, work: UnitOfWork, caller: Principal
) -> BudgetStatement:
    _check_period(first, last)
    budget = await budget_of(person_id, work, caller)
    known = known_time(known_at, work)
    entries = await reading.entries_of_budget(work, budget.budget_id, last, known)
    names = await _names(work, budget.budget_id, [one.entry_id for one in entries])
    return statement(budget.budget_id, entries, first, last, known_at=known, names=names)


def _check_period(first: date, last: date) -> None:
    if last < first or (last - first).days > _DAYS_MOST:
        raise PeriodRefused(f"a statement runs from its first day to its last, at most {_DAYS_MOST} days later")


def _with_legs_of(one: RecordedEntry, stream: str | None, fund_id: UUID | None) -> RecordedEntry:
    legs = (leg for leg in one.legs if stream in (None, leg.stream) and fund_id in (None, leg.fund_id))
    return replace(one, legs=tuple(legs))


def _entry_out(one: RecordedEntry, person_id: UUID) -> EntryOut:
    return EntryOut(
        entry=entry_address(person_id, one.entry_id),
        sequence=one.sequence,
        kind=one.posted_as.value,
        value_date=one.value_date,
        recorded_at=one.recorded_at,
        use=one.use,
        reason=one.reason,
        legs=[
            LegOut(stream=leg.stream, account=leg.account.value, fund_id=leg.fund_id, amount_pence=leg.amount_pence)
            for leg in one.legs
        ],
    )


async def _names(work: UnitOfWork, budget_id: UUID, entry_ids: Sequence[UUID]) -> Names:
    rules = await rules_of(work, budget_id)
    return Names(
        {one.stream: one.name for one in rules},
        {use.value: words for use, words in USES_IN_WORDS.items()},
        await reading.spends_in_words(work, entry_ids),
    )


def _statement_csv(made: BudgetStatement) -> str:
    header = ("date", "recorded_on", "what", "stream", "change", "left_over_all", "entry")
    rows: list[tuple[object, ...]] = [
        (made.first, "", "At the start", part.name, in_pounds(part.opening_pence), "", "") for part in made.streams
    ]
    for one in made.movements:
        parts = [(change.stream, change.pence) for change in one.by_stream] or [("", 0)]
        for stream, pence in parts:
            left = in_pounds(one.left_pence)
            rows.append((one.on, one.recorded_on, one.text, stream, in_pounds(pence), left, one.entry_id))
    rows += [(made.last, "", "At the end", part.name, in_pounds(part.closing_pence), "", "") for part in made.streams]
    return csv_text(header, rows)


def _as_file(first: date, last: date, ending: str) -> dict[str, str]:
    name = f"budget-statement-{first}-{last}.{ending}"
    return {"Content-Disposition": f'attachment; filename="{name}"'}
