"""Why something is not paid, told as people read it: what is short, who may pay for it, what keeps other money out."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from services.ledger.domain.braiding.accrual import accrued_pence
from services.ledger.domain.braiding.funding import Answered, Funding
from services.ledger.domain.braiding.limits import day_after
from services.ledger.domain.braiding.minimum_cut import Short, shorts
from services.ledger.domain.braiding.model import Model, Need
from services.ledger.domain.braiding.plan import Answer, Fund
from services.ledger.domain.braiding.ports import Solvers
from services.ledger.domain.in_words import day, days, pounds, together

#: More items than this are counted and not named.
NAMED_MOST = 4


@dataclass(frozen=True)
class ShortNeed:
    """An item that is part of a shortage, on some days; what it costs on them, and what of that nobody pays."""

    item_id: str
    label: str
    starts_on: date
    ends_on: date
    pence: int
    unpaid_pence: int


@dataclass(frozen=True)
class KeptOut:
    """A fund that has money left and pays for nothing in a shortage, and the rules that keep it out, in words."""

    fund_id: str
    left_pence: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Shortage:
    """Items that cost more than everything that may pay for them.

    Args:
        needs: by id and day; without any one of them less would be missing.
        fund_ids: all funds that may pay for them.
        missing_pence: ``needed_pence`` less ``has_pence``.
        limit_ids: limits, shared ones among them, that stop these funds.
        text: the whole in words.
    """

    needs: tuple[ShortNeed, ...]
    fund_ids: tuple[str, ...]
    needed_pence: int
    has_pence: int
    limit_ids: tuple[str, ...]
    kept_out: tuple[KeptOut, ...]
    text: str

    @property
    def missing_pence(self) -> int:
        """What is missing."""
        return self.needed_pence - self.has_pence


def shortages(funding: Funding, solvers: Solvers, unconfirmed: Sequence[Fund] = ()) -> tuple[Shortage, ...]:
    """Return every shortage by itself, the largest first.

    Args:
        unconfirmed: funds that are not in the plan because nobody has confirmed them.
    """
    told = [_told(funding, short, unconfirmed) for short in shorts(funding, solvers)]
    return tuple(sorted(told, key=lambda one: (-one.missing_pence, one.needs[0].item_id, one.needs[0].starts_on)))


def _told(funding: Funding, short: Short, unconfirmed: Sequence[Fund]) -> Shortage:
    model, paid = funding.model, funding.answered.paid
    needs = tuple(
        ShortNeed(
            need.item.item_id,
            need.item.label,
            need.starts_on,
            need.until - timedelta(days=1),
            need.pence,
            need.pence - paid[place],
        )
        for place in sorted(short.needs)
        for need in (model.needs[place],)
    )
    needs = tuple(sorted(needs, key=lambda one: (one.item_id, one.starts_on)))
    payers = _payers(model, short)
    limits = _limits(funding.answered, short)
    return Shortage(
        needs,
        tuple(fund.fund_id for fund in payers),
        sum(need.pence for need in needs),
        sum(paid[place] for place in short.needs),
        limits,
        tuple(
            KeptOut(fund.fund_id, left, _kept_out(funding, short.needs, fund))
            for fund, left in _with_money_left(funding, unconfirmed)
        ),
        _in_words(funding, needs, payers, limits),
    )


def _payers(model: Model, short: Short) -> list[Fund]:
    """Funds that may pay for a shortage, in their order."""
    places = {
        part
        for need, part, most in zip(model.cell_need, model.cell_part, model.cell_most, strict=True)
        if need in short.needs and most
    }
    return list({model.parts[place].fund.fund_id: model.parts[place].fund for place in sorted(places)}.values())


def _limits(answered: Answered, short: Short) -> tuple[str, ...]:
    """Limits of the parts reached that are used up."""
    spent = answered.spent
    full = [
        group.limit_id
        for group in answered.model.groups
        if group.parts & short.parts and sum(spent[part] for part in group.parts) == group.ceiling
    ]
    return tuple(dict.fromkeys(full))


def _with_money_left(funding: Funding, unconfirmed: Sequence[Fund]) -> Iterable[tuple[Fund, int]]:
    for fund in funding.plan.funds:
        if left := funding.left_pence.get(fund.fund_id, 0):
            yield fund, left
    for fund in unconfirmed:
        yield fund, accrued_pence(fund.pence, fund.per, fund.starts_on, day_after(fund.ends_on))


def _in_words(funding: Funding, needs: Sequence[ShortNeed], payers: Sequence[Fund], limit_ids: Collection[str]) -> str:
    """Write that some items need a sum, who alone may pay for them, what that has, and what is missing."""
    needed = sum(need.pence for need in needs)
    missing = sum(need.unpaid_pence for need in needs)
    names = _names(funding, needs)
    one = len(needs) == 1
    head = f"{names} needs {pounds(needed)}" if one else f"{names} together need {pounds(needed)}"
    it = "it" if one else "them"
    if not payers:
        return f"{head}; no money in the budget may pay for {it}; so {pounds(missing)} is missing."
    who = together([fund.label for fund in payers])
    has = pounds(needed - missing)
    single = len(payers) == 1
    owner = payers[0].fund_id
    joint = [limit.label for limit in funding.plan.joint_limits if limit.limit_id in limit_ids]
    if joint:
        can = f"{'it' if single else 'together they'} can pay {has} within {together(joint)}"
    elif single and owner in limit_ids:
        can = f"it has {has}" if needed > missing else "it has nothing left"
    elif single:
        can = f"it may pay only {has} of {it}"
    else:
        can = f"together they can pay {has}"
    return f"{head}; only {who} may pay for {it}; {can}; so {pounds(missing)} is missing."


def _names(funding: Funding, needs: Sequence[ShortNeed]) -> str:
    if len(needs) > NAMED_MOST:
        return f"These {len(needs)} items"
    names = []
    for need in needs:
        item = funding.plan.item(need.item_id)
        whole = need.starts_on == item.starts_on and need.ends_on == item.ends_on
        names.append(need.label if whole else f"{need.label} ({days(need.starts_on, need.ends_on)})")
    return together(names)


def _kept_out(funding: Funding, needs: Iterable[int], fund: Fund) -> tuple[str, ...]:
    """Say which rules keep a fund that has money left from paying more for some needs.

    Of several the nearest miss is told: that a fund ended too soon says more than that it never pays for another item.
    """
    found: dict[tuple[int, str], list[str]] = defaultdict(list)
    for place in needs:
        need = funding.model.needs[place]
        for obstacle in _obstacles(funding, need, fund):
            found[obstacle].append(need.item.label)
    nearest = min(nearness for nearness, _ in found)
    told = [(text, labels) for (nearness, text), labels in found.items() if nearness == nearest]
    named = nearest in {_BARRED, _ASKS, _SHARE}
    return tuple(sorted(f"{_listed(labels)}: {text}" if named else text for text, labels in told))


def _listed(labels: Iterable[str]) -> str:
    names = sorted(set(labels))
    return together(names) if len(names) <= NAMED_MOST else f"{len(names)} items"


#: What keeps a fund out, the nearest miss first.
_FULL, _SHARE, _ASKS, _DAYS, _BARRED = range(5)


def _obstacles(funding: Funding, need: Need, fund: Fund) -> list[tuple[int, str]]:
    """What stands between a fund and a need, and how near a miss it is."""
    allowance = funding.plan.allowance(need.item.item_id, fund.fund_id)
    if allowance.answer is not Answer.PERMITTED:
        return [(_ASKS if allowance.answer is Answer.ASK else _BARRED, reason) for reason in allowance.reasons]
    if fund.ends_on < need.starts_on or fund.starts_on >= need.until:
        return [(_DAYS, _other_days(need, fund))]
    if fund not in funding.plan.funds:
        return [(_FULL, f"{fund.label} is not confirmed yet.")]
    if rules := _unmet(funding, fund):
        return [(_FULL, f"{fund.label} pays only beside {together(rules)}.")]
    if allowance.up_to_pence is not None:
        return [(_SHARE, f"{fund.label} already pays all that it may.")]
    beyond = together(_used_up(funding, fund)) or "these days, or a limit that it shares"
    return [(_FULL, f"What {fund.label} has left is beyond {beyond}.")]


def _other_days(need: Need, fund: Fund) -> str:
    if fund.ends_on < need.starts_on:
        return f"{fund.label} ended on {day(fund.ends_on)}."
    return f"{fund.label} only starts on {day(fund.starts_on)}."


def _unmet(funding: Funding, fund: Fund) -> list[str]:
    closed = funding.answered.branch.closed
    shut = any(funding.model.parts[part].fund.fund_id == fund.fund_id for part in closed)
    return [rule.label for rule in funding.plan.minimums if rule.fund_id == fund.fund_id] if shut else []


def _used_up(funding: Funding, fund: Fund) -> list[str]:
    """Joint limits of a fund that leave nothing, on some days at least."""
    spent = funding.answered.spent
    full = {
        group.limit_id for group in funding.model.groups if sum(spent[part] for part in group.parts) == group.ceiling
    }
    return [one.label for one in funding.plan.joint_limits if fund.fund_id in one.fund_ids and one.limit_id in full]
