"""What must hold for every person, on every day."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from braid.contracts.facts import CATALOGUE, INCOME_CODES, Fact, FactKind, fact_problems
from services.funding_streams.discovery import adapters
from services.funding_streams.domain.adapter import (
    Allocation,
    AllocationOutcome,
    Case,
    StreamAdapter,
)
from services.funding_streams.domain.decide_all import decide_all
from services.funding_streams.domain.decision import Outcome, Status
from services.funding_streams.domain.errors import NoValueInForce
from services.funding_streams.domain.facts import Facts
from services.funding_streams.domain.financial_assessment.assessment import Assessment, Means, assess
from services.funding_streams.domain.financial_assessment.capital import CapitalLimits, CapitalOperator, tariff_income
from services.funding_streams.domain.money import half_up
from services.funding_streams.domain.working import Working
from services.funding_streams.rule_files import STREAMS, rule_files
from services.funding_streams.streams.independent_living_fund.sums import FundSums

from .builders import a_case, a_council, a_person, housing_support_of, social_care_of

DAYS = st.dates(date(2003, 1, 1), date(2027, 12, 31))
SUMS = st.integers(0, 60_000)
CAPITALS = st.one_of(st.integers(0, 3_000_000), st.sampled_from([1_425_000, 1_425_001, 2_325_000, 2_325_001]))

#: Facts that are read where they are given and are never asked for: most people have no such thing.
NEVER_ASKED_FOR = {"charge_limit_pence_per_week", "failing_routines", "failing_roles", "partner_date_of_birth"}


def _incomes() -> st.SearchStrategy[Any]:
    listed = st.dictionaries(st.sampled_from(INCOME_CODES), SUMS, max_size=5)
    return listed.map(lambda found: [{"code": code, "pence_per_week": sum_} for code, sum_ in found.items()])


def _values(fact: Fact) -> st.SearchStrategy[Any]:
    by_kind: dict[FactKind, st.SearchStrategy[Any]] = {
        FactKind.YES_NO: st.booleans(),
        FactKind.DATE: st.dates(date(1915, 1, 1), date(2012, 1, 1)).map(date.isoformat),
        FactKind.PENCE: CAPITALS,
        FactKind.PENCE_PER_WEEK: SUMS,
        FactKind.COUNT: st.integers(0, min(fact.count_max, 100)),
        FactKind.CODE: st.sampled_from(fact.codes or ("",)),
        FactKind.INCOMES: _incomes(),
    }
    return by_kind[fact.kind]


FACTS = rule_files().facts
EVERY_FACT = st.fixed_dictionaries({name: _values(fact) for name, fact in FACTS.items()})
SOME_FACTS = st.fixed_dictionaries({}, optional={name: _values(fact) for name, fact in FACTS.items()})
ALLOCATIONS = st.one_of(
    st.none(), st.builds(Allocation, st.integers(0, 10_000_000), st.sampled_from(list(AllocationOutcome)))
)
CASES = st.builds(
    lambda facts, on, allocation, gate, percentage: Case(
        Facts.from_mapping(facts),
        on,
        rule_files().figures,
        a_council(
            {
                "individual_budget.adult_social_care_is_the_gate": gate,
                "adult_social_care.charging_percentage": percentage,
            }
        ),
        allocation,
    ),
    st.one_of(SOME_FACTS, EVERY_FACT, st.builds(a_person)),
    DAYS,
    ALLOCATIONS,
    st.booleans(),
    st.integers(0, 100),
)


@settings(max_examples=400, deadline=None)
@given(CASES)
def test_every_case_is_decided_or_says_what_is_missing(case: Case) -> None:
    for decision in decide_all(case, adapters()):
        missing = [step for step in decision.trace if step.outcome is Outcome.MISSING]
        told_open = missing or any(step.outcome is Outcome.NOTED for step in decision.trace)
        assert decision.trace
        assert 0 <= decision.contribution_pence <= decision.amount_pence
        assert decision.starts_on <= decision.ends_on
        assert (decision.status is not Status.UNDECIDED) or told_open
        assert (not decision.missing_facts) or decision.status is Status.UNDECIDED
        failed = any(step.outcome is Outcome.FAILED for step in decision.trace)
        assert failed == (decision.status is Status.NOT_ELIGIBLE)
        assert bool(decision.permitted_uses) == (decision.status in (Status.CONFIRMED, Status.INDICATIVE))


@settings(max_examples=150, deadline=None)
@given(CASES)
def test_the_same_case_is_always_decided_the_same_way(case: Case) -> None:
    assert decide_all(case, adapters()) == decide_all(case, adapters())


@settings(max_examples=400, deadline=None)
@given(CASES)
def test_without_its_trace_a_decision_is_the_same_in_everything_else(case: Case) -> None:
    traced, quick = decide_all(case, adapters()), decide_all(replace(case, traced=False), adapters())
    assert quick == tuple(replace(decision, trace=(), terms=()) for decision in traced)


@settings(max_examples=200, deadline=None)
@given(CASES)
def test_a_fact_is_listed_as_missing_only_where_it_is_needed(case: Case) -> None:
    for adapter, decision in zip(adapters(), decide_all(case, adapters()), strict=True):
        assert set(decision.missing_facts) <= set(adapter.needs(case.on))
        assert case.facts.absent(decision.missing_facts) == decision.missing_facts
        assert all(decision.step(f"fact.{name}") for name in decision.missing_facts)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(adapters()), st.data())
def test_all_facts_that_are_left_out_are_listed_at_once(adapter: StreamAdapter, data: st.DataObject) -> None:
    on = date(2010, 6, 1)
    # For this person every fact matters: a couple with children, assessed, at work, charged, applying anew, with
    # housing support.
    person = a_person(
        household="couple",
        dependent_children=2,
        partner_capital_pence=0,
        receives_income_support=False,
        receives_housing_benefit=False,
    )
    needed = [name for name in adapter.needs(on) if name in person]
    # A stream that asks for nothing of this person shows the same for its own facts, in its own tests.
    assume(needed)
    left_out = data.draw(st.sets(st.sampled_from(needed), min_size=1))
    facts = {name: value for name, value in person.items() if name not in left_out}

    beside = {**social_care_of("400"), **housing_support_of("25")}
    decision = adapter.decide(a_case(on, facts=facts, decisions=beside))
    assert left_out <= set(decision.missing_facts)


@settings(max_examples=200, deadline=None)
@given(CASES)
def test_streams_read_only_facts_that_they_say_they_need(case: Case) -> None:
    made: dict[str, Any] = {}
    for adapter in adapters():
        told = case.knowing(made)
        made[adapter.stream] = adapter.decide(told)
        assert set(told.facts.read) <= set(adapter.needs(case.on)) | NEVER_ASKED_FOR


@settings(max_examples=200, deadline=None)
@given(st.data(), DAYS)
def test_answering_every_missing_fact_leaves_no_fact_missing_in_a_few_rounds(data: st.DataObject, on: date) -> None:
    answers = data.draw(EVERY_FACT)
    known: dict[str, Any] = {}
    for _ in range(4):
        case = a_case(on, facts=known)
        asked = {name for decision in decide_all(case, adapters()) for name in decision.missing_facts}
        known |= {name: answers[name] for name in asked}
    assert not any(decision.missing_facts for decision in decide_all(a_case(on, facts=known), adapters()))


@given(CAPITALS, CAPITALS, st.sampled_from(list(CapitalOperator)), SUMS, SUMS, SUMS, st.integers(0, 100))
def test_more_capital_never_lowers_a_charge(
    one: int, other: int, operator: CapitalOperator, income: int, protected: int, cost: int, percentage: int
) -> None:
    limits = CapitalLimits(1_425_000, 2_325_000, 25_000, 100, operator)

    def charge(capital: int) -> int | Fraction:
        if limits.are_passed_by(capital):
            return Assessment(None).charge(Fraction(cost))
        tariff = Fraction(tariff_income(capital, limits))
        means = Means(Fraction(income), tariff, protected_income=Fraction(protected))
        return Assessment(means.available(percentage)).charge(Fraction(cost))

    assert charge(min(one, other)) <= charge(max(one, other))


@settings(max_examples=200, deadline=None)
@given(CAPITALS, CAPITALS, st.dates(date(2004, 4, 12), date(2025, 12, 31)))
def test_more_capital_never_lowers_what_a_person_contributes(one: int, other: int, on: date) -> None:
    def contribution(capital: int) -> int:
        decision = decide_all(a_case(on, capital_pence=capital), adapters())[0]
        assert decision.status is Status.CONFIRMED
        return decision.contribution_pence

    assert contribution(min(one, other)) <= contribution(max(one, other))


@settings(max_examples=200, deadline=None)
@given(EVERY_FACT, DAYS, SUMS, st.integers(0, 100))
def test_a_charge_is_never_below_nothing_nor_above_cost_or_limit(
    facts: dict[str, Any], on: date, cost: int, percentage: int
) -> None:
    case = a_case(on, facts=facts, council={"adult_social_care.charging_percentage": percentage})
    try:
        charge = assess(Working(case)).charge(Fraction(cost))
    except NoValueInForce:
        return
    assert 0 <= charge <= min(cost, facts["charge_limit_pence_per_week"])


@given(*[st.fractions(0, 200_000, max_denominator=8)] * 5, st.one_of(st.none(), st.fractions(0, 200_000)))
def test_the_fund_never_pays_above_a_limit_or_more_than_is_left(
    cost: Fraction, council: Fraction, available: Fraction, charge: Fraction, limit: Fraction, joint: Fraction | None
) -> None:
    sums = FundSums(cost, council, available, charge, limit, joint)

    assert 0 <= sums.award <= min(limit, max(Fraction(0), cost - council))
    assert joint is None or sums.award == 0 or council + sums.award <= joint


@given(st.fractions(0, 10**9))
def test_rounding_half_up_moves_a_sum_by_half_a_penny_at_most(sum_: Fraction) -> None:
    assert -Fraction(1, 2) < half_up(sum_) - sum_ <= Fraction(1, 2)


@pytest.mark.parametrize("adapter", adapters(), ids=lambda adapter: str(adapter.stream))
def test_every_fact_that_a_stream_needs_is_in_the_catalogue(adapter: StreamAdapter) -> None:
    days = [date(2003, 1, 1) + timedelta(days=30 * month) for month in range(300)]

    assert {name for day in days for name in adapter.needs(day)} | NEVER_ASKED_FOR <= set(FACTS)


def test_the_person_that_tests_start_from_is_written_as_the_catalogue_asks() -> None:
    facts = {name: value for name, value in a_person().items() if name != "incomes"}

    assert set(facts) <= set(FACTS)
    assert fact_problems({name: value for name, value in facts.items() if name in CATALOGUE}) == []


def test_every_folder_of_streams_is_a_stream() -> None:
    assert {adapter.stream for adapter in adapters()} == {
        folder.name for folder in STREAMS.iterdir() if (folder / "stream.yaml").is_file()
    }
