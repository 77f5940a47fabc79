"""Telling other services what was spent in each week: the journal read from where the last telling ended.

Sums are kept by week and grow with the entries that were read, in one transaction with the events and with how far the
journal was read: so nothing is told without being kept, nothing is read twice, and the history of an account is never
read again. Whose record was erased is told of no more; their sums stay here, as their entries do.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import text

from braid.contracts.budget import SpentLine, WeekSpent
from braid.kit.unit_of_work import UnitOfWork
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.spending.weeks import SpentOnADay, WeekLine, by_week

_HEAD = text("SELECT sequence FROM chain_head WHERE council = :council")
_READ_TO = text("SELECT sequence FROM spending_told WHERE council = :council")
_KEEP_READ_TO = text(
    "INSERT INTO spending_told (council, sequence) VALUES (:council, :sequence)"
    " ON CONFLICT (council) DO UPDATE SET sequence = excluded.sequence"
)

#: Legs are found by the index on their sequence alone, and the account says which of them tell of spending.
_SPENT = text(
    "SELECT a.budget_id, l.value_date AS on, a.stream, coalesce(e.use, '') AS use,"
    " -sum(l.amount_pence)::bigint AS pence"
    " FROM journal_leg l JOIN account a USING (account_id)"
    " JOIN journal_entry e ON e.council = l.council AND e.sequence = l.sequence"
    " WHERE l.council = :council AND l.sequence > :after AND l.sequence <= :until AND a.code = :spent"
    " GROUP BY 1, 2, 3, 4"
)

_KEEP = text(
    "INSERT INTO spent_week (budget_id, week_starts_on, stream, use, council, pence)"
    " SELECT n.budget_id, n.week_starts_on, n.stream, n.use, :council, n.pence FROM unnest("
    "CAST(:budget_id AS uuid[]), CAST(:week_starts_on AS date[]), CAST(:stream AS text[]), CAST(:use AS text[]),"
    " CAST(:pence AS bigint[])) AS n (budget_id, week_starts_on, stream, use, pence)"
    " ON CONFLICT (budget_id, week_starts_on, stream, use) DO UPDATE SET pence = spent_week.pence + excluded.pence"
)

_WHOLE_WEEKS = text(
    "SELECT b.person_id, s.budget_id, s.week_starts_on, s.stream, s.use, s.pence"
    " FROM unnest(CAST(:budget_id AS uuid[]), CAST(:week_starts_on AS date[])) AS n (budget_id, week_starts_on)"
    " JOIN spent_week s USING (budget_id, week_starts_on) JOIN budget b USING (budget_id)"
    " WHERE NOT EXISTS (SELECT FROM forgotten_budget f WHERE f.budget_id = s.budget_id)"
    " ORDER BY s.budget_id, s.week_starts_on, s.stream, s.use"
)


@dataclass(frozen=True)
class Told:
    """What came of one telling.

    Args:
        weeks: how many weeks of budgets were told.
        read_to: the last entry of the journal that was read.
        is_all: whether that was the journal's last entry.
    """

    weeks: int
    read_to: int
    is_all: bool


async def lock_telling(work: UnitOfWork) -> None:
    """Hold the telling of the council's spending until the transaction ends.

    Tellings come one after the other, and nobody whose record is being erased is told of.
    """
    await work.session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:what, 0))"), {"what": f"spending-told/{work.council}"}
    )


async def tell_spending(work: UnitOfWork, most: int) -> Told:
    """Read so many entries of the journal at most, and tell every week that they change."""
    await lock_telling(work)
    council = {"council": work.council}
    head = await work.session.scalar(_HEAD, council) or 0
    after = await work.session.scalar(_READ_TO, council) or 0
    until = min(after + most, head)
    if until <= after:
        return Told(0, after, is_all=True)
    values = {**council, "after": after, "until": until, "spent": Account.FUND_PAID.value}
    days = [SpentOnADay(**row) for row in (await work.session.execute(_SPENT, values)).mappings()]
    events = await _kept(work, by_week(days).items(), until)
    await work.publish_in_bulk(events)
    work.touches(person_id=[event.person_id for event in events])
    await work.session.execute(_KEEP_READ_TO, {**council, "sequence": until})
    return Told(len(events), until, is_all=until == head)


async def _kept(work: UnitOfWork, added: Iterable[tuple[WeekLine, int]], sequence: int) -> list[WeekSpent]:
    """Keep what was added, and say what the weeks come to with it."""
    lines = list(added)
    if not lines:
        return []
    columns: dict[str, list[Any]] = {name: [getattr(line, name) for line, _ in lines] for name in WeekLine._fields}
    await work.session.execute(_KEEP, {**columns, "pence": [pence for _, pence in lines], "council": work.council})
    weeks = sorted({(line.budget_id, line.week_starts_on) for line, _ in lines})
    asked = {"budget_id": [budget for budget, _ in weeks], "week_starts_on": [week for _, week in weeks]}
    rows = (await work.session.execute(_WHOLE_WEEKS, asked)).all()
    grouped = groupby(rows, lambda row: (row.budget_id, row.week_starts_on))
    return [_event(work.council, list(of_week), sequence) for _, of_week in grouped]


def _event(council: str, rows: Sequence[Any], sequence: int) -> WeekSpent:
    first = rows[0]
    return WeekSpent(
        person_id=first.person_id,
        council=council,
        budget_id=first.budget_id,
        week_starts_on=first.week_starts_on,
        sequence=sequence,
        spent=tuple(SpentLine(stream=row.stream, use=row.use or None, pence=row.pence) for row in rows),
    )
