"""Braiding: from items and funds to who pays what, and to the reasons where money is short.

All of it is in the time: cutting the plan, building the network, solving, proving, reading back, the reasons. Times are
of the core itself, so that neighbours on a shared machine do not count.
"""

import gc
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from time import process_time

import networkx as nx

from services.ledger.domain.braiding.funding import fund
from services.ledger.domain.braiding.plan import Plan
from services.ledger.domain.braiding.shortages import shortages
from tests.bench.figures import milliseconds
from tests.ledger.braiding.plans import FIRST, LAST, SOLVERS, a_large_plan

SIZES = ((40, 7, 200, "promise: median under 2 ms"), (500, 20, 40, "promise: under 50 ms"))
PERMITTED = 0.5


def run() -> None:
    """Print milliseconds for plans that are payable, that are short, and whose items begin on many days."""
    for items, funds, times, promise in SIZES:
        payable = [a_large_plan(items, funds, seed, permitted=PERMITTED) for seed in range(times)]
        short = [a_large_plan(items, funds, seed, share_paid=0.7, permitted=PERMITTED) for seed in range(times)]
        print(f"{items} items over {funds} funds, of one core   ({promise})")
        print(f"  payable                {milliseconds(_seconds(payable))}")
        print(f"  short, with reasons    {milliseconds(_seconds(short))}")
        print(f"  a third in mid-year    {milliseconds(_seconds([_in_mid_year(plan) for plan in payable]))}")
        if items == SIZES[0][0]:
            print(f"  NetworkX, flow alone   {milliseconds([_networkx(plan) for plan in payable[:20]])}")


def _seconds(plans: Sequence[Plan]) -> list[float]:
    taken = []
    # A thousand plans at once are the benchmark's own: the collector need not look through them.
    gc.collect()
    gc.freeze()
    for plan in plans:
        started = process_time()
        shortages(fund(plan, SOLVERS), SOLVERS)
        taken.append(process_time() - started)
    gc.unfreeze()
    return taken


def _in_mid_year(plan: Plan) -> Plan:
    """A third of the items begin in mid-year, and a third of the funds end then."""
    middle = date(2009, 10, 5)
    return replace(
        plan,
        items=[replace(item, starts_on=middle) if place % 3 == 0 else item for place, item in enumerate(plan.items)],
        funds=[
            replace(one, ends_on=middle if place % 3 == 0 else LAST, starts_on=FIRST)
            for place, one in enumerate(plan.funds)
        ],
    )


def _networkx(plan: Plan) -> float:
    """Two of the five objectives by NetworkX, to compare with."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    for item in plan.items:
        graph.add_edge("budget", item.item_id, capacity=item.pence, weight=0)
    for one in plan.funds:
        graph.add_edge(one.fund_id, "out", capacity=one.pence, weight=0)
    for item_id, fund_id in plan.allowances:
        graph.add_edge(item_id, fund_id, weight=plan.fund(fund_id).flexibility)
    started = process_time()
    nx.max_flow_min_cost(graph, "budget", "out")
    return process_time() - started
