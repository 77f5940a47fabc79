"""Entries read for reports: of a budget, of a stream, or the whole journal in order."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import text

from braid.kit.unit_of_work import UnitOfWork
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.journal import EntryKind, Leg
from services.ledger.domain.returns.council import LedgerTotal
from services.ledger.domain.returns.funder_return import Told
from services.ledger.domain.statements.recorded import RecordedEntry

#: Entries of one read of the whole journal.
_ENTRIES_A_READ = 2_000

_COLUMNS = """
    e.sequence, b.recorded_at, e.entry_id, e.kind, e.value_date, e.budget_id, e.reason, e.use, e.subject_id, e.reverses,
    r.kind AS reversed_kind, a.stream, a.code, a.fund_id, l.amount_pence
"""
_JOINS = """
    JOIN journal_entry e ON e.council = l.council AND e.sequence = l.sequence
    JOIN LATERAL (
        SELECT recorded_at FROM journal_block b
        WHERE b.council = e.council AND b.last_sequence >= e.sequence ORDER BY b.last_sequence LIMIT 1
    ) b ON true
    LEFT JOIN journal_entry r ON r.council = e.council AND r.entry_id = e.reverses
"""


async def entries_of_budget(work: UnitOfWork, budget_id: UUID, until: date, known_at: datetime) -> list[RecordedEntry]:
    """What a budget's funds went through, for days up to one, as known at a time; legs of the council left out."""
    query = text(
        f"SELECT {_COLUMNS} FROM account a JOIN journal_leg l USING (account_id) {_JOINS}"
        " WHERE a.budget_id = :budget_id AND l.value_date <= :until AND b.recorded_at <= :known_at"
        " ORDER BY e.sequence, l.account_id"
    )
    values = {"budget_id": budget_id, "until": until, "known_at": known_at}
    return _entries((await work.session.execute(query, values)).mappings().all())


async def entries_of_funds(work: UnitOfWork, fund_ids: Iterable[UUID], until: date, head: int) -> list[RecordedEntry]:
    """What some funds went through, for days up to one, up to an entry of the journal; legs of others left out."""
    query = text(
        f"SELECT {_COLUMNS} FROM account a JOIN journal_leg l USING (account_id) {_JOINS}"
        " WHERE a.fund_id = ANY(:fund_ids) AND l.value_date <= :until AND l.sequence <= :head"
        " ORDER BY e.sequence, l.account_id"
    )
    values = {"fund_ids": list(fund_ids), "until": until, "head": head}
    return _entries((await work.session.execute(query, values)).mappings().all())


async def whole_journal(work: UnitOfWork) -> AsyncIterator[RecordedEntry]:
    """Every entry of the council with every leg, in order, as far as the journal went when the reading began."""
    query = text(
        f"SELECT {_COLUMNS} FROM journal_leg l JOIN account a USING (account_id) {_JOINS}"
        " WHERE l.sequence > :after AND l.sequence <= :until ORDER BY e.sequence, l.account_id"
    )
    head = await work.session.scalar(text("SELECT max(last_sequence) FROM journal_block")) or 0
    for after in range(0, head, _ENTRIES_A_READ):
        values = {"after": after, "until": min(after + _ENTRIES_A_READ, head)}
        for entry in _entries((await work.session.execute(query, values)).mappings().all()):
            yield entry


async def stream_balances(work: UnitOfWork, stream: str, until: date, head: int) -> dict[Account, int]:
    """Credits less debits of a stream's accounts that are kept for funds, whichever funds a return has lines for."""
    query = text(
        "SELECT a.code, -sum(l.amount_pence)::bigint AS pence FROM account a JOIN journal_leg l USING (account_id)"
        " WHERE a.stream = :stream AND a.fund_id IS NOT NULL AND l.value_date <= :until AND l.sequence <= :head"
        " GROUP BY a.code HAVING sum(l.amount_pence) <> 0"
    )
    values = {"stream": stream, "until": until, "head": head}
    return {Account(row.code): row.pence for row in await work.session.execute(query, values)}


async def trial_balance(work: UnitOfWork, until: date, known_at: datetime) -> Sequence[tuple[str, Account, int, int]]:
    """Debits and credits of each stream and account, for days up to one, as known at a time."""
    query = text(
        "SELECT a.stream, a.code, coalesce(sum(l.amount_pence) FILTER (WHERE l.amount_pence > 0), 0)::bigint AS debits,"
        " -coalesce(sum(l.amount_pence) FILTER (WHERE l.amount_pence < 0), 0)::bigint AS credits"
        " FROM account a JOIN journal_leg l USING (account_id)"
        " WHERE l.value_date <= :until AND l.sequence <= coalesce("
        " (SELECT max(last_sequence) FROM journal_block WHERE recorded_at <= :known_at), 0)"
        " GROUP BY a.stream, a.code ORDER BY a.stream, a.code"
    )
    rows = await work.session.execute(query, {"until": until, "known_at": known_at})
    return [(row.stream, Account(row.code), row.debits, row.credits) for row in rows]


async def monthly_totals(work: UnitOfWork, after: int, until: int) -> list[LedgerTotal]:
    """What a stretch of the journal posted to each account of each stream, by month of value."""
    query = text(
        "SELECT date_trunc('month', l.value_date)::date AS month, a.stream, a.code, count(*) AS entries,"
        " coalesce(sum(l.amount_pence) FILTER (WHERE l.amount_pence > 0), 0)::bigint AS debits,"
        " -coalesce(sum(l.amount_pence) FILTER (WHERE l.amount_pence < 0), 0)::bigint AS credits"
        " FROM journal_leg l JOIN account a USING (account_id)"
        " WHERE l.sequence > :after AND l.sequence <= :until GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    )
    rows = await work.session.execute(query, {"after": after, "until": until})
    return [LedgerTotal(row.month, row.stream, Account(row.code), row.debits, row.credits, row.entries) for row in rows]


async def last_sequence(work: UnitOfWork) -> int:
    """The last entry of the council's journal; 0 where it is empty."""
    return await work.session.scalar(text("SELECT max(last_sequence) FROM journal_block")) or 0


async def spends_in_words(work: UnitOfWork, entry_ids: Iterable[UUID]) -> dict[UUID, str]:
    """What spends were, to whom and for what, by the id of the entry that posted them."""
    query = text(
        "SELECT DISTINCT ON (p.entry_id) p.entry_id, s.payee, i.text AS item, s.pence < 0 AS came_back"
        " FROM spend_part p JOIN spend s ON s.council = p.council AND s.spend_id = p.spend_id"
        " LEFT JOIN planned_item i ON i.council = p.council AND i.item_id = p.item_id"
        " WHERE p.entry_id = ANY(:entry_ids) ORDER BY p.entry_id, s.version, i.version DESC"
    )
    rows = await work.session.execute(query, {"entry_ids": list(entry_ids)})
    return {
        row.entry_id: f"Came back from {row.payee}" if row.came_back else f"{row.item or 'Spent'}: paid to {row.payee}"
        for row in rows
    }


async def told_of(work: UnitOfWork, entry_ids: Iterable[UUID]) -> Mapping[UUID, Told]:
    """To whom, by which invoice and how much in all, for entries that posted spends.

    The whole is the invoice where there is one, else the line. Lines of invoices have one version each.
    """
    query = text(
        "WITH posted AS (SELECT DISTINCT entry_id, spend_id FROM spend_part WHERE entry_id = ANY(:entry_ids)),"
        " lines AS (SELECT DISTINCT ON (s.spend_id) s.* FROM spend s JOIN posted USING (spend_id)"
        "  ORDER BY s.spend_id, s.version DESC),"
        " wholes AS (SELECT budget_id, document, sum(pence)::bigint AS pence FROM spend"
        "  WHERE document <> '' AND (budget_id, document) IN (SELECT budget_id, document FROM lines)"
        "  GROUP BY budget_id, document)"
        " SELECT p.entry_id, l.payee, l.document, coalesce(w.pence, l.pence) AS whole"
        " FROM posted p JOIN lines l USING (spend_id)"
        " LEFT JOIN wholes w ON w.budget_id = l.budget_id AND w.document = l.document"
    )
    rows = await work.session.execute(query, {"entry_ids": list(entry_ids)})
    return {row.entry_id: Told(row.payee, row.document, row.whole) for row in rows}


def _entries(rows: Sequence[Any]) -> list[RecordedEntry]:
    return [_entry(list(group)) for _, group in groupby(rows, lambda row: row["sequence"])]


def _entry(rows: Sequence[Mapping[str, Any]]) -> RecordedEntry:
    first = rows[0]
    return RecordedEntry(
        first["sequence"],
        first["recorded_at"],
        first["entry_id"],
        EntryKind(first["kind"]),
        first["value_date"],
        first["budget_id"],
        first["reason"],
        tuple(Leg(row["stream"], Account(row["code"]), row["amount_pence"], row["fund_id"]) for row in rows),
        first["use"],
        first["subject_id"],
        first["reverses"],
        EntryKind(first["reversed_kind"]) if first["reversed_kind"] else None,
    )
