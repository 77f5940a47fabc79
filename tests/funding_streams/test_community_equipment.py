"""Community equipment: what it gives, told by name, and what must hold for everybody."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from braid.contracts.uses import PermittedUse, Requirement, SpendItem, Use, Verdict, may_pay
from services.funding_streams.domain.decision import Cadence, Decision, MoneyKind, Status, TermKind
from services.funding_streams.rule_files import rule_files
from services.funding_streams.rule_files.stream_files import ExamplePart
from services.funding_streams.streams.community_equipment.rules import CommunityEquipment

from .builders import a_case
from .checks.community_equipment import somebody_who_needs_equipment

NOW = date(2026, 6, 1)
EXAMPLES = rule_files().examples["community_equipment"]
SUMS = st.integers(0, 500_000)
DAYS = st.dates(date(2003, 1, 1), date(2027, 12, 31))


def decide(on: date = NOW, **changes: Any) -> Decision:
    return CommunityEquipment().decide(a_case(on, facts=somebody_who_needs_equipment(**changes)))


@pytest.mark.parametrize("name", EXAMPLES)
def test_example(name: str) -> None:
    example: ExamplePart = EXAMPLES[name]
    decision = CommunityEquipment().decide(a_case(example.on, facts=example.facts))

    assert (decision.status, decision.amount_pence) == (example.status, example.amount_pence)


def test_equipment_is_a_value_in_kind_and_nobody_is_charged() -> None:
    decision = decide(equipment_cost_pence=250_000, minor_adaptation_cost_pence=64_000)

    assert (decision.status, decision.cadence) == (Status.CONFIRMED, Cadence.IN_KIND)
    assert (decision.amount_pence, decision.contribution_pence, decision.pence_per_week) == (314_000, 0, 0)
    assert [(line.money, line.amount_pence) for line in decision.lines] == [
        (MoneyKind.IN_KIND, 250_000),
        (MoneyKind.IN_KIND, 64_000),
    ]


def test_an_adaptation_that_is_not_minor_is_left_out_of_what_is_given() -> None:
    decision = decide(equipment_cost_pence=20_000, minor_adaptation_cost_pence=100_001)

    assert (decision.status, decision.amount_pence) == (Status.CONFIRMED, 20_000)
    step = decision.step("minor_adaptation")
    assert step is not None
    assert "Disabled Facilities Grant" in step.text


@pytest.mark.parametrize(
    ("changes", "failed"),
    [
        ({"equipment_needed": False}, "equipment_needed"),
        ({"equipment_need_assessed": False}, "equipment_need_assessed"),
        ({}, "something_to_give"),
        ({"minor_adaptation_cost_pence": 100_001}, "minor_adaptation"),
    ],
)
def test_one_test_that_fails_refuses_the_equipment(changes: dict[str, Any], failed: str) -> None:
    decision = decide(**changes)

    assert decision.status is Status.NOT_ELIGIBLE
    assert [step.code for step in decision.trace if step.outcome == "failed"] == [failed]


def test_nothing_else_is_asked_of_somebody_who_needs_nothing() -> None:
    decision = CommunityEquipment().decide(a_case(NOW, facts={"equipment_needed": False}))

    assert (decision.status, decision.missing_facts) == (Status.NOT_ELIGIBLE, ())


def test_all_missing_facts_are_listed_at_once() -> None:
    assert CommunityEquipment().decide(a_case(NOW, facts={})).missing_facts == CommunityEquipment().needs(NOW)


def test_the_rule_of_the_pilot_years_is_told_as_unconfirmed() -> None:
    assert "community_equipment.equipment_charge" in decide(date(2007, 6, 1), equipment_cost_pence=1).unconfirmed
    assert decide(equipment_cost_pence=1).unconfirmed == ()


def test_terms_say_how_equipment_is_lent_inspected_returned_and_complained_about() -> None:
    assert {term.kind for term in decide(equipment_cost_pence=1).terms} == set(TermKind)


@pytest.mark.parametrize(("cost", "verdict"), [(100_000, Verdict.PERMITTED), (100_001, Verdict.BARRED)])
def test_each_minor_adaptation_costs_a_thousand_pounds_at_most(cost: int, verdict: Verdict) -> None:
    permitted = [
        PermittedUse.model_validate(one, from_attributes=True) for one in decide(equipment_cost_pence=1).permitted_uses
    ]
    item = SpendItem(use=Use.ADAPTATION_MINOR, circumstances={Requirement.PENCE_EACH_AT_MOST: cost})

    assert may_pay(item, permitted).verdict is verdict


@settings(max_examples=200, deadline=None)
@given(DAYS, SUMS, SUMS)
def test_every_day_from_2003_to_2027_is_decided_or_names_the_missing_figure(
    on: date, equipment: int, adaptation: int
) -> None:
    decision = decide(on, equipment_cost_pence=equipment, minor_adaptation_cost_pence=adaptation)

    if decision.status is Status.UNDECIDED:
        assert any(step.code.startswith("figure.") for step in decision.trace)
    assert decision.contribution_pence == 0 <= decision.amount_pence <= equipment + adaptation


@settings(max_examples=100, deadline=None)
@given(DAYS, SUMS, SUMS)
def test_a_decision_without_its_trace_is_the_same(on: date, equipment: int, adaptation: int) -> None:
    facts = somebody_who_needs_equipment(equipment_cost_pence=equipment, minor_adaptation_cost_pence=adaptation)
    case = a_case(on, facts=facts)
    untraced = CommunityEquipment().decide(replace(case, facts=case.facts.afresh(), traced=False))

    assert untraced == replace(CommunityEquipment().decide(case), trace=(), terms=())
