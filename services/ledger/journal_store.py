"""The journal in PostgreSQL: posting to it within a unit of work, and reading its entries back.

Whoever posts holds the council's chain until the transaction ends: post as late as may be, and all entries at once.
`services.ledger.posting.gatherer` posts for callers that have nothing else to do in their transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import RowMapping
from sqlmodel import select

from braid.kit.unit_of_work import UnitOfWork
from services.ledger.domain.chart_of_accounts import Account, AccountName
from services.ledger.domain.journal import Entry, EntryKind, Leg
from services.ledger.domain.refusals import MEANING, Refusal
from services.ledger.posting.account_numbers import OPEN_ACCOUNTS, found_numbers, in_order, name_columns
from services.ledger.posting.columns import (
    POST_ENTRIES,
    Answer,
    Postable,
    Posting,
    answers_of,
    columns_of,
    names_of,
    prepared,
)
from services.ledger.tables import PeriodLockRow


class EntryRefused(Exception):
    """An entry that had to be posted was refused; the message says why."""

    def __init__(self, entry_id: UUID, refusal: Refusal) -> None:
        super().__init__(MEANING[refusal])
        self.entry_id = entry_id
        self.refusal = refusal


@dataclass(frozen=True)
class RecordedEntry:
    """An entry in its place in the council's journal.

    Args:
        sequence: its place, one after the other without a gap.
        entry: what it says.
        recorded_at: when it was posted.
        digest: its own hash.
        link: the hash of the block that it was recorded in.
    """

    sequence: int
    entry: Entry
    recorded_at: datetime
    digest: bytes
    link: bytes


@dataclass(frozen=True)
class Chosen:
    """Which entries of a budget are asked for; each part that is told narrows it.

    Args:
        fund_id: those with a leg on this fund.
        kind: those posted for this.
        first, last: those valued on these days or between them.
    """

    fund_id: UUID | None = None
    kind: EntryKind | None = None
    first: date | None = None
    last: date | None = None


async def post(work: UnitOfWork, *entries: Postable | Posting) -> list[Answer]:
    """Post entries, each with its own answer; they take effect when the unit of work commits.

    A commitment that expires, or entries that stand or fall together, are given as a `Posting`.
    """
    postings = [entry if isinstance(entry, Posting) else Posting(entry) for entry in entries]
    if not postings:
        return []
    await work.session.flush()
    connection = await work.session.connection()
    numbers, unconfirmed = await _numbers(work, postings)
    result = await connection.exec_driver_sql(
        POST_ENTRIES, columns_of([prepared(posting, numbers) for posting in postings])
    )
    row = result.one()
    answers, sequences = row.answers, row.sequences
    return answers_of(postings, answers, sequences, unconfirmed)


async def post_many(
    work: UnitOfWork, entries: Sequence[Postable], *, linked: Sequence[int | None] | None = None
) -> list[Answer]:
    """Post entries, each with its own answer; neighbours with the same number in ``linked`` stand or fall together."""
    numbers = linked or [None] * len(entries)
    return await post(work, *(Posting(entry, group) for entry, group in zip(entries, numbers, strict=True)))


async def post_all(work: UnitOfWork, *entries: Postable | Posting) -> list[Answer]:
    """Post entries that must all be posted; a repeat is as good as posted.

    Raises:
        EntryRefused: one of them was refused; the unit of work must not be committed.
    """
    answers = await post(work, *entries)
    for answer in answers:
        if answer.refusal:
            raise EntryRefused(answer.entry_id, answer.refusal)
    return answers


async def _numbers(work: UnitOfWork, postings: Sequence[Posting]) -> tuple[dict[AccountName, int], frozenset[UUID]]:
    """Ids of the accounts that the postings are on, and the funds that have none since they wait to be confirmed."""
    names = in_order(names_of(postings))
    connection = await work.session.connection()
    result = await connection.exec_driver_sql(OPEN_ACCOUNTS, name_columns(names))
    row = result.one()
    return found_numbers(names, row.accounts, row.unconfirmed_funds)


async def locked_until(work: UnitOfWork) -> date | None:
    """The last day of the council's closed period."""
    latest = select(PeriodLockRow).order_by(text("period_lock_id DESC")).limit(1)
    lock = (await work.session.scalars(latest)).first()
    return lock.locked_until if lock else None


async def lock_period(work: UnitOfWork, until: date, *, by: str, reason: str) -> None:
    """Close the council's books up to a day: nothing is dated on or before it any more. The latest lock holds."""
    work.session.add(PeriodLockRow(council=work.council, locked_until=until, locked_by=by, reason=reason))
    await work.session.flush()


async def read_entry(work: UnitOfWork, entry_id: UUID) -> RecordedEntry | None:
    """One entry of the council."""
    entries = await _read(work, "SELECT sequence FROM journal_entry WHERE entry_id = :entry_id", entry_id=entry_id)
    return entries[0] if entries else None


async def entries_of_budget(
    work: UnitOfWork, budget_id: UUID, *, after: int = 0, limit: int | None = None, chosen: Chosen = Chosen()
) -> list[RecordedEntry]:
    """The entries of a budget in order.

    Args:
        work: the unit of work.
        budget_id: the budget.
        after: place of the last entry that the caller has.
        limit: most entries to return.
        chosen: which of them; all where it is not told.
    """
    query = (
        "SELECT DISTINCT l.sequence FROM account AS a INNER JOIN journal_leg AS l USING (account_id)"
        + (" INNER JOIN journal_entry AS k ON k.council = l.council AND k.sequence = l.sequence" if chosen.kind else "")
        + " WHERE a.budget_id = :budget_id AND l.sequence > :after"
        + (" AND k.kind = :kind" if chosen.kind else "")
        + (" AND a.fund_id = :fund_id" if chosen.fund_id else "")
        + (" AND l.value_date >= :first" if chosen.first else "")
        + (" AND l.value_date <= :last" if chosen.last else "")
        + " ORDER BY l.sequence LIMIT :limit"
    )
    return await _read(work, query, budget_id=budget_id, after=after, limit=limit, **vars(chosen))


async def _read(work: UnitOfWork, chosen: str, **values: object) -> list[RecordedEntry]:
    query = text(
        f"WITH chosen AS MATERIALIZED ({chosen}),"
        " span AS (SELECT min(sequence) AS first, max(sequence) AS last FROM chosen)"
        " SELECT e.*, b.recorded_at, b.link, l.amount_pence, a.stream, a.code, a.fund_id"
        " FROM chosen INNER JOIN journal_entry AS e USING (sequence)"
        " CROSS JOIN LATERAL (SELECT b.recorded_at, b.link FROM journal_block AS b"
        "  WHERE b.council = e.council AND b.last_sequence >= e.sequence ORDER BY b.last_sequence LIMIT 1) AS b"
        " LEFT JOIN LATERAL (SELECT l.account_id, l.amount_pence FROM journal_leg AS l"
        "  WHERE l.sequence = e.sequence AND l.council = e.council) AS l ON true"
        " LEFT JOIN account AS a USING (account_id)"
        " ORDER BY e.sequence, l.account_id"
    )
    rows = (await work.session.execute(query, values)).mappings().all()
    return [_recorded(list(legs)) for _, legs in groupby(rows, key=lambda row: row["sequence"])]


def _recorded(rows: list[RowMapping]) -> RecordedEntry:
    first: Any = rows[0]
    entry = Entry(
        first["entry_id"],
        EntryKind(first["kind"]),
        first["value_date"],
        first["budget_id"],
        tuple(Leg(row["stream"], Account(row["code"]), row["amount_pence"], row["fund_id"]) for row in rows),
        first["reason"],
        first["reverses"],
        first["use"],
        first["subject_id"],
    )
    return RecordedEntry(first["sequence"], entry, first["recorded_at"], first["digest"], first["link"])
