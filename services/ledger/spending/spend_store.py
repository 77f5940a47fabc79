"""Spends in the database: lines as they were told, and what each fund paid of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import func
from sqlalchemy.orm import aliased
from sqlmodel import col, select, tuple_

from braid.kit.unit_of_work import UnitOfWork
from services.ledger.domain.bank import InvoiceLine, StatementLine
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.spending.attribution import DrawnPart
from services.ledger.domain.spending.money_out import Source, Spend
from services.ledger.spending.entries import PostedPart
from services.ledger.spending.tables import SpendPartRow, SpendRow

_OUTER = aliased(SpendRow)
_STATEMENT_LINE = TypeAdapter(StatementLine)
_INVOICE_LINE = TypeAdapter(InvoiceLine)


def line_document(line: StatementLine | InvoiceLine) -> dict[str, Any]:
    """A line as it is stored."""
    kind: TypeAdapter[Any] = _STATEMENT_LINE if isinstance(line, StatementLine) else _INVOICE_LINE
    document: dict[str, Any] = kind.dump_python(line, mode="json")
    return document


def statement_line(document: Mapping[str, Any]) -> StatementLine:
    """A stored line of a statement."""
    return _STATEMENT_LINE.validate_python(document)


def invoice_line(document: Mapping[str, Any]) -> InvoiceLine:
    """A stored line of an invoice."""
    return _INVOICE_LINE.validate_python(document)


def spend_of(row: SpendRow) -> Spend:
    """A stored spend as the rules see it."""
    return Spend(row.spend_id, Source(row.source), row.value_date, row.pence, row.payee, row.reference, row.document)


async def spends_by_id(work: UnitOfWork, spend_ids: Iterable[UUID]) -> dict[UUID, SpendRow]:
    """The latest version of spends, whichever budget they are of."""
    query = select(SpendRow).where(col(SpendRow.spend_id).in_(list(spend_ids)))
    return _latest(await work.session.scalars(query))


async def spends_between(work: UnitOfWork, budget_id: UUID, first: date, last: date) -> dict[UUID, SpendRow]:
    """The latest version of a budget's spends of some days."""
    query = select(SpendRow).where(SpendRow.budget_id == budget_id, col(SpendRow.value_date).between(first, last))
    return _latest(await work.session.scalars(query))


async def spends_of_account(
    work: UnitOfWork, budget_id: UUID, account: str, first: date, last: date
) -> dict[UUID, SpendRow]:
    """The latest version of a budget's lines of one account that were booked on some days."""
    booked_on = col(SpendRow.line)["booked_on"].astext
    query = select(SpendRow).where(
        SpendRow.budget_id == budget_id,
        SpendRow.account == account,
        booked_on.between(first.isoformat(), last.isoformat()),
    )
    return _latest(await work.session.scalars(query))


async def spends_page(
    work: UnitOfWork, budget_id: UUID, after: tuple[date, UUID] | None, most: int, state: str | None
) -> Sequence[SpendRow]:
    """A budget's spends, the earliest first, from after one on."""
    newest = select(func.max(SpendRow.version)).where(SpendRow.spend_id == _OUTER.spend_id).scalar_subquery()
    query = select(_OUTER).where(_OUTER.budget_id == budget_id, _OUTER.version == newest)
    if after:
        query = query.where(tuple_(_OUTER.value_date, _OUTER.spend_id) > after)
    if state:
        query = query.where(_OUTER.state == state)
    query = query.order_by(col(_OUTER.value_date), col(_OUTER.spend_id)).limit(most)
    return (await work.session.scalars(query)).all()


async def parts_of(work: UnitOfWork, spend_ids: Iterable[UUID]) -> Mapping[UUID, list[SpendPartRow]]:
    """What was paid of spends and what came back of them, in the order of recording, by spend."""
    query = select(SpendPartRow).where(col(SpendPartRow.of_spend_id).in_(list(spend_ids)))
    found: dict[UUID, list[SpendPartRow]] = defaultdict(list)
    for row in await work.session.scalars(query.order_by(col(SpendPartRow.part_id))):
        found[row.of_spend_id].append(row)
    return found


async def parts_by_line(work: UnitOfWork, spend_ids: Iterable[UUID]) -> Mapping[UUID, list[SpendPartRow]]:
    """What each line posted, in the order of recording, by its own id."""
    query = select(SpendPartRow).where(col(SpendPartRow.spend_id).in_(list(spend_ids)))
    found: dict[UUID, list[SpendPartRow]] = defaultdict(list)
    for row in await work.session.scalars(query.order_by(col(SpendPartRow.part_id))):
        found[row.spend_id].append(row)
    return found


def still_out(parts: Iterable[SpendPartRow]) -> list[DrawnPart]:
    """What a spend still has out of each account of each fund, in the order in which it was drawn."""
    out: dict[tuple[UUID, str, str], int] = {}
    for row in parts:
        place = (row.fund_id, row.stream, row.account)
        out[place] = out.get(place, 0) + row.pence
    return [DrawnPart(fund, stream, Account(code), pence) for (fund, stream, code), pence in out.items() if pence]


def drawn_part(row: SpendPartRow) -> DrawnPart:
    """A stored part as the rules see it."""
    return DrawnPart(row.fund_id, row.stream, Account(row.account), row.pence)


def add_parts(
    work: UnitOfWork,
    spend: SpendRow,
    posted: Iterable[PostedPart],
    *,
    of_spend_id: UUID,
    item_id: UUID | None,
    use: str | None,
    sign: int = 1,
) -> None:
    """Keep which entries posted a spend.

    Args:
        of_spend_id: the spend itself, or the one that money came back of.
        sign: -1 for money that comes back.
    """
    for one in posted:
        work.session.add(
            SpendPartRow(
                council=work.council,
                budget_id=spend.budget_id,
                spend_id=spend.spend_id,
                of_spend_id=of_spend_id,
                entry_id=one.entry_id,
                fund_id=one.part.fund_id,
                stream=one.part.stream,
                account=one.part.account.value,
                item_id=item_id,
                use=use,
                pence=sign * one.part.pence,
            )
        )


def spend_row(
    work: UnitOfWork,
    budget_id: UUID,
    spend: Spend,
    line: StatementLine | InvoiceLine,
    *,
    account: str,
    by: str,
    version: int = 1,
) -> SpendRow:
    """A new row for a spend; its state is set when it is considered."""
    values = asdict(spend)
    values["source"] = spend.source.value
    return SpendRow(
        council=work.council,
        version=version,
        budget_id=budget_id,
        account=account,
        line=line_document(line),
        state="asked",
        imported_by=by,
        **values,
    )


def _latest(rows: Iterable[SpendRow]) -> dict[UUID, SpendRow]:
    return {row.spend_id: row for row in sorted(rows, key=lambda row: row.version)}
