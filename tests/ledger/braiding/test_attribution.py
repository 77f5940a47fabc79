"""Which funds bear what was spent, with everything settled and promised held fixed."""

from datetime import date
from typing import Any

import pytest

from services.ledger.domain.braiding.attribution import (
    Attribution,
    Borne,
    Held,
    RefundTooLarge,
    Spend,
    attribute,
    refund,
)
from services.ledger.domain.braiding.funding import fund
from services.ledger.domain.braiding.plan import Fund, Per, Plan
from tests.ledger.braiding.plans import SOLVERS, a_fund, a_plan_over_time, an_item, paid, permits

JUNE_30 = date(2009, 6, 30)


def a_spend(spend_id: str, item_id: str, pence: int, on: date = JUNE_30) -> Spend:
    return Spend(spend_id, item_id, item_id, on, pence)


def attributed(
    spends: list[Spend], funds: list[Fund], by_item: dict[str, Any], held: Held | None = None
) -> Attribution:
    return attribute(spends, funds, permits(by_item), SOLVERS, held=held or Held())


def bearing(found: Attribution) -> dict[tuple[str, str], int]:
    return {(one.spend_id, one.fund_id): one.pence for one in found.borne}


def test_one_invoice_over_two_funds_shows_its_parts() -> None:
    found = attributed(
        [a_spend("line 1", "job_coach", 20_000), a_spend("line 2", "tenancy", 10_000)],
        [a_fund("AtW", 500_000), a_fund("SP", 500_000)],
        {"job_coach": ["AtW"], "tenancy": ["SP"]},
    )

    assert bearing(found) == {("line 1", "AtW"): 20_000, ("line 2", "SP"): 10_000}
    assert found.queries == ()


def test_a_spend_after_its_fund_ended_is_borne_by_another_as_far_as_it_goes_and_the_rest_is_asked_about() -> None:
    found = attributed(
        [a_spend("s", "pa", 10_000)],
        [a_fund("ILF", 500_000, label="The ILF", ends_on=date(2009, 6, 29)), a_fund("ASC", 4_000, label="Social care")],
        {"pa": ["ILF", "ASC"]},
    )

    assert bearing(found) == {("s", "ASC"): 4_000}
    [query] = found.queries
    assert (query.spend_id, query.pence) == ("s", 6_000)
    assert query.reasons == (
        "pa needs £100.00; only Social care may pay for it; it has £40.00; so £60.00 is missing.",
        "The ILF has £5,000.00 left: The ILF ended on 29 June 2009.",
    )


def test_what_a_commitment_holds_for_an_item_is_not_there_for_another() -> None:
    held = Held(committed=[paid("pa", "ASC", 3_000)])

    found = attributed([a_spend("s", "gym", 2_000)], [a_fund("ASC", 4_000)], {"gym": ["ASC"], "pa": ["ASC"]}, held)

    assert bearing(found) == {("s", "ASC"): 1_000}
    assert found.queries[0].pence == 1_000


def test_a_spend_takes_what_is_held_for_its_item_before_anything_else() -> None:
    held = Held(committed=[paid("pa", "ASC", 3_000)])

    found = attributed(
        [a_spend("s", "pa", 5_000)], [a_fund("ILF", 9_000, 1), a_fund("ASC", 4_000, 2)], {"pa": ["ILF", "ASC"]}, held
    )

    assert found.borne == (Borne("s", "ASC", 3_000, 3_000), Borne("s", "ILF", 2_000, 0))


def test_what_is_settled_stays_and_is_spent() -> None:
    held = Held(settled=[paid("pa", "ASC", 3_500, starts_on=JUNE_30, ends_on=JUNE_30)])

    found = attributed([a_spend("s", "pa", 1_000)], [a_fund("ASC", 4_000)], {"pa": ["ASC"]}, held)

    assert bearing(found) == {("s", "ASC"): 500}


def test_money_that_nobody_confirmed_bears_nothing() -> None:
    found = attributed([a_spend("s", "pa", 1_000)], [a_fund("ILF", 4_000, confirmed=False)], {"pa": ["ILF"]})

    assert found.borne == ()
    assert found.queries[0].reasons[1] == "ILF has £40.00 left: ILF is not confirmed yet."


def test_spends_of_one_day_are_attributed_together_so_that_all_are_borne_where_they_can_be() -> None:
    funds = [a_fund(name, 100) for name in ("F1", "F2", "F3")]
    spends = [a_spend(name, name, 100) for name in ("a", "b", "c")]

    found = attributed(spends, funds, {"a": ["F1", "F2"], "b": ["F1", "F3"], "c": ["F1"]})

    assert bearing(found) == {("a", "F2"): 100, ("b", "F3"): 100, ("c", "F1"): 100}


def test_a_refund_goes_back_in_the_proportions_in_which_the_spend_was_borne() -> None:
    borne = [Borne("s", "ASC", 6_000, 0), Borne("s", "ILF", 4_000, 0)]

    assert refund(1_250, borne) == (("ASC", 750), ("ILF", 500))
    assert refund(10_000, borne) == (("ASC", 6_000), ("ILF", 4_000))
    with pytest.raises(RefundTooLarge):
        refund(10_001, borne)


@pytest.mark.parametrize("seed", range(40))
def test_a_plan_that_is_payable_can_be_committed_and_then_spent(seed: int) -> None:
    plan = a_plan_over_time(seed)
    payable = fund(plan, SOLVERS)
    committed = list(payable.payments)
    by_item: dict[str, int] = {}
    for one in committed:
        by_item[one.item_id] = by_item.get(one.item_id, 0) + one.pence

    spends = [
        Spend(f"{place}", one.item_id, one.item_id, one.starts_on, one.pence) for place, one in enumerate(committed)
    ]
    found = attribute(
        spends, plan.funds, plan.allowances, SOLVERS, held=Held(committed=committed), joint_limits=plan.joint_limits
    )

    assert sum(one.pence for one in found.borne) == sum(by_item.values())
    assert found.queries == ()


def test_a_commitment_in_a_fund_whose_rules_bar_the_item_holds_nothing_for_it() -> None:
    plan = Plan([an_item("pa", 100, per=Per.ONCE)], [a_fund("ASC", 100)], {})

    found = attribute(
        [a_spend("s", "pa", 100)], plan.funds, plan.allowances, SOLVERS, held=Held(committed=[paid("pa", "ASC", 100)])
    )

    assert (found.borne, found.queries[0].pence) == ((), 100)
