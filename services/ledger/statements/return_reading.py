"""What a return is made of: its funds, page by page in the order of their ids, and what moved on all their accounts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from braid.contracts.award import AwardStatus, Cadence, TermKind
from braid.kit.unit_of_work import UnitOfWork
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.journal import EntryKind
from services.ledger.domain.returns.funder_return import FundFacts, Moved

# OFFSET 0 keeps each fund's look-ups by key to that fund: the view of all funds' rules would be worked out whole.
#: By the latest version that holds money, where one does; else by the latest: an indicative award, or things.
_FUNDS = """
    FROM fund f
    LEFT JOIN LATERAL (SELECT * FROM fund_rule o WHERE o.fund_id = f.fund_id OFFSET 0) r ON true
    JOIN LATERAL (
        SELECT o.* FROM fund_version o WHERE o.fund_id = f.fund_id
        ORDER BY (o.status = 'confirmed' AND o.cadence <> 'in_kind') DESC, o.award_version DESC LIMIT 1
    ) v ON true
    WHERE f.council = :council AND f.stream = :stream
"""

#: Funds that were known of at the time.
_KNOWN = " AND f.recorded_at <= :known_at"

#: A fund that ended before the period has a line while anything is known of it.
_IN_RETURN = """
    AND coalesce(r.opens_on, v.starts_on) <= :last AND (coalesce(r.ends_on, v.ends_on) >= :first OR (
        SELECT true FROM account a JOIN journal_leg l USING (account_id)
        WHERE a.fund_id = f.fund_id AND l.value_date <= :last AND l.sequence <= :head LIMIT 1
    ))
"""

_PAGE = f"""
    SELECT p.*,
        (SELECT b.person_id FROM budget b WHERE b.budget_id = p.budget_id) AS person_id,
        (SELECT o.ends_on FROM fund_version o WHERE o.fund_id = p.fund_id ORDER BY o.award_version LIMIT 1)
            AS first_ends_on
    FROM (
        SELECT f.fund_id, f.budget_id, f.award_id, coalesce(r.opens_on, v.starts_on) AS opens_on,
            coalesce(r.ends_on, v.ends_on) AS ends_on, v.cadence, v.status, v.amount_pence
        {_FUNDS} {_KNOWN} AND f.fund_id > :after {_IN_RETURN} ORDER BY f.fund_id LIMIT :most
    ) p
    ORDER BY p.fund_id
"""  # noqa: S608 (put together from texts of this file alone)

_WHOLE = f"""
    SELECT count(*) AS funds, coalesce(sum(v.amount_pence) FILTER (
        WHERE v.cadence = 'in_kind' AND v.status = 'confirmed'), 0)::bigint AS in_kind_pence
    {_FUNDS} {_KNOWN} {_IN_RETURN}
"""

_MOVED = f"""
    SELECT coalesce(r.kind, e.kind) AS kind, a.code, l.value_date < :first AS is_before,
        -sum(l.amount_pence)::bigint AS pence
    FROM (SELECT f.fund_id {_FUNDS} {_KNOWN} AND coalesce(r.opens_on, v.starts_on) <= :last) f
    JOIN account a ON a.fund_id = f.fund_id
    JOIN journal_leg l USING (account_id)
    JOIN journal_entry e ON e.council = l.council AND e.sequence = l.sequence
    LEFT JOIN journal_entry r ON r.council = e.council AND r.entry_id = e.reverses
    WHERE l.value_date <= :last AND l.sequence <= :head GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""  # noqa: S608 (as above)

_TOLD = f"""
    SELECT DISTINCT term ->> 'text' AS text {
    _FUNDS.replace("WHERE f.council", "CROSS JOIN LATERAL jsonb_array_elements(v.terms) AS term WHERE f.council")
} AND term ->> 'kind' = :kind ORDER BY 1
"""

_HEAD = """
    SELECT last_sequence FROM journal_block WHERE council = :council AND recorded_at <= :known_at
    ORDER BY recorded_at DESC, last_sequence DESC LIMIT 1
"""


@dataclass(frozen=True)
class ReturnAsked:
    """Which return: of a stream, for a period, as known at a time.

    Args:
        head: the last entry that was recorded by then.
    """

    stream: str
    first: date
    last: date
    known_at: datetime
    head: int

    def values(self, work: UnitOfWork) -> dict[str, Any]:
        """As the queries take it."""
        return {"council": work.council, **vars(self)}


async def head_at(work: UnitOfWork, known_at: datetime) -> int:
    """The council's last entry that was recorded at a time or before; 0 where there was none."""
    return await work.session.scalar(text(_HEAD), {"council": work.council, "known_at": known_at}) or 0


async def cadence_of(work: UnitOfWork, stream: str) -> Cadence | None:
    """How a stream pays, by one of its funds; None where the council has no fund of it."""
    query = text(f"SELECT v.cadence {_FUNDS} ORDER BY f.fund_id DESC LIMIT 1")
    found = await work.session.scalar(query, {"council": work.council, "stream": stream})
    return Cadence(found) if found else None


async def funds_after(work: UnitOfWork, asked: ReturnAsked, after: UUID, most: int) -> list[FundFacts]:
    """The funds of a return whose ids follow one, so many at most."""
    values = {**asked.values(work), "after": after, "most": most}
    return [_facts(row, asked.stream) for row in await work.session.execute(text(_PAGE), values)]


async def whole_of(work: UnitOfWork, asked: ReturnAsked) -> tuple[int, int, list[Moved]]:
    """How many funds a return has, the value of things among them, and what moved on their accounts."""
    values = asked.values(work)
    row = (await work.session.execute(text(_WHOLE), values)).one()
    moved = await work.session.execute(text(_MOVED), values)
    return (
        row.funds,
        row.in_kind_pence,
        [Moved(EntryKind(one.kind), Account(one.code), one.is_before, one.pence) for one in moved],
    )


async def tells_funder(work: UnitOfWork, stream: str) -> Sequence[str]:
    """What the funder must be told besides the money, as the awards of a stream say."""
    values = {"council": work.council, "stream": stream, "kind": TermKind.TELLS_FUNDER.value}
    return [row.text for row in await work.session.execute(text(_TOLD), values)]


def _facts(row: Any, stream: str) -> FundFacts:
    is_given = row.cadence == Cadence.IN_KIND and row.status == AwardStatus.CONFIRMED
    return FundFacts(
        row.fund_id,
        row.person_id,
        stream,
        row.award_id,
        row.opens_on,
        row.ends_on,
        row.first_ends_on,
        row.amount_pence if is_given else 0,
    )
