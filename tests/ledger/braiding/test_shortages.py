"""Why something is unpaid: the smallest set of items that is short by itself, checked by other code."""

from collections import defaultdict
from dataclasses import replace
from datetime import date

import networkx as nx
import pytest

from services.ledger.domain.braiding.funding import Funding, fund, unpaid_pence
from services.ledger.domain.braiding.plan import Allowance, Answer, Plan
from services.ledger.domain.braiding.shortages import Shortage, shortages
from tests.ledger.braiding.plans import (
    SOLVERS,
    a_fund,
    a_large_plan,
    a_minimum,
    a_plan_over_time,
    a_tiny_plan,
    an_item,
    permits,
)


def short_of(plan: Plan) -> tuple[Shortage, ...]:
    return shortages(fund(plan, SOLVERS), SOLVERS)


def of_a_year(plan: Plan) -> "nx.DiGraph[str]":
    """The plan as NetworkX's graph, drawn from the plan itself: only for plans of one year without shared limits."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    for item in plan.items:
        graph.add_edge("budget", item.item_id, capacity=item.pence, weight=0)
        graph.add_edge("budget", "out", capacity=10**12, weight=10**6)
    for one in plan.funds:
        graph.add_edge(one.fund_id, "out", capacity=one.pence, weight=0)
    for item_id, fund_id in plan.allowances:
        graph.add_edge(item_id, fund_id, capacity=10**12, weight=plan.fund(fund_id).flexibility)
    return graph


@pytest.mark.parametrize("seed", range(12))
def test_what_is_paid_and_how_flexible_its_money_is_agrees_with_networkx(seed: int) -> None:
    plan = a_large_plan(40, 7, seed, share_paid=(0.7, 1.2)[seed % 2], permitted=(0.3, 0.8)[seed % 3 == 0])
    funding = fund(plan, SOLVERS)
    flow = nx.max_flow_min_cost(of_a_year(plan), "budget", "out")
    most = sum(flow[item.item_id].get(one.fund_id, 0) for item in plan.items for one in plan.funds)
    cost = sum(
        pence * plan.fund(fund_id).flexibility for item in plan.items for fund_id, pence in flow[item.item_id].items()
    )

    assert sum(one.pence for one in funding.payments) == most
    assert sum(one.pence * plan.fund(one.fund_id).flexibility for one in funding.payments) == cost


@pytest.mark.parametrize("seed", range(8))
def test_a_shortage_is_the_minimum_cut(seed: int) -> None:
    plan = a_large_plan(40, 7, seed, share_paid=0.8, permitted=0.25)
    funding = fund(plan, SOLVERS)
    graph = of_a_year(plan)
    graph.remove_edge("budget", "out")
    value, _ = nx.minimum_cut(graph, "budget", "out")

    found = shortages(funding, SOLVERS)
    reached = {need.item_id for short in found for need in short.needs}
    through = {fund_id for short in found for fund_id in short.fund_ids}
    cut = sum(item.pence for item in plan.items if item.item_id not in reached)
    cut += sum(one.pence for one in plan.funds if one.fund_id in through)

    assert cut == value == sum(one.pence for one in funding.payments)
    assert sum(short.missing_pence for short in found) == funding.unpaid_pence > 0


def missing_without(plan: Plan, item_id: str) -> int:
    return unpaid_pence(replace(plan, items=[item for item in plan.items if item.item_id != item_id]), SOLVERS)


@pytest.mark.parametrize("block", range(4))
def test_without_any_item_of_a_reason_less_is_missing_and_without_another_as_much(block: int) -> None:
    for seed in range(block * 60, (block + 1) * 60):
        plan = a_tiny_plan(seed, joint=False, minimums=False) if seed % 2 else a_plan_over_time(seed)
        before = unpaid_pence(plan, SOLVERS)
        reasons = {need.item_id for short in short_of(plan) for need in short.needs}
        for item in plan.items:
            after = missing_without(plan, item.item_id)

            assert after < before if item.item_id in reasons else after == before, f"seed {seed}, {item.item_id}"


@pytest.mark.parametrize("block", range(4))
def test_shortages_add_up_to_what_is_unpaid_and_share_no_item_of_one_time(block: int) -> None:
    for seed in range(block * 60, (block + 1) * 60):
        plan = a_plan_over_time(seed)
        funding = fund(plan, SOLVERS)
        found = shortages(funding, SOLVERS)
        places = [(need.item_id, need.starts_on) for short in found for need in short.needs]

        assert sum(short.missing_pence for short in found) == funding.unpaid_pence, f"seed {seed}"
        assert all(short.missing_pence > 0 for short in found), f"seed {seed}"
        assert len(set(places)) == len(places), f"seed {seed}"


@pytest.mark.parametrize("block", range(2))
def test_following_the_money_and_leaving_items_out_find_the_same_reason(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in range(block * 15, (block + 1) * 15):
        plan = a_plan_over_time(seed)
        by_flow = needs_of(short_of(plan))
        with monkeypatch.context() as patch:
            patch.setattr("services.ledger.domain.braiding.funding.nested", lambda groups: None)
            by_leaving_out = needs_of(short_of(plan))

        assert by_leaving_out == by_flow, f"seed {seed}"


def needs_of(found: tuple[Shortage, ...]) -> set[tuple[str, date]]:
    return {(need.item_id, need.starts_on) for short in found for need in short.needs}


def words_of(funding: Funding) -> list[str]:
    return [short.text for short in shortages(funding, SOLVERS)]


def test_a_shortage_is_told_in_words() -> None:
    items = [an_item("t", 180_000, label="Tenancy support"), an_item("b", 90_000, label="Budgeting")]
    funding = fund(
        Plan(items, [a_fund("SP", 200_000, label="Supporting People")], permits({"t": ["SP"], "b": ["SP"]})), SOLVERS
    )

    assert words_of(funding) == [
        "Budgeting and Tenancy support together need £2,700.00; only Supporting People may pay for them;"
        " it has £2,000.00; so £700.00 is missing."
    ]


def test_nothing_may_pay_is_told_as_such() -> None:
    funding = fund(Plan([an_item("t", 500, label="Cruise")], [], {}), SOLVERS)

    assert words_of(funding) == ["Cruise needs £5.00; no money in the budget may pay for it; so £5.00 is missing."]


def test_many_items_are_counted_and_not_named() -> None:
    items = [an_item(f"i{place}", 100) for place in range(6)]
    funding = fund(
        Plan(items, [a_fund("F", 500, label="The fund")], permits({item.item_id: ["F"] for item in items})), SOLVERS
    )

    assert words_of(funding) == [
        "These 6 items together need £6.00; only The fund may pay for them; it has £5.00; so £1.00 is missing."
    ]


def kept_out_of(plan: Plan) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = defaultdict(tuple)
    for short in short_of(plan):
        for one in short.kept_out:
            found[one.fund_id] += one.reasons
    return found


def test_every_fund_with_money_left_is_told_with_the_rule_that_keeps_it_out() -> None:
    allowances = permits({"care": {"poor": None, "ended": None, "guarded": None}}) | {
        ("care", "asks"): Allowance(Answer.ASK, None, ("It must be told who is paid.",)),
        ("care", "barred"): Allowance(Answer.BARRED, None, ("A spouse may not be paid.",)),
    }
    plan = Plan(
        [an_item("care", 1_000, label="Care", starts_on=date(2009, 10, 5))],
        [
            a_fund("poor", 10),
            a_fund("ended", 500, ends_on=date(2009, 10, 4)),
            a_fund("asks", 500),
            a_fund("barred", 500),
            a_fund("guarded", 500),
            a_fund("unlisted", 500),
        ],
        allowances,
        minimums=[a_minimum("the council's input", "guarded", 100, "poor")],
    )

    assert kept_out_of(plan) == {
        "ended": ("ended ended on 4 October 2009.",),
        "asks": ("Care: It must be told who is paid.",),
        "barred": ("Care: A spouse may not be paid.",),
        "guarded": ("guarded pays only beside the council's input.",),
        "unlisted": ("Care: It is not a permitted use of this money.",),
    }
