"""A budget's money and items as the plan check and commitments look at them: everything settled and held stays put."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import text

from braid.contracts.award import AwardStatus, Cadence
from braid.contracts.uses import SpendItem, Use
from braid.kit.unit_of_work import UnitOfWork
from services.ledger import queries, used_money_store
from services.ledger.domain import committing, used_money
from services.ledger.domain.braiding.plan import Fund, Payment, Per
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.committing import Piece
from services.ledger.domain.in_words import days
from services.ledger.domain.spending.planned_items import PlannedItem
from services.ledger.plan_check import FundRules, flexibility_of
from services.ledger.plan_check import PlannedItem as PieceToPay
from services.ledger.spending import purse, purse_store
from services.ledger.spending.items_store import StoredItem

#: What a commitment settled has been told as a spend of the commitment's own account: it counts once.
_DONE = """
    SELECT d.item_id, d.fund_id, sum(d.pence)::bigint AS pence, sum(d.advanced_pence)::bigint AS advanced_pence FROM (
        SELECT c.item_id, a.fund_id, c.amount_pence - c.released_pence AS pence, 0 AS advanced_pence
        FROM commitment c JOIN account a USING (account_id) WHERE c.budget_id = :budget_id
        UNION ALL
        SELECT p.item_id, p.fund_id, p.pence, CASE p.account WHEN 'fund.advanced' THEN p.pence ELSE 0 END
        FROM spend_part p
        WHERE p.budget_id = :budget_id AND (p.pence < 0 OR p.account <> 'fund.committed')
    ) AS d WHERE d.item_id IS NOT NULL GROUP BY d.item_id, d.fund_id
"""

_STILL_HELD = """
    SELECT c.item_id, a.fund_id, sum(c.amount_pence - c.settled_pence - c.released_pence)::bigint AS pence
    FROM commitment c JOIN account a USING (account_id)
    WHERE c.budget_id = :budget_id AND c.item_id = ANY(:item_ids) GROUP BY c.item_id, a.fund_id
"""


@dataclass(frozen=True)
class AskedItem:
    """An item that is to be paid for.

    Args:
        spend: its use, who is paid and the circumstances that rules turn on.
        shares: by stream, the most that it pays of what is due each time, where that is not all.
        other_uses: uses that the same outcome could be met by.
    """

    item: PlannedItem
    spend: SpendItem
    shares: Mapping[str, int] = field(default_factory=dict)
    other_uses: Sequence[Use] = ()


@dataclass(frozen=True)
class Money:
    """What a budget can still pay with.

    Args:
        funds: with what is neither spent nor held of them; awards that wait to be confirmed among them.
        done: by item and fund, the pence that are held or were spent for the item.
        advanced: the part of it that was spent out of the person's own account.
        used: where an award sets something over other streams' money, all that is held and was spent; the funds' sums
            then have it too.
    """

    funds: Sequence[FundRules]
    done: Mapping[UUID, Mapping[str, int]]
    advanced: Mapping[UUID, Mapping[str, int]]
    used: Sequence[Payment] = ()

    def rules(self, fund_id: str) -> FundRules:
        """The rules of a fund."""
        return next(one for one in self.funds if one.fund.fund_id == fund_id)


@dataclass(frozen=True)
class ToPay:
    """Items cut into pieces, less what is done for them.

    Args:
        pieces: what is still to be paid.
        done: what is held and was spent for them already.
        names: by piece, the item that it belongs to.
    """

    pieces: Sequence[PieceToPay]
    done: Sequence[Payment]
    names: Mapping[str, str]

    def of(self, item_id: UUID) -> frozenset[str]:
        """The pieces of an item."""
        return frozenset(piece for piece, item in self.names.items() if item == str(item_id))


def as_asked(stored: Iterable[StoredItem]) -> list[AskedItem]:
    """The items of the agreed plan that were not withdrawn."""
    return [AskedItem(one.item, one.spend_item) for one in stored if not one.is_withdrawn]


async def money_of(
    work: UnitOfWork,
    budget_id: UUID,
    *,
    counts_advanced: bool = False,
    given_up: Mapping[tuple[UUID, UUID], int] | None = None,
) -> Money:
    """What a budget can still pay with.

    Args:
        work: the unit of work.
        budget_id: the budget.
        counts_advanced: whether money counts that was paid into the person's own account and is not spent yet.
        given_up: by item and fund, pence that are held and will be let go of: they count.
    """
    balances = await queries.fund_balances(work, budget_id)
    accounts = {Account.FUND_AVAILABLE, Account.FUND_ADVANCED} if counts_advanced else {Account.FUND_AVAILABLE}
    indicative = await _indicative_pence(work, budget_id)
    freed = Counter[UUID]()
    for (_, fund_id), pence in (given_up or {}).items():
        freed[fund_id] += pence
    rules = [one for one in await purse_store.rules_of(work, budget_id) if _can_pay(one, indicative)]
    used = await _used(work, budget_id, counts_advanced, given_up) if any(one.beside.is_bound for one in rules) else []
    used_pence = used_money.pence_by_fund(used)
    same_name = Counter(one.name for one in rules)
    funds = []
    for one in rules:
        left = freed[one.fund_id] - sum(balances.get(one.fund_id, {}).get(account, 0) for account in accounts)
        label = one.name if same_name[one.name] == 1 else f"{one.name} ({days(one.starts_on, one.ends_on)})"
        left = max(left, 0) if one.is_confirmed else indicative[one.fund_id]
        pence = left + used_pence.get(str(one.fund_id), 0)
        rank = flexibility_of(one.permitted)
        money = Fund(str(one.fund_id), label, pence, Per.ONCE, one.starts_on, one.ends_on, rank, one.is_confirmed)
        funds.append(FundRules(money, one.stream, one.permitted, one.bars, one.joint_limits, one.minimums))
    done, advanced = await _done(work, budget_id)
    return Money(funds, done, advanced, used)


def to_pay(items: Iterable[AskedItem], money: Money) -> ToPay:
    """Cut items into pieces that are still to be paid."""
    funds = [one.fund for one in money.funds]
    streams = {one.fund.fund_id: one.stream for one in money.funds}
    found: list[PieceToPay] = []
    done: list[Payment] = []
    names: dict[str, str] = {}
    for asked in items:
        pieces = committing.pieces_of(asked.item, funds)
        for piece in committing.less_done(pieces, money.done.get(asked.item.item_id, {}), funds):
            found.append(PieceToPay(piece.item, asked.spend, _shares(asked, piece, streams), asked.other_uses))
            done += piece.done
            names[piece.item.item_id] = piece.item_id
    return ToPay(found, done, names)


def _shares(asked: AskedItem, piece: Piece, streams: Mapping[str, str]) -> Mapping[str, int]:
    """What each stream may still pay of a piece, where it may not pay all."""
    paid = Counter[str]()
    for payment in piece.done:
        paid[streams[payment.fund_id]] += payment.pence
    return {stream: max(pence * piece.times - paid[stream], 0) for stream, pence in asked.shares.items()}


def _can_pay(rules: purse.FundRules, indicative: Mapping[UUID, int]) -> bool:
    # A fund that was closed before its first day has no days left.
    has_days = rules.starts_on <= rules.ends_on
    return rules.is_money and has_days and (rules.is_confirmed or rules.fund_id in indicative)


async def _used(
    work: UnitOfWork, budget_id: UUID, counts_advanced: bool, given_up: Mapping[tuple[UUID, UUID], int] | None
) -> Sequence[Payment]:
    # Money in the person's own account is used where it does not count as what can still pay.
    by_fund = await used_money_store.spent_by_day(work, budget_id, counts_advanced=not counts_advanced)
    spent = [payment for fund_id, by_day in by_fund.items() for payment in used_money.spent(str(fund_id), by_day)]
    return [*spent, *await used_money_store.held_of(work, budget_id, given_up=given_up)]


async def _indicative_pence(work: UnitOfWork, budget_id: UUID) -> Mapping[UUID, int]:
    """What awards that wait to be confirmed would bring, by fund."""
    return {
        one.fund_id: one.version.amount_pence
        for one in await queries.open_funds(work, budget_id)
        if one.version.status == AwardStatus.INDICATIVE and one.version.cadence != Cadence.IN_KIND
    }


async def still_held(work: UnitOfWork, budget_id: UUID, item_ids: Iterable[UUID]) -> Mapping[UUID, Mapping[str, int]]:
    """What is held for items and not paid yet, by item and fund."""
    held: dict[UUID, dict[str, int]] = {}
    for row in await work.session.execute(text(_STILL_HELD), {"budget_id": budget_id, "item_ids": list(item_ids)}):
        held.setdefault(row.item_id, {})[str(row.fund_id)] = row.pence
    return held


_ByItemAndFund = Mapping[UUID, Mapping[str, int]]


async def _done(work: UnitOfWork, budget_id: UUID) -> tuple[_ByItemAndFund, _ByItemAndFund]:
    """What is held or was spent, and what of it was spent out of the person's own account."""
    done: dict[UUID, dict[str, int]] = {}
    advanced: dict[UUID, dict[str, int]] = {}
    for row in await work.session.execute(text(_DONE), {"budget_id": budget_id}):
        done.setdefault(row.item_id, {})[str(row.fund_id)] = row.pence
        advanced.setdefault(row.item_id, {})[str(row.fund_id)] = row.advanced_pence
    return done, advanced
