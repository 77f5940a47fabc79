"""Health money: what the NHS found, whose word counts, and what becomes of the council's money beside it."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.funding_streams.discovery import adapters
from services.funding_streams.domain.adapter import Case
from services.funding_streams.domain.decide_all import decide_all
from services.funding_streams.domain.decision import ADULT_SOCIAL_CARE, Decision, Outcome, Status
from services.funding_streams.domain.partner_decisions import Basis, Granted, Kind, PartnerDecision
from services.funding_streams.rule_files import rule_files
from services.funding_streams.streams.personal_health_budget import ADAPTER
from services.funding_streams.streams.personal_health_budget.rules import (
    GENERAL_FIRST_DAY,
    PILOTS_FIRST_DAY,
    STREAM,
)

from .builders import NO_FACT, a_case

TODAY = date(2026, 6, 1)
BOARD = "nhs-integrated-care-board"


def health(**changes: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "health_budget_route": "continuing_healthcare",
        "health_budget_from": "2026-05-01",
        "health_care_plan_agreed": True,
        "barred_from_health_payments": False,
        "health_needs_pence_per_week": 90_000,
    }
    return {name: value for name, value in {**facts, **changes}.items() if value is not NO_FACT}


def alone(on: date = TODAY, **changes: Any) -> Decision:
    return ADAPTER.decide(a_case(on, facts=health(**changes)))


def both(case: Case) -> tuple[Decision, Decision]:
    """Return the council's decision and the one on health money."""
    by_stream = {decision.stream: decision for decision in decide_all(case, adapters())}
    return by_stream[ADULT_SOCIAL_CARE], by_stream[STREAM]


def the_board_grants(from_day: date) -> PartnerDecision:
    money = Granted(Basis.WEEKLY, 100_000, 0)
    return PartnerDecision(BOARD, STREAM, "ICB-7", 1, Kind.CHANGE, TODAY, from_day, granted=money)


def test_days_in_the_code_are_the_days_in_the_rule_files() -> None:
    figures = rule_files().figures

    assert figures.at(f"{STREAM}.pilots_first_day", TODAY).day == PILOTS_FIRST_DAY
    assert figures.at(f"{STREAM}.general_first_day", TODAY).day == GENERAL_FIRST_DAY


@pytest.mark.parametrize("name", rule_files().examples[STREAM])
def test_example(name: str) -> None:
    example = rule_files().examples[STREAM][name]
    decision = ADAPTER.decide(a_case(example.on, facts=example.facts))

    assert (decision.status, decision.amount_pence) == (example.status, example.amount_pence)


def test_health_money_is_never_means_tested() -> None:
    rich = alone(capital_pence=80_000_000, incomes=[{"code": "occupational_pension", "pence_per_week": 200_000}])

    assert (rich.status, rich.amount_pence, rich.contribution_pence) == (Status.INDICATIVE, 90_000 * 52, 0)


@pytest.mark.parametrize(
    ("changes", "failed"),
    [
        ({"health_budget_route": "none"}, "found_eligible"),
        ({"health_budget_route": NO_FACT}, "found_eligible"),
        ({"health_care_plan_agreed": False}, "care_plan"),
        ({"barred_from_health_payments": True}, "not_barred"),
    ],
)
def test_one_test_that_fails_refuses_health_money(changes: dict[str, Any], failed: str) -> None:
    decision = alone(**changes)

    step = decision.step(failed)
    assert decision.status is Status.NOT_ELIGIBLE
    assert step is not None
    assert step.outcome is Outcome.FAILED


def test_in_the_pilot_years_only_pilot_sites_could_pay() -> None:
    on = date(2012, 6, 1)
    begun = {"health_budget_from": "2012-05-01"}

    assert alone(on, **begun).missing_facts == ("health_budget_pilot_site",)
    assert alone(on, **begun, health_budget_pilot_site=False).status is Status.NOT_ELIGIBLE
    assert alone(on, **begun, health_budget_pilot_site=True).status is Status.INDICATIVE


def test_what_the_nhs_has_not_told_is_named() -> None:
    decision = alone(health_needs_pence_per_week=NO_FACT)

    assert (decision.status, decision.missing_facts) == (Status.UNDECIDED, ("health_needs_pence_per_week",))


def test_eligibility_that_begins_later_leaves_the_decision_open() -> None:
    assert alone(health_budget_from="2026-06-02").status is Status.UNDECIDED


def test_a_year_whose_nursing_rate_was_not_read_is_named_and_not_guessed() -> None:
    decision = alone(date(2023, 6, 1), health_budget_route="nursing_care_standard", health_budget_from="2023-05-01")

    assert decision.status is Status.UNDECIDED
    assert decision.step(f"figure.{STREAM}.nursing_care_standard") is not None


def test_the_councils_money_ends_where_the_nhs_meets_all_its_needs() -> None:
    council, nhs = both(a_case(TODAY, **health(needs_nhs_meets="all")))

    assert nhs.status is Status.INDICATIVE
    assert (council.status, council.amount_pence, council.lines) == (Status.NOT_ELIGIBLE, 0, ())


@pytest.mark.parametrize("told", ["some", NO_FACT])
def test_where_the_nhs_meets_some_needs_or_has_not_said_which_a_person_looks_and_nothing_is_cut(told: Any) -> None:
    before = both(a_case(TODAY))[0]
    council, _ = both(a_case(TODAY, **health(needs_nhs_meets=told)))

    assert council.step("nhs_meets_needs") is not None
    assert replace(council, trace=()) == replace(before, trace=())


def test_the_boards_own_decision_makes_the_award_though_no_questionnaire_asks() -> None:
    case = replace(a_case(TODAY), partner_words={STREAM: (the_board_grants(TODAY),)})

    _, nhs = both(case)
    assert (nhs.status, nhs.pence_per_week, nhs.partner_decision) == (Status.CONFIRMED, 100_000, "ICB-7")


@given(st.integers(1, 300))
def test_the_councils_money_ends_on_the_day_before_the_nhs_begins(days: int) -> None:
    begins = TODAY + timedelta(days=days)
    case = a_case(TODAY, needs_nhs_meets="all")
    before, _ = both(case)
    council, nhs = both(replace(case, partner_words={STREAM: (the_board_grants(begins),)}))

    assert nhs.starts_on == begins
    assert (council.starts_on, council.ends_on) == (TODAY, begins - timedelta(days=1))
    assert sum(line.amount_pence for line in council.lines) == council.amount_pence
    exact = before.amount_pence * days / before.days
    assert exact - len(council.lines) < council.amount_pence <= exact
    assert 0 <= council.contribution_pence <= council.amount_pence


@given(st.dates(date(2003, 1, 1), date(2027, 12, 31)), st.integers(0, 1_000_000), st.booleans())
def test_every_day_is_decided_or_names_what_is_missing(on: date, weekly: int, pilot: bool) -> None:
    case = a_case(
        on,
        facts=health(
            health_budget_from=on.isoformat(), health_needs_pence_per_week=weekly, health_budget_pilot_site=pilot
        ),
    )
    decision = ADAPTER.decide(case)
    quiet = ADAPTER.decide(replace(case, traced=False))

    assert decision.status is not Status.UNDECIDED
    assert decision.amount_pence in (0, weekly * 52)
    assert replace(decision, trace=(), terms=()) == replace(quiet, trace=(), terms=())
