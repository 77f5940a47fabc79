"""Plans for tests: written short, or made up by chance."""

import random
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from services.ledger.domain.braiding.plan import (
    PERMITTED,
    Allowance,
    Answer,
    Fund,
    Item,
    JointLimit,
    MinimumBeforeUse,
    Payment,
    Per,
    Plan,
)
from services.ledger.solvers import solvers

SOLVERS = solvers()
FIRST, LAST = date(2009, 4, 6), date(2010, 4, 5)
YEAR = {"starts_on": FIRST, "ends_on": LAST}


def an_item(item_id: str, pence: int, **changes: Any) -> Item:
    return Item(**{"item_id": item_id, "label": item_id, "pence": pence, "per": Per.YEAR, **YEAR, **changes})


def a_fund(fund_id: str, pence: int, flexibility: int = 1, **changes: Any) -> Fund:
    basis = {"fund_id": fund_id, "label": fund_id, "pence": pence, "per": Per.YEAR, **YEAR}
    return Fund(**{**basis, "flexibility": flexibility, **changes})


def a_joint_limit(limit_id: str, pence: int, *fund_ids: str, **changes: Any) -> JointLimit:
    basis = {"limit_id": limit_id, "label": limit_id, "pence": pence, "per": Per.YEAR, **YEAR}
    return JointLimit(**{**basis, "fund_ids": frozenset(fund_ids), **changes})


def a_minimum(rule_id: str, fund_id: str, pence: int, *spent_from: str, **changes: Any) -> MinimumBeforeUse:
    basis = {"rule_id": rule_id, "label": rule_id, "pence": pence, "per": Per.YEAR, **YEAR, "fund_id": fund_id}
    return MinimumBeforeUse(**{**basis, "spent_from": frozenset(spent_from), **changes})


def paid(item_id: str, fund_id: str, pence: int, **changes: Any) -> Payment:
    return Payment(**{"item_id": item_id, "fund_id": fund_id, **YEAR, "pence": pence, **changes})


def permits(by_item: Mapping[str, Sequence[str] | Mapping[str, int | None]]) -> dict[tuple[str, str], Allowance]:
    """Allowances by item: funds that may pay, each with the most that it pays where it may not pay all."""
    return {
        (item_id, fund_id): PERMITTED if most is None else Allowance(Answer.PERMITTED, most)
        for item_id, funds in by_item.items()
        for fund_id, most in (funds if isinstance(funds, Mapping) else dict.fromkeys(funds)).items()
    }


def a_tiny_plan(seed: int, *, joint: bool = True, minimums: bool = True, cells_most: int = 6) -> Plan:
    """A plan of a few pence, small enough that everything that could be paid can be written out."""
    chance = random.Random(seed)
    items = [an_item(f"i{place}", chance.randrange(1, 5)) for place in chance.sample(range(9), chance.randrange(1, 5))]
    funds = [
        a_fund(f"f{place}", chance.randrange(5), chance.randrange(1, 4), confirmed=chance.random() < 0.8)
        for place in chance.sample(range(9), chance.randrange(1, 4))
    ]
    pairs = [(item, fund) for item in items for fund in funds]
    chosen = chance.sample(pairs, min(len(pairs), chance.randrange(1, cells_most + 1)))
    allowances = {
        (item.item_id, fund.fund_id): Allowance(
            Answer.PERMITTED, chance.randrange(item.pence + 1) if chance.random() < 0.3 else None
        )
        for item, fund in chosen
    }
    today = [paid(item.item_id, fund.fund_id, chance.randrange(1, 4)) for item, fund in chosen if chance.random() < 0.4]
    used = [paid("gone", fund.fund_id, chance.randrange(3)) for fund in funds if chance.random() < 0.2]
    fund_ids = [fund.fund_id for fund in funds]
    limits, rules = [], []
    if joint:
        for place in range(chance.randrange(4)):
            members = chance.sample(fund_ids, chance.randrange(1, len(fund_ids) + 1))
            limits.append(a_joint_limit(f"limit{place}", chance.randrange(7), *members))
    if minimums:
        for place in range(chance.choice((0, 1, 1, 2))):
            guarded, *rest = chance.sample(fund_ids, len(fund_ids))
            if rest:
                counted = rest[: chance.randrange(1, len(rest) + 1)]
                rules.append(a_minimum(f"rule{place}", guarded, chance.randrange(1, 5), *counted))
    return Plan(items, funds, allowances, limits, rules, today, used)


def a_tiny_plan_with_councils_input(seed: int) -> Plan:
    """A tiny plan in which a fund waits for the council's input, and both may pay for most items."""
    chance = random.Random(seed)
    items = [an_item(f"i{place}", chance.randrange(1, 5)) for place in range(chance.randrange(1, 4))]
    funds = [a_fund("ilf", chance.randrange(1, 6), 1), a_fund("asc", chance.randrange(1, 8), chance.randrange(1, 4))]
    allowances = {(item.item_id, one.fund_id): PERMITTED for item in items for one in funds if chance.random() < 0.8}
    limits = [a_joint_limit("both", chance.randrange(3, 10), "ilf", "asc")] if chance.random() < 0.5 else []
    return Plan(items, funds, allowances, limits, [a_minimum("input", "ilf", chance.randrange(1, 6), "asc")])


def a_plan_over_time(seed: int) -> Plan:
    """A plan whose items and funds begin and end on different days, with limits by the week, month and year."""
    chance = random.Random(seed)

    def days() -> dict[str, date]:
        first = FIRST.toordinal() + 7 * chance.randrange(0, 40) + chance.choice((0, 0, 0, 3))
        return {
            "starts_on": date.fromordinal(first),
            "ends_on": date.fromordinal(first + chance.choice((0, 6, 20, 27, 90, 181))),
        }

    items = [
        an_item(f"i{place}", chance.randrange(1, 60_000), per=chance.choice((Per.ONCE, Per.WEEK, Per.MONTH)), **days())
        for place in range(chance.randrange(1, 7))
    ]
    pers = (Per.ONCE, Per.WEEK, Per.FOUR_WEEKS, Per.MONTH, Per.YEAR, Per.WEEK_ON_AVERAGE)
    funds = [
        a_fund(f"f{place}", chance.randrange(90_000), chance.randrange(1, 5), per=chance.choice(pers), **days())
        for place in range(chance.randrange(1, 5))
    ]
    allowances = {
        (item.item_id, fund.fund_id): Allowance(
            Answer.PERMITTED, chance.randrange(item.pence + 1) if chance.random() < 0.2 else None
        )
        for item in items
        for fund in funds
        if chance.random() < 0.7
    }
    limits = [
        a_joint_limit(
            f"limit{place}",
            chance.randrange(90_000),
            *chance.sample([fund.fund_id for fund in funds], chance.randrange(1, len(funds) + 1)),
            per=chance.choice(pers),
            **days(),
        )
        for place in range(chance.choice((0, 0, 1, 2)))
    ]
    return Plan(items, funds, allowances, limits)


def a_large_plan(items: int, funds: int, seed: int, *, share_paid: float = 1.2, permitted: float = 0.5) -> Plan:
    """A plan of a year, of pounds like those of real budgets.

    Args:
        share_paid: about how much of what is needed the funds have.
        permitted: share of pairs in which the fund may pay for the item.
    """
    chance = random.Random(seed)
    needed = [an_item(f"i{place}", chance.randrange(1_000, 500_000)) for place in chance.sample(range(10_000), items)]
    each = share_paid * sum(item.pence for item in needed) / funds
    having = [
        a_fund(f"f{place}", int(each * chance.uniform(0.5, 1.5)), chance.randrange(1, 20)) for place in range(funds)
    ]
    allowances = {
        (item.item_id, fund.fund_id): PERMITTED for item in needed for fund in having if chance.random() < permitted
    }
    return Plan(needed, having, allowances)


def shuffled(plan: Plan, seed: int) -> Plan:
    """The same plan in another order."""
    chance = random.Random(seed)

    def mixed(things: Sequence[Any]) -> list[Any]:
        return chance.sample(list(things), len(things))

    return Plan(
        mixed(plan.items),
        mixed(plan.funds),
        dict(mixed(list(plan.allowances.items()))),
        mixed(plan.joint_limits),
        mixed(plan.minimums),
        mixed(plan.today),
        mixed(plan.used),
    )
