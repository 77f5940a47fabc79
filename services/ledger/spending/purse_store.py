"""A budget's funds as spending and reports read them: what each may pay for, what it has, what is held of it."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text

from braid.contracts.award import AwardStatus, Cadence
from braid.contracts.uses import PayeeBar, PermittedUse
from braid.kit.unit_of_work import UnitOfWork
from services.ledger import queries, used_money_store
from services.ledger.domain.beside_others import BesideOthers
from services.ledger.domain.braiding.plan import Per
from services.ledger.spending.items_store import items_of
from services.ledger.spending.purse import FundRules, Held, Purse, Used, stream_in_words

#: By the latest version that holds money, where one does; else by the latest: an indicative award, or things.
_VERSIONS = """
    FROM fund f LEFT JOIN fund_rule r USING (fund_id)
    JOIN LATERAL (
        SELECT o.* FROM fund_version o WHERE o.fund_id = f.fund_id
        ORDER BY (o.status = 'confirmed' AND o.cadence <> 'in_kind') DESC, o.award_version DESC LIMIT 1
    ) v ON true
"""

_RULES = f"""
    SELECT f.fund_id, f.stream, coalesce(r.opens_on, v.starts_on) AS opens_on,
        coalesce(r.ends_on, v.ends_on) AS ends_on, v.status, v.cadence, v.decided_by, v.permitted_uses, v.payee_bars,
        v.stream_label, v.joint_limits, v.minimums
    {_VERSIONS} WHERE f.budget_id = :budget_id ORDER BY f.stream, opens_on, f.fund_id
"""

_HELD = """
    SELECT c.commitment_id, a.fund_id, c.item_id, c.expires_on,
        c.amount_pence - c.settled_pence - c.released_pence AS pence
    FROM commitment c JOIN account a USING (account_id)
    WHERE c.budget_id = :budget_id AND NOT c.is_expired AND c.amount_pence > c.settled_pence + c.released_pence
    ORDER BY c.commitment_id, a.fund_id
"""


async def purse_of(work: UnitOfWork, budget_id: UUID) -> Purse:
    """The funds of a budget and what they have now."""
    balances = await queries.fund_balances(work, budget_id)
    has = {(fund_id, account): -pence for fund_id, of_fund in balances.items() for account, pence in of_fund.items()}
    rules = await rules_of(work, budget_id)
    used = await _used(work, budget_id, rules) if any(one.beside.is_bound for one in rules) else None
    return Purse(rules, has, await held_of(work, budget_id), used)


async def _used(work: UnitOfWork, budget_id: UUID, rules: Iterable[FundRules]) -> Used:
    items = (await items_of(work, budget_id)).values()
    asked_from: dict[str, date] = {}
    for one in rules:
        asked = [stored.item.starts_on for stored in items if not stored.is_withdrawn and one.pays_for(stored)]
        if one.minimums and asked:
            asked_from[str(one.fund_id)] = min(asked)
    return Used(
        await used_money_store.spent_by_day(work, budget_id),
        {stored.item.item_id: (stored.item.starts_on, stored.item.ends_on) for stored in items},
        asked_from,
    )


async def rules_of(work: UnitOfWork, budget_id: UUID) -> list[FundRules]:
    """What each fund of a budget is and may pay for, by its latest version."""
    rows = await work.session.execute(text(_RULES), {"budget_id": budget_id})
    return [_rules(row) for row in rows]


async def held_of(work: UnitOfWork, budget_id: UUID) -> list[Held]:
    """What open commitments hold of each fund of a budget."""
    rows = await work.session.execute(text(_HELD), {"budget_id": budget_id})
    return [Held(row.commitment_id, row.fund_id, row.item_id, row.expires_on, row.pence) for row in rows]


def _rules(row: Any) -> FundRules:
    return FundRules(
        row.fund_id,
        row.stream,
        row.stream_label or stream_in_words(row.stream),
        row.opens_on,
        row.ends_on,
        row.status == AwardStatus.CONFIRMED,
        row.cadence != Cadence.IN_KIND,
        row.decided_by,
        tuple(PermittedUse.model_validate(use) for use in row.permitted_uses),
        tuple(PayeeBar.model_validate(bar) for bar in row.payee_bars),
        beside_others(row.joint_limits),
        beside_others(row.minimums),
    )


def beside_others(told: Iterable[Mapping[str, Any]]) -> tuple[BesideOthers, ...]:
    """What an award says of other streams' money, as it was kept."""
    return tuple(
        BesideOthers(
            frozenset(one["streams"]), one["pence"], Per(one["per"]), one["text"], one["citation"], one["unconfirmed"]
        )
        for one in told
    )
