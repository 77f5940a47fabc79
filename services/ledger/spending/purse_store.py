"""A budget's funds as spending and reports read them: what each may pay for, what it has, what is held of it."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
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
from services.ledger.spending.items_store import StoredItem, items_by_budget
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
    SELECT f.budget_id, f.fund_id, f.stream, coalesce(r.opens_on, v.starts_on) AS opens_on,
        coalesce(r.ends_on, v.ends_on) AS ends_on, v.status, v.cadence, v.decided_by, v.permitted_uses, v.payee_bars,
        v.stream_label, v.joint_limits, v.minimums
    {_VERSIONS} WHERE f.budget_id = ANY(:budget_ids) ORDER BY f.stream, opens_on, f.fund_id
"""

_HELD = """
    SELECT c.commitment_id, a.fund_id, c.item_id, c.expires_on,
        c.amount_pence - c.settled_pence - c.released_pence AS pence
    FROM commitment c JOIN account a USING (account_id)
    WHERE c.budget_id = ANY(:budget_ids) AND NOT c.is_expired AND c.amount_pence > c.settled_pence + c.released_pence
    ORDER BY c.commitment_id, a.fund_id
"""


async def purse_of(work: UnitOfWork, budget_id: UUID) -> Purse:
    """The funds of a budget and what they have now."""
    return (await purses_of(work, [budget_id]))[budget_id]


async def purses_of(work: UnitOfWork, budget_ids: Sequence[UUID]) -> Mapping[UUID, Purse]:
    """The same of several budgets, by budget, with as many questions to the database as for one."""
    rules = await _rules_by_budget(work, budget_ids)
    balances = await queries.fund_balances(work, *budget_ids)
    held: dict[UUID, list[Held]] = defaultdict(list)
    for each in await held_of(work, *budget_ids):
        held[each.fund_id].append(each)
    used = await _used(work, {one: told for one, told in rules.items() if any(rule.beside.is_bound for rule in told)})
    purses = {}
    for budget_id, told in rules.items():
        funds = [rule.fund_id for rule in told]
        has = {(fund, account): -pence for fund in funds for account, pence in balances.get(fund, {}).items()}
        purses[budget_id] = Purse(told, has, [one for fund in funds for one in held[fund]], used.get(budget_id))
    return purses


async def _used(work: UnitOfWork, bound: Mapping[UUID, Sequence[FundRules]]) -> Mapping[UUID, Used]:
    """What limits must know, of the budgets that have any."""
    if not bound:
        return {}
    items = await items_by_budget(work, list(bound))
    spent = await used_money_store.spent_by_day(work, *bound)
    return {budget_id: _used_of(rules, items[budget_id].values(), spent) for budget_id, rules in bound.items()}


def _used_of(rules: Sequence[FundRules], items: Collection[StoredItem], spent: dict[UUID, Counter[date]]) -> Used:
    asked_from: dict[str, date] = {}
    for one in rules:
        asked = [stored.item.starts_on for stored in items if not stored.is_withdrawn and one.pays_for(stored)]
        if one.minimums and asked:
            asked_from[str(one.fund_id)] = min(asked)
    of_funds = {one.fund_id: spent[one.fund_id] for one in rules if one.fund_id in spent}
    return Used(
        defaultdict(Counter, of_funds),
        {stored.item.item_id: (stored.item.starts_on, stored.item.ends_on) for stored in items},
        asked_from,
    )


async def rules_of(work: UnitOfWork, budget_id: UUID) -> list[FundRules]:
    """What each fund of a budget is and may pay for, by its latest version."""
    return (await _rules_by_budget(work, [budget_id]))[budget_id]


async def _rules_by_budget(work: UnitOfWork, budget_ids: Sequence[UUID]) -> dict[UUID, list[FundRules]]:
    found: dict[UUID, list[FundRules]] = {budget_id: [] for budget_id in budget_ids}
    for row in await work.session.execute(text(_RULES), {"budget_ids": list(budget_ids)}):
        found[row.budget_id].append(_rules(row))
    return found


async def held_of(work: UnitOfWork, *budget_ids: UUID) -> list[Held]:
    """What open commitments hold of each fund of the budgets."""
    rows = await work.session.execute(text(_HELD), {"budget_ids": list(budget_ids)})
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
