"""The plan check at the service's edge: each fund's rules are asked about each item, and braiding decides the rest.

Rules are read by ``may_pay`` alone, as when money is spent, so that what was said to be payable is payable.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from braid.contracts.uses import PayeeBar, PermittedUse, Relation, SpendItem, Use, UseVerdict, Verdict, may_pay
from braid.contracts.uses_in_words import USES_IN_WORDS
from services.ledger.domain.beside_others import BesideOthers, FundBesideOthers, joint_limits_of, minimums_of
from services.ledger.domain.braiding.mends import Alternative, MendKind
from services.ledger.domain.braiding.plan import (
    Allowance,
    Answer,
    Fund,
    Item,
    Payment,
    Plan,
)
from services.ledger.domain.braiding.verdicts import PlanCheck, check_plan
from services.ledger.solvers import solvers


@dataclass(frozen=True)
class PlannedItem:
    """Something to pay for, with what rules turn on.

    Args:
        spend: its use, who is paid and the circumstances.
        shares: by stream, the most that it pays of the item, for each ``per``, where that is not all: what is used
            privately, or what a journey would cost anybody.
        other_uses: uses that the same outcome could be met by.
    """

    item: Item
    spend: SpendItem
    shares: Mapping[str, int] = field(default_factory=dict)
    other_uses: Sequence[Use] = ()


@dataclass(frozen=True)
class FundRules:
    """A fund with the rules of its award."""

    fund: Fund
    stream: str
    permitted: Sequence[PermittedUse]
    bars: Sequence[PayeeBar] = ()
    joint_limits: Sequence[BesideOthers] = ()
    minimums: Sequence[BesideOthers] = ()

    @property
    def beside(self) -> FundBesideOthers:
        """The fund among the others of its budget."""
        fund = self.fund
        return FundBesideOthers(
            fund.fund_id, self.stream, fund.label, fund.starts_on, fund.ends_on, self.joint_limits, self.minimums
        )


def flexibility_of(permitted: Sequence[PermittedUse]) -> int:
    """Return how flexible money is where the council does not say: how many uses it permits."""
    return len({one.use for one in permitted})


def check(
    items: Sequence[PlannedItem],
    funds: Sequence[FundRules],
    *,
    others: Sequence[PlannedItem] = (),
    today: Sequence[Payment] = (),
    used: Sequence[Payment] = (),
) -> PlanCheck:
    """Say whether items can be paid, who pays what, why not, and what would help.

    Args:
        others: items that are planned beside them: they say on which days other money must be put in.
        today: who pays what now.
        used: what is spent, or held for other items.

    Raises:
        BadPlan: a sum, a date or an id makes no sense.
        SolverFailed: a solver's answer does not stand up to being checked.
    """
    plan = plan_of(items, funds, others=others, today=today, used=used)
    return check_plan(plan, solvers(), alternatives(items, funds))


def plan_of(
    items: Sequence[PlannedItem],
    funds: Sequence[FundRules],
    *,
    others: Sequence[PlannedItem] = (),
    today: Sequence[Payment] = (),
    used: Sequence[Payment] = (),
) -> Plan:
    """Return items and funds as one plan, with what each fund's rules say of each item.

    Raises:
        BadPlan: a sum, a date or an id makes no sense.
    """
    allowed = allowances(items, funds)
    beside = [one.beside for one in funds]
    asked = (
        _asked([*items, *others], {**allowances(others, funds), **allowed}) if any(f.minimums for f in beside) else {}
    )
    return Plan(
        [one.item for one in items],
        [one.fund for one in funds],
        allowed,
        joint_limits_of(beside),
        minimums_of(beside, asked),
        today,
        used,
    )


def _asked(items: Iterable[PlannedItem], allowed: Mapping[tuple[str, str], Allowance]) -> dict[str, tuple[date, date]]:
    """The first and last day of what each fund may pay for."""
    days = {one.item.item_id: (one.item.starts_on, one.item.ends_on) for one in items}
    found: dict[str, tuple[date, date]] = {}
    for (item_id, fund_id), allowance in allowed.items():
        if allowance.answer is Answer.PERMITTED:
            first, last = days[item_id]
            earliest, latest = found.get(fund_id, (first, last))
            found[fund_id] = min(first, earliest), max(last, latest)
    return found


def allowances(items: Iterable[PlannedItem], funds: Sequence[FundRules]) -> dict[tuple[str, str], Allowance]:
    """Return what each fund's rules say of each item."""
    return {
        (one.item.item_id, rules.fund.fund_id): _allowance(one.spend, one.shares, rules)
        for one in items
        for rules in funds
    }


def _allowance(spend: SpendItem, shares: Mapping[str, int], rules: FundRules) -> Allowance:
    told = may_pay(spend, rules.permitted, rules.bars)
    answer = Answer(told.verdict.value)
    return Allowance(answer, shares.get(rules.stream), _reasons(spend, told))


def _reasons(spend: SpendItem, told: UseVerdict) -> tuple[str, ...]:
    if told.verdict is Verdict.ASK:
        return (f"It is not known yet: {', '.join(_plain(name) for name in told.asks)}.",)
    words = USES_IN_WORDS[spend.use]
    return tuple(reason.replace(f"{spend.use} is", f"{words} is") for reason in told.reasons)


def _plain(name: str) -> str:
    return name.replace("_", " ")


def alternatives(items: Iterable[PlannedItem], funds: Sequence[FundRules]) -> list[Alternative]:
    """Return other ways of having the items that would let a fund pay which may not pay now."""
    found = []
    for one in items:
        now = {rules.fund.fund_id: _allowance(one.spend, one.shares, rules) for rules in funds}
        for kind, text, spend in _other_ways(one, funds):
            then = {rules.fund.fund_id: _allowance(spend, one.shares, rules) for rules in funds}
            opened = [
                fund_id
                for fund_id, allowance in then.items()
                if allowance.answer is Answer.PERMITTED and now[fund_id].answer is not Answer.PERMITTED
            ]
            if opened:
                found.append(Alternative(one.item.item_id, kind, text, then))
    return found


_Way = tuple[MendKind, str, SpendItem]


def _other_ways(one: PlannedItem, funds: Sequence[FundRules]) -> Iterator[_Way]:
    spend, label = one.spend, one.item.label
    asks = sorted({name for rules in funds for name in may_pay(spend, rules.permitted, rules.bars).asks})
    if asks:
        told = ", ".join(_plain(name) for name in asks)
        yield MendKind.ANSWER, f"{label}: tell what is asked, if it is so ({told}).", _answered(spend, funds)
    bars = [bar for rules in funds for bar in rules.bars if spend.relation in bar.relations]
    if bars:
        yield (
            MendKind.PAYEE,
            f"{label}: pay somebody who is not related.",
            spend.model_copy(update={"relation": Relation.NOT_RELATED}),
        )
    for decision in sorted({bar.unless for bar in bars if bar.unless} - spend.recorded_decisions):
        recorded = spend.recorded_decisions | {decision}
        text = f"{label}: ask for a recorded decision of {_plain(decision)}."
        yield MendKind.EXCEPTION, text, spend.model_copy(update={"recorded_decisions": recorded})
    for use in one.other_uses:
        text = f"{label}: have {USES_IN_WORDS[use]} instead."
        yield MendKind.USE, text, spend.model_copy(update={"use": use})


def _answered(spend: SpendItem, funds: Sequence[FundRules]) -> SpendItem:
    """The item with every unknown answered as rules want it."""
    answers = dict(spend.circumstances)
    for rules in funds:
        for one in rules.permitted:
            if one.use is spend.use:
                for condition in one.requires:
                    answers.setdefault(condition.requirement, condition.limit if condition.has_limit else True)
    relation = spend.relation or Relation.NOT_RELATED
    same_household = bool(spend.same_household)
    return spend.model_copy(update={"circumstances": answers, "relation": relation, "same_household": same_household})
