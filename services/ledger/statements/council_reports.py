"""Reports on all budgets of a council, read and put together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select

from braid.kit.unit_of_work import UnitOfWork
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.returns.council import LedgerTotal, OpenCommitment
from services.ledger.domain.returns.funder_return import (
    FunderReturn,
    ReturnTotals,
    differences,
    funder_return,
    return_totals,
)
from services.ledger.spending.tables import CodeMappingRow
from services.ledger.statements import reading, return_reading
from services.ledger.statements.return_reading import ReturnAsked
from services.ledger.statements.return_rules import return_rule


class StretchRefused(Exception):
    """A stretch of the journal that is not there, or runs backwards."""


@dataclass(frozen=True)
class WholeReturn:
    """What a whole return comes to, and how far it is from the journal.

    Args:
        differences: by account; empty where the return reconciles.
        tells_funder: what the funder must be told besides the money.
    """

    totals: ReturnTotals
    differences: Mapping[Account, int]
    tells_funder: Sequence[str]


@dataclass(frozen=True)
class ReturnPage:
    """Some lines of a return.

    Args:
        next_after: the fund behind which the next page begins; None where none follows.
    """

    made: FunderReturn
    next_after: UUID | None


async def page_of_return(work: UnitOfWork, asked: ReturnAsked, after: UUID, most: int) -> ReturnPage | None:
    """The lines of so many funds after one, by their own entries; None where the council has no fund of the stream."""
    cadence = await return_reading.cadence_of(work, asked.stream)
    if cadence is None:
        return None
    funds = await return_reading.funds_after(work, asked, after, most + 1)
    shown = funds[:most]
    entries = await reading.entries_of_funds(work, [one.fund_id for one in shown], asked.last, asked.head)
    words = await reading.told_of(work, [one.reverses or one.entry_id for one in entries])
    rule = return_rule(asked.stream, cadence)
    made = funder_return(asked.stream, rule, shown, entries, words, asked.first, asked.last)
    return ReturnPage(made, shown[-1].fund_id if len(funds) > most else None)


async def whole_return(work: UnitOfWork, asked: ReturnAsked) -> WholeReturn:
    """What the lines of all pages come to, compared with the journal's accounts of the stream."""
    totals = return_totals(*await return_reading.whole_of(work, asked))
    journal = await reading.stream_balances(work, asked.stream, asked.last, asked.head)
    told = await return_reading.tells_funder(work, asked.stream)
    return WholeReturn(totals, differences(totals, journal), told)


async def open_commitments(work: UnitOfWork, on: date) -> list[OpenCommitment]:
    """What the council's commitments hold on a day, by the entries up to it; the oldest first."""
    query = text(
        "SELECT c.commitment_id, a.fund_id, a.stream, coalesce(c.use, '') AS use, c.expires_on, r.ends_on,"
        " held.pence, held.committed_on FROM commitment c JOIN account a USING (account_id)"
        " JOIN fund_rule r ON r.fund_id = a.fund_id"
        " JOIN LATERAL (SELECT -sum(l.amount_pence)::bigint AS pence, min(l.value_date) AS committed_on"
        "  FROM journal_leg l JOIN journal_entry e ON e.council = l.council AND e.sequence = l.sequence"
        "  WHERE l.account_id = c.account_id AND l.value_date <= :on AND e.subject_id = c.commitment_id"
        " ) held ON held.pence > 0"
        " ORDER BY held.committed_on, c.commitment_id, a.fund_id"
    )
    rows = await work.session.execute(query, {"on": on})
    return [
        OpenCommitment(
            row.commitment_id,
            row.fund_id,
            row.stream,
            row.use,
            row.pence,
            row.committed_on,
            row.ends_on,
            row.expires_on,
        )
        for row in rows
    ]


async def keep_mapping(work: UnitOfWork, mapping: str, *, by: str) -> CodeMappingRow:
    """Keep a new version of the mapping."""
    latest = await latest_mapping(work)
    row = CodeMappingRow(council=work.council, version=latest.version + 1 if latest else 1, mapping=mapping, set_by=by)
    work.session.add(row)
    await work.session.flush()
    return row


async def latest_mapping(work: UnitOfWork) -> CodeMappingRow | None:
    """The mapping that holds now."""
    query = select(CodeMappingRow).order_by(col(CodeMappingRow.version).desc()).limit(1)
    return (await work.session.scalars(query)).first()


async def stretch(work: UnitOfWork, after: int, until: int | None) -> tuple[int, list[LedgerTotal]]:
    """What a stretch of the journal posted; where it ends, and the totals.

    Raises:
        StretchRefused: there are no such entries.
    """
    head = await reading.last_sequence(work)
    last = until if until is not None else head
    if not after < last <= head:
        raise StretchRefused(f"the journal goes to entry {head}; entries {after + 1} to {last} were asked for")
    return last, await reading.monthly_totals(work, after, last)
