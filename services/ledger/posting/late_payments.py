"""Payments that callers post for days outside an award, of money that is held.

The journal itself takes any payment of what is held: what the bank has paid by a run cannot be unsaid. Whoever posts a
payment by hand may date it outside the award's days only where the award had that day when the money was put aside, or
has had it since: the award was shortened, and what was agreed before is still paid.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from sqlalchemy import text

from braid.kit.unit_of_work import UnitOfWork
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.journal import EntryKind, Leg
from services.ledger.domain.refusals import Refusal

_LATE = text(
    """
    SELECT n.entry_id, bool_or(n.value_date < a.opens_on) AS is_before
    FROM unnest(
        CAST(:entry_ids AS uuid[]), CAST(:fund_ids AS uuid[]), CAST(:subject_ids AS uuid[]), CAST(:days AS date[])
    ) AS n (entry_id, fund_id, subject_id, value_date)
    JOIN account AS a ON a.fund_id = n.fund_id AND a.code = 'fund.committed'
    WHERE n.value_date NOT BETWEEN a.opens_on AND a.ends_on
    -- What was posted before is answered as it was then.
    AND NOT EXISTS (SELECT FROM journal_entry AS e WHERE e.entry_id = n.entry_id AND e.council = a.council)
    AND NOT EXISTS (
        SELECT FROM journal_leg AS l
        JOIN journal_entry AS e ON e.council = l.council AND e.sequence = l.sequence
        JOIN LATERAL (
            SELECT b.recorded_at FROM journal_block AS b
            WHERE b.council = e.council AND b.last_sequence >= e.sequence ORDER BY b.last_sequence LIMIT 1
        ) AS put_aside ON true
        JOIN fund_version AS v ON v.fund_id = n.fund_id AND v.status = 'confirmed'
            AND n.value_date BETWEEN v.starts_on AND v.ends_on
        WHERE l.account_id = a.account_id AND e.subject_id = n.subject_id AND e.kind = 'commitment'
        AND NOT EXISTS (
            SELECT FROM fund_version AS later WHERE later.fund_id = v.fund_id AND later.status = 'confirmed'
                AND later.award_version > v.award_version AND later.recorded_at <= put_aside.recorded_at
        )
    )
    GROUP BY n.entry_id
    """
)


class PaymentAsked(Protocol):
    """What must be known of an entry that somebody would post."""

    @property
    def entry_id(self) -> UUID: ...

    @property
    def kind(self) -> EntryKind: ...

    @property
    def value_date(self) -> date: ...

    @property
    def subject_id(self) -> UUID | None: ...

    @property
    def legs(self) -> Sequence[Leg]: ...


def takes_what_is_held(entry: PaymentAsked) -> bool:
    """Whether an entry is a payment of money that is held."""
    return entry.kind is EntryKind.PAYMENT and any(leg.account is Account.FUND_COMMITTED for leg in entry.legs)


async def refusals_of_late(work: UnitOfWork, entries: Iterable[PaymentAsked]) -> Mapping[UUID, Refusal]:
    """Why payments of what is held may not be posted for their days, by entry; those that may are not there."""
    asked = [
        (entry, leg.fund_id)
        for entry in entries
        if takes_what_is_held(entry)
        for leg in entry.legs
        if leg.account is Account.FUND_COMMITTED
    ]
    if not asked:
        return {}
    values = {
        "entry_ids": [entry.entry_id for entry, _ in asked],
        "fund_ids": [fund_id for _, fund_id in asked],
        "subject_ids": [entry.subject_id for entry, _ in asked],
        "days": [entry.value_date for entry, _ in asked],
    }
    found = await work.session.execute(_LATE, values)
    return {row.entry_id: Refusal.BEFORE_AWARD if row.is_before else Refusal.AFTER_AWARD_END for row in found}
