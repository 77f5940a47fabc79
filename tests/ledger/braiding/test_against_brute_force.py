"""The answer is the one that trying everything finds: least unpaid, then each objective in turn, to the penny."""

from dataclasses import replace

import pytest

from services.ledger.domain.braiding import network
from services.ledger.domain.braiding.funding import Funding, best, fund, unpaid_pence
from services.ledger.domain.braiding.model import model_of
from services.ledger.domain.braiding.network import drain, draw, groups_in, nested
from services.ledger.domain.braiding.objectives import EVERY_OBJECTIVE
from services.ledger.domain.braiding.plan import Plan
from tests.ledger.braiding.brute_force import written_out
from tests.ledger.braiding.plans import (
    SOLVERS,
    a_plan_over_time,
    a_tiny_plan,
    a_tiny_plan_with_councils_input,
    shuffled,
)

#: Plans are tried in blocks, so that a failure names a seed and the report stays short.
BLOCK = 250


def payments_of(funding: Funding) -> dict[tuple[str, str], int]:
    return {(one.item_id, one.fund_id): one.pence for one in funding.payments}


def is_network(plan: Plan) -> bool:
    return nested(groups_in(model_of(plan), network.Branch())) is not None


@pytest.mark.parametrize("block", range(12))
def test_a_tiny_plan_is_paid_as_trying_everything_finds(block: int) -> None:
    for seed in range(block * BLOCK, (block + 1) * BLOCK):
        plan = a_tiny_plan(seed)
        expected = written_out(plan)

        funding = fund(plan, SOLVERS)

        assert (payments_of(funding), funding.unpaid_pence) == (expected.payments, expected.unpaid_pence), (
            f"seed {seed}"
        )
        assert unpaid_pence(plan, SOLVERS) == expected.unpaid_pence, f"seed {seed}"


@pytest.mark.parametrize("block", range(4))
def test_a_tiny_plan_that_waits_for_the_councils_input_is_paid_as_trying_everything_finds(block: int) -> None:
    for seed in range(block * BLOCK, (block + 1) * BLOCK):
        plan = a_tiny_plan_with_councils_input(seed)

        assert payments_of(fund(plan, SOLVERS)) == written_out(plan).payments, f"seed {seed}"


def test_the_tiny_plans_have_everything_in_them() -> None:
    plans = [a_tiny_plan(seed) for seed in range(300)]
    waiting = [a_tiny_plan_with_councils_input(seed) for seed in range(300)]
    branches = [fund(plan, SOLVERS).answered.branch for plan in waiting]

    assert sum(not is_network(a_tiny_plan(seed)) for seed in range(12 * BLOCK)) > 20, "limits that cross"
    assert sum(bool(unpaid_pence(plan, SOLVERS)) for plan in plans) > 100, "shortages"
    assert sum(bool(branch.floors) for branch in branches) > 30, "minimums reached"
    assert sum(bool(branch.closed) for branch in branches) > 30, "minimums not reached"
    assert sum(bool(model_of(plan).cell_today) for plan in plans) > 100, "something paid today"


@pytest.mark.parametrize("block", range(4))
def test_input_in_another_order_gives_the_same_answer(block: int) -> None:
    for seed in range(block * 50, (block + 1) * 50):
        for plan in (a_tiny_plan(seed), a_plan_over_time(seed)):
            assert fund(shuffled(plan, seed), SOLVERS).payments == fund(plan, SOLVERS).payments, f"seed {seed}"


@pytest.mark.parametrize("block", range(4))
def test_several_passes_find_what_one_pass_finds(block: int) -> None:
    for seed in range(block * 50, (block + 1) * 50):
        model = model_of(a_plan_over_time(seed))
        groups = groups_in(model, network.Branch())
        around = nested(groups)
        if around is None or not model.needs:
            continue
        drawn = draw(model, network.Branch(), groups, around)

        once, often = (drain(drawn, EVERY_OBJECTIVE, SOLVERS.flow, cost_max) for cost_max in (2**58, 1))

        assert once is not None
        assert often is not None
        assert once.by_cell() == often.by_cell(), f"seed {seed}"


@pytest.mark.parametrize("block", range(4))
def test_plans_over_time_are_paid_the_same_by_flow_and_by_programme(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in range(block * 12, (block + 1) * 12):
        model = model_of(a_plan_over_time(seed))
        by_flow = best(model, EVERY_OBJECTIVE, SOLVERS)
        with monkeypatch.context() as patch:
            patch.setattr("services.ledger.domain.braiding.funding.nested", lambda groups: None)
            by_programme = best(model, EVERY_OBJECTIVE, SOLVERS)

        assert list(by_programme.pence) == list(by_flow.pence), f"seed {seed}"


@pytest.mark.parametrize("block", range(4))
def test_more_money_never_leaves_more_unpaid(block: int) -> None:
    for seed in range(block * 50, (block + 1) * 50):
        plan = replace(a_plan_over_time(seed), minimums=())
        before = unpaid_pence(plan, SOLVERS)
        for one in plan.funds:
            richer = [replace(other, pence=other.pence + 1_000) if other is one else other for other in plan.funds]

            assert unpaid_pence(replace(plan, funds=richer), SOLVERS) <= before, f"seed {seed}, {one.fund_id}"
