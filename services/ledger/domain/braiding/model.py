"""A plan as sums that are paid from sums: needs, parts of funds, and the cells in which one pays the other.

An item is cut into needs where the money that may pay for it changes, and a fund into parts where one of its limits
does. So days on which nothing changes are never told apart, and a plan of a year is often one span of time.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from services.ledger.domain.braiding.accrual import due_pence
from services.ledger.domain.braiding.limits import (
    Limit,
    Stretch,
    changes_of,
    day_after,
    limits_of,
    minimums_of,
    share_within,
    stretches_of,
    used_pence,
)
from services.ledger.domain.braiding.plan import PENCE_MAX, Answer, BadPlan, Fund, Item, Payment, Per, Plan

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Need:
    """What an item costs over some days, in pence; ``until`` is the day after the last."""

    item: Item
    starts_on: date
    until: date
    pence: int


@dataclass(frozen=True)
class FundPart:
    """A fund on days over which none of its limits changes."""

    fund: Fund
    starts_on: date
    until: date


@dataclass(frozen=True)
class Group:
    """Parts of funds that share a sum: a stretch of a limit or of a minimum.

    Args:
        ceiling: the most they may pay together, in pence; None: no limit.
        floor: the least.
    """

    limit_id: str
    label: str
    parts: frozenset[int]
    ceiling: int | None
    floor: int = 0


@dataclass(frozen=True)
class Condition:
    """A stretch of a minimum before use: ``guarded`` parts pay only if the ``counted`` ones pay ``floor`` or more."""

    rule_id: str
    guarded: frozenset[int]
    counted: Group


@dataclass(frozen=True)
class Share:
    """Cells of one need and one fund that together pay at most a sum."""

    cells: tuple[int, ...]
    pence: int


@dataclass(frozen=True)
class Model:
    """Who may pay for what. Lists of cells run in the fixed order that settles ties.

    Args:
        needs: the smallest sum first, then by id and day.
        parts: the least flexible fund first, then by id and day.
        cell_need, cell_part: by cell, places of its need and part.
        cell_most: by cell, the most that the part may pay of the need, in pence.
        cell_today: pence that are paid now, for cells that pay something now.
        shares: further limits on cells of one need.
        groups: limits on parts.
        conditions: minimums before use.
    """

    needs: Sequence[Need]
    parts: Sequence[FundPart]
    cell_need: Sequence[int]
    cell_part: Sequence[int]
    cell_most: Sequence[int]
    cell_today: Mapping[int, int]
    shares: Sequence[Share]
    groups: Sequence[Group]
    conditions: Sequence[Condition]


def model_of(plan: Plan) -> Model:
    """Cut a plan into needs, parts and cells.

    Raises:
        BadPlan: the items together cost more than any budget could.
    """
    changes = changes_of(plan)
    limits = [(limit, stretches_of(limit, changes, plan.used)) for limit in limits_of(plan)]
    minimums = [(limit, stretches_of(limit, changes, plan.used)) for limit in minimums_of(plan)]
    parts = _parts(plan, limits, minimums)
    payers = _payers(plan, parts)
    needs = _needs(plan, payers)
    if sum(need.pence for need in needs) > PENCE_MAX:
        raise BadPlan("the items together cost more than any budget could")
    cells = _Cells(plan, needs, parts, payers)
    return Model(
        needs,
        parts,
        cells.need,
        cells.part,
        cells.most,
        cells.paid_now(),
        cells.shares,
        _groups(plan, parts, limits),
        _conditions(plan, parts, minimums),
    )


_Cut = Sequence[tuple[Limit, Sequence[Stretch]]]


def _parts(plan: Plan, limits: _Cut, minimums: _Cut) -> list[FundPart]:
    guarded = {rule.rule_id: {rule.fund_id} for rule in plan.minimums}
    borders: dict[str, set[date]] = {fund.fund_id: {fund.starts_on, day_after(fund.ends_on)} for fund in plan.funds}
    for limit, stretches in (*limits, *minimums):
        for fund_id in limit.fund_ids | guarded.get(limit.limit_id, set()):
            borders[fund_id].update(day for one in stretches for day in (one.starts_on, one.until))
    parts = []
    for fund in sorted(plan.funds, key=lambda one: (one.flexibility, one.fund_id)):
        days = sorted(day for day in borders[fund.fund_id] if fund.starts_on <= day <= day_after(fund.ends_on))
        parts += [FundPart(fund, first, until) for first, until in pairwise(days)]
    return parts


@dataclass(frozen=True)
class _Payers:
    """Parts that may pay for an item.

    Args:
        parts: their places, in order.
        up_to: by place, the most for each ``per`` of the item, of those that may not pay all of it.
        borders: days within the item on which one of them begins or has ended.
    """

    parts: Sequence[int]
    up_to: Mapping[int, int]
    borders: Sequence[date]


def _payers(plan: Plan, parts: Sequence[FundPart]) -> Mapping[str, _Payers]:
    """Who may pay, by item. Many items have the same days, so what is alive then is looked up once."""
    alive: dict[tuple[date, date], _Alive] = {}
    found = {}
    told, permitted = plan.allowances.get, Answer.PERMITTED
    for item in plan.items:
        item_id, days = item.item_id, (item.starts_on, item.ends_on)
        if days not in alive:
            alive[days] = _alive(parts, *days)
        payers: list[int] = []
        up_to: dict[int, int] = {}
        for place, fund_id in alive[days].parts:
            allowance = told((item_id, fund_id))
            if allowance is not None and allowance.answer is permitted:
                payers.append(place)
                if allowance.up_to_pence is not None:
                    up_to[place] = allowance.up_to_pence
        borders = alive[days].borders
        within = sorted({day for place in payers for day in borders.get(place, ())}) if borders else ()
        found[item_id] = _Payers(payers, up_to, within)
    return found


@dataclass(frozen=True)
class _Alive:
    """Parts that are alive on some days, with their funds, and days within on which a part begins or has ended."""

    parts: Sequence[tuple[int, str]]
    borders: Mapping[int, Sequence[date]]


def _alive(parts: Sequence[FundPart], first: date, last: date) -> _Alive:
    until = day_after(last)
    there = [
        (place, part.fund.fund_id) for place, part in enumerate(parts) if part.starts_on < until and part.until > first
    ]
    borders = {}
    for place, _ in there:
        part = parts[place]
        if within := [day for day in (part.starts_on, part.until) if first < day < until]:
            borders[place] = within
    return _Alive(there, borders)


def _needs(plan: Plan, payers: Mapping[str, _Payers]) -> list[Need]:
    needs = []
    for item in plan.items:
        within = () if item.per is Per.ONCE else payers[item.item_id].borders
        days = [item.starts_on, *within, day_after(item.ends_on)]
        for first, following in pairwise(days):
            if pence := due_pence(item, item.pence, first, following):
                needs.append(Need(item, first, following, pence))
    return sorted(needs, key=lambda one: (one.pence, one.item.item_id, one.starts_on))


class _Cells:
    """Cells of a model, need by need and part by part."""

    def __init__(
        self, plan: Plan, needs: Sequence[Need], parts: Sequence[FundPart], payers: Mapping[str, _Payers]
    ) -> None:
        self.plan, self.needs, self.parts = plan, needs, parts
        self.need: list[int] = []
        self.part: list[int] = []
        self.most: list[int] = []
        self.shares: list[Share] = []
        for place, need in enumerate(needs):
            payer = payers[need.item.item_id]
            for part in payer.parts:
                if payer.borders and not (parts[part].starts_on < need.until and parts[part].until > need.starts_on):
                    continue
                self.need.append(place)
                self.part.append(part)
                self.most.append(self._share(need, payer.up_to[part]) if part in payer.up_to else need.pence)
            if need.item.per is Per.ONCE and payer.borders:
                self._share_once(place)

    def _share(self, need: Need, up_to: int) -> int:
        return min(due_pence(need.item, up_to, need.starts_on, need.until), need.pence)

    def _share_once(self, place: int) -> None:
        """Hold the cells of one fund to its share: what is paid once may be paid in any of the fund's parts."""
        by_fund: dict[str, list[int]] = defaultdict(list)
        first = len(self.need)
        while first and self.need[first - 1] == place:
            first -= 1
        for cell in range(first, len(self.need)):
            by_fund[self.parts[self.part[cell]].fund.fund_id].append(cell)
        for cells in by_fund.values():
            if len(cells) > 1 and self.most[cells[0]] < self.needs[place].pence:
                self.shares.append(Share(tuple(cells), self.most[cells[0]]))

    def paid_now(self) -> Mapping[int, int]:
        """What each cell pays now."""
        if not self.plan.today:
            return {}
        now: dict[tuple[str, str], list[Payment]] = defaultdict(list)
        for payment in self.plan.today:
            now[payment.item_id, payment.fund_id].append(payment)
        found = {}
        for cell, (place, part_place) in enumerate(zip(self.need, self.part, strict=True)):
            need, part = self.needs[place], self.parts[part_place]
            payments = now.get((need.item.item_id, part.fund.fund_id), ())
            starts_on, until = max(need.starts_on, part.starts_on), min(need.until, part.until)
            pence = sum(share_within(payment, starts_on, until) for payment in payments)
            if kept := min(pence, self.most[cell]):
                found[cell] = kept
        return found


def _groups(plan: Plan, parts: Sequence[FundPart], limits: _Cut) -> list[Group]:
    return [
        Group(limit.limit_id, limit.label, members, max(stretch.pence - used_pence(limit, stretch, plan.used), 0))
        for limit, stretches in limits
        for stretch in stretches
        if (members := _members(parts, limit.fund_ids, stretch))
    ]


def _conditions(plan: Plan, parts: Sequence[FundPart], minimums: _Cut) -> list[Condition]:
    found = []
    for rule, (limit, stretches) in zip(plan.minimums, minimums, strict=True):
        for stretch in stretches:
            guarded = _members(parts, {rule.fund_id}, stretch)
            floor = max(stretch.pence - used_pence(limit, stretch, plan.used), 0)
            if guarded and floor:
                counted = Group(rule.rule_id, rule.label, _members(parts, limit.fund_ids, stretch), None, floor)
                found.append(Condition(rule.rule_id, guarded, counted))
    return found


def _members(parts: Sequence[FundPart], fund_ids: Iterable[str], stretch: Stretch) -> frozenset[int]:
    return frozenset(
        place
        for place, part in enumerate(parts)
        if part.fund.fund_id in fund_ids and part.starts_on >= stretch.starts_on and part.until <= stretch.until
    )


def span_of(need: Need, part: FundPart) -> tuple[date, date]:
    """Return the first and last day on which a part pays for a need."""
    return max(need.starts_on, part.starts_on), min(need.until, part.until) - _ONE_DAY
