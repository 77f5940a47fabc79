"""Taking in statements, card feeds and invoices: each line once, a changed line as a question, nothing half."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from braid.kit.unit_of_work import UnitOfWork
from services.ledger.domain.bank import InvoiceLine, Statement, StatementLine
from services.ledger.domain.bank_lines import compare_lines
from services.ledger.domain.in_words import day, pounds
from services.ledger.domain.spending.money_out import Source, Spend, spend_of_invoice, spend_of_line
from services.ledger.domain.spending.queries import Query, QueryKind, raise_query
from services.ledger.invoices import paid_by_runs
from services.ledger.spending import considering, query_store, settings_store, spend_store
from services.ledger.spending.tables import SpendRow

#: Lines of one request: what a person spends in years.
LINES_MAX = 5_000


class LineOfAnotherBudget(Exception):
    """A line of this account was taken in for somebody else."""


class TooManyLines(Exception):
    """A file has more lines than one request takes."""


class InvoiceOfSomebodyElse(Exception):
    """An invoice bills for another person."""


@dataclass(frozen=True)
class TakenIn:
    """What a file came to.

    Args:
        new: lines that were not known.
        unchanged: lines that were.
        paid_by_runs: lines of invoices that payment runs pay, and post themselves.
        queries: everything that is asked because of it.
    """

    new: int
    changed: int
    unchanged: int
    spends: Sequence[SpendRow]
    queries: Sequence[Query]
    paid_by_runs: int = 0


async def take_in_statements(
    work: UnitOfWork,
    budget_id: UUID,
    person_id: UUID,
    statements: Iterable[Statement],
    source: Source,
    *,
    by: str,
    today: date,
) -> TakenIn:
    """Take in the lines of a person's bank or card account.

    Raises:
        LineOfAnotherBudget: the account is somebody else's.
        TooManyLines: more than a request takes.
    """
    await work.lock_person(person_id)
    rows, changed, unchanged = list[SpendRow](), list[tuple[StatementLine, StatementLine]](), 0
    for statement in statements:
        _check_length(statement.lines)
        compared = compare_lines(statement.lines, await _seen(work, budget_id, statement))
        unchanged += compared.unchanged
        changed += [(one.before, one.after) for one in compared.changed]
        rows += [
            spend_store.spend_row(work, budget_id, spend_of_line(line, source), line, account=statement.account, by=by)
            for line in compared.new
            if line.amount_pence
        ]
    queries = await _consider(work, budget_id, rows, today)
    asked = await _ask_about_changes(work, budget_id, changed, today)
    return TakenIn(len(rows), len(changed), unchanged, rows, [*queries, *asked])


async def take_in_invoices(
    work: UnitOfWork,
    budget_id: UUID,
    person_id: UUID,
    lines: Sequence[InvoiceLine],
    person_ref: str,
    *,
    by: str,
    today: date,
) -> TakenIn:
    """Take in the lines of invoices that the council paid for a person; a line with another content is another line.

    Raises:
        InvoiceOfSomebodyElse: a line bills for another person than the one who is named.
        LineOfAnotherBudget: a line was taken in for somebody else.
        InvoiceCountedAlready: a payment run pays an invoice of the file, and with another sum.
        TooManyLines: more than a request takes.
    """
    await work.lock_person(person_id)
    _check_length(lines)
    if others := sorted({line.person_ref for line in lines} - {person_ref}):
        raise InvoiceOfSomebodyElse(f"the file bills for {', '.join(others[:5])} too")
    known = await _own(work, budget_id, [line.line_id for line in lines])
    joined = await paid_by_runs(work, budget_id, [line for line in lines if line.line_id not in known])
    rows = [
        spend_store.spend_row(work, budget_id, spend_of_invoice(line), line, account=line.provider, by=by)
        for line in lines
        if line.line_id not in known.keys() | joined and line.amount_pence
    ]
    queries = await _consider(work, budget_id, rows, today)
    return TakenIn(len(rows), 0, len(known), rows, queries, len(joined))


async def _consider(work: UnitOfWork, budget_id: UUID, rows: Sequence[SpendRow], today: date) -> list[Query]:
    if not rows:
        return []
    work.session.add_all(rows)
    await work.session.flush()
    budget = await considering.load(work, budget_id, rows)
    return await considering.consider_all(work, budget, rows, today)


async def _seen(work: UnitOfWork, budget_id: UUID, statement: Statement) -> dict[UUID, StatementLine]:
    """Known lines of the account: on the days of the file, and with the ids of its lines."""
    rows = await _own(work, budget_id, [line.line_id for line in statement.lines])
    if statement.lines:
        days = [line.booked_on for line in statement.lines]
        rows |= await spend_store.spends_of_account(work, budget_id, statement.account, min(days), max(days))
    return {spend_id: spend_store.statement_line(row.line) for spend_id, row in rows.items()}


async def _own(work: UnitOfWork, budget_id: UUID, line_ids: Sequence[UUID]) -> dict[UUID, SpendRow]:
    rows = await spend_store.spends_by_id(work, line_ids)
    if any(row.budget_id != budget_id for row in rows.values()):
        raise LineOfAnotherBudget("this account's lines were taken in for another budget")
    return rows


async def _ask_about_changes(
    work: UnitOfWork, budget_id: UUID, changed: Iterable[tuple[StatementLine, StatementLine]], today: date
) -> list[Query]:
    """Ask about lines that a later file tells otherwise; about the same change once."""
    numbers = await query_store.numbers_of(work, budget_id)
    settings = await settings_store.spending_settings(work)
    asked: list[Query] = []
    for before, after in changed:
        document = spend_store.line_document(after)
        if await query_store.was_asked_about_change(work, before.line_id, document):
            continue
        number = numbers.get(before.line_id, 0)
        numbers[before.line_id] = number + 1
        query = raise_query(
            QueryKind.LINE_CHANGED,
            before.line_id,
            max(abs(before.amount_pence), abs(after.amount_pence)) or 1,
            (f"The bank first told: {_told(before)}.", f"It now tells: {_told(after)}."),
            on=today,
            answer_days=settings.answer_days,
            number=number,
        )
        query_store.keep(work, budget_id, query, changed_line=document)
        asked.append(query)
    return asked


def _told(line: StatementLine) -> str:
    spend: Spend = spend_of_line(line, Source.BANK_STATEMENT)
    way = "came in from" if spend.is_refund else "to"
    return f"{pounds(abs(spend.pence))} {way} {spend.payee} on {day(spend.value_date)}"


def _check_length(lines: Sequence[StatementLine] | Sequence[InvoiceLine]) -> None:
    if len(lines) > LINES_MAX:
        raise TooManyLines(f"{len(lines)} lines; at most {LINES_MAX} at once")
