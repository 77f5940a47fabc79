"""Posting what the first tables held into the tables of migration 0002, with sequences, dates and moments as they were."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Connection, text

#: Accounts by the name they had.
_NOW_NAMED = {"fund.awarded": "fund.available"}
_MOMENT = timedelta(microseconds=1)
#: Entries had no ids; they follow from where they stand.
_ENTRIES = UUID("b0b5c2a2-5c1e-5d0e-8f0e-0f6d4a8c9e11")
_ACCOUNT = (
    "INSERT INTO account (stream_id, council, stream, code, fund_id, budget_id, opens_on, ends_on)"
    " SELECT s.stream_id, :council, s.code, n.code, n.fund_id, :budget_id,"
    "  CASE WHEN n.code LIKE 'fund.%' THEN r.opens_on END, CASE WHEN n.code LIKE 'fund.%' THEN r.ends_on END"
    " FROM (SELECT CAST(:code AS text) AS code, CAST(:fund_id AS uuid) AS fund_id) AS n"
    " INNER JOIN stream AS s ON s.code = :stream"
    " LEFT JOIN fund_rule AS r ON r.fund_id = n.fund_id"
    " RETURNING account_id"
)


@dataclass
class _Books:
    """One council's accounts while its entries are posted again."""

    accounts: dict[tuple[str, str, UUID], int] = field(default_factory=dict)
    balances: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    legs: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def account(self, db: Connection, council: str, leg: Any) -> int:
        """The account that takes the place of the one that a leg was on."""
        name = (leg.stream, _NOW_NAMED.get(leg.account, leg.account), _fund_id(leg.award_id))
        if name not in self.accounts:
            values = dict(
                zip(("stream", "code", "fund_id"), name, strict=True), council=council, budget_id=leg.budget_id
            )
            db.execute(text("INSERT INTO stream (code) VALUES (:stream) ON CONFLICT DO NOTHING"), values)
            self.accounts[name] = db.execute(text(_ACCOUNT), values).scalar_one()
        return self.accounts[name]


def convert(db: Connection, schema: str) -> None:
    """Convert every council's funds and journal.

    Args:
        db: the migration's connection, as the owner.
        schema: where the first tables were put.
    """
    councils = db.execute(text(f"SELECT council FROM {schema}.fund UNION SELECT council FROM {schema}.chain_head"))
    for council in sorted(row.council for row in councils):
        db.execute(text("SELECT set_config('braid.council', :council, true)"), {"council": council})
        _convert_funds(db, schema, council)
        _convert_journal(db, schema, council)
    db.execute(text("SELECT set_config('braid.council', '', true)"))


def _fund_id(award_id: UUID) -> UUID:
    return uuid5(award_id, "fund")


def _convert_funds(db: Connection, schema: str, council: str) -> None:
    rows = db.execute(
        text(
            "SELECT fund_id, award_id, award_version, amount_pence, contribution_pence, entry_sequence, closed_on"
            f" FROM {schema}.fund WHERE council = :council ORDER BY award_id, award_version"
        ),
        {"council": council},
    )
    for award_id, versions in groupby(rows, key=lambda row: row.award_id):
        posted, contributed = 0, 0
        *_, last = together = list(versions)
        for row in together:
            # What closed the last one has no row here: its taking back counts with what it took back.
            is_held = row.entry_sequence and (row is not last or row.closed_on is None)
            amount, contribution = (row.amount_pence, row.contribution_pence) if is_held else (0, 0)
            values = {"first_id": row.fund_id, "fund_id": _fund_id(award_id)}
            if row is together[0]:
                db.execute(text(_FUND.format(schema=schema)), values)
            db.execute(
                text(_VERSION.format(schema=schema)),
                {**values, "posted": amount - posted, "contributed": contribution - contributed},
            )
            db.execute(text(_LATEST.format(schema=schema)), values)
            posted, contributed = amount, contribution


_FUND = (
    "INSERT INTO fund (fund_id, council, budget_id, award_id, stream, award_version, recorded_at)"
    " SELECT :fund_id, council, budget_id, award_id, stream, award_version, recorded_at FROM {schema}.fund"
    " WHERE fund_id = :first_id"
)
_VERSION = (
    "INSERT INTO fund_version (fund_id, award_version, council, status, decided_by, amount_pence, contribution_pence,"
    " starts_on, ends_on, cadence, permitted_uses, payee_bars, conditions, terms, posted_pence,"
    " posted_contribution_pence, recorded_at)"
    " SELECT :fund_id, award_version, council, status, decided_by, amount_pence, contribution_pence, starts_on, ends_on,"
    " cadence, permitted_uses, '[]', conditions, '[]', CAST(:posted AS bigint), CAST(:contributed AS bigint), recorded_at"
    " FROM {schema}.fund WHERE fund_id = :first_id"
)
_LATEST = (
    "UPDATE fund SET award_version = f.award_version, closed_on = f.closed_on, closed_by_version = f.closed_by_version"
    " FROM {schema}.fund AS f WHERE fund.fund_id = :fund_id AND f.fund_id = :first_id"
)


def _convert_journal(db: Connection, schema: str, council: str) -> None:
    head = db.execute(
        text(f"SELECT sequence, link FROM {schema}.chain_head WHERE council = :council"), {"council": council}
    ).first()
    if head is None or head.sequence == 0:
        return
    db.execute(text(_OLD_END), {"council": council, "link": head.link})
    books = _Books()
    legs = _legs(db, schema, council)
    previous = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
    for recorded_at, entries in groupby(_entries(db, schema, council), key=lambda row: row.recorded_at):
        together = list(entries)
        previous = max(recorded_at, previous + _MOMENT)
        first_legs = [leg for row in together for leg in _post(db, council, row, legs[row.sequence], books)]
        values = {
            "council": council,
            "posted": len(together),
            "moment": previous,
            "first": together[0].sequence,
            "opened": first_legs,
        }
        db.execute(text(_RECORD), values)


def _entries(db: Connection, schema: str, council: str) -> Sequence[Any]:
    query = (
        f"SELECT e.sequence, e.kind, e.value_date, e.budget_id, e.reason, e.reverses, e.recorded_at"
        f" FROM {schema}.journal_entry AS e WHERE e.council = :council ORDER BY e.sequence"
    )
    return db.execute(text(query), {"council": council}).all()


def _legs(db: Connection, schema: str, council: str) -> dict[int, list[Any]]:
    query = (
        "SELECT l.sequence, l.stream, l.account, l.amount_pence, f.award_id, f.budget_id"
        f" FROM {schema}.journal_leg AS l INNER JOIN {schema}.fund AS f USING (fund_id)"
        " WHERE l.council = :council ORDER BY l.sequence, l.leg"
    )
    by_entry = defaultdict(list)
    for row in db.execute(text(query), {"council": council}):
        by_entry[row.sequence].append(row)
    return by_entry


def _entry_id(council: str, sequence: int) -> UUID:
    return uuid5(_ENTRIES, f"{council}/{sequence}")


def _post(db: Connection, council: str, row: Any, legs: list[Any], books: _Books) -> list[int]:
    """Post an entry; returns the accounts that its legs are the first on."""
    accounts = {books.account(db, council, leg): leg.amount_pence for leg in legs}
    db.execute(
        text(_ENTRY),
        {
            "sequence": row.sequence,
            "entry_id": _entry_id(council, row.sequence),
            "budget_id": row.budget_id,
            "reverses": _entry_id(council, row.reverses) if row.reverses else None,
            "value_date": row.value_date,
            "council": council,
            "kind": row.kind,
            "reason": row.reason,
            "accounts": sorted(accounts),
            "amounts": [accounts[account] for account in sorted(accounts)],
        },
    )
    ordered = sorted(accounts)
    for account in ordered:
        books.balances[account] += accounts[account]
        books.legs[account] += 1
    db.execute(
        text(_LEGS),
        {
            "sequence": row.sequence,
            "value_date": row.value_date,
            "council": council,
            "accounts": ordered,
            "amounts": [accounts[account] for account in ordered],
            "balances": [books.balances[account] for account in ordered],
            "numbers": [books.legs[account] for account in ordered],
        },
    )
    return [account for account in ordered if books.legs[account] == 1]


#: The chain that was kept entry by entry: a block of no entries, with its last link.
_OLD_END = (
    "WITH old AS ("
    " INSERT INTO journal_block (council, first_sequence, last_sequence, recorded_at, link)"
    " VALUES (:council, 1, 0, 'epoch', :link) RETURNING *)"
    " INSERT INTO chain_head (council, sequence, recorded_at, link) SELECT council, 0, recorded_at, link FROM old"
)
_ENTRY = (
    "INSERT INTO journal_entry (sequence, entry_id, budget_id, reverses, value_date, council, kind, reason, digest)"
    " SELECT CAST(:sequence AS bigint), n.entry_id, n.budget_id, n.reverses, n.value_date, :council, n.kind, n.reason,"
    " entry_digest(n.entry_id, n.kind, n.value_date, n.budget_id, NULL, NULL, n.reverses, n.reason, ("
    "  SELECT string_agg(leg_bytes(l.account, l.amount), '' ORDER BY l.account)"
    "  FROM unnest(CAST(:accounts AS integer[]), CAST(:amounts AS bigint[])) AS l (account, amount)))"
    " FROM (SELECT CAST(:entry_id AS uuid) AS entry_id, CAST(:budget_id AS uuid) AS budget_id,"
    "  CAST(:reverses AS uuid) AS reverses, CAST(:value_date AS date) AS value_date, CAST(:kind AS text) AS kind,"
    "  CAST(:reason AS text) AS reason) AS n"
)
_LEGS = (
    "INSERT INTO journal_leg (sequence, amount_pence, balance_pence, account_id, number, value_date, stream_id, council)"
    " SELECT CAST(:sequence AS bigint), l.amount, l.balance, l.account, l.number, CAST(:value_date AS date), a.stream_id,"
    " CAST(:council AS text)"
    " FROM unnest(CAST(:accounts AS integer[]), CAST(:amounts AS bigint[]), CAST(:balances AS bigint[]),"
    "  CAST(:numbers AS integer[])) AS l (account, amount, balance, number)"
    " INNER JOIN account AS a ON a.account_id = l.account"
)
_RECORD = (
    "SELECT record_block(h, CAST(:posted AS integer), CAST(:moment AS timestamptz),"
    " (SELECT string_agg(e.digest, '' ORDER BY e.sequence) FROM journal_entry AS e"
    "  WHERE e.council = h.council AND e.sequence >= :first),"
    " (SELECT string_agg(account_bytes(a.account_id, a.stream, a.code, a.fund_id, a.budget_id), '' ORDER BY a.account_id)"
    "  FROM account AS a WHERE a.account_id = any(CAST(:opened AS integer[]))))"
    " FROM chain_head AS h WHERE h.council = :council"
)
