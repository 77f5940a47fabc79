"""One spend considered whole: what it is for, who pays, and what must be asked."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.in_words import day, pounds
from services.ledger.domain.spending.attribution import BY_THE_PERSON, Attribution, FundRoom, Splitter, attribute
from services.ledger.domain.spending.matching import Candidate, Match, match, told_twice
from services.ledger.domain.spending.money_out import Spend, words_of_name
from services.ledger.domain.spending.planned_items import PlannedItem
from services.ledger.domain.spending.queries import QueryKind
from services.ledger.domain.spending.settings import SpendingSettings


@dataclass(frozen=True)
class Finding:
    """Something to ask about, and how much it is about."""

    kind: QueryKind
    pence: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Considered:
    """What a spend comes to.

    Args:
        item: what it is for, where that is clear.
        match: what matching found.
        attribution: which funds pay; None where nothing is attributed yet.
        finding: what to ask, where something does not fit.
        is_set_aside: too small to ask about, by the council's own setting.
    """

    item: PlannedItem | None
    match: Match
    attribution: Attribution | None = None
    finding: Finding | None = None
    is_set_aside: bool = False


#: The funds as one item of the plan may use them.
RoomsFor = Callable[[PlannedItem], Sequence[FundRoom]]
SplitFor = Callable[[PlannedItem], Splitter]


def consider(
    spend: Spend,
    items: Mapping[UUID, PlannedItem],
    others: Iterable[Spend],
    rooms_for: RoomsFor,
    split_for: SplitFor,
    settings: SpendingSettings,
    accounts: Sequence[Account] = BY_THE_PERSON,
) -> Considered:
    """Match a spend, and attribute it; ask only about what does not fit.

    Args:
        spend: money out.
        items: the plan's items by id.
        others: the person's other spends, near it in time.
        rooms_for: the budget's funds as an item may use them.
        split_for: which fund pays what of an item, among those that may.
        settings: the council's.
        accounts: which of a fund's money may be drawn, in order.
    """
    found = match(spend, items.values(), settings)
    item = items[found.item_id] if found.item_id else None
    twin = told_twice(spend, others, item, settings)
    if twin:
        reason = f"{pounds(twin.pence)} to {twin.payee} on {day(twin.value_date)} may be this very payment told twice."
        return Considered(item, found, finding=Finding(QueryKind.MAYBE_TOLD_TWICE, spend.pence, (reason,)))
    if item is None:
        return _unmatched(spend, found, items, settings)
    return attributed_to(item, spend, rooms_for(item), split_for(item), found=found, accounts=accounts)


def attributed_to(
    item: PlannedItem,
    spend: Spend,
    rooms: Sequence[FundRoom],
    split: Splitter,
    *,
    found: Match | None = None,
    pence: int | None = None,
    accounts: Sequence[Account] = BY_THE_PERSON,
) -> Considered:
    """Attribute a spend, or so much of it, to the funds that may pay for an item."""
    attribution = attribute(pence or spend.pence, spend.value_date, rooms, split, accounts)
    finding = None
    if attribution.obstacle:
        finding = Finding(QueryKind(attribution.obstacle.value), attribution.left_pence, attribution.reasons)
    return Considered(item, found or Match(item.item_id, ()), attribution, finding)


def _unmatched(spend: Spend, found: Match, items: Mapping[UUID, PlannedItem], settings: SpendingSettings) -> Considered:
    if found.candidates:
        reasons = tuple(_could_be(items[one.item_id], one) for one in found.candidates)
        return Considered(None, found, finding=Finding(QueryKind.SEVERAL_ITEMS, spend.pence, reasons))
    if spend.pence <= settings.ask_above_pence:
        return Considered(None, found, is_set_aside=True)
    reason = f"No item of the plan fits {pounds(spend.pence)} to {spend.payee} on {day(spend.value_date)}."
    return Considered(None, found, finding=Finding(QueryKind.NO_ITEM, spend.pence, (reason,)))


def _could_be(item: PlannedItem, candidate: Candidate) -> str:
    return f"It could be {item.text}: {' '.join(one.words for one in candidate.evidence)}"


def refunded_spend(refund: Spend, earlier: Iterable[Spend], settings: SpendingSettings) -> Spend | None:
    """The spend that money came back of: the same payee, no smaller, lately; the nearest, ties by id.

    None where it is of no spend: pay-ins are nobody's question.
    """
    name = words_of_name(refund.payee)
    alike = (
        spend
        for spend in earlier
        if name
        and words_of_name(spend.payee) == name
        and spend.pence >= -refund.pence
        and 0 <= (refund.value_date - spend.value_date).days <= settings.refund_days
    )
    return min(alike, key=lambda spend: (refund.value_date - spend.value_date, spend.spend_id), default=None)
