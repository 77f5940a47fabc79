"""What would mend a shortage, cheapest first; each is proven by solving the mended plan."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from services.ledger.domain.braiding.accrual import accrued_pence, cost_pence
from services.ledger.domain.braiding.funding import unpaid_pence
from services.ledger.domain.braiding.limits import day_after
from services.ledger.domain.braiding.plan import Allowance, Answer, Fund, Item, Per, Plan
from services.ledger.domain.braiding.ports import Solvers
from services.ledger.domain.braiding.shortages import Shortage, ShortNeed
from services.ledger.domain.in_words import days, pounds

#: As many mends as a person can weigh up, and as many as are tried to find them.
TOLD_MOST, TRIED_MOST = 12, 60


class MendKind(StrEnum):
    """What is done; among mends that cost the same, the earlier first."""

    CONFIRM = "confirm_award"
    ANSWER = "tell_what_is_asked"
    PAYEE = "other_payee"
    USE = "other_use"
    EXCEPTION = "ask_for_exception"
    DATES = "move_dates"
    SHRINK = "shrink_item"
    MONEY = "more_money"
    DROP = "drop_item"


@dataclass(frozen=True)
class Alternative:
    """Another way of having an item: another payee, another use, an answer or an exception.

    Args:
        allowances: by fund, what its rules would say then; a fund that is not there says what it does now.
    """

    item_id: str
    kind: MendKind
    text: str
    allowances: Mapping[str, Allowance]


@dataclass(frozen=True)
class Mend:
    """Something that ends a shortage.

    Args:
        subject_id: the item or fund that it is about.
        pence: what somebody gives up, or gives, for it.
        text: in words.
        plan: the mended plan.
    """

    kind: MendKind
    subject_id: str
    pence: int
    text: str
    plan: Plan = field(repr=False, compare=False)


_EACH = {
    Per.ONCE: "",
    Per.WEEK: " a week",
    Per.WEEK_ON_AVERAGE: " a week",
    Per.FOUR_WEEKS: " every four weeks",
    Per.MONTH: " a month",
    Per.YEAR: " a year",
}
#: So that a sum for each period is never too small.
_DAYS_AT_MOST = {Per.WEEK: 7, Per.WEEK_ON_AVERAGE: 7, Per.FOUR_WEEKS: 28, Per.MONTH: 31}


def mends(
    plan: Plan,
    shortage: Shortage,
    solvers: Solvers,
    *,
    alternatives: Sequence[Alternative] = (),
    whole: Plan | None = None,
) -> tuple[Mend, ...]:
    """Return what would end a shortage and leave no more unpaid elsewhere.

    Args:
        plan: the plan that is short, of confirmed money.
        whole: the same with the funds whose awards are not confirmed yet; none where all are.
    """
    goal = unpaid_pence(plan, solvers) - shortage.missing_pence
    order = list(MendKind)
    tried = sorted(
        _candidates(plan, shortage, alternatives, whole or plan),
        key=lambda one: (one.pence, order.index(one.kind), one.subject_id, one.text),
    )
    found: dict[tuple[MendKind, str, str], Mend] = {}
    for mend in tried[:TRIED_MOST]:
        # Of one item made smaller by several sums the first is enough; other kinds differ by what they say.
        name = (mend.kind, mend.subject_id, "" if mend.kind is MendKind.SHRINK else mend.text)
        if len(found) < TOLD_MOST and name not in found and unpaid_pence(mend.plan, solvers) <= goal:
            found[name] = mend
    return tuple(found.values())


def _candidates(plan: Plan, shortage: Shortage, alternatives: Sequence[Alternative], whole: Plan) -> Iterator[Mend]:
    items = {need.item_id: plan.item(need.item_id) for need in shortage.needs}
    for fund in (one for one in whole.funds if not one.confirmed):
        text = f"{fund.label} confirms its {pounds(fund.pence)}{_EACH[fund.per]}."
        yield Mend(MendKind.CONFIRM, fund.fund_id, 0, text, whole.of_confirmed_money(and_of=fund.fund_id))
    for one in alternatives:
        if one.item_id in items:
            allowances = {(one.item_id, fund_id): allowance for fund_id, allowance in one.allowances.items()}
            mended = replace(plan, allowances={**plan.allowances, **allowances})
            yield Mend(one.kind, one.item_id, 0, one.text, mended)
    for item in items.values():
        yield from _moved(plan, item)
    for need in shortage.needs:
        yield from _shrunk(plan, items[need.item_id], need, shortage.missing_pence)
    yield from _with_more_money(plan, shortage)
    for item in items.values():
        yield _dropped(plan, item)


def _moved(plan: Plan, item: Item) -> Iterator[Mend]:
    """Move an item, as long as it is, into the days of a fund that may pay for it."""
    length = item.ends_on - item.starts_on
    for fund in plan.funds:
        if plan.allowance(item.item_id, fund.fund_id).answer is not Answer.PERMITTED:
            continue
        starts_on = min(max(item.starts_on, fund.starts_on), fund.ends_on - length)
        if starts_on != item.starts_on and starts_on >= fund.starts_on:
            moved = replace(item, starts_on=starts_on, ends_on=starts_on + length)
            text = f"Have {item.label} on other days: {days(moved.starts_on, moved.ends_on)}."
            yield Mend(MendKind.DATES, item.item_id, 0, text, _with_item(plan, moved))


def _shrunk(plan: Plan, item: Item, need: ShortNeed, missing: int) -> Iterator[Mend]:
    if need.pence <= missing:
        return
    less = -(-missing * item.pence // need.pence) if item.per is not Per.ONCE else missing
    # The sum by the day is rounded, so one penny more may be needed.
    for pence in (less, less + 1):
        if pence < item.pence:
            smaller = replace(item, pence=item.pence - pence)
            each = _EACH[item.per]
            text = f"Spend {pounds(pence)}{each} less on {item.label}: {pounds(smaller.pence)}{each}."
            less_in_all = cost_pence(item) - cost_pence(smaller)
            yield Mend(MendKind.SHRINK, item.item_id, less_in_all, text, _with_item(plan, smaller))


def _with_more_money(plan: Plan, shortage: Shortage) -> Iterator[Mend]:
    short = [need for need in shortage.needs if need.unpaid_pence]
    days_short = sum((need.ends_on - need.starts_on).days + 1 for need in short)
    for fund_id in shortage.fund_ids:
        yield _richer(plan, plan.fund(fund_id), shortage.missing_pence, days_short)
    for rule in plan.minimums:
        # A little more of the money that is to be spent first may open another fund.
        least = accrued_pence(rule.pence, rule.per, rule.starts_on, day_after(rule.ends_on))
        for fund_id in sorted(rule.spent_from):
            fund = plan.fund(fund_id)
            has = accrued_pence(fund.pence, fund.per, fund.starts_on, day_after(fund.ends_on))
            if has < least:
                yield _richer(plan, fund, least - has, (fund.ends_on - fund.starts_on).days + 1)


def _richer(plan: Plan, fund: Fund, pence: int, days_of_it: int) -> Mend:
    """Give a fund a sum more, spread over some days where its limit is by the week or month."""
    more = pence if fund.per not in _DAYS_AT_MOST else -(-pence * _DAYS_AT_MOST[fund.per] // days_of_it)
    richer = replace(fund, pence=fund.pence + more)
    funds = [richer if one.fund_id == fund.fund_id else one for one in plan.funds]
    text = f"{fund.label} pays {pounds(more)}{_EACH[fund.per]} more."
    return Mend(MendKind.MONEY, fund.fund_id, pence, text, replace(plan, funds=funds))


def _with_item(plan: Plan, changed: Item) -> Plan:
    return replace(plan, items=[changed if one.item_id == changed.item_id else one for one in plan.items])


def _dropped(plan: Plan, item: Item) -> Mend:
    pence = cost_pence(item)
    rest = [one for one in plan.items if one.item_id != item.item_id]
    text = f"Do without {item.label}: {pounds(pence)}."
    return Mend(MendKind.DROP, item.item_id, pence, text, replace(plan, items=rest))
