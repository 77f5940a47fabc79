"""Spends of one budget, considered one after the other against the same purse, then posted together."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from uuid import UUID

from braid.kit.unit_of_work import UnitOfWork
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.in_words import day, pounds
from services.ledger.domain.journal import Entry
from services.ledger.domain.spending.attribution import BY_THE_COUNCIL, BY_THE_PERSON, DrawnPart, given_back, left_of
from services.ledger.domain.spending.consideration import (
    Considered,
    Finding,
    attributed_to,
    consider,
    refunded_spend,
)
from services.ledger.domain.spending.money_out import Source, Spend
from services.ledger.domain.spending.queries import Query, QueryKind, raise_query
from services.ledger.domain.spending.settings import SpendingSettings
from services.ledger.spending import purse_store, query_store, settings_store, spend_store
from services.ledger.spending.entries import PostedPart, Purpose, refund_entries, spend_entries
from services.ledger.spending.items_store import StoredItem, items_of
from services.ledger.spending.journal import post_whole
from services.ledger.spending.purse import Purse
from services.ledger.spending.tables import SpendPartRow, SpendRow

#: How often spends are considered anew because somebody else took the money in the meantime.
_ROUNDS = 3


@dataclass
class Outcome:
    """What became of one spend in this round.

    Args:
        entries: to post, whole or not at all.
        posted: which entry posts which part.
        of_spend_id: the spend that money came back of; else its own.
    """

    row: SpendRow
    state: str
    entries: list[Entry] = field(default_factory=list)
    posted: list[PostedPart] = field(default_factory=list)
    finding: Finding | None = None
    item: StoredItem | None = None
    of_spend_id: UUID | None = None
    use: str | None = None


@dataclass(frozen=True)
class Paid:
    """What a spend still has out of the funds, and for what."""

    parts: tuple[DrawnPart, ...]
    item_id: UUID | None
    use: str | None


class Spends:
    """Spends by id, and by sum for whoever looks for one alike."""

    def __init__(self, spends: Iterable[Spend]) -> None:
        self._by_id: dict[UUID, Spend] = {}
        self._by_pence: dict[int, dict[UUID, Spend]] = defaultdict(dict)
        for spend in spends:
            self.add(spend)

    def add(self, spend: Spend) -> None:
        """Add one; the same again is one still."""
        self._by_id[spend.spend_id] = spend
        self._by_pence[spend.pence][spend.spend_id] = spend

    def of_id(self, spend_id: UUID) -> Spend:
        """The spend of an id."""
        return self._by_id[spend_id]

    def of_sum(self, pence: int) -> Collection[Spend]:
        """Those of the same sum."""
        return self._by_pence[pence].values()


@dataclass
class Budget:
    """What is known of a budget while its spends are considered.

    Args:
        spends: the budget's spends around those considered; each joins them once it was considered.
        paid: what those still have out of the funds.
        queries: how many each spend has had.
    """

    budget_id: UUID
    settings: SpendingSettings
    items: Mapping[UUID, StoredItem]
    purse: Purse
    spends: Spends
    paid: dict[UUID, Paid]
    queries: dict[UUID, int]

    def current_items(self) -> dict[UUID, StoredItem]:
        """Items that are still planned."""
        return {item_id: one for item_id, one in self.items.items() if not one.is_withdrawn}


async def load(work: UnitOfWork, budget_id: UUID, rows: Sequence[SpendRow]) -> Budget:
    """Read what considering some spends needs."""
    settings = await settings_store.spending_settings(work)
    around = timedelta(days=max(settings.refund_days, settings.same_payment_days))
    first, last = min(row.value_date for row in rows), max(row.value_date for row in rows)
    spends = await spend_store.spends_between(work, budget_id, first - around, last + around)
    for row in rows:
        spends.pop(row.spend_id, None)
    parts = await spend_store.parts_of(work, spends)
    return Budget(
        budget_id,
        settings,
        await items_of(work, budget_id),
        await purse_store.purse_of(work, budget_id),
        Spends(spend_store.spend_of(row) for row in spends.values()),
        {spend_id: _paid(of_it) for spend_id, of_it in parts.items()},
        await query_store.numbers_of(work, budget_id),
    )


async def consider_all(work: UnitOfWork, budget: Budget, rows: Iterable[SpendRow], today: date) -> list[Query]:
    """Match, attribute and post spends, and ask about what does not fit.

    Where the journal refuses, somebody else took the money in the meantime: the spend is considered anew.
    """
    waiting = sorted(rows, key=lambda row: (row.value_date, row.pence < 0, row.spend_id))
    queries: list[Query] = []
    for attempt in range(_ROUNDS):
        outcomes = [_consider(budget, row) for row in waiting]
        refused = await post_whole(work, [outcome.entries for outcome in outcomes])
        waiting = []
        for outcome, kind in zip(outcomes, refused, strict=True):
            if kind is QueryKind.MORE_THAN_IS_LEFT and attempt < _ROUNDS - 1:
                waiting.append(outcome.row)
                budget.paid.pop(outcome.row.spend_id, None)
            else:
                queries += settle(work, budget, instead(outcome, kind), today)
        if not waiting:
            break
        await work.session.flush()
        budget.purse = await purse_store.purse_of(work, budget.budget_id)
    return queries


def attribute_to(budget: Budget, row: SpendRow, stored: StoredItem, pence: int, number: int) -> Outcome:
    """Attribute so much of a spend to an item that a person named."""
    spend = spend_store.spend_of(row)
    rooms = budget.purse.rooms_for(stored, spend.value_date)
    split = budget.purse.splitter_for(stored.item.item_id, spend.value_date)
    considered = attributed_to(stored.item, spend, rooms, split, pence=pence, accounts=_accounts(spend))
    return _outcome(budget, row, spend, considered, number)


def instead(outcome: Outcome, kind: QueryKind | None, pence: int = 0) -> Outcome:
    """The same spend, or so much of it, asked about, where the journal took none of it."""
    if kind is None:
        return outcome
    reason = "The journal did not take it: the period is closed, or the money has gone in the meantime."
    finding = Finding(kind, pence or abs(outcome.row.pence), (reason,))
    return Outcome(outcome.row, "asked", finding=finding, item=outcome.item)


def settle(work: UnitOfWork, budget: Budget, outcome: Outcome, today: date) -> list[Query]:
    """Keep what became of a spend, and ask what must be asked."""
    row = outcome.row
    row.state = outcome.state
    work.session.add(row)
    spend_store.add_parts(
        work,
        row,
        outcome.posted,
        of_spend_id=outcome.of_spend_id or row.spend_id,
        item_id=outcome.item.item.item_id if outcome.item else None,
        use=outcome.use,
        sign=1 if row.pence > 0 else -1,
    )
    if outcome.finding is None:
        return []
    number = budget.queries.get(row.spend_id, 0)
    budget.queries[row.spend_id] = number + 1
    query = raise_query(
        outcome.finding.kind,
        row.spend_id,
        outcome.finding.pence,
        outcome.finding.reasons,
        on=today,
        answer_days=budget.settings.answer_days,
        number=number,
    )
    query_store.keep(work, budget.budget_id, query)
    return [query]


def _consider(budget: Budget, row: SpendRow) -> Outcome:
    spend = spend_store.spend_of(row)
    outcome = _came_back(budget, row, spend) if spend.is_refund else _went_out(budget, row, spend)
    budget.spends.add(spend)
    return outcome


def _went_out(budget: Budget, row: SpendRow, spend: Spend) -> Outcome:
    items = budget.current_items()
    considered = consider(
        spend,
        {item_id: one.item for item_id, one in items.items()},
        budget.spends.of_sum(spend.pence),
        lambda item: budget.purse.rooms_for(items[item.item_id], spend.value_date),
        lambda item: budget.purse.splitter_for(item.item_id, spend.value_date),
        budget.settings,
        _accounts(spend),
    )
    return _outcome(budget, row, spend, considered, 0)


def _outcome(budget: Budget, row: SpendRow, spend: Spend, considered: Considered, number: int) -> Outcome:
    if considered.item is None or considered.attribution is None:
        return Outcome(row, "set_aside" if considered.is_set_aside else "asked", finding=considered.finding)
    item = considered.item
    draws = budget.purse.draw(considered.attribution.parts, item.item_id, spend.value_date)
    purpose = _purpose(budget, row, spend, number, item.use, "Spent as planned")
    entries, posted = spend_entries(purpose, draws)
    budget.paid[row.spend_id] = Paid(considered.attribution.parts, item.item_id, item.use)
    state = "asked" if considered.finding else "attributed"
    return Outcome(row, state, entries, posted, considered.finding, budget.items[item.item_id], None, item.use)


def _came_back(budget: Budget, row: SpendRow, spend: Spend) -> Outcome:
    """Money in: given back to the funds that paid, where it is of a spend; else it is a pay-in, and no question."""
    earlier = (budget.spends.of_id(spend_id) for spend_id, paid in budget.paid.items() if paid.parts)
    of = refunded_spend(spend, (one for one in earlier if not one.is_refund), budget.settings)
    if of is None:
        return Outcome(row, "paid_in")
    paid = budget.paid[of.spend_id]
    back = given_back(-spend.pence, paid.parts)
    budget.paid[of.spend_id] = replace(paid, parts=left_of(paid.parts, back.parts))
    budget.purse.put_back(back.parts, spend.value_date)
    # The journal is kept for ever: what it says by itself names no payee and repeats no words of a plan.
    reason = f"Came back of {pounds(of.pence)} on {day(of.value_date)}"
    entries, posted = refund_entries(_purpose(budget, row, spend, 0, paid.use, reason), back.parts)
    item = budget.items.get(paid.item_id) if paid.item_id else None
    finding = Finding(QueryKind.MORE_THAN_IS_LEFT, back.left_pence, back.reasons) if back.left_pence else None
    state = "asked" if finding else "attributed"
    return Outcome(row, state, entries, posted, finding, item, of.spend_id, paid.use)


def _paid(parts: Sequence[SpendPartRow]) -> Paid:
    return Paid(tuple(spend_store.still_out(parts)), parts[0].item_id, parts[0].use)


def _purpose(budget: Budget, row: SpendRow, spend: Spend, number: int, use: str | None, reason: str) -> Purpose:
    return Purpose(
        budget.budget_id,
        spend.spend_id,
        f"{row.version}/{number}",
        spend.value_date,
        use,
        reason,
        is_paid_by_council=_is_paid_by_council(spend),
    )


def _is_paid_by_council(spend: Spend) -> bool:
    return spend.source is Source.PROVIDER_INVOICE


def _accounts(spend: Spend) -> Sequence[Account]:
    return BY_THE_COUNCIL if _is_paid_by_council(spend) else BY_THE_PERSON
