"""The items of a run, read page by page, so that a run of a hundred thousand fits into little memory."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import RowMapping

from braid.kit.unit_of_work import UnitOfWork
from services.ledger.domain.payments.due_kinds import DueKind
from services.ledger.domain.payments.entries import PartForUse, Payment
from services.ledger.domain.payments.holds import FundPart, Hold, HoldCode, ItemFacts
from services.ledger.domain.payments.payees import PayeeKind
from services.ledger.domain.payments.periods import Period
from services.ledger.domain.payments.results import BankReason, ItemState
from services.ledger.domain.postings import Part

#: Items of one page: as many as the journal takes at once.
ITEMS_A_PAGE = 5_000

#: Money that the rules never miss: the funds of what is approved are held already.
_HELD_ALREADY = 2**53

_PAGE = """
WITH page AS MATERIALIZED (
    SELECT payment_id, run_id, due_id, payee_id, sent_pence, account_version, state
    FROM payment_item
    WHERE run_id = :run_id AND due_id > :after AND state = ANY(:states)
    ORDER BY due_id LIMIT :items
)
"""

_PAYMENTS = "".join(
    (
        _PAGE,
        """
SELECT i.payment_id, i.run_id, i.due_id, i.sent_pence, i.state, i.account_version, d.budget_id, d.person_id,
    d.due_kind, d.period_from, d.period_to, d.value_on, d.kept_pence, d.reference, p.payee_kind,
    t.fund_id, t.stream, t.use, t.pence
FROM page i
JOIN payment_due d ON d.due_id = i.due_id
JOIN payment_part t ON t.due_id = i.due_id
JOIN payee p ON p.payee_id = i.payee_id
ORDER BY i.due_id, t.number
""",
    )
)

_FACTS = "".join(
    (
        _PAGE,
        """
SELECT i.payment_id, i.due_id, i.sent_pence, i.account_version AS seen_version, d.period_from, d.period_to,
    d.refused_version, d.let_go, p.version AS account_version, v.confirmed_by IS NOT NULL AS is_account_confirmed,
    died.on_day AS died_on, stopped.because AS suspended_because, t.fund_id, t.pence,
    a.opens_on, a.ends_on, a.account_id IS NOT NULL AND NOT a.is_closed AS is_confirmed,
    -coalesce(b.balance_pence, 0) AS available_pence,
    EXISTS (
        SELECT FROM payment_due e JOIN payment_item x ON x.due_id = e.due_id
        WHERE e.budget_id = d.budget_id AND e.period_from = d.period_from AND e.period_to = d.period_to
            AND e.payee_id = i.payee_id AND e.fund_id = d.fund_id AND e.due_id <> d.due_id
            AND x.sent_pence = i.sent_pence
            AND (x.state = 'settled' OR x.state = 'going' AND (x.run_id <> :run_id OR e.due_id < d.due_id))
    ) AS has_twin
FROM page i
JOIN payment_due d ON d.due_id = i.due_id
JOIN payment_part t ON t.due_id = i.due_id
LEFT JOIN payee p ON p.payee_id = i.payee_id
LEFT JOIN payee_account v ON v.payee_id = p.payee_id AND v.version = p.version
LEFT JOIN account a ON a.fund_id = t.fund_id AND a.stream = t.stream AND a.code = 'fund.available'
LEFT JOIN LATERAL (
    SELECT l.balance_pence FROM journal_leg l WHERE l.account_id = a.account_id ORDER BY l.number DESC LIMIT 1
) b ON true
LEFT JOIN LATERAL (
    SELECT min(s.from_on) AS on_day FROM payment_stop s
    WHERE s.budget_id = d.budget_id AND s.stop_kind = 'death' AND s.lifted_by IS NULL
) died ON true
LEFT JOIN LATERAL (
    SELECT min(s.reason) AS because FROM payment_stop s
    WHERE s.budget_id = d.budget_id AND s.stop_kind = 'suspension' AND s.lifted_by IS NULL
        AND s.from_on <= d.period_to AND coalesce(s.to_on, 'infinity') >= d.period_from
) stopped ON true
ORDER BY i.due_id, t.number
""",
    )
)


@dataclass(frozen=True, slots=True)
class CheckedItem:
    """An item with what its check needs.

    Args:
        payment_id: of the attempt.
        seen_version: the version of the payee's account that the run has.
        facts: what is known about it now.
    """

    payment_id: UUID
    seen_version: int | None
    facts: ItemFacts


@dataclass(frozen=True, slots=True)
class RunItem:
    """An item as it is posted, told and written to the file.

    Args:
        payment: for the journal.
        person_id: whose budget pays.
        run_id: of the run.
        due_id: of what is paid.
        period: the days that it covers.
        sent_pence: what goes to the bank.
        state: how far it has got.
        account_version: the version of the payee's account that the run has.
        reference: what the payee sees.
    """

    payment: Payment
    person_id: UUID
    run_id: UUID
    due_id: UUID
    period: Period
    sent_pence: int
    state: ItemState
    account_version: int | None
    reference: str


async def facts_of(work: UnitOfWork, run_id: UUID, *, are_funds_held: bool) -> AsyncIterator[list[CheckedItem]]:
    """The items under way of a run with what their check needs, in pages, in the order of what is due.

    Args:
        run_id: of the run.
        are_funds_held: whether the money of these items is held already.
    """
    async for rows in _pages(work, _FACTS, run_id, (ItemState.GOING,)):
        yield [_checked(group, are_funds_held=are_funds_held) for group in rows]


async def items_of(work: UnitOfWork, run_id: UUID, *states: ItemState) -> AsyncIterator[list[RunItem]]:
    """The items of a run in some states, in pages, in the order of what is due."""
    async for rows in _pages(work, _PAYMENTS, run_id, states):
        yield [item_of(group) for group in rows]


async def _pages(
    work: UnitOfWork, query: str, run_id: UUID, states: Sequence[ItemState]
) -> AsyncIterator[list[list[RowMapping]]]:
    after = UUID(int=0)
    while True:
        values = {"run_id": run_id, "after": after, "states": list(states), "items": ITEMS_A_PAGE}
        rows = (await work.session.execute(text(query), values)).mappings().all()
        if not rows:
            return
        after = rows[-1]["due_id"]
        yield [list(group) for _, group in groupby(rows, key=lambda row: row["due_id"])]


def item_of(rows: Sequence[RowMapping]) -> RunItem:
    """An item from its rows, one for each part."""
    first = rows[0]
    payment = Payment(
        payment_id=first["payment_id"],
        budget_id=first["budget_id"],
        value_on=first["value_on"],
        parts=tuple(_part(row) for row in rows),
        kept_pence=first["kept_pence"],
        is_advance=PayeeKind(first["payee_kind"]).accounts_for_it_later
        and not DueKind(first["due_kind"]).was_spent_before,
    )
    return RunItem(
        payment=payment,
        person_id=first["person_id"],
        run_id=first["run_id"],
        due_id=first["due_id"],
        period=Period(first["period_from"], first["period_to"]),
        sent_pence=first["sent_pence"],
        state=ItemState(first["state"]),
        account_version=first["account_version"],
        reference=first["reference"],
    )


def _part(row: RowMapping) -> PartForUse:
    return PartForUse(Part(row["fund_id"], row["stream"], row["pence"]), row["use"])


def _checked(rows: Sequence[RowMapping], *, are_funds_held: bool) -> CheckedItem:
    first = rows[0]
    facts = ItemFacts(
        sent_pence=first["sent_pence"],
        period=Period(first["period_from"], first["period_to"]),
        parts=tuple(_fund_part(row, are_funds_held=are_funds_held) for row in rows),
        account_version=first["account_version"],
        is_account_confirmed=first["is_account_confirmed"],
        refused_version=first["refused_version"],
        died_on=first["died_on"],
        suspended_because=first["suspended_because"],
        has_twin=first["has_twin"],
        let_go=frozenset(HoldCode(each["code"]) for each in first["let_go"]),
    )
    return CheckedItem(first["payment_id"], first["seen_version"], facts)


def _fund_part(row: RowMapping, *, are_funds_held: bool) -> FundPart:
    available = _HELD_ALREADY if are_funds_held else row["available_pence"]
    award = Period(row["opens_on"] or date.min, row["ends_on"] or date.max)
    return FundPart(row["fund_id"], row["pence"], available, award, row["is_confirmed"])


async def change_state(
    work: UnitOfWork, state: ItemState, reasons: Mapping[UUID, Sequence[Hold | BankReason]] | Sequence[UUID]
) -> None:
    """Give items another state, with their reasons where there are some."""
    told = reasons if isinstance(reasons, Mapping) else dict.fromkeys(reasons, ())
    query = text(
        "UPDATE payment_item AS i SET state = :state, reasons = n.reasons"
        " FROM unnest(CAST(:ids AS uuid[]), CAST(:reasons AS jsonb[])) AS n (payment_id, reasons)"
        " WHERE i.payment_id = n.payment_id"
    )
    in_words = [json.dumps([{"code": each.code, "words": each.words} for each in why]) for why in told.values()]
    await work.session.execute(query, {"state": state.value, "ids": list(told), "reasons": in_words})


async def reopen(work: UnitOfWork, run_id: UUID, *states: ItemState) -> None:
    """Let later runs have what a run does not pay: the dues of its items in some states."""
    query = text(
        "UPDATE payment_due AS d SET state = 'open' FROM payment_item AS i"
        " WHERE i.run_id = :run_id AND i.state = ANY(:states) AND d.due_id = i.due_id AND d.state = 'taken'"
    )
    await work.session.execute(query, {"run_id": run_id, "states": list(states)})
