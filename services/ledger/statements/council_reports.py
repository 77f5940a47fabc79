"""Reports on all budgets of a council, read and put together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlmodel import col, select

from braid.contracts.award import Cadence
from braid.kit.unit_of_work import UnitOfWork
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.returns.council import LedgerTotal, OpenCommitment
from services.ledger.domain.returns.funder_return import FunderReturn, differences, funder_return
from services.ledger.spending import purse_store
from services.ledger.spending.tables import CodeMappingRow
from services.ledger.statements import reading
from services.ledger.statements.return_rules import return_rule


class StretchRefused(Exception):
    """A stretch of the journal that is not there, or runs backwards."""


@dataclass(frozen=True)
class Report:
    """A return, and how far it is from the journal.

    Args:
        differences: by account; empty where the return reconciles.
        tells_funder: what the funder must be told besides the money.
    """

    made: FunderReturn
    differences: Mapping[Account, int]
    tells_funder: Sequence[str]


async def return_of(work: UnitOfWork, stream: str, first: date, last: date, known_at: datetime) -> Report | None:
    """One stream's return; None where the council has no fund of it.

    The lines are added up from entries, the journal's balances by the database: two ways to one figure.
    """
    told = await purse_store.stream_of(work, stream)
    if told is None:
        return None
    entries = await reading.entries_of_stream(work, stream, last, known_at)
    words = await reading.told_of(work, [one.reverses or one.entry_id for one in entries])
    rule = return_rule(stream, Cadence(told.cadence))
    made = funder_return(stream, rule, told.funds, entries, words, first, last)
    journal = await reading.stream_balances(work, stream, last, known_at)
    return Report(made, differences(made, journal), told.tells_funder)


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
