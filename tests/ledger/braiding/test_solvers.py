"""The solvers behind braiding: exact, and not believed until their answer is proven."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from services.ledger.domain.braiding.funding import fund
from services.ledger.domain.braiding.model import model_of
from services.ledger.domain.braiding.network import Branch, groups_in, nested
from services.ledger.domain.braiding.plan import Per, Plan
from services.ledger.domain.braiding.ports import Network, Programme, Row, SolverFailed
from services.ledger.flow_solver import LemonFlowSolver
from services.ledger.programme_solver import HighsProgrammeSolver
from tests.ledger.braiding.plans import FIRST, LAST, SOLVERS, a_fund, a_joint_limit, an_item, permits

#: 10 pence from node 0 to node 3, over node 1 (cheap, at most 6) or node 2 (dear).
TWO_WAYS = Network(
    supply=[10, 0, 0, -10],
    starts=[0, 0, 1, 2],
    ends=[1, 2, 3, 3],
    least=[0, 0, 0, 0],
    most=[6, 10, 10, 10],
    costs=[1, 5, 0, 0],
)


def test_money_takes_the_cheap_way_as_far_as_it_is_wide() -> None:
    flow = LemonFlowSolver().cheapest_flow(TWO_WAYS)

    assert flow is not None
    assert flow.pence == [6, 4, 6, 4]


def test_only_arcs_that_another_cheapest_flow_may_use_otherwise_are_free() -> None:
    even = Network(TWO_WAYS.supply, TWO_WAYS.starts, TWO_WAYS.ends, TWO_WAYS.least, [10, 10, 10, 10], [5, 5, 0, 0])

    all_free, none_lost = (LemonFlowSolver().cheapest_flow(one) for one in (even, TWO_WAYS))

    assert all_free is not None
    assert none_lost is not None
    assert all_free.free == [0, 1, 2, 3]
    assert 0 not in none_lost.free


def test_bounds_that_cannot_be_kept_have_no_flow() -> None:
    narrow = Network(TWO_WAYS.supply, TWO_WAYS.starts, TWO_WAYS.ends, [0] * 4, [6, 3, 10, 10], TWO_WAYS.costs)
    forced = Network(TWO_WAYS.supply, TWO_WAYS.starts, TWO_WAYS.ends, [7, 0, 0, 0], TWO_WAYS.most, TWO_WAYS.costs)

    assert LemonFlowSolver().cheapest_flow(narrow) is None
    assert LemonFlowSolver().cheapest_flow(forced) is None


def test_large_sums_at_large_costs_stay_exact() -> None:
    large = Network([2**50, 0, 0, -(2**50)], [0, 0, 1, 2], [1, 2, 3, 3], [0] * 4, [2**50] * 4, [2**58, 2**58 - 1, 0, 0])

    flow = LemonFlowSolver().cheapest_flow(large)

    assert flow is not None
    assert flow.pence == [0, 2**50, 0, 2**50]


@pytest.mark.parametrize(
    ("pence", "prices", "says"),
    [([0, 10, 0, 10], [0, 0, 0, 0], "not the cheapest"), ([7, 3, 7, 3], [-5, 0, 0, 0], "breaks a bound")],
)
def test_a_solver_that_is_wrong_is_not_believed(
    pence: list[int], prices: list[int], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = np.array(pence, dtype=np.int64), np.array(prices, dtype=np.int64)
    monkeypatch.setattr("services.ledger.flow_solver.pylmcf_cpp.lmcf", lambda *given, return_potentials: wrong)

    with pytest.raises(SolverFailed, match=says):
        LemonFlowSolver().cheapest_flow(TWO_WAYS)


def test_a_programme_is_solved_in_whole_numbers_and_each_objective_in_turn() -> None:
    pairs = [Row([0, 1], 0, 1), Row([1, 2], 0, 1), Row([0, 2], 0, 1)]

    found = HighsProgrammeSolver().smallest_in_turn(
        Programme([1, 1, 1], pairs, [{0: -1, 1: -1, 2: -1}, {0: 3, 1: 1, 2: 2}])
    )

    assert found == [0, 1, 0], "halves of each would be more"


def test_a_programme_that_cannot_be_kept_has_no_values() -> None:
    assert HighsProgrammeSolver().smallest_in_turn(Programme([5], [Row([0], 6, None)], [{0: 1}])) is None
    assert HighsProgrammeSolver().smallest_in_turn(Programme([], [Row([], 6, None)], [])) is None


def test_limits_that_cross_are_kept_to_the_penny() -> None:
    """Three funds, each two of which share a limit: 151.5 pence could be paid if pence had halves."""
    plan = Plan(
        [an_item("a", 101), an_item("b", 101), an_item("c", 101)],
        [a_fund(name, 101) for name in ("f1", "f2", "f3")],
        permits({"a": ["f1"], "b": ["f2"], "c": ["f3"]}),
        [
            a_joint_limit("l1", 101, "f1", "f2"),
            a_joint_limit("l2", 101, "f2", "f3"),
            a_joint_limit("l3", 101, "f1", "f3"),
        ],
    )

    funding = fund(plan, SOLVERS)

    assert sum(one.pence for one in funding.payments) == 151
    assert funding.answered.drained is None


def test_limits_that_cross_and_do_not_both_bind_need_no_programme() -> None:
    """The council's money begins before the fund's, so that its own limit crosses the one that both share."""
    summer: dict[str, Any] = {"starts_on": FIRST, "ends_on": date(2009, 9, 30)}
    winter: dict[str, Any] = {"starts_on": date(2009, 10, 1), "ends_on": LAST}
    plan = Plan(
        [
            an_item("summer", 400, per=Per.ONCE, **summer),
            an_item("winter", 700, per=Per.ONCE, **winter),
            an_item("more", 60, per=Per.ONCE, **winter),
        ],
        [a_fund("asc", 900, 2, per=Per.ONCE), a_fund("ilf", 500, per=Per.ONCE, **winter)],
        permits({"summer": ["asc"], "winter": ["asc", "ilf"], "more": ["ilf"]}),
        [a_joint_limit("both", 750, "asc", "ilf", per=Per.ONCE, **winter)],
    )
    assert nested(groups_in(model_of(plan), Branch())) is None

    funding = fund(plan, replace(SOLVERS, programme=NoProgramme()))

    assert {(one.item_id, one.fund_id): one.pence for one in funding.payments} == {
        ("summer", "asc"): 400,
        ("more", "ilf"): 60,
        ("winter", "ilf"): 440,
        ("winter", "asc"): 250,
    }


class NoProgramme:
    """A solver that must not be asked."""

    def smallest_in_turn(self, programme: Programme) -> list[int] | None:
        raise AssertionError("a flow would have done")
